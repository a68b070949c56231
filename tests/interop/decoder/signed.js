// Signed and Countersigned, section 3.

import { hex, join } from "./bytes.js";
import { deviceHolds, officerHolds, officerId } from "./blocks.js";
import { decode } from "./cbor.js";
import { refuse } from "./refused.js";
import { blob, bytes, list, tuple } from "./shapes.js";

const signedShape = tuple(blob(), bytes(64));
const countersignedShape = tuple(blob(), list(tuple(bytes(16), bytes(3373)), 16));

/** `[body, signature]`, the signature not checked yet. */
export function readSigned(data) {
  const [body, signature] = signedShape(decode(data), "Signed");
  return { body, signature };
}

export function requireSigned({ body, signature }, identity, label) {
  if (!deviceHolds(identity, signature, join(label, "\0", body)))
    refuse("SignatureRefusedError", `no signature of this device under ${label}`);
  return body;
}

/** `[body, [[officer id, signature], …]]`, officers ascending, each once; the signatures not checked yet. */
export function readCountersigned(data) {
  const [body, signatures] = countersignedShape(decode(data), "Countersigned");
  signatures.forEach(([id], at) => {
    if (at > 0 && hex(signatures[at - 1][0]) >= hex(id))
      refuse("EncodingError", "officers not in ascending order, each once");
  });
  return { body, signatures };
}

/** The ids of those officers of the root whose signatures hold; strangers are ignored. */
export async function holding({ body, signatures }, label, root) {
  const found = new Set();
  for (const [id, signature] of signatures) {
    const officer = root.officers.find((one) => hex(officerId(one.keys)) === hex(id));
    if (officer && (await officerHolds(officer.keys, signature, join(label, "\0", body)))) found.add(hex(id));
  }
  return found;
}

export async function requireOfficers(countersigned, label, root, needed) {
  const found = await holding(countersigned, label, root);
  if (found.size < needed) refuse("SignatureRefusedError", `${found.size} officers of ${needed} under ${label}`);
  return countersigned.body;
}
