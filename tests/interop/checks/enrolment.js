// enrolment.json: section 4.4.

import { ed25519Public, isDevice, xWingPublic } from "../decoder/blocks.js";
import { flipped, hex, unhex } from "../decoder/bytes.js";
import {
  digits, fromText, invitationFromText, openWelcome, readInvitation, requireDigits, transcript, verifyReply,
} from "../decoder/enrolment.js";
import { equal, must, refused } from "./say.js";

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
}
