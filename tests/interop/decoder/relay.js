// What a device and a relay must agree on, docs/relay.md.

import { sha256 } from "./blocks.js";
import { hex, join } from "./bytes.js";
import { decode } from "./cbor.js";
import { Refused, refuse } from "./refused.js";
import { bytes, list, map, maybe, nat, time, tuple } from "./shapes.js";

const PAGES_PER_CHUNK = 1000;
const number = nat(2 ** 31);

const indexShape = map({
  first: [1, number], entries: [2, list(tuple(nat(1025, 1), bytes(32), time), PAGES_PER_CHUNK)],
  lowest: [3, maybe(number)], highest: [4, maybe(number)],
});

/** A page's cells as the page has them: in the order of their hashes, the same cell once. */
export function pageOf(cells) {
  const known = new Map(cells.map((cell) => [hex(sha256(cell)), cell]));
  return [...known.keys()].sort();
}

export const pageDigest = (hashes) => sha256(join(...hashes.map((one) => Buffer.from(one, "hex"))));
export const keptOfToken = (token) => sha256(token).slice(0, 16);
export const weekOf = (unix) => Math.floor(unix / 604800);

/** The index; `chunk` is null for the newest. */
export function readIndex(data, chunk) {
  try {
    const said = indexShape(decode(data), "an index");
    const newest = said.lowest !== null && said.highest !== null;
    if (chunk === null && !newest) refuse("RelayRubbishError", "the newest says what is kept");
    if ((said.first - 1) % PAGES_PER_CHUNK) refuse("RelayRubbishError", "not the first page of a chunk");
    if (chunk !== null && said.first !== chunk * PAGES_PER_CHUNK + 1) refuse("RelayRubbishError", "another chunk");
    return said;
  } catch (error) {
    if (error instanceof Refused && error.kind === "EncodingError") refuse("RelayRubbishError", error.message);
    throw error;
  }
}
