// Announcements, section 6.4, and operations, section 6.5.

import { same, uint } from "./bytes.js";
import { deviceId, open, requireSealable, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { DAY, EPOCH } from "./desk_keys.js";
import { refuse } from "./refused.js";
import { bytes, exactly, list, map, nat, textMap, tuple } from "./shapes.js";
import { readSigned, requireSigned } from "./signed.js";

const KINDS = {
  1: map({
    kind: [1, exactly(1)],
    org: [2, bytes(32)],
    desk: [3, bytes(8)],
    entries: [4, list(tuple(bytes(16), EPOCH, bytes(1168)), 11)],
    first: [5, nat(2 ** 48, 1)],
  }),
  2: map({ kind: [1, exactly(2)], org: [2, bytes(32)], number: [3, nat(2 ** 32)], key: [4, requireSealable] }),
  3: map({
    kind: [1, exactly(3)], org: [2, bytes(32)], epoch: [3, EPOCH], key: [4, requireSealable], certificate: [5, bytes(64)],
  }),
  4: map({
    kind: [1, exactly(4)], org: [2, bytes(32)], desk: [3, bytes(8)],
    receipts: [4, list(tuple(bytes(16), bytes(16), bytes(32)), 200)],
  }),
  5: map({
    kind: [1, exactly(5)], org: [2, bytes(32)], desk: [3, bytes(8)], counter: [4, nat(2 ** 48)], link: [5, bytes(32)],
  }),
};

/** An announcement by this identity. */
export function readAnnouncement(body, identity, org) {
  const value = decode(requireSigned(readSigned(body), identity, "kantha/v1/announce"));
  const shape = KINDS[value instanceof Map ? value.get(1) : 0] ?? refuse("EncodingError", "an unknown announcement");
  const said = shape(value, "announcement");
  if (!same(said.org, org)) refuse("SignatureRefusedError", "another organisation's announcement");
  return said;
}

/** What a receipt says of a sealed parcel. */
export const receiptDigest = ({ desk, generation, day, sealed }) =>
  sha256("kantha/v1/receipt\0", desk, uint(generation, 4), uint(day, 4), sealed);

/** A heartbeat's body: the first day whose key its device may still need at this desk. */
export const readHeartbeat = (body) => map({ since: [1, DAY] })(decode(body), "heartbeat").since;

/** The pairwise key of one entry, `who`: { org, desk, device }. */
export async function openIntroduction([handler, epoch, sealed], epochSeed, { org, desk, device }) {
  const key = await open(sealed, epochSeed, "kantha/v1/introduction", org, desk, device, handler, epoch);
  if (key.length !== 32) refuse("OpenError", "not a key");
  return key;
}

const operationShape = map({
  device: [1, bytes(16)],
  counter: [2, nat(2 ** 48, 1)],
  previous: [3, bytes(32)],
  operation: [4, textMap],
});

export const linkHash = (signed) => sha256("kantha/v1/operation-link\0", signed);

/** One signed operation by this identity. */
export function readOperation(data, identity) {
  const said = operationShape(decode(requireSigned(readSigned(data), identity, "kantha/v1/operation")), "operation");
  if (!same(said.device, deviceId(identity))) refuse("SignatureRefusedError", "another device's operation");
  return said;
}
