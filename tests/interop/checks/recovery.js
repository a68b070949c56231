// stream.json, quorum.json, archive.json and card.json: sections 10A.1 to 10A.5.

import { padme, readArchive, readRecords, readSecret, requireMaker } from "../decoder/archive.js";
import { officerId, officerPublic, sha256, xWingPublic } from "../decoder/blocks.js";
import { flipped, hex, join, unhex, utf8 } from "../decoder/bytes.js";
import { fromLines, openCard, qrText, toLines } from "../decoder/card.js";
import { decode, encode } from "../decoder/cbor.js";
import { openKey, readPiece, readRequest } from "../decoder/handover.js";
import { openBlob, openTogether, subsets, takeLayer } from "../decoder/quorum.js";
import { readStream } from "../decoder/stream.js";
import { equal, refused } from "./say.js";

/** A sealed value as a refused vector changes it; here `cut` is the number of bytes taken from its end. */
function damaged(doc, vector) {
  let data = unhex(doc.sealed[vector.sealed]);
  if (vector.flip) data = flipped(data, ...vector.flip);
  if (vector.cut) data = data.slice(0, -vector.cut);
  return vector.append ? join(data, unhex(vector.append)) : data;
}

const seedsOf = (doc) => Object.fromEntries(doc.officers.map(({ id, kem_seed: seed }) => [id, unhex(seed)]));

export async function stream(doc) {
  const file = { fileKey: unhex(doc.key), purpose: doc.purpose, context: unhex(doc.context) };
  equal(doc.plain, "byte i is i modulo 251", "how the plaintext is made");
  for (const vector of doc.vectors) {
    const plain = await readStream(damaged(doc, { sealed: vector.sealed }), file);
    equal(plain, hex(Uint8Array.from({ length: vector.length }, (_, at) => at % 251)), "a stream");
    equal(sha256(plain), vector.sha256, "a stream's hash");
  }
  for (const vector of doc.refused) await refused(vector, () => readStream(damaged(doc, vector), file));
}

export async function quorum(doc) {
  const org = unhex(doc.org);
  const desk = unhex(doc.desk);
  const seeds = seedsOf(doc);
  for (const officer of doc.officers)
    equal(officerId(await officerPublic(unhex(officer.signing_seed))), officer.id, "an officer's id");
  const ids = doc.officers.map(({ id }) => unhex(id));
  for (const threshold of new Set(doc.vectors.map((vector) => vector.threshold))) {
    const said = doc.vectors.filter((vector) => vector.threshold === threshold);
    equal(said.map(({ subset }) => subset), subsets(ids, threshold).map((subset) => subset.map(hex)), "the subsets");
    const blobs = said.map(({ sealed }) => unhex(doc.sealed[sealed]));
    equal(blobs.map((one) => one.length), said.map(() => doc.secret.length / 2 + 1136 * threshold), "the blobs' lengths");
    for (const [at, { subset }] of said.entries()) {
      equal(await openBlob(blobs[at], { org, desk, subset: subset.map(unhex), seeds }), doc.secret, "what a quorum opens");
      const few = Object.fromEntries(subset.map((id) => [id, seeds[id]]));
      const together = await openTogether(blobs, { org, desk, officers: ids, threshold, seeds: few });
      equal(together, doc.secret, "with these officers only");
    }
  }
  for (const vector of doc.refused)
    await refused(vector, () =>
      openBlob(damaged(doc, vector), { org, desk, subset: vector.subset.map(unhex), seeds }));
  await handover(doc, { org, desk, seeds });
}

