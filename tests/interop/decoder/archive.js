// A desk's archive, section 10A.3.

import { allZero, hex, join, number, same } from "./bytes.js";
import { deviceId, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { GENERATION } from "./desk_keys.js";
import { as, refuse } from "./refused.js";
import { verifyChain } from "./root.js";
import { verifyStatement } from "./roster.js";
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

/** All records of an archive, believed. `anchor`: a root hash that a card names. */
export const openArchive = (archive, key, anchor = null) => as("ArchiveRefusedError", async () => {
  const plain = await readStream(archive.stream, { fileKey: key, purpose: "archive", context: archive.hash });
  const records = recordsOf(plain);
  const first = records[0]?.record;
  const last = records[records.length - 1];
  if (!first || first[0] !== 2 || first.length !== 2) no("does not begin with what is known");
  if (last.record[0] !== 1 || last.record.length !== 2) no("does not end with a signature");
  if (records.slice(0, -1).some(({ record }) => record[0] === 1)) no("something after the signature");
  const known = knownShape(decode(blob()(first[1], "known")), "known");
  if (!same(known.org, archive.org)) no("another organisation's");
  const root = await verifyChain(known.roots, archive.org, anchor);
  requireHeader(archive, root);
  await requireMaker({ archive, known, root, plain, last });
  const padding = records.filter(({ record }) => record[0] === 0);
  if (padding.some(({ record }) => record.length !== 2 || !allZero(record[1]))) no("padding that is not zeros");
  return { root, known, records: records.map(({ record }) => record) };
});

function requireHeader({ rootHash, threshold, officers }, root) {
  const ids = root.officers.map(({ keys }) => hex(sha256("kantha/v1/officer\0", keys).slice(0, 16))).sort();
  if (!same(rootHash, root.hash) || threshold !== root.threshold) no("the header is not its root's");
  if (JSON.stringify(officers.map(hex)) !== JSON.stringify(ids)) no("the header's officers are not its root's");
}

async function requireMaker({ archive, known, root, plain, last }) {
  const signed = readSigned(blob()(last.record[1], "Signed"));
  const said = lastShape(decode(signed.body), "signature");
  const statements = [];
  for (const data of known.statements) statements.push(await verifyStatement(data, root, archive.org));
  const gone = statements.some((one) => one.kind === 2 && same(one.device, said.maker));
  const maker = statements.find((one) => one.kind === 1 && one.role === 2 && same(one.device, said.maker));
  if (!maker || gone || !same(maker.desk, archive.desk)) no("made by no active handler of this desk");
  requireSigned(signed, maker.identity, "kantha/v1/archive");
  if (!same(deviceId(maker.identity), said.maker) || !same(said.header, archive.hash)) no("signed for another archive");
  if (!same(said.plain, sha256(plain.subarray(0, last.at)))) no("not what was signed");
}
