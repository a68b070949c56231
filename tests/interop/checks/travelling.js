// desk_keys.json, parcels.json, cells.json and sender.json: sections 5.2 and 6.1 to 6.3.

import { ed25519Public, ed25519Sign, deviceId, xWingPublic } from "../decoder/blocks.js";
import { flipped, hex, unhex } from "../decoder/bytes.js";
import { readHeartbeat } from "../decoder/announcements.js";
import { decode, encode } from "../decoder/cbor.js";
import { messageOf, openCell, senderMac, senderMessage, slotHolds, slotKey } from "../decoder/cells.js";
import { certified, openWrap, readWrap, requireCertificate } from "../decoder/desk_keys.js";
import { cut, joinChunks, openParcel, readChunk } from "../decoder/parcels.js";
import { valueOf } from "./keys.js";
import { equal, must, refused } from "./say.js";
import { place, sealedValue } from "./sealed.js";

export async function desk_keys(doc) {
  const where = place(doc);
  const seed = unhex(doc.epoch_seed);
  const wrap = readWrap(decode(unhex(doc.wire)));
  const { desk, generation, day } = where;
  equal(encode([desk, generation, day, unhex(doc.handler), doc.epoch, unhex(doc.sealed.wrap)]), doc.wire, "the wrap");
  equal(await openWrap(wrap, seed, where.org), doc.seed_of_day, "what the wrap holds");
  const identity = unhex(doc.identity_seed);
  equal(deviceId(ed25519Public(identity)), doc.handler, "the handler's id");
  const key = await xWingPublic(seed);
  const message = certified(where.org, unhex(doc.handler), doc.epoch, key);
  equal(ed25519Sign(identity, message), doc.certificate, "the certificate");
  const certificate = unhex(doc.certificate);
  requireCertificate({ handler: unhex(doc.handler), epoch: doc.epoch, key, certificate }, ed25519Public(identity), where.org);
  for (const vector of doc.refused) {
    const changed = { ...wrap, ...(vector.change ?? {}) };
    if (vector.flip) changed.sealed = flipped(wrap.sealed, ...vector.flip);
    await refused(vector, () => openWrap(changed, seed, where.org));
  }
}

const PARCEL_REASONS = {
  "not padded": /not padded/, "a byte in the padding": /padding/, "a length beyond the end": /beyond the end/,
  "an unknown kind": /kind/,
};

export async function parcels(doc) {
  const where = place(doc);
  for (const vector of doc.vectors) {
    const sealed = sealedValue(doc, vector);
    const content = await openParcel(sealed, where);
    equal([content.kind, content.code, content.at], [vector.kind, vector.code, vector.at], "a parcel");
    equal(encode(content.payload), hex(encode(valueOf(vector.payload))), "a parcel's payload");
    const whole = { id: unhex(vector.id), generation: doc.generation, day: doc.day, sealed };
    const bodies = cut(whole);
    equal(bodies.map((body) => hex(body.subarray(0, 64))), vector.chunk_heads, "the chunks");
    equal(bodies.map((body) => body.length), vector.chunk_lengths, "the chunks' lengths");
    const chunks = await Promise.all(bodies.map(readChunk));
    equal(hex(joinChunks(chunks.reverse()).sealed), hex(sealed), "the chunks put together");
  }
  for (const vector of doc.refused)
    await refused(vector, () => openParcel(sealedValue(doc, vector), where),
      vector.flip ? /does not open/ : PARCEL_REASONS[vector.sealed]);
}

const CELL_REASONS = {
  "version 2": /version/, "kind 6": /kind/, "a body beyond the end": /beyond the end/,
  "a byte after the body": /after the body/, "counter 2^48": /counter/,
};

export async function cells(doc) {
  for (const vector of doc.vectors) {
    const cell = await openCell(sealedValue(doc, vector), place(doc));
    equal([cell.header, cell.sender, cell.body].map(hex), [vector.header, vector.sender, vector.body], "a cell");
    equal([cell.kind, cell.incarnation, cell.counter], [vector.kind, vector.incarnation, vector.counter], "a cell");
    for (const [slot, key] of Object.entries(doc.slot_keys)) {
      const message = messageOf(cell, unhex(doc.desk));
      const held = slotHolds(cell, { slot: Number(slot), key: unhex(key), message });
      equal(held, cell.kind !== 0, `slot ${slot} of ${vector.sealed}`);
    }
  }
  for (const vector of doc.refused) {
    const why = vector.flip || vector.change ? /does not open/ : vector.cut ? /size/ : CELL_REASONS[vector.sealed];
    await refused(vector, () => openCell(sealedValue(doc, vector), place(doc, vector.change)), why);
  }
  if (doc.heartbeats) await heartbeats(doc);
}

/** 6.2: the body of a heartbeat. */
async function heartbeats(doc) {
  for (const { since, body } of doc.heartbeats) {
    equal(readHeartbeat(unhex(body)), since, "a heartbeat");
    equal(encode(new Map([[1, since]])), body, "a heartbeat's body");
  }
  for (const vector of doc.no_heartbeats) await refused(vector, () => readHeartbeat(unhex(vector.body)));
}

export async function sender(doc) {
  for (const vector of doc.vectors) {
    must(typeof vector.cell === "string", "a vector says which cell it is");
    const message = senderMessage(unhex(vector.desk), unhex(vector.header), unhex(vector.body));
    equal(message, vector.message, "what a slot covers");
    equal(senderMac(unhex(vector.key), vector.slot, message), vector.mac, "a slot");
  }
  for (const vector of doc.chains ?? []) {
    equal(slotKey(unhex(vector.seed), vector.first, vector.counter), vector.key, "the key of a counter");
  }
}
