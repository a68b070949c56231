// Tokens, section 7.1.

import { join, uint } from "./bytes.js";
import { hkdf, hmac, sha256 } from "./blocks.js";
import { encode } from "./cbor.js";

export const FIRST_TOKENS = 32;

export const slotSeed = (master, slot, use = 0) =>
  hkdf(master, join("kantha/v1/token-slot", uint(slot, 4), uint(use, 4)));
export const firstSeed = (master, slot, use = 0) =>
  hkdf(master, join("kantha/v1/token-first", uint(slot, 4), uint(use, 4)));

export const token = (seed, { epoch, week, index }) =>
  hmac(seed, "kantha/v1/token\0", uint(epoch, 4), uint(week, 4), uint(index, 4));
export const tokenHash = (data) => sha256(data).slice(0, 16);

/** A week's set: the hashes of all slots at their present use, sorted and joined. */
export function weekHashes(master, { epoch, week, uses, perSlot }) {
  const hashes = [];
  for (const [slot, use] of uses.entries()) {
    for (const [seed, count] of [[slotSeed(master, slot, use), perSlot], [firstSeed(master, slot, use), FIRST_TOKENS]]) {
      for (let index = 0; index < count; index++) hashes.push(tokenHash(token(seed, { epoch, week, index })));
    }
  }
  return join(...hashes.sort(Buffer.compare));
}

/** The digest of the token state. */
export const tokenState = (uses, perSlot) => sha256("kantha/v1/token-state\0", encode([perSlot, uses]));
