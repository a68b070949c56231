// Sealed values by name, with the change that a refused vector describes.

import { flipped, unhex } from "../decoder/bytes.js";

export function sealedValue(doc, vector) {
  let data = unhex(doc.sealed[vector.sealed]);
  if (vector.flip) data = flipped(data, ...vector.flip);
  return data.slice(0, vector.cut ?? data.length);
}

/** Where and when something was sealed, with what a vector changes of it; the seed stays. */
export function place(doc, change = {}) {
  const where = { org: doc.org, desk: doc.desk, generation: doc.generation, day: doc.day, ...change };
  return {
    org: unhex(where.org), desk: unhex(where.desk), generation: where.generation, day: where.day,
    seed: unhex(doc.seed_of_day),
  };
}
