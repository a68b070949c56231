// An officer's recovery card, section 10A.4.

import { allZero, join, number, uint } from "./bytes.js";
import { argon2id, openSecret, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { normalForm } from "./key_slot.js";
import { Refused, as, refuse } from "./refused.js";
import { blob, bytes, exactly, map, maybe, nat, text, time } from "./shapes.js";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LINE = 25;
const no = (why) => refuse("CardDamagedError", why);

const lockedShape = map({
  version: [1, exactly(1)], memory_kib: [2, nat(1048577, 65536)], passes: [3, nat(65, 1)], lanes: [4, nat(65, 1)],
  salt: [5, bytes(16)], sealed: [6, blob()],
});
const bodyShape = map({
  org: [1, bytes(32)], relay: [2, text(300)], pool: [3, bytes(16)], rootHash: [4, bytes(32)],
  signingSeed: [5, bytes(32)], kemSeed: [6, bytes(32)], tokenMaster: [7, bytes(32)], publishToken: [8, maybe(text())],
  directoryKey: [9, bytes(32)], at: [10, time],
});

const bitsOf = (letters) => [...letters].map((one) => LETTERS.indexOf(one).toString(2).padStart(5, "0")).join("");
const lettersOf = (bits) => bits.match(/.{5}/g).map((five) => LETTERS[parseInt(five, 2)]).join("");
const bitsOfBytes = (data) => [...data].map((byte) => byte.toString(2).padStart(8, "0")).join("");

function check(at, line) {
  return lettersOf(bitsOfBytes(sha256("kantha/v1/card-line\0", uint(at, 1), line)).slice(0, 20));
}

/** The lines of a locked card, without spaces. */
export function toLines(locked) {
  const plain = join(uint(locked.length, 2), locked);
  return Array.from({ length: Math.ceil(plain.length / LINE) }, (_, at) => {
    const line = join(plain.subarray(at * LINE, (at + 1) * LINE), new Uint8Array(LINE)).slice(0, LINE);
    return String(at + 1).padStart(2, "0") + lettersOf(bitsOfBytes(line)) + check(at + 1, line);
  });
}

/** The locked card that people typed or scanned: its lines in any order, spaces and case as they come. */
export function fromLines(typed) {
  const found = new Map();
  for (const row of typed.split(/[\n\r/]+/)) {
    const dense = row.replace(/\s/gu, "").toUpperCase();
    if (!/^\d\d/.test(dense)) continue;
    const at = Number(dense.slice(0, 2));
    const letters = dense.slice(2).replace(/[IL]/g, "1").replaceAll("O", "0");
    if (letters.length !== 44 || [...letters].some((one) => !LETTERS.includes(one))) no(`line ${at}`);
    const bits = bitsOf(letters.slice(0, 40));
    const line = new Uint8Array(bits.match(/.{8}/g).map((eight) => parseInt(eight, 2)));
    if (check(at, line) !== letters.slice(40)) no(`line ${at}`);
    found.set(at, line);
  }
  const last = Math.max(0, ...found.keys());
  const lines = Array.from({ length: last }, (_, at) => found.get(at + 1) ?? no(`line ${at + 1} is missing`));
  const plain = join(...lines);
  if (plain.length < 2) no("line 1 is missing");
  const end = 2 + number(plain.subarray(0, 2));
  if (end > plain.length) no(`line ${lines.length + 1} is missing`);
  if (plain.length - end >= LINE || !allZero(plain.subarray(end))) no("the padding");
  return plain.slice(2, end);
}

export const qrText = (locked) => ["KANTHA1-CARD", ...toLines(locked)].join("/");

/** What a locked card keeps. */
export const openCard = async (data, passphrase) => {
  const { memory_kib, passes, lanes, salt, sealed } = await as("CardDamagedError", () => lockedShape(decode(data), "card"));
  const key = await argon2id(normalForm(passphrase), salt, { memory_kib, passes, lanes });
  let body;
  try {
    body = openSecret(sealed, key, "kantha/v1/card", salt, "argon2id", memory_kib, passes, lanes);
  } catch (error) {
    if (error instanceof Refused) refuse("CardPassphraseError", "does not open");
    throw error;
  }
  return as("CardDamagedError", () => bodyShape(decode(body), "card"));
};
