// Roster statements, section 4.2.

import { same } from "./bytes.js";
import { isDevice } from "./blocks.js";
import { decode } from "./cbor.js";
import { as, refuse } from "./refused.js";
import { bytes, exactly, map, nat, orNull, text, time } from "./shapes.js";
import { readCountersigned, requireOfficers } from "./signed.js";

export const ROLE = { INTAKE: 1, HANDLER: 2, OFFICER: 3 };

const admission = map({
  kind: [1, exactly(1)],
  org: [2, bytes(32)],
  device: [3, bytes(16)],
  role: [4, nat(3, 1)],
  desk: [5, bytes(8)],
  label: [6, text(60)],
  identity: [7, bytes(32)],
  kemHash: [8, bytes(32)],
  slot: [9, orNull(nat(32))],
  prefix: [10, orNull(nat(1000, 100))],
  tokenSlot: [11, nat(2 ** 16)],
  transcript: [12, bytes(32)],
  at: [13, time],
});
const revocation = map({
  kind: [1, exactly(2)], org: [2, bytes(32)], device: [3, bytes(16)], at: [4, time], reason: [5, nat(6, 1)],
});
const windowClosed = map({ kind: [1, exactly(3)], org: [2, bytes(32)], device: [3, bytes(16)], at: [4, time] });

/** A statement's body, whoever's organisation it speaks of; its signatures not looked at. */
export function readStatementBody(body) {
  const value = decode(body);
  if (!(value instanceof Map)) refuse("EncodingError", "a statement is a map");
  const kinds = { 1: admission, 2: revocation, 3: windowClosed };
  const shape = kinds[value.get(1)] ?? refuse("EncodingError", "an unknown statement");
  const said = shape(value, "statement");
  if (said.kind === 1) {
    if (!isDevice(said.device, said.identity)) refuse("EncodingError", "the device is another's");
    const handler = said.role === ROLE.HANDLER;
    if ((said.slot !== null) !== handler || (said.prefix === null) !== handler)
      refuse("EncodingError", "a handler has a slot, an intake device a prefix");
  }
  return said;
}

export function readStatement(body, org) {
  const said = readStatementBody(body);
  if (!same(said.org, org)) refuse("SignatureRefusedError", "another organisation's statement");
  return said;
}

/** How many officers a statement needs. */
export const needed = (said, root) =>
  said.kind === 1 && said.role === ROLE.HANDLER ? Math.max(1, root.policy.handler_officers) : 1;

/** A Countersigned statement, believed. */
export const verifyStatement = (data, root, org) => as("SignatureRefusedError", async () => {
  const signed = readCountersigned(data);
  const said = readStatement(signed.body, org);
  await requireOfficers(signed, "kantha/v1/roster", root, needed(said, root));
  return { ...said, body: signed.body };
});
