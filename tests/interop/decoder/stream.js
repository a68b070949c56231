// Stream files, section 10A.1.

import { join, uint, zeros } from "./bytes.js";
import { hkdf, openChunk } from "./blocks.js";
import { encode } from "./cbor.js";
import { as, refuse } from "./refused.js";

const CHUNK = 65536;
const TAG = 16;

/** All of a stream's plaintext. */
export const readStream = (data, { fileKey, purpose, context }) => as("StreamDamagedError", () => {
  if (data.length < 16) refuse("StreamDamagedError", "no nonce");
  const key = hkdf(fileKey, encode(["kantha/v1/stream", purpose, context]), 32, data.slice(0, 16));
  const sealed = data.subarray(16);
  const count = Math.max(1, Math.ceil(sealed.length / (CHUNK + TAG)));
  const pieces = [];
  for (let at = 0; at < count; at++) {
    const chunk = sealed.subarray(at * (CHUNK + TAG), (at + 1) * (CHUNK + TAG));
    const last = at === count - 1;
    const plain = openChunk(key, join(uint(at, 11), uint(last ? 1 : 0, 1)), chunk);
    if (last && at > 0 && plain.length === 0) refuse("StreamDamagedError", "an empty last chunk after others");
    pieces.push(plain);
  }
  return join(zeros(0), ...pieces);
});
