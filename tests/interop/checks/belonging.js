// root.json, roster.json and directory.json: sections 4.1 to 4.3.

import { hex, unhex } from "../decoder/bytes.js";
import { officerId } from "../decoder/blocks.js";
import { dayPublic, openWrap } from "../decoder/desk_keys.js";
import { headHash, partHash, readHead, verifyHandlerPart, verifyPhonePart } from "../decoder/directory.js";
import { POLICY, readRoot, rootHash, verifyChain } from "../decoder/root.js";
import { verifyStatement } from "../decoder/roster.js";
import { equal, must, refused } from "./say.js";
import { sealedValue } from "./sealed.js";

const ROOT_REASONS = { "root-3-one-officer": /1 officers of 2/, "root-2": /begin/ };
const ROSTER_REASONS = { "by a stranger": /0 officers of 1/ };

export async function root(doc) {
  const org = unhex(doc.org);
  const chainOf = (names) => names.map((name) => unhex(doc.sealed[name]));
  const bodies = {};
  for (const vector of doc.roots) {
    const body = unhex(vector.body);
    const found = await readRoot(body);
    bodies[vector.sealed] = vector;
    equal(rootHash(body), vector.hash, "a root's hash");
    equal([found.version, found.name, found.threshold], [vector.version, vector.name, vector.threshold], "a root");
    equal(found.officers.map(({ keys }) => hex(officerId(keys))), vector.officers, "a root's officers");
    equal(POLICY.map((name) => found.policy[name]), vector.policy, "a root's policy");
  }
  for (const names of doc.chains) {
    const newest = await verifyChain(chainOf(names), org);
    const wanted = bodies[names[names.length - 1]];
    equal([newest.version, newest.body], [wanted.version, wanted.body], "a chain's newest root");
  }
  for (const vector of doc.refused)
    await refused(vector, () => verifyChain(chainOf(vector.chain), org), ROOT_REASONS[vector.chain[vector.chain.length - 1]]);
}

export async function roster(doc) {
  const org = unhex(doc.org);
  const judge = await readRoot(unhex(doc.root));
  for (const vector of doc.vectors) {
    const said = await verifyStatement(sealedValue(doc, vector), judge, org);
    equal(said.body, vector.body, "a statement's body");
    equal(said.device, vector.device, "a statement's device");
  }
  for (const vector of doc.refused)
    await refused(vector, () => verifyStatement(sealedValue(doc, vector), judge, org), ROSTER_REASONS[vector.sealed]);
}

export async function directory(doc) {
  const org = unhex(doc.org);
  const key = unhex(doc.directory_key);
  const epochSeed = unhex(doc.epoch_seed);
  const head = readHead(unhex(doc.head.signed));
  equal([head.body, headHash(head.body)].map(hex), [doc.head.body, doc.head.hash], "the head");
  equal([head.version, head.expires], [doc.head.version, doc.head.expires_at], "the head's version and end");
  equal(partHash("phone", unhex(doc.sealed["phone-content"])), doc.head.phone_hash, "the phone part's hash");
  equal(partHash("handler", unhex(doc.sealed["handler-content"])), doc.head.handler_hash, "the handler part's hash");

  const phone = await verifyPhonePart(unhex(doc.sealed["phone-part"]), { key, org, now: head.expires });
  equal(phone.head.hash, doc.head.hash, "the head in the phone part");
  equal(phone.days, doc.days, "the days");
  equal(phone.handlers.map(({ device }) => hex(device)), doc.handlers, "the handlers");
  equal(phone.said.roots.map(hex), [doc.sealed["root-1"]], "the chain in the phone part");

  const handler = await verifyHandlerPart(unhex(doc.sealed["handler-part"]), { epochSeed, org, root: phone.root });
  equal(handler.head.hash, doc.head.hash, "the head in the handler part");
  equal(handler.statements.length, doc.statements, "the number of statements");
  const seed = await openWrap(handler.wraps[0], epochSeed, org);
  equal(await dayPublic(seed), doc.days[0].public, "the wrap's day key");

  for (const vector of doc.refused) {
    must(typeof vector.name === "string", "a refused directory says why");
    await refused(vector, () => {
      const data = sealedValue(doc, vector);
      if (vector.sealed === "handler-part") return verifyHandlerPart(data, { epochSeed, org, root: phone.root });
      const seen = { version: vector.seen_version ?? 0, hash: vector.seen_hash && unhex(vector.seen_hash) };
      return verifyPhonePart(data, { key, org, seen, now: vector.now ?? 0 });
    });
  }
}
