// Byte strings: hex, joining, big-endian numbers, comparison.

const UTF8 = new TextEncoder();

export const utf8 = (text) => UTF8.encode(text);
export const hex = (data) => Buffer.from(data).toString("hex");

export function unhex(text) {
  const data = Buffer.from(String(text), "hex");
  if (data.toString("hex") !== text) throw new Error(`not lower-case hex: ${String(text).slice(0, 80)}`);
  return new Uint8Array(data);
}

/** Section 2: Unicode's White_Space, and U+001C to U+001F. */
export const WHITE_SPACE = /[\p{White_Space}\x1c-\x1f]+/gu;

/** `‖` of docs/protocol.md; a string stands for its UTF-8 bytes. */
export function join(...parts) {
  return new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? utf8(part) : part))));
}

export const zeros = (count) => new Uint8Array(count);
export const same = (a, b) => a.length === b.length && Buffer.compare(a, b) === 0;
export const allZero = (data) => data.every((byte) => byte === 0);

/** `u8`, `u16`, `u32`, `u64`: unsigned, big-endian. */
export function uint(value, size) {
  const out = new Uint8Array(size);
  let rest = BigInt(value);
  for (let at = size - 1; at >= 0; at--, rest >>= 8n) out[at] = Number(rest & 255n);
  if (rest !== 0n) throw new Error(`${value} does not fit ${size} bytes`);
  return out;
}

export function number(data) {
  let value = 0n;
  for (const byte of data) value = (value << 8n) | BigInt(byte);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** One bit of the byte at `offset` changed: how most refused vectors are made. */
export function flipped(data, offset, bit) {
  const out = new Uint8Array(data);
  out[offset] ^= 1 << bit;
  return out;
}
