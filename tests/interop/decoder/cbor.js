// Deterministic CBOR, docs/protocol.md section 2: decode, encode again, compare. Maps become Map, byte strings
// Uint8Array, integers Number where exact and BigInt beyond.

import { join, number, same, uint, utf8 } from "./bytes.js";
import { refuse } from "./refused.js";

const MAX_DEPTH = 24;
const TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const no = (why) => refuse("EncodingError", why);

export function decode(data) {
  const [value, end] = read(data, 0, 1);
  if (end !== data.length) no("bytes after the end");
  if (!same(encode(value), data)) no("not the deterministic encoding");
  return value;
}

export function encode(value) {
  if (value === null) return uint(0xf6, 1);
  if (value === false || value === true) return uint(value ? 0xf5 : 0xf4, 1);
  if (typeof value === "number" || typeof value === "bigint") {
    const exact = BigInt(value);
    return exact < 0n ? head(1, -1n - exact) : head(0, exact);
  }
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  if (typeof value === "string") return join(head(3, utf8(value).length), value);
  if (Array.isArray(value)) return join(head(4, value.length), ...value.map(encode));
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [encode(key), encode(item)]);
    entries.sort(([a], [b]) => a.length - b.length || Buffer.compare(a, b));
    return join(head(5, entries.length), ...entries.flat());
  }
  throw new Error(`nothing on the page encodes ${typeof value}`);
}

function head(major, value) {
  const count = BigInt(value);
  if (count < 24n) return uint((major << 5) | Number(count), 1);
  const power = [8n, 16n, 32n, 64n].findIndex((bits) => count < 1n << bits);
  return join(uint((major << 5) | (24 + power), 1), uint(count, 1 << power));
}

function read(data, at, depth) {
  if (at >= data.length) no("ends too early");
  const major = data[at] >> 5;
  const low = data[at] & 31;
  if (major === 7) {
    if (low === 20 || low === 21) return [low === 21, at + 1];
    if (low === 22) return [null, at + 1];
    no("a float, undefined or another simple value");
  }
  if (major === 6) no("a tag");
  if (low > 27) no("an indefinite or reserved length");
  const size = low < 24 ? 0 : 1 << (low - 24);
  const start = at + 1 + size;
  if (start > data.length) no("ends too early");
  const value = size ? number(data.subarray(at + 1, start)) : low;
  if (major === 0) return [value, start];
  if (major === 1) {
    if (BigInt(value) >= 1n << 63n) no("an integer below -2^63");
    const negative = -1n - BigInt(value);
    return [negative >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(negative) : negative, start];
  }
  if (value > data.length - start) no("a length beyond the end");
  if (major > 3 && depth > MAX_DEPTH) no("more than 24 levels");
  if (major === 2) return [data.slice(start, start + value), start + value];
  if (major === 3) return [text(data.subarray(start, start + value)), start + value];
  return major === 4 ? list(data, start, value, depth) : map(data, start, value, depth);
}

function text(data) {
  try {
    return TEXT.decode(data);
  } catch {
    return no("text that is no UTF-8");
  }
}

function list(data, start, count, depth) {
  const items = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const [item, next] = read(data, at, depth + 1);
    items.push(item);
    at = next;
  }
  return [items, at];
}

function map(data, start, count, depth) {
  const entries = new Map();
  let at = start;
  for (let i = 0; i < count; i++) {
    const [key, middle] = read(data, at, depth + 1);
    if (!["number", "bigint", "string"].includes(typeof key)) no("a key that is neither an integer nor a text");
    if (entries.has(key)) no("a key twice");
    const [value, next] = read(data, middle, depth + 1);
    entries.set(key, value);
    at = next;
  }
  return [entries, at];
}
