// Officer by officer, section 10A.5.

import { open, requireSealable, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { digits, fromText } from "./enrolment.js";
import { as, refuse } from "./refused.js";
import { blob, bytes, list, nat, tuple } from "./shapes.js";

const KIND = "HandoverRefusedError";
const requestShape = tuple(bytes(32), bytes(8), bytes(32), requireSealable);
const pieceShape = tuple(bytes(32), bytes(8), bytes(32), list(bytes(16), 16, 1), nat(16), blob());

export const readRequest = (said) => as(KIND, () => {
  const data = fromText(said, "KANTHA1-HANDOVER:", KIND);
  const [org, desk, header, key] = requestShape(decode(data), "request");
  return { org, desk, header, key, digits: digits(sha256("kantha/v1/quorum-handover-request\0", data)) };
});

export const readPiece = (said) => as(KIND, () => {
  const [org, desk, header, subset, position, sealed] = pieceShape(decode(fromText(said, "KANTHA1-PIECE:", KIND)), "piece");
  if (position >= subset.length) refuse(KIND, "a position beyond the officers");
  return { org, desk, header, subset, position, sealed };
});

/** The archive key that the last officer gives to the new machine. */
export const openKey = (said, { org, desk, header, key }, seed) => as(KIND, async () => {
  const found = await open(fromText(said, "KANTHA1-KEY:", KIND), seed, "kantha/v1/quorum-handover", org, desk, header, key);
  if (found.length !== 32) refuse(KIND, "not a key");
  return found;
});
