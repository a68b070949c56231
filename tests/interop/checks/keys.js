// encoding.json and keys.json: sections 2, 3 and 5.1.

import * as blocks from "../decoder/blocks.js";
import { flipped, hex, unhex, utf8 } from "../decoder/bytes.js";
import { decode, encode } from "../decoder/cbor.js";
import { dayPublic, seedAt } from "../decoder/desk_keys.js";
import { refuse } from "../decoder/refused.js";
import { equal, must, refused } from "./say.js";

/** A value as the vectors write it: {"hex"} for bytes, {"map": pairs}, {"integer"} (see run.js), lists, plain values. */
export function valueOf(said) {
  if (Array.isArray(said)) return said.map(valueOf);
  if (said === null || typeof said !== "object") return said;
  if ("hex" in said) return unhex(said.hex);
  if ("integer" in said) return BigInt(said.integer);
  return new Map(said.map.map(([key, value]) => [key, valueOf(value)]));
}

const REASONS = {
  "empty": /too early/, "a byte after the end": /after the end/, "a length beyond the end": /beyond the end/,
  "25 levels": /levels/, "text that is no UTF-8": /UTF-8/, "a key twice": /twice/, "a tag": /tag/,
};

export async function encoding(doc) {
  for (const vector of doc.vectors) {
    const value = valueOf(vector.value);
    equal(encode(value), vector.bytes, `the encoding of ${vector.bytes}`);
    equal(encode(decode(unhex(vector.bytes))), vector.bytes, `${vector.bytes} decoded and encoded`);
  }
  for (const vector of doc.refused)
    await refused(vector, () => decode(unhex(vector.bytes)), REASONS[vector.name]);
}

export async function keys(doc) {
  for (const vector of doc.x_wing) {
    const made = await blocks.xWingPublic(unhex(vector.seed));
    equal(made, vector.public, "an X-Wing public key");
    blocks.requireSealable(made, "an X-Wing public key");
  }
  for (const vector of doc.device) {
    equal(blocks.ed25519Public(unhex(vector.seed)), vector.public, "a device's public key");
    equal(blocks.deviceId(unhex(vector.public)), vector.id, "a device's id");
    const signature = blocks.ed25519Sign(unhex(vector.seed), utf8("message"));
    equal(signature, vector.signature_of_message, "a device's signature");
    must(blocks.deviceHolds(unhex(vector.public), signature, utf8("message")), "a device's signature holds");
  }
  for (const vector of doc.officer) {
    equal(await blocks.officerPublic(unhex(vector.seed)), vector.public, "an officer's public keys");
    equal(blocks.officerId(unhex(vector.public)), vector.id, "an officer's id");
  }
  for (const vector of doc.chain) {
    const seed = seedAt(unhex(vector.first_seed), vector.first_day, vector.day);
    equal(seed, vector.seed, "a day's seed");
    equal(await dayPublic(seed), vector.public, "a day's public key");
  }
  const [under, shared] = doc.opens;
  const [signed] = doc.holds;
  const attempts = {
    [under.sealed]: (data) => blocks.openRaw(data, unhex(under.seed), unhex(under.info)),
    [shared.sealed]: (data) => blocks.openSecretRaw(data, unhex(shared.key), unhex(shared.info)),
    [signed.sealed]: async (data) =>
      (await blocks.officerHolds(unhex(signed.public), data, unhex(signed.message))) ||
      refuse("does not hold", "the officer's signature"),
  };
  for (const vector of doc.opens)
    equal(hex(await attempts[vector.sealed](unhex(doc.sealed[vector.sealed]))), vector.plain, "what a seal holds");
  must(await attempts[signed.sealed](unhex(doc.sealed[signed.sealed])), "an officer's signature holds");
  for (const vector of doc.refused)
    await refused(vector, () => attempts[vector.sealed](flipped(unhex(doc.sealed[vector.sealed]), ...vector.flip)));
}
