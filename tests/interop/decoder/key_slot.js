// The key slot, section 11.

import { WHITE_SPACE, utf8 } from "./bytes.js";
import { argon2id, openSecret } from "./blocks.js";
import { Refused, refuse } from "./refused.js";

const no = (why) => refuse("SlotDamagedError", why);

/** NFKC, runs of white space made one space, none at the ends, UTF-8. */
export const normalForm = (passphrase) => utf8(passphrase.normalize("NFKC").split(WHITE_SPACE).filter(Boolean).join(" "));

function base64(text, size) {
  if (typeof text !== "string") no("not base64");
  const data = new Uint8Array(Buffer.from(text, "base64"));
  if (Buffer.from(data).toString("base64") !== text || data.length !== size) no("not base64 of the right length");
  return data;
}

/** What slots.json's slot keeps. */
export async function openSlot(slot, passphrase) {
  if (slot.version !== 1 || slot.kdf !== "argon2id") no("another version");
  const { kdf, memory_kib, passes, lanes } = slot;
  const salt = base64(slot.salt, 16);
  const sealed = base64(slot.sealed, 80);
  for (const [value, least, most] of [[memory_kib, 65536, 4194304], [passes, 1, 64], [lanes, 1, 64]])
    if (!Number.isInteger(value) || value < least || value > most) no("parameters out of bounds");
  const key = await argon2id(normalForm(passphrase), salt, { memory_kib, passes, lanes });
  try {
    return openSecret(sealed, key, "kantha/v1/vault-slot", salt, kdf, memory_kib, passes, lanes);
  } catch (error) {
    if (error instanceof Refused) refuse("WrongPassphraseError", "does not open");
    throw error;
  }
}
