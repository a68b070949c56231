// directory.json: section 4.3.

import { open } from "../decoder/blocks.js";
import { hex, unhex } from "../decoder/bytes.js";
import { dayPublic, openWrap } from "../decoder/desk_keys.js";
import { headHash, partHash, readHead, verifyHandlerPart, verifyPhonePart } from "../decoder/directory.js";
import { fold, tokenUses } from "../decoder/members.js";
import { readProposal, rootHash, verifyChain } from "../decoder/root.js";
import { readCountersigned } from "../decoder/signed.js";
import { tokenState } from "../decoder/tokens.js";
import { equal, must, refused } from "./say.js";
import { sealedValue } from "./sealed.js";

export async function directory(doc) {
  const org = unhex(doc.org);
  const key = unhex(doc.directory_key);
  const epochSeed = unhex(doc.epoch_seed);
  const head = readHead(unhex(doc.head.signed));
  equal([head.body, headHash(head.body), head.previous].map(hex), [doc.head.body, doc.head.hash, doc.head.previous], "the head");
  equal([head.version, head.expires], [doc.head.version, doc.head.expires_at], "the head's version and end");
  equal(head.expires - head.issued, 49 * 86400, "a head lives 49 days");
  equal(partHash("phone", unhex(doc.sealed["phone-content"])), doc.head.phone_hash, "the phone part's hash");
  equal(partHash("handler", unhex(doc.sealed["handler-content"])), doc.head.handler_hash, "the handler part's hash");

  const phone = await verifyPhonePart(unhex(doc.sealed["phone-part"]), { key, org, now: head.expires });
  equal(phone.head.hash, doc.head.hash, "the head in the phone part");
  equal(phone.days, doc.days, "the days");
  equal(phone.handlers.map(({ device }) => hex(device)), doc.handlers, "the handlers");
  equal(phone.said.roots.map(hex), [doc.sealed["root-1"]], "the chain in the phone part");
  equal(phone.said.readable.map(([desk, day]) => [hex(desk), day]), doc.readable, "the first readable days");

  const part = await verifyHandlerPart(unhex(doc.sealed["handler-part"]), { epochSeed, org, root: phone.root });
  equal(part.head.hash, doc.head.hash, "the head in the handler part");
  await handlerContent(doc, { part, phone, epochSeed, org });

  const attempt = (vector) => {
    const data = sealedValue(doc, vector);
    if (vector.sealed === "handler-part" || vector.part === "handler")
      return verifyHandlerPart(data, { epochSeed, org, root: phone.root });
    const seen = {
      version: vector.seen_version ?? 0, hash: vector.seen_hash && unhex(vector.seen_hash),
      rootVersion: vector.seen_root_version ?? 0, root: vector.seen_root && unhex(vector.seen_root),
    };
    return verifyPhonePart(data, { key, org, seen, now: vector.now ?? 0, pinned: vector.pinned && unhex(vector.pinned) });
  };
  for (const vector of doc.accepted) {
    must(typeof vector.name === "string", "an accepted directory says why");
    must((await attempt(vector)).head.version > 0, "a directory that is accepted");
  }
  const late = doc.accepted.find(({ sealed }) => sealed === "phone-part-of-a-late-chain");
  equal((await attempt(late)).said.roots.map(hex), [doc.sealed["root-2"], doc.sealed["root-3"]], "the late chain");
  const stranger = unhex(doc.sealed["another organisation's root"]);
  const theirs = await verifyChain([stranger], rootHash(readCountersigned(stranger).body));
  must(hex(theirs.hash) !== doc.org, "another organisation's root is another's");
  for (const vector of doc.refused) await refused(vector, () => attempt(vector), REASONS[vector.name]);
}

const REASONS = {
  "older than seen": /older than/, "another one of this version seen": /another head/, "too late": /expired/,
  "it does not follow the one seen": /off the line/, "a late chain without a known root": /anchors/,
  "a late chain without the root seen": /contain the anchor/, "not the invitation's root": /contain the anchor/,
  "an older root than seen": /anchor|older root/, "a desk twice": /twice/, "readable from tomorrow": /after the head/,
  "a handler nobody admitted": /0 officers of 1/, "roots of another organisation": /anchor|first/,
  "roots from a later one": /anchor|first/, "a lower number under the root seen": /older than/,
  "a generation too many": /generation that the root/,
  "a version that jumps": /version that is absurdly/, "a token epoch that jumps": /token epoch that is absurdly/,
};

async function handlerContent(doc, { part, phone, epochSeed, org }) {
  equal(part.said.statements.length, doc.statements, "the number of statements");
  const said = part.said.statements.map(hex).sort();
  const wanted = ["handler", "phone"].map((who) => doc.sealed[`admission of the ${who}`]);
  equal(said, [...wanted, doc.sealed["revocation of the phone"]].sort(), "the statements");
  equal(part.said.proposals.map(hex), [doc.sealed["proposed root"]], "the proposals");
  equal([part.said.proposals.length, part.said.roots.length], [doc.proposals, doc.roots], "proposals and roots");
  must((await readProposal(part.said.proposals[0], phone.root)).have.length > 0, "a proposal that fits");
  equal(await dayPublic(await openWrap(part.said.wraps[0], epochSeed, org)), doc.days[0].public, "the wrap's day key");
  const { epoch, tokens_per_week: perWeek, uses, digest } = doc.token_state;
  equal([part.said.tokenState[0], hex(part.said.tokenState[1])], [epoch, digest], "the token state");
  equal(tokenState(uses, perWeek), digest, "the token state's digest");
  const { members } = await fold(part.said.statements, { root: phone.root, org });
  equal(tokenUses(members, uses.length), uses, "the uses that the statements say");
  const [[device, boxEpoch, sealed]] = part.said.boxes;
  equal(device, doc.box.device, "the box's publisher");
  const token = await open(sealed, epochSeed, "kantha/v1/publisher-box", org, device, boxEpoch);
  equal(Buffer.from(token).toString("ascii"), doc.box.token, "the publishing token");
}
