// A secret for t of n officers, section 10A.2.

import { hex } from "./bytes.js";
import { open } from "./blocks.js";
import { as, refuse } from "./refused.js";

/** Every subset of exactly `threshold` of the ids, ascending, in lexicographic order. */
export function subsets(ids, threshold) {
  const ordered = [...ids].sort(Buffer.compare);
  const found = [];
  const extend = (from, taken) => {
    if (taken.length === threshold) return found.push(taken);
    for (let at = from; at < ordered.length; at++) extend(at + 1, [...taken, ordered[at]]);
    return found;
  };
  extend(0, []);
  if (found.length > 2000) refuse("QuorumTooLargeError", "more than 2,000 subsets");
  return found;
}

/** One layer taken off by the officer at `position`. */
export const takeLayer = (sealed, { org, desk, subset, position, kemSeed }) =>
  as("QuorumRefusedError", () => open(sealed, kemSeed, "kantha/v1/quorum", org, desk, subset, position));

/** The secret, with the KEM seeds of at least the threshold's officers (hex id → seed). */
export async function openTogether(blobs, { org, desk, officers, threshold, seeds }) {
  const all = subsets(officers, threshold);
  const at = all.findIndex((subset) => subset.every((id) => hex(id) in seeds));
  if (at < 0) refuse("QuorumRefusedError", "not enough officers");
  if (blobs.length !== all.length) refuse("QuorumRefusedError", "another number of blobs than of subsets");
  return openBlob(blobs[at], { org, desk, subset: all[at], seeds });
}

/** The secret of one subset's blob. */
export async function openBlob(blob, { org, desk, subset, seeds }) {
  let sealed = blob;
  for (const [position, id] of subset.entries())
    sealed = await takeLayer(sealed, { org, desk, subset, position, kemSeed: seeds[hex(id)] });
  return sealed;
}
