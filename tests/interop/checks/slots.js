// tokens.json and key_slot.json: sections 7.1 and 11.

import { hex, unhex } from "../decoder/bytes.js";
import { normalForm, openSlot } from "../decoder/key_slot.js";
import { FIRST_TOKENS, firstSeed, slotSeed, token, tokenHash, tokenState, weekHashes } from "../decoder/tokens.js";
import { equal, refused } from "./say.js";

export async function tokens(doc) {
  const master = unhex(doc.master);
  for (const vector of doc.seeds) {
    equal(slotSeed(master, vector.slot, vector.use), vector.own, "a slot's seed");
    equal(firstSeed(master, vector.slot, vector.use), vector.first, "a slot's first seed");
  }
  for (const vector of doc.tokens) {
    const { epoch, week, index } = vector;
    const made = token(slotSeed(master, vector.slot, vector.use), { epoch, week, index });
    equal(made, vector.token, "a token");
    equal(tokenHash(made), vector.hash, "a token's hash");
  }
  const { epoch, week, slots, uses, tokens_per_week: perSlot, first_tokens: first } = doc.set;
  equal(first, FIRST_TOKENS, "first tokens of a slot");
  const hashes = weekHashes(master, { epoch, week, uses, perSlot });
  equal(hashes, doc.set.hashes, "a week's set");
  for (const vector of doc.states)
    equal(tokenState(vector.uses, vector.tokens_per_week), vector.digest, "a token state");
  equal(uses.length, slots, "the uses of the slots");
  equal(hex(hashes).length / 2, slots * (perSlot + first) * 16, "the size of a week's set");
}

export async function key_slot(doc) {
  equal(normalForm(doc.passphrase), doc.normal_form, "the passphrase's normal form");
  equal(await openSlot({ ...doc.slot }, doc.passphrase), doc.key, "what the slot keeps");
  for (const vector of doc.refused)
    await refused(vector, () => openSlot({ ...doc.slot, ...vector.change }, doc.passphrase));
}
