// The readers that ask.js offers, by name.

import { unhex } from "./decoder/bytes.js";
import { readAnnouncement, readHeartbeat, readOperation } from "./decoder/announcements.js";
import { decode } from "./decoder/cbor.js";
import { openCell } from "./decoder/cells.js";
import { readHeadBody, verifyHandlerPart, verifyPhonePart } from "./decoder/directory.js";
import { openWelcome, readInvitation, verifyReply } from "./decoder/enrolment.js";
import { fold, summary } from "./decoder/members.js";
import { openParcel, readChunk } from "./decoder/parcels.js";
import { openReplyCell, readWord } from "./decoder/reply_cells.js";
import { readRoot } from "./decoder/root.js";
import { readStatementBody } from "./decoder/roster.js";
import { readCountersigned, readSigned } from "./decoder/signed.js";

const place = ({ org, desk, generation, day, seed }) =>
  ({ org: unhex(org), desk: unhex(desk), generation, day, seed: unhex(seed) });

export const FORMATS = {
  cbor: decode,
  signed: readSigned,
  countersigned: readCountersigned,
  root: readRoot,
  statement: readStatementBody,
  roster: async (data, { org, desk, statements, former }) => summary(
    await fold(statements.map(unhex), { root: readRoot(data), org: unhex(org), former: former.map(unhex) }), desk),
  head: readHeadBody,
  phone: (data, { org, key }) => verifyPhonePart(data, { org: unhex(org), key: unhex(key) }),
  handler_part: (data, { org, seed, root }) =>
    verifyHandlerPart(data, { org: unhex(org), epochSeed: unhex(seed), root: readRoot(unhex(root)) }),
  reply: async (data, { invitation }) => verifyReply(data, await readInvitation(unhex(invitation))),
  welcome: async (data, { invitation, seed, transcript }) => openWelcome(data, {
    invitation: await readInvitation(unhex(invitation)), kemSeed: unhex(seed), transcriptHash: unhex(transcript),
  }),
  invitation: readInvitation,
  chunk: readChunk,
  announcement: (data, { org, identity }) => readAnnouncement(data, unhex(identity), unhex(org)),
  heartbeat: readHeartbeat,
  operation: (data, { identity }) => readOperation(data, unhex(identity)),
  cell: (data, asked) => openCell(data, place(asked)),
  parcel: (data, asked) => openParcel(data, place(asked)),
  reply_cell: (data, { org, seed }) => openReplyCell(data, unhex(seed), unhex(org)),
  word: async (data, { org, seed }) => readWord(await openReplyCell(data, unhex(seed), unhex(org))),
};
