// enrolment.json: section 4.4.

import { ed25519Public, isDevice, xWingPublic } from "../decoder/blocks.js";
import { flipped, hex, unhex } from "../decoder/bytes.js";
import {
  digits, fromText, officerDigits, invitationFromText, openWelcome, readInvitation, readWelcomeFile, requireDigits, transcript, verifyReply,
} from "../decoder/enrolment.js";
import { openReplyByRelay } from "../decoder/reply_by_relay.js";
import { equal, must, refused } from "./say.js";
import { sealedValue } from "./sealed.js";

export async function enrolment(doc) {
  const invitation = await readInvitation(unhex(doc.invitation.bytes));
  const shown = await invitationFromText(doc.invitation.text);
  equal(shown.bytes, doc.invitation.bytes, "the invitation's text");
  equal([invitation.secret, invitation.id].map(hex), [doc.invitation.secret, doc.invitation.id], "the invitation");

  const answer = unhex(doc.reply.bytes);
  equal(fromText(doc.reply.text, "KANTHA1-REPLY:", "ReplyRefusedError"), doc.reply.bytes, "the reply's text");
  const reply = await verifyReply(answer, invitation);
  equal([hex(reply.device), reply.at], [doc.reply.device, doc.reply.at], "the reply");
  must(isDevice(reply.device, ed25519Public(unhex(doc.reply.identity_seed))), "the reply's identity");
  equal(reply.kem, hex(await xWingPublic(unhex(doc.reply.kem_seed))), "the reply's KEM key");

  const said = transcript(invitation.bytes, answer);
  equal(said, doc.transcript, "the transcript");
  equal(digits(said), doc.digits, "the digits");
  for (const typed of doc.confirmed) requireDigits(said, typed);

  const cell = unhex(doc.sealed.welcome);
  const kemSeed = unhex(doc.reply.kem_seed);
  const welcome = await openWelcome(cell, { kemSeed, invitation, transcriptHash: said });
  equal(welcome.device, doc.reply.device, "the welcome's device");
  equal(
    { directory_key: hex(welcome.directoryKey), token_seed: hex(welcome.tokenSeed), prefix: welcome.prefix,
      label: welcome.label },
    doc.welcome, "the welcome",
  );

  for (const vector of doc.refused) {
    await refused(vector, () => {
      if ("reply_flip" in vector) return verifyReply(flipped(answer, ...vector.reply_flip), invitation);
      if ("digits" in vector) return requireDigits(said, vector.digits);
      if ("invitation_text" in vector) return invitationFromText(vector.invitation_text);
      const changed = "welcome_flip" in vector ? flipped(cell, ...vector.welcome_flip) : cell;
      const transcriptHash = "welcome_transcript" in vector ? unhex(vector.welcome_transcript) : said;
      return openWelcome(changed, { kemSeed, invitation, transcriptHash });
    });
  }
  await byRelay(doc, { invitation, answer });
  await officer(doc);
  await files(doc);
}

async function files(doc) {
  const cell = doc.sealed.welcome;
  const whole = ({ bytes }) => unhex(bytes.replace("CELL", cell).replace("CUT", cell.slice(0, -2)));
  for (const vector of doc.files) {
    const found = readWelcomeFile(whole(vector));
    equal([found.cell, found.phone ?? "", found.handler ?? ""].map(hex), [cell, vector.phone, vector.handler], vector.name);
  }
  for (const vector of doc.refused_files) await refused(vector, () => readWelcomeFile(whole(vector)));
}

async function byRelay(doc, { invitation, answer }) {
  const cell = unhex(doc.sealed["reply-cell"]);
  equal(await openReplyByRelay(cell, invitation.secret), hex(answer), "the reply by relay");
  for (const vector of doc.refused_cells)
    await refused(vector, () => openReplyByRelay(
      sealedValue(doc, { ...vector, sealed: "reply-cell" }), unhex(vector.secret ?? hex(invitation.secret))));
}

const OFFICER_REASONS = {
  "a handler's reply": /list of 4/, "without the officer's signature": /list of 4/, "five parts": /list of 4/,
  "another's signature": /officer signature/, "the classical half alone": /byte string of 3373|officer signature/,
  "an officer's signature under a handler's reply": /officer gives 8/,
};

async function officer(doc) {
  const said = doc.officer;
  const invitation = await invitationFromText(said.invitation.text);
  equal(invitation.bytes, said.invitation.bytes, "the officer's invitation");
  equal([invitation.secret, invitation.id].map(hex), [said.invitation.secret, said.invitation.id], "the officer's invitation");
  const answer = unhex(doc.sealed[said.reply.sealed]);
  const reply = await verifyReply(answer, invitation);
  equal(reply.device, said.reply.device, "the officer's device");
  equal([reply.officer, reply.officerKem].map(hex), [said.reply.officer, said.reply.officer_kem], "the officer's keys");
  equal("KANTHA1-REPLY:".length + Buffer.from(answer).toString("base64url").length, said.reply.text_length, "its text's length");
  equal(reply.kem, hex(await xWingPublic(unhex(said.kem_seed))), "the officer's enrolment key");
  const cell = unhex(doc.sealed["officer-reply-cell"]);
  equal(await openReplyByRelay(cell, invitation.secret), hex(answer), "the officer's reply by relay");
  const transcriptHash = transcript(invitation.bytes, answer);
  equal([hex(transcriptHash), digits(transcriptHash)], [said.transcript, said.digits], "the officer's digits");
  equal(officerDigits(reply.device, reply.officer, reply.officerKem), said.officer_digits, "the digits of the officer's keys");
  const kemSeed = unhex(said.kem_seed);
  const welcome = await openWelcome(unhex(doc.sealed["officer-welcome"]), { kemSeed, invitation, transcriptHash });
  equal(welcome.device, said.reply.device, "the officer's welcome");
  const { slot, tokenMaster, publishToken } = welcome;
  equal({ slot, token_master: hex(tokenMaster), publish_token: publishToken }, said.welcome, "the officer's welcome");
  const borrowed = said.refused.find(({ name }) => name === "another's signature");
  must(borrowed.reply.includes(doc.sealed["another officer's signature"]), "another's signature in a reply");
  for (const vector of said.refused)
    await refused(vector, () => verifyReply(unhex(vector.reply), invitation), OFFICER_REASONS[vector.name]);
}
