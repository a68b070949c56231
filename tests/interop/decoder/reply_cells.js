// Reply cells and handlers' words, section 6.6.

import { allZero, number } from "./bytes.js";
import { deviceHolds, open } from "./blocks.js";
import { decode, encode } from "./cbor.js";
import { as, refuse } from "./refused.js";
import { blob, bytes, map, nat, anyMap } from "./shapes.js";

const no = (why) => refuse("CellDamagedError", why);

export const openReplyCell = (cell, seed, org) => as("CellDamagedError", async () => {
  if (cell.length !== 4096) no("not 4,096 bytes");
  const plain = await open(cell, seed, "kantha/v1/reply", org, 1);
  const end = 4 + number(plain.subarray(2, 4));
  if (plain.length !== 2960 || plain[0] !== 1 || plain[1] > 3) no("another size, version or kind");
  if (end > plain.length || !allZero(plain.subarray(end))) no("the length or the padding");
  return { kind: plain[1], content: plain.slice(4, end) };
});

/** The parts of a word; whether its handler said it is `wordHolds`. */
export function readWord({ kind, content }) {
  if (kind !== 2 && kind !== 3) no("no handler's word");
  if (content.length < 88) no("shorter than a word");
  const counter = number(content.subarray(16, 24));
  if (!(counter < 2 ** 48)) no("a counter of 2^48 or more");
  return { kind, sender: content.slice(0, 16), counter, signature: content.slice(24, 88), body: content.slice(88) };
}

export function wordHolds({ kind, sender, counter, signature, body }, { org, recipient, identity }) {
  const said = encode(["kantha/v1/reply-body", org, recipient, kind, sender, counter, body]);
  return deviceHolds(identity, signature, said);
}

const confirmationShape = map({
  desk: [1, bytes(8)],
  incarnation: [2, nat(2 ** 32)],
  below: [3, nat(2 ** 48)],
  bits: [4, blob(2000)],
});

/** `{below, bits}` as the counters that it confirms. */
export function confirmedCounters({ below, bits }) {
  const found = Array.from({ length: Math.max(0, below - 1) }, (_, at) => at + 1);
  for (let at = 0; at < bits.length * 8; at++) if ((bits[at >> 3] >> (at & 7)) & 1) found.push(below + at);
  return found;
}

export const readConfirmation = (body) => confirmationShape(decode(body), "confirmation");
export const readQuestion = (body) => map({ body: [1, anyMap] })(decode(body), "question").body;
