// A desk's archive, section 10A.3.

import { allZero, hex, join, number, same } from "./bytes.js";
import { isDevice, sha256 } from "./blocks.js";
import { decode, encode } from "./cbor.js";
import { GENERATION } from "./desk_keys.js";
import { as, refuse } from "./refused.js";
import { blob, bytes, list, map, nat, time, tuple } from "./shapes.js";
import { readSigned, requireSigned } from "./signed.js";
import { readStream } from "./stream.js";

const MAGIC = "kantha archive 1\n";
const MOST = 32 * 2 ** 20;
const no = (why) => refuse("ArchiveRefusedError", why);

const headerShape = map({
  org: [1, bytes(32)], desk: [2, bytes(8)], at: [3, time], rootHash: [4, bytes(32)], threshold: [5, nat(17, 1)],
  officers: [6, list(bytes(16), 16, 1)], blobs: [7, list(blob(), 2000, 1)],
});
const knownShape = map({
  org: [1, bytes(32)], roots: [2, list(blob())], statements: [3, list(blob())], headVersion: [4, nat(2 ** 48)],
  tokenEpoch: [5, nat(2 ** 32)], generations: [6, list(tuple(bytes(8), GENERATION))],
});
const lastShape = map({ header: [1, bytes(32)], plain: [2, bytes(32)], maker: [3, bytes(16)] });

export const headerHash = (header) => sha256("kantha/v1/archive-header\0", header);

/** What everybody can read: the header, and the stream as it is. */
export const readArchive = (data) => as("ArchiveRefusedError", () => {
  const magic = join(MAGIC);
  if (!same(data.subarray(0, magic.length), magic)) no("not an archive");
  const start = magic.length + 4;
  const end = start + number(data.subarray(magic.length, start));
  if (end - start > MOST || end > data.length) no("the header's length");
  const header = data.slice(start, end);
  const said = headerShape(decode(header), "archive header");
  said.officers.forEach((id, at) => {
    if (at > 0 && hex(said.officers[at - 1]) >= hex(id)) no("officers not ascending");
  });
  return { ...said, hash: headerHash(header), stream: data.slice(end) };
});

/** The 75 bytes under the blobs: the archive key, and the publishing token if there was one. */
export function readSecret(secret) {
  if (secret.length !== 75) no("not an archive's secret");
  const token = secret.slice(32);
  return { key: secret.slice(0, 32), publishToken: allZero(token) ? null : Buffer.from(token).toString("ascii") };
}

function recordsOf(plain) {
  const found = [];
  for (let at = 0; at < plain.length;) {
    const length = number(plain.subarray(at, at + 4));
    const end = at + 4 + length;
    if (length > MOST || end > plain.length) no("a record's length");
    const record = decode(plain.subarray(at + 4, end));
    if (!Array.isArray(record) || record.length === 0) no("a record that is no list");
    found.push({ at, record });
    at = end;
  }
  return found;
}

/** The Padmé length of n bytes, at least 64 KiB. */
export function padme(count) {
  if (count <= 65536) return 65536;
  const e = Math.floor(Math.log2(count));
  const step = 2 ** (e - Math.floor(Math.log2(e)) - 1);
  return Math.ceil(count / step) * step;
}

/** All records of an archive, with the signature that ends it; who made it is not checked yet. */
export async function readRecords(archive, key) {
  const plain = await readStream(archive.stream, { fileKey: key, purpose: "archive", context: archive.hash });
  return as("ArchiveRefusedError", () => {
    const records = recordsOf(plain);
    const first = records[0]?.record;
    const last = records[records.length - 1];
    if (!first || first[0] !== 2 || first.length !== 2) no("does not begin with what is known");
    if (last.record[0] !== 1 || last.record.length !== 2) no("does not end with a signature");
    if (records.slice(0, -1).some(({ record }) => record[0] === 1)) no("something after the signature");
    const known = knownShape(decode(blob()(first[1], "known")), "known");
    if (!same(known.org, archive.org)) no("another organisation's");
    requirePadding(records.filter(({ record }) => record[0] === 0), last.at);
    const signed = readSigned(blob()(last.record[1], "Signed"));
    return { known, records: records.map(({ record }) => record), signed, before: plain.subarray(0, last.at) };
  });
}

/** Zeros only, and so many that what was written without them lacks nothing to its Padmé length. */
function requirePadding(padding, written) {
  if (padding.some(({ record }) => record.length !== 2 || !allZero(record[1]))) no("padding that is not zeros");
  const framing = padding.reduce((sum, { record }) => sum + encode(record).length + 4, 0);
  const content = padding.reduce((sum, { record }) => sum + record[1].length, 0);
  if (written - framing + content !== padme(written - framing)) no("not padded");
}

/** The signature is this maker's and over this archive. */
export const requireMaker = (archive, { signed, before }, identity) => as("ArchiveRefusedError", () => {
  const said = lastShape(decode(requireSigned(signed, identity, "kantha/v1/archive")), "signature");
  if (!isDevice(said.maker, identity) || !same(said.header, archive.hash)) no("signed for another archive");
  if (!same(said.plain, sha256(before))) no("not what was signed");
  return said.maker;
});
