// The root and its chain, section 4.1.

import { hex, same } from "./bytes.js";
import { isDevice, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { as, refuse } from "./refused.js";
import { blob, bytes, list, map, nat, text, time, tuple } from "./shapes.js";
import { readCountersigned, requireOfficers } from "./signed.js";

export const POLICY = ["session_deposits", "gap_seconds", "offline_days", "key_days", "ahead_days",
  "handler_officers", "token_slots", "tokens_per_week"];

const shape = map({
  version: [1, nat(2 ** 32, 1)],
  previous: [2, blob(32)],
  name: [3, text(200)],
  threshold: [4, nat(17, 1)],
  officers: [5, list(tuple(bytes(1984), bytes(1216)), 16, 1)],
  desks: [6, list(tuple(bytes(8), text(60, 1)), 16, 1)],
  publishers: [7, list(tuple(bytes(16), bytes(32)), 16)],
  policy: [8, tuple(...POLICY.map(() => nat(2 ** 20)))],
  pool: [9, bytes(16)],
  issued: [10, time],
  expires: [11, time],
});

const no = (why) => refuse("RootRefusedError", why);
export const rootHash = (body) => sha256("kantha/v1/root-hash\0", body);

function different(items, what) {
  if (new Set(items).size !== items.length) no(`${what} are not different`);
}

/** A root's body. */
export const readRoot = (body) => as("RootRefusedError", () => {
  const root = shape(decode(body), "root");
  if (root.version === 1 ? root.previous.length !== 0 : root.previous.length !== 32) no("the hash of the version before");
  if (root.threshold > root.officers.length) no("more signatures asked for than there are officers");
  root.officers = root.officers.map(([keys, kem]) => ({ keys, kem }));
  different(root.officers.map(({ keys }) => hex(keys)), "officers' keys");
  different(root.desks.map(([id]) => hex(id)), "desks' ids");
  different(root.desks.map(([, name]) => name), "desks' names");
  for (const [id, identity] of root.publishers) if (!isDevice(id, identity)) no("a publisher's id is another's");
  root.policy = Object.fromEntries(POLICY.map((name, at) => [name, root.policy[at]]));
  requirePolicy(root.policy);
  return root;
});

function requirePolicy(policy) {
  if (![1, 4, 16, 64].includes(policy.session_deposits)) no("session_deposits");
  if (policy.key_days < policy.offline_days) no("key_days below offline_days");
  if (policy.ahead_days < 1 || policy.ahead_days > 60) no("ahead_days");
  if (policy.token_slots * (policy.tokens_per_week + 32) > 2 ** 19) no("a week's set is too large");
}

/** The newest root of a chain of Countersigned (bytes), oldest first. */
export const verifyChain = (chain, org) => as("RootRefusedError", async () => {
  if (chain.length < 1 || chain.length > 64) no("a chain has 1 to 64 versions");
  let newest = null;
  let body = null;
  for (const data of chain) {
    const signed = readCountersigned(data);
    const root = await readRoot(signed.body);
    if (newest === null) {
      if (root.version !== 1 || !same(rootHash(signed.body), org)) no("does not begin with the organisation's first");
    } else {
      if (root.version !== newest.version + 1) no("a version is left out or repeated");
      if (!same(root.previous, rootHash(body))) no("names another version before");
    }
    const judge = newest ?? root;
    await requireOfficers(signed, "kantha/v1/root", judge, judge.threshold);
    newest = root;
    body = signed.body;
  }
  return { ...newest, body: hex(body) };
});
