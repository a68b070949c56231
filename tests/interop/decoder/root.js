// The root and its chain, section 4.1.

import { hex, same } from "./bytes.js";
import { isDevice, openSecret, requireSealable, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { as, refuse } from "./refused.js";
import { blob, bytes, list, map, nat, text, time, tuple } from "./shapes.js";
import { holding, readCountersigned, requireOfficers } from "./signed.js";

export const POLICY = ["session_deposits", "gap_seconds", "offline_days", "key_days", "ahead_days",
  "handler_officers", "token_slots", "tokens_per_week", "window_days"];

const shape = map({
  version: [1, nat(2 ** 32, 1)],
  previous: [2, blob(32)],
  name: [3, text(200)],
  threshold: [4, nat(17, 1)],
  officers: [5, list(tuple(bytes(1984), requireSealable, bytes(16)), 16, 1)],
  desks: [6, list(tuple(bytes(8), text(60, 1)), 16, 1)],
  publishers: [7, list(tuple(bytes(16), bytes(32)), 16)],
  policy: [8, tuple(...POLICY.map(() => nat(2 ** 20)))],
  pool: [9, bytes(16)],
  issued: [10, time],
  expires: [11, time],
});

const no = (why) => refuse("RootRefusedError", why);
const malformed = (why) => refuse("EncodingError", why);
export const rootHash = (body) => sha256("kantha/v1/root-hash\0", body);

function different(items, what) {
  if (new Set(items).size !== items.length) malformed(`${what} are not different`);
}

/** A root's body, with its hash. */
export function readRoot(body) {
  const root = shape(decode(body), "root");
  if (root.version === 1 ? root.previous.length !== 0 : root.previous.length !== 32) malformed("the hash of the version before");
  if (root.threshold > root.officers.length) malformed("more signatures asked for than there are officers");
  root.officers = root.officers.map(([keys, kem, device]) => ({ keys, kem, device }));
  different(root.officers.map(({ keys }) => hex(keys)), "officers' keys");
  different(root.officers.map(({ kem }) => hex(kem)), "officers' KEM keys");
  different(root.officers.map(({ device }) => hex(device)), "officers' devices");
  different(root.desks.map(([id]) => hex(id)), "desks' ids");
  different(root.desks.map(([, name]) => name), "desks' names");
  for (const [id, identity] of root.publishers) if (!isDevice(id, identity)) malformed("a publisher's id is another's");
  root.policy = Object.fromEntries(POLICY.map((name, at) => [name, root.policy[at]]));
  requirePolicy(root.policy, root.officers.length);
  return { ...root, hash: rootHash(body) };
}

function requirePolicy(policy, officers) {
  if (![1, 4, 16, 64].includes(policy.session_deposits)) malformed("session_deposits");
  if (policy.key_days < policy.offline_days) malformed("key_days below offline_days");
  if (policy.ahead_days < 1 || policy.ahead_days > 60) malformed("ahead_days");
  if (policy.window_days < policy.key_days || policy.window_days > 400) malformed("window_days");
  if (policy.handler_officers > officers) malformed("handler_officers");
  if (policy.token_slots * (policy.tokens_per_week + 32) > 2 ** 19) malformed("a week's set is too large");
}

/** The newest root of a chain of Countersigned (bytes), oldest first. `anchors`: the root hashes that can anchor it. */
export const verifyChain = (chain, org, anchors = []) => as("RootRefusedError", async () => {
  if (chain.length < 1) no("an empty chain");
  const hashes = chain.map((data) => hex(rootHash(readCountersigned(data).body)));
  const anchored = anchors.some((anchor) => hashes.includes(hex(anchor)));
  if (anchors.length && !anchored) no("the chain does not contain the anchor");
  let newest = null;
  let body = null;
  for (const data of chain) {
    const signed = readCountersigned(data);
    const root = readRoot(signed.body);
    if (newest === null) {
      if (root.version === 1 && !same(rootHash(signed.body), org)) no("does not begin with the organisation's first");
      if (root.version !== 1 && !anchored) no("begins later than the organisation, and nothing anchors it");
    } else {
      if (root.version !== newest.version + 1) no("a version is left out or repeated");
      if (!same(root.previous, rootHash(body))) no("names another version before");
    }
    const judge = newest ?? root;
    if (newest || root.version === 1) await requireOfficers(signed, "kantha/v1/root", judge, judge.threshold);
    newest = root;
    body = signed.body;
  }
  return { ...newest, body: hex(body), hash: rootHash(body) };
});

/** A proposal: it fits on the newest root and one of its officers signed it. */
export const readProposal = (data, newest) => as("RootRefusedError", async () => {
  const signed = readCountersigned(data);
  const root = readRoot(signed.body);
  if (root.version !== newest.version + 1 || !same(root.previous, newest.hash)) no("does not fit on the newest root");
  const have = [...(await holding(signed, "kantha/v1/root", newest))].sort();
  if (have.length === 0) no("signed by no officer of the newest root");
  return { root, have, needed: newest.threshold, inForce: have.length >= newest.threshold };
});

const carriedShape = tuple(blob(), list(blob(), 4096));

/** A proposal that was carried by hand, and the statements that its signers sign too; no signature looked at. */
export const openCarried = (sealed, key, org) => as("RootRefusedError", async () => {
  const [proposal, statements] = carriedShape(decode(openSecret(sealed, key, "kantha/v1/proposal", org)), "carried");
  for (const data of [proposal, ...statements]) readCountersigned(data);
  return { proposal, statements };
});
