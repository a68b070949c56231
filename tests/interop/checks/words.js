// announcements.json, operations.json and reply_cells.json: sections 6.4 to 6.6.

import { deviceId, ed25519Public, ed25519Sign } from "../decoder/blocks.js";
import { linkHash, openIntroduction, readAnnouncement, readOperation, receiptDigest } from "../decoder/announcements.js";
import { flipped, hex, join, unhex } from "../decoder/bytes.js";
import { encode } from "../decoder/cbor.js";
import { confirmedCounters, openReplyCell, readConfirmation, readQuestion, readWord, wordHolds } from "../decoder/reply_cells.js";
import { refuse } from "../decoder/refused.js";
import { readSigned } from "../decoder/signed.js";
import { valueOf } from "./keys.js";
import { equal, must, refused } from "./say.js";
import { sealedValue } from "./sealed.js";

export async function announcements(doc) {
  const org = unhex(doc.org);
  const identity = ed25519Public(unhex(doc.identity_seed));
  equal(deviceId(identity), doc.device, "the announcing device");
  const said = readAnnouncement(unhex(doc.introductions.body), identity, org);
  equal([said.first, hex(said.desk)], [doc.introductions.first, doc.desk], "the introductions");
  equal(encode(said.entries[0]), hex(encode([unhex(doc.handler), doc.epoch, unhex(doc.sealed.introduction)])), "an entry");
  const who = { org, desk: unhex(doc.desk), device: unhex(doc.device) };
  equal(await openIntroduction(said.entries[0], unhex(doc.epoch_seed), who), doc.pairwise_key, "the pairwise key");
  const key = readAnnouncement(unhex(doc.reply_key.body), identity, org);
  equal([key.number, hex(key.key)], [doc.reply_key.number, doc.reply_key.public], "the reply key");
  if (doc.receipts) byHandlers(doc, org);
  for (const vector of doc.refused) {
    const { body, identity_seed: seed } = doc[vector.of];
    const by = seed ? ed25519Public(unhex(seed)) : identity;
    await refused(vector, () => readAnnouncement(flipped(unhex(body), ...vector.flip), by, org));
  }
}

/** Receipts and chain heads: what handlers say to each other. */
function byHandlers(doc, org) {
  const { receipts, chain_head: head } = doc;
  const said = readAnnouncement(unhex(receipts.body), ed25519Public(unhex(receipts.identity_seed)), org);
  const { generation, day } = receipts;
  const digest = receiptDigest({ desk: unhex(doc.desk), generation, day, sealed: unhex(receipts.sealed_parcel) });
  equal(digest, receipts.digest, "a receipt's digest");
  equal(said.desk, doc.desk, "the receipts' desk");
  equal(said.receipts.map((one) => one.map(hex)), [[receipts.device, receipts.parcel, receipts.digest]], "receipts");
  const reached = readAnnouncement(unhex(head.body), ed25519Public(unhex(head.identity_seed)), org);
  equal([hex(reached.desk), reached.counter, hex(reached.link)], [doc.desk, head.counter, head.hash], "a chain head");
}

export async function operations(doc) {
  const seed = unhex(doc.identity_seed);
  const identity = ed25519Public(seed);
  let previous = "00".repeat(32);
  for (const vector of doc.vectors) {
    const data = unhex(vector.bytes);
    const said = readOperation(data, identity);
    equal([said.device, said.previous].map(hex), [vector.device, vector.previous], "an operation's place");
    equal(said.counter, vector.counter, "an operation's counter");
    equal(encode(said.operation), hex(encode(valueOf(vector.operation))), "an operation");
    equal(vector.previous, previous, "the link before");
    const { body, signature } = readSigned(data);
    equal(ed25519Sign(seed, join("kantha/v1/operation\0", body)), hex(signature), "an operation's signature");
    previous = hex(linkHash(data));
    equal(previous, vector.hash, "an operation's link");
  }
  for (const vector of doc.refused)
    await refused(vector, () => readOperation(flipped(unhex(doc.vectors[vector.of].bytes), ...vector.flip), identity));
}

export async function reply_cells(doc) {
  const org = unhex(doc.org);
  const identity = unhex(doc.handler_identity);
  const opened = (vector) => openReplyCell(sealedValue(doc, vector), unhex(doc.reply_seed), org);
  for (const vector of doc.vectors) {
    const word = readWord(await opened(vector));
    equal([word.kind, word.counter], [vector.kind, vector.counter], "a word");
    equal([word.sender, word.body].map(hex), [vector.sender, vector.body], "a word");
    equal(deviceId(identity), vector.sender, "a word's sender");
    must(wordHolds(word, { org, recipient: unhex(doc.recipient), identity }), "a word's signature");
    if (word.kind === 2) {
      const said = readConfirmation(word.body);
      const { below, bits, counters } = doc.confirmed_counters;
      equal([said.below, hex(said.bits)], [below, bits], "a confirmation");
      equal(confirmedCounters(said), counters, "what a confirmation confirms");
    } else {
      const said = readQuestion(word.body);
      const kinds = ["code", "text", "at", "id"].map((name) => typeof said.get(name));
      equal(kinds, ["string", "string", "number", "object"], "a question");
    }
  }
  for (const vector of doc.refused) {
    await refused(vector, async () => {
      const word = readWord(await opened(vector));
      const recipient = unhex(vector.recipient ?? doc.recipient);
      return wordHolds(word, { org, recipient, identity }) || refuse("not said", "the handler did not say this");
    });
  }
}
