// The directory's two parts and their head, section 4.3.

import { allZero, hex, join, number, same } from "./bytes.js";
import { deviceHolds, open, openSecret, requireSealable, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { DAY, EPOCH, GENERATION, readWrap, requireCertificate } from "./desk_keys.js";
import { Refused, as, refuse } from "./refused.js";
import { readRoot, verifyChain } from "./root.js";
import { verifyStatement } from "./roster.js";
import { blob, bytes, list, map, nat, time, tuple } from "./shapes.js";
import { readCountersigned, readSigned } from "./signed.js";

const LABEL = "kantha/v1/directory";
const no = (why) => refuse("DirectoryRefusedError", why);

const headShape = map({
  org: [1, bytes(32)],
  version: [2, nat(2 ** 48)],
  previous: [3, bytes(32)],
  issued: [4, time],
  expires: [5, time],
  phone: [6, bytes(32)],
  handler: [7, bytes(32)],
  tokenEpoch: [8, nat(2 ** 32)],
  publisher: [9, bytes(16)],
});

const run = map({ desk: [1, bytes(8)], generation: [2, GENERATION], first: [3, DAY], keys: [4, list(requireSealable, 400)] });
const handlerEntry = tuple(blob(), EPOCH, requireSealable, bytes(64));
const phoneShape = map({
  roots: [1, list(blob(), 64)],
  runs: [2, list(run, 64)],
  handlers: [3, list(handlerEntry, 512)],
  readable: [4, list(tuple(bytes(8), DAY), 16)],
});
const handlerShape = map({
  statements: [1, list(blob(), 4096)],
  wraps: [2, list(readWrap, 4096)],
  proposals: [3, list(blob(), 64)],
  roots: [4, list(blob(), 1024)],
  tokenState: [5, tuple(nat(2 ** 32), bytes(32))],
  boxes: [6, list(tuple(bytes(16), EPOCH, bytes(1179)), 16)],
});
const framedShape = tuple(blob(), blob());

export const headHash = (body) => sha256("kantha/v1/directory-head-hash\0", body);
export const partHash = (part, content) => sha256(`kantha/v1/directory-${part}\0`, content);

export const readHeadBody = (body) => headShape(decode(body), "head");

/** A head's fields with its body and signature, the signature not checked. */
export function readHead(data) {
  const { body, signature } = readSigned(data);
  return { ...readHeadBody(body), body, signature, hash: headHash(body) };
}

function unframe(plain) {
  const end = 4 + number(plain.subarray(0, 4));
  if (end > plain.length || !allZero(plain.subarray(end))) no("the framing or its padding");
  if ((plain.length + 48) % 65536 !== 0) no("not a multiple of 64 KiB");
  const [head, content] = framedShape(decode(plain.subarray(4, end)), "part");
  return { head: readHead(head), signedHead: head, content };
}

function requireHead(head, root, org) {
  if (!same(head.org, org)) no("another organisation's head");
  const publisher = root.publishers.find(([id]) => same(id, head.publisher));
  if (!publisher) no("the head is of no publisher of the root");
  if (!deviceHolds(publisher[1], head.signature, join("kantha/v1/directory-head\0", head.body)))
    no("the head's signature");
}

/** 4.1: the newest root that was accepted or, before there was any, that of the invitation. */
const anchorsOf = (seen, pinned) => [seen.root ?? pinned].filter(Boolean);

/** The roots of a handler part: a chain from version 1 that contains the phone part's newest root. */
async function requireWholeChain(roots, org, root) {
  await verifyChain(roots, org, [root.hash]);
  if (readRoot(readCountersigned(roots[0]).body).version !== 1) no("the roots do not begin with the first");
}

function requireReadable(readable, head) {
  if (new Set(readable.map(([desk]) => hex(desk))).size !== readable.length) no("a desk's first readable day twice");
  if (readable.some(([, day]) => day > Math.floor(head.issued / 86400))) no("a first readable day after the head was issued");
}

/** Under a newer root than the one seen an edition is newer, whatever its number. */
const newer = (root, seen) => Boolean(seen.rootVersion) && root.version > seen.rootVersion;

/** Numbers that no publisher may use up. `seen`: what the reader has accepted, if anything. */
function requireNumbers(runs, head, root, seen) {
  const limit = Math.min((root.version + 1) * 65536, 2 ** 32);
  if (runs.some(({ generation, keys }) => keys.length && generation >= limit)) no("a generation that the root does not allow");
  if (!seen.hash || head.version <= seen.version) return;
  const far = head.version > seen.version + 2 ** 20 && !newer(root, seen);
  if (head.version >= 2 ** 47 || far) no("a version that is absurdly high");
  if (head.tokenEpoch >= 2 ** 31 || head.tokenEpoch > head.version + 2 ** 16) no("a token epoch that is absurdly high");
}

/** The phone part as a device accepts it. `seen`: { version, hash? }, `now`: a time. */
export const verifyPhonePart = (part, { key, org, seen = { version: 0 }, now = 0, pinned = null }) =>
  as_directory(async () => {
    if (part.length % 65536 !== 0 || part.length > 2 ** 19) no("not 1 to 8 times 64 KiB");
    const { head, signedHead, content } = unframe(openSecret(part, key, LABEL, org, "phone"));
    const said = phoneShape(decode(content), "phone content");
    const root = await verifyChain(said.roots, org, anchorsOf(seen, pinned));
    requireHead(head, root, org);
    if (!same(partHash("phone", content), head.phone)) no("the content is not the head's");
    const handlers = [];
    for (const [admission, epoch, epochKey, certificate] of said.handlers) {
      const member = await verifyStatement(admission, root, org);
      if (member.kind !== 1 || member.role !== 2) no("an entry that is no handler's admission");
      requireCertificate({ handler: member.device, epoch, key: epochKey, certificate }, member.identity, org);
      handlers.push({ ...member, epoch, epochKey });
    }
    if (root.version < (seen.rootVersion ?? 0)) no("an older root than was seen");
    if (head.version < seen.version && !newer(root, seen)) no("older than what was seen");
    if (head.version === seen.version && seen.hash && !same(seen.hash, head.hash)) no("another head of this version");
    if (seen.hash && head.version === seen.version + 1 && !same(seen.hash, head.previous)) no("off the line of what was seen");
    requireReadable(said.readable, head);
    requireNumbers(said.runs, head, root, seen);
    if (now > head.expires || now > root.expires) refuse("DirectoryExpiredError", "has expired");
    const days = said.runs.flatMap(({ desk, generation, first, keys }) =>
      keys.map((one, at) => ({ desk: hex(desk), generation, day: first + at, public: hex(one) })));
    return { head, signedHead, root, handlers, days, said };
  });

/** The part key: the first 1,024 pieces are tried one after the other, in whatever order and number they come. */
async function firstOpened(wraps, epochSeed, org) {
  for (let at = 0; at + 1168 <= Math.min(wraps.length, 1024 * 1168); at += 1168) {
    try {
      return await open(wraps.subarray(at, at + 1168), epochSeed, LABEL, org, "handler-key");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return no("no wrapped key opens");
}

/** The handler part, by one of a handler's epoch seeds. */
export const verifyHandlerPart = (part, { epochSeed, org, root }) =>
  as_directory(async () => {
    if (part.length > 2 ** 23) no("more than 8 MiB");
    const [wraps, sealed] = framedShape(decode(part), "handler part");
    const partKey = await firstOpened(wraps, epochSeed, org);
    const { head, signedHead, content } = unframe(openSecret(sealed, partKey, LABEL, org, "handler"));
    requireHead(head, root, org);
    if (!same(partHash("handler", content), head.handler)) no("the content is not the head's");
    const said = handlerShape(decode(content), "handler content");
    if (said.roots.length) await requireWholeChain(said.roots, org, root);
    // What their bodies say is judged one by one (4.1, 4.2), but each must be a Countersigned.
    for (const data of [...said.statements, ...said.proposals]) readCountersigned(data);
    return { head, signedHead, said };
  });

const as_directory = async (work) => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused && error.kind === "DirectoryExpiredError") throw error;
    return as("DirectoryRefusedError", () => { throw error; });
  }
};
