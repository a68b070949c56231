// Parcels and chunks, section 6.1.

import { allZero, hex, join, number } from "./bytes.js";
import { open } from "./blocks.js";
import { decode, encode } from "./cbor.js";
import { DAY, GENERATION, dayKeySeed } from "./desk_keys.js";
import { as, refuse } from "./refused.js";
import { anyMap, blob, bytes, map, nat, text, time } from "./shapes.js";

const PIECE = 14592;
const BLOCK = 1024;
const MOST = 4 * 2 ** 20;
const no = (why) => refuse("ParcelDamagedError", why);

const contentShape = map({ kind: [1, nat(4, 1)], code: [2, text(16)], at: [3, time], payload: [4, anyMap] });
const chunkShape = map({
  parcel: [1, bytes(16)],
  index: [2, nat(288)],
  total: [3, nat(289, 1)],
  generation: [4, GENERATION],
  day: [5, DAY],
  piece: [6, blob(PIECE)],
});

/** `where`: { org, desk, generation, day, seed } of the day. */
export const openParcel = (sealed, where) => as("ParcelDamagedError", async () => {
  const info = ["kantha/v1/parcel", where.org, where.desk, where.generation, where.day, 0];
  const plain = await open(sealed, dayKeySeed(where.seed), ...info);
  if (plain.length === 0 || plain.length % BLOCK !== 0) no("not padded to 1 KiB");
  const end = 4 + number(plain.subarray(0, 4));
  if (end > plain.length) no("a length beyond the end");
  if (plain.length - end >= BLOCK || !allZero(plain.subarray(end))) no("the padding");
  const content = contentShape(decode(plain.subarray(4, end)), "parcel");
  if (encode(content.payload).length > MOST) no("a payload of more than 4 MiB");
  return content;
});

/** The bodies of a parcel's cells. */
export function cut({ id, generation, day, sealed }) {
  const total = Math.ceil(sealed.length / PIECE);
  return Array.from({ length: total }, (_, index) =>
    encode(new Map([[1, id], [2, index], [3, total], [4, generation], [5, day],
      [6, sealed.slice(index * PIECE, (index + 1) * PIECE)]])));
}

export const readChunk = (body) => as("ParcelDamagedError", () => {
  const chunk = chunkShape(decode(body), "chunk");
  if (chunk.index >= chunk.total || chunk.piece.length === 0) no("an index beyond the total, or nothing in it");
  return chunk;
});

/** Chunks in any order, put together. */
export function joinChunks(chunks) {
  const [{ parcel, total, generation, day }] = chunks;
  const agree = (one) => hex(one.parcel) === hex(parcel) && one.total === total
    && one.generation === generation && one.day === day;
  if (!chunks.every(agree) || new Set(chunks.map(({ index }) => index)).size !== total) no("the chunks do not agree");
  const ordered = [...chunks].sort((a, b) => a.index - b.index);
  return { id: parcel, generation, day, sealed: join(...ordered.map(({ piece }) => piece)) };
}
