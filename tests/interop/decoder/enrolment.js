// Invitation, reply, transcript, digits and welcome, section 4.4.

import { WHITE_SPACE, join, number, same } from "./bytes.js";
import { deviceHolds, deviceId, hkdf, hmac, officerHolds, requireSealable, sha256 } from "./blocks.js";
import { decode } from "./cbor.js";
import { EPOCH, requireCertificate } from "./desk_keys.js";
import { as, refuse } from "./refused.js";
import { openReplyCell } from "./reply_cells.js";
import { ROLE } from "./roster.js";
import { blob, bytes, exactly, map, maybe, nat, text, time, tuple } from "./shapes.js";

const invitationShape = map({
  org: [1, bytes(32)],
  rootHash: [2, bytes(32)],
  relay: [3, text(300)],
  pool: [4, bytes(16)],
  secret: [5, bytes(32)],
  role: [6, nat(4, 1)],
  desk: [7, bytes(8)],
  label: [8, maybe(text(60))],
  firstSeed: [9, bytes(32)],
  tokenEpoch: [10, nat(2 ** 32)],
  gapSeconds: [11, nat(2 ** 20)],
  deposits: [12, nat(65, 1)],
  expires: [13, time],
});

const replyShape = map({
  invitation: [1, bytes(16)],
  identity: [2, bytes(32)],
  kem: [3, requireSealable],
  epoch: [4, maybe(EPOCH)],
  epochKey: [5, maybe(requireSealable)],
  certificate: [6, maybe(bytes(64))],
  at: [7, time],
  officer: [8, maybe(bytes(1984))],
  officerKem: [9, maybe(requireSealable)],
});

function publishingToken(value, what) {
  if (typeof value !== "string" || !/^[\x00-\x7f]{43}$/.test(value)) refuse("EncodingError", `${what}: not 43 ASCII characters`);
  return value;
}

const welcomeShape = map({
  org: [1, bytes(32)],
  rootHash: [2, bytes(32)],
  device: [3, bytes(16)],
  role: [4, nat(4, 1)],
  desk: [5, bytes(8)],
  slot: [6, maybe(nat(32))],
  label: [7, text(60)],
  directoryKey: [8, bytes(32)],
  prefix: [9, maybe(nat(1000, 100))],
  tokenSeed: [10, bytes(32)],
  tokenEpoch: [11, nat(2 ** 32)],
  tokensAWeek: [12, nat(2 ** 20)],
  tokenMaster: [13, maybe(bytes(32))],
  publishToken: [14, maybe(publishingToken)],
});

const MOST_TEXT = 16000;

/** What a text carries: the prefix, then base64url without padding; white space anywhere is ignored. */
export function fromText(said, prefix, kind) {
  const dense = said.replace(WHITE_SPACE, "");
  if (dense.length > MOST_TEXT) refuse(kind, "the text is too long");
  if (!dense.startsWith(prefix)) refuse(kind, `does not begin with ${prefix}`);
  const letters = dense.slice(prefix.length);
  const data = new Uint8Array(Buffer.from(letters, "base64url"));
  if (Buffer.from(data).toString("base64url") !== letters) refuse(kind, "not base64url without padding");
  return data;
}

export const invitationFromText = (said) => as("InvitationRefusedError", () =>
  readInvitation(fromText(said, "KANTHA1-INVITATION:", "InvitationRefusedError")));

