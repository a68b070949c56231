// Cells and sender slots, sections 6.2 and 6.3.

import { allZero, number, same, uint } from "./bytes.js";
import { hmac, open, sha256 } from "./blocks.js";
import { dayKeySeed } from "./desk_keys.js";
import { as, refuse } from "./refused.js";

const no = (why) => refuse("CellDamagedError", why);

/** `where`: { org, desk, generation, day, seed } of the day. */
export const openCell = (cell, where) => as("CellDamagedError", async () => {
  if (cell.length !== 16384) no("another size");
  const info = ["kantha/v1/cell", where.org, where.desk, where.generation, where.day, 0];
  return readPlain(await open(cell, dayKeySeed(where.seed), ...info));
});

function readPlain(plain) {
  if (plain.length !== 15248) no("another size");
  const length = number(plain.subarray(30, 32));
  const counter = number(plain.subarray(22, 30));
  if (plain[0] !== 1) no("another version");
  if (plain[1] > 5) no("an unknown kind");
  if (!(counter < 2 ** 48)) no("a counter of 2^48 or more");
  if (length > 14704) no("a body beyond the end");
  if (!allZero(plain.subarray(544 + length))) no("a byte after the body");
  const found = {
    header: plain.slice(0, 32), kind: plain[1], sender: plain.slice(2, 18), incarnation: number(plain.subarray(18, 22)),
    counter, slots: plain.slice(32, 544), body: plain.slice(544, 544 + length),
  };
  return found;
}

/** 6.3: what the slots' MACs cover. */
export const senderMessage = (desk, header, body) => sha256(desk, header, sha256(body));

export const senderMac = (key, slot, message) =>
  hmac(key, "kantha/v1/sender\0", uint(slot, 1), message).slice(0, 16);

const BLOCK = 64;
const FARTHEST = 2 ** 20;

/** 6.3: the slot key of a counter, from the seed that an introduction shared from its `first` on. */
export function slotKey(seed, first, counter) {
  const place = counter - first;
  if (place < 0 || place > FARTHEST) no("a counter that nothing vouches for");
  let block = seed;
  for (let k = 0; k < Math.floor(place / BLOCK); k++) block = hmac(block, "kantha/v1/slot-block");
  let step = hmac(block, "kantha/v1/slot-first");
  for (let p = place - (place % BLOCK); p < place; p++) step = hmac(step, "kantha/v1/slot-next");
  return hmac(step, "kantha/v1/slot-key");
}

export const slotHolds = ({ slots }, { slot, key, message }) =>
  same(slots.subarray(16 * slot, 16 * slot + 16), senderMac(key, slot, message));

export const messageOf = (cell, desk) => senderMessage(desk, cell.header, cell.body);
