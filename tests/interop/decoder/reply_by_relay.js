// An officer-to-be's reply as a cell of the complaint stream, section 4.4.

import { allZero, number } from "./bytes.js";
import { hkdf, openSecret } from "./blocks.js";
import { as, refuse } from "./refused.js";

const SHARE = 1120;
const PLAIN = 15216;

/** The reply that a cell carries under this invitation's secret. */
export const openReplyByRelay = (cell, secret) => as("ReplyRefusedError", () => {
  if (cell.length !== 16384) refuse("ReplyRefusedError", "another size");
  const share = cell.slice(0, SHARE);
  const plain = openSecret(cell.subarray(SHARE), hkdf(secret, "kantha/v1/reply-cell"), "kantha/v1/reply-cell", share);
  const end = 2 + number(plain.subarray(0, 2));
  if (plain.length !== PLAIN || end > PLAIN || !allZero(plain.subarray(end))) refuse("ReplyRefusedError", "the framing");
  return plain.slice(2, end);
});
