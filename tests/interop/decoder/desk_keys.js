// Chains, day keys, epoch certificates and wraps, section 5.

import { deviceHolds, hkdf, open, xWingPublic } from "./blocks.js";
import { encode } from "./cbor.js";
import { refuse } from "./refused.js";
import { bytes, nat, tuple } from "./shapes.js";

export const DAY = nat(2 ** 31);
export const GENERATION = nat(2 ** 32);
export const EPOCH = nat(2 ** 32);

/** 5.1: the chain's seed of a later day. */
export function seedAt(seed, from, day) {
  if (day < from || day - from > 4000) refuse("EncodingError", "a chain only moves forward, at most 4,000 days");
  let found = seed;
  for (let at = from; at < day; at++) found = hkdf(found, "kantha/v1/desk-seed-next");
  return found;
}

export const dayKeySeed = (seed) => hkdf(seed, "kantha/v1/day-key");
export const dayPublic = (seed) => xWingPublic(dayKeySeed(seed));

/** 5.2: what an epoch certificate signs (no prefix). */
export const certified = (org, handler, epoch, key) => encode(["kantha/v1/epoch-key", org, handler, epoch, key]);

export function requireCertificate({ handler, epoch, key, certificate }, identity, org) {
  if (!deviceHolds(identity, certificate, certified(org, handler, epoch, key)))
    refuse("SignatureRefusedError", "the epoch key's certificate does not hold");
}

const wrapShape = tuple(bytes(8), GENERATION, DAY, bytes(16), EPOCH, bytes(1168));

export function readWrap(value) {
  const [desk, generation, day, handler, epoch, sealed] = wrapShape(value, "wrap");
  return { desk, generation, day, handler, epoch, sealed };
}

/** The seed of the wrap's day. */
export async function openWrap({ desk, generation, day, handler, epoch, sealed }, epochSeed, org) {
  const info = ["kantha/v1/seed-wrap", org, desk, generation, day, handler, epoch];
  const seed = await open(sealed, epochSeed, ...info);
  if (seed.length !== 32) refuse("OpenError", "not a seed");
  return seed;
}