async function handover(doc, { org, desk, seeds }) {
  const { handover: said } = doc;
  const request = await readRequest(said.request);
  equal([request.org, request.desk, request.header].map(hex), [doc.org, doc.desk, said.archive], "a request");
  equal(request.key, hex(await xWingPublic(unhex(said.machine_seed))), "the new machine's key");
  equal(request.digits, said.digits, "a request's digits");
  const piece = await readPiece(said.piece);
  equal([piece.org, piece.desk, piece.header].map(hex), [doc.org, doc.desk, said.archive], "a piece");
  const kemSeed = seeds[hex(piece.subset[piece.position])];
  const layer = await takeLayer(piece.sealed, { org, desk, subset: piece.subset, position: piece.position, kemSeed });
  equal(layer, doc.secret, "what a piece holds");
  equal(hex(utf8(said.text)), doc.sealed[said.sealed], "the last officer's answer");
  equal(await openKey(said.text, request, unhex(said.machine_seed)), said.key, "the archive key");
}

export async function archive(doc) {
  const data = unhex(doc.sealed.archive);
  const seeds = seedsOf(doc);
  const opened = async (bytes, maker) => {
    const found = await readArchive(bytes);
    const secret = await openTogether(found.blobs, { ...found, seeds });
    const read = await readRecords(found, readSecret(secret).key);
    await requireMaker(found, read, maker);
    return { found, secret: readSecret(secret), read };
  };
  const { found, secret, read } = await opened(data, unhex(doc.maker));
  equal(data.subarray(21, data.length - found.stream.length), doc.header, "the header");
  equal(found.hash, doc.header_hash, "the header's hash");
  equal(found.officers.map(hex), doc.officers.map(({ id }) => id), "the header's officers");
  for (const subset of subsets(found.officers, found.threshold)) {
    const few = Object.fromEntries(subset.map((id) => [hex(id), seeds[hex(id)]]));
    const same = readSecret(await openTogether(found.blobs, { ...found, seeds: few }));
    equal(hex(same.key), doc.key, "what each quorum opens");
  }
  equal([hex(secret.key), secret.publishToken], [doc.key, doc.publish_token], "what the quorum opens");
  const said = read.records.filter(([kind]) => kind > 1);
  equal(said.map((record) => hex(encode(record))), doc.records, "the records");
  equal(doc.records.map((record) => hex(encode(decode(unhex(record))))), doc.records, "the records' encoding");
  equal([padme(9), padme(65537), padme(10 ** 6)], [65536, 67584, 1015808], "Padmé lengths");
  for (const vector of doc.refused)
    await refused(vector, () => opened(damaged(doc, vector), unhex(vector.maker ?? doc.maker)));
}

export async function card(doc) {
  const locked = unhex(doc.sealed.card);
  equal(toLines(locked), doc.lines.map((line) => line.replaceAll(" ", "")), "the lines");
  equal(doc.lines.map(spaced), doc.lines, "how the lines are set");
  equal(qrText(locked), doc.qr, "the QR code");
  const shuffled = [...doc.lines].reverse().join("\n").toLowerCase().replaceAll("0", "o").replace(/^(\w)(\w)/gm, digitsBack);
  for (const typed of [doc.lines.join("\n"), doc.qr, shuffled, `Kantha\n${doc.lines.join("\n\n")}`])
    equal(fromLines(typed), hex(locked), "the lines read");
  const said = await openCard(locked, doc.passphrase);
  equal(officerId(await officerPublic(said.signingSeed)), doc.officer, "the card's officer");
  const again = [said.org, said.relay, said.pool, said.rootHash, said.signingSeed, said.kemSeed, said.tokenMaster,
    said.publishToken, said.directoryKey, said.at];
  equal(encode(new Map(again.map((value, at) => [at + 1, value]))), doc.body, "the card's body");
  for (const vector of doc.refused) {
    if ("text" in vector) await refused(vector, () => fromLines(vector.text), new RegExp(`line ${vector.line}\\b`));
    else await refused(vector, () => openCard(damaged(doc, vector), vector.passphrase ?? doc.passphrase));
  }
}

/** On paper: two digits, then groups of five and the four check letters. */
const spaced = (line) => line.replaceAll(" ", "").replace(/^(..)|(.{5})/g, "$1$2 ");
const digitsBack = (_whole, a, b) => `${a}${b}`.replaceAll("o", "0");
