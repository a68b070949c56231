// What the checks of a vector file say: equal or not, refused as the vector names it or not.

import { hex } from "../decoder/bytes.js";
import { Refused } from "../decoder/refused.js";

export class Wrong extends Error {}

const plain = (value) => (value instanceof Uint8Array ? hex(value) : value);

export function equal(found, wanted, what) {
  const [a, b] = [plain(found), plain(wanted)].map((value) => JSON.stringify(value));
  if (a !== b) throw new Wrong(`${what}: ${a?.slice(0, 120)} is not ${b?.slice(0, 120)}`);
}

export function must(held, what) {
  if (held !== true) throw new Wrong(what);
}

/** `work` must refuse, with the class that the vector names, and where `why` is given for that reason. */
export async function refused(vector, work, why = null) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    equal(error.kind, vector.error, `the class of ${JSON.stringify(vector).slice(0, 200)} (${error.message})`);
    if (why) must(why.test(error.message), `${JSON.stringify(vector).slice(0, 200)}: refused because ${error.message}`);
    return;
  }
  throw new Wrong(`was not refused: ${JSON.stringify(vector).slice(0, 200)}`);
}