export const readInvitation = (data) => as("InvitationRefusedError", () => {
  const said = invitationShape(decode(data), "invitation");
  if (!/^https?:\/\//.test(said.relay)) refuse("InvitationRefusedError", "the relay's address");
  return { ...said, id: hkdf(said.secret, "kantha/v1/invitation-id", 16), bytes: data };
});

/** A reply to this invitation, believed as far as it can be before the digits. */
export const verifyReply = (data, invitation) => as("ReplyRefusedError", async () => {
  const parts = [blob(), bytes(64), bytes(32)];
  if (invitation.role === ROLE.OFFICER) parts.push(bytes(3373));
  const [body, signature, code, officerSignature] = tuple(...parts)(decode(data), "reply");
  const said = replyShape(decode(body), "reply");
  if (!same(said.invitation, invitation.id)) refuse("ReplyRefusedError", "answers another invitation");
  if (!same(hmac(hkdf(invitation.secret, "kantha/v1/reply-mac"), body, signature), code))
    refuse("ReplyRefusedError", "the MAC does not hold");
  if (!deviceHolds(said.identity, signature, join("kantha/v1/reply-signature\0", body)))
    refuse("ReplyRefusedError", "the signature does not hold");
  const device = deviceId(said.identity);
  const handler = invitation.role !== ROLE.INTAKE;
  const officer = invitation.role === ROLE.OFFICER;
  for (const part of [said.epoch, said.epochKey, said.certificate])
    if ((part !== null) !== handler) refuse("ReplyRefusedError", "a handler gives 4 to 6, an intake device none");
  for (const part of [said.officer, said.officerKem])
    if ((part !== null) !== officer) refuse("ReplyRefusedError", "an officer gives 8 and 9, nobody else does");
  if (officer && !(await officerHolds(said.officer, officerSignature, join("kantha/v1/officer-reply\0", body))))
    refuse("ReplyRefusedError", "the officer signature does not hold");
  if (handler)
    requireCertificate({ handler: device, epoch: said.epoch, key: said.epochKey, certificate: said.certificate },
      said.identity, invitation.org);
  return { ...said, device };
});

export const transcript = (invitation, reply) =>
  sha256("kantha/v1/transcript\0", sha256(invitation), sha256(reply));

export function digits(said) {
  const stream = hkdf(said, "kantha/v1/digits", 48);
  return Array.from({ length: 6 }, (_, at) =>
    String(BigInt(number(stream.subarray(8 * at, 8 * at + 8))) % 100000n).padStart(5, "0")).join(" ");
}

/** 4.4.8: what other officers compare before they sign a root that names a new one. */
export const officerDigits = (device, keys, kem) => digits(sha256("kantha/v1/officer-digits\0", device, keys, kem));

/** Any decimal digits of Unicode; white space and `-` are ignored. */
export function requireDigits(said, typed) {
  const dense = typed.replace(WHITE_SPACE, "").replaceAll("-", "");
  const found = [...dense].map((letter) => (/\p{Nd}/u.test(letter) ? digitValue(letter) : "x")).join("");
  if (found !== digits(said).replaceAll(" ", "")) refuse("DigitsDifferError", "the digits differ");
}

/** Unicode keeps decimal digits in runs of ten, zero first: count back to where the run of ten begins. */
function digitValue(letter) {
  let start = letter.codePointAt(0);
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((letter.codePointAt(0) - start) % 10);
}

/** 4.4: slot and prefix as in an admission, role 3 as a handler; 13 and 14 are null unless the role is 3. */
function requirePlaces({ role, slot, prefix, tokenMaster, publishToken }) {
  const handler = role !== ROLE.INTAKE;
  if ((slot !== null) !== handler || (prefix === null) !== handler)
    refuse("WelcomeRefusedError", "a handler has a slot, an intake device a prefix");
  if (role !== ROLE.OFFICER && (tokenMaster !== null || publishToken !== null))
    refuse("WelcomeRefusedError", "an officer's secrets for somebody else");
}

/** The welcome in a reply cell. */
export const openWelcome = (cell, { kemSeed, invitation, transcriptHash }) => as("WelcomeRefusedError", async () => {
  const { kind, content } = await openReplyCell(cell, kemSeed, invitation.org);
  if (kind !== 1) refuse("WelcomeRefusedError", "no welcome");
  const body = content.subarray(32);
  if (body.length > 2900) refuse("WelcomeRefusedError", "longer than 2,900 bytes");
  const code = hmac(hkdf(invitation.secret, "kantha/v1/welcome-mac"), transcriptHash, body);
  if (!same(code, content.subarray(0, 32))) refuse("WelcomeRefusedError", "the MAC does not hold");
  const said = welcomeShape(decode(body), "welcome");
  requirePlaces(said);
  if (!same(said.org, invitation.org) || said.role !== invitation.role || !same(said.desk, invitation.desk))
    refuse("WelcomeRefusedError", "organisation, role and desk are the invitation's");
  return said;
});

const fileShape = map({
  label: [1, exactly("kantha/v1/welcome")], cell: [2, bytes(4096)], phone: [3, maybe(blob())], handler: [4, maybe(blob())],
});

/** A welcome as a file. Its parts are opened and verified by themselves. */
export const readWelcomeFile = (data) => fileShape(decode(data), "a welcome's file");
