// root.json and roster.json: sections 4.1 and 4.2.

import { hex, unhex } from "../decoder/bytes.js";
import { officerId } from "../decoder/blocks.js";
import { fold, summary } from "../decoder/members.js";
import { Refused } from "../decoder/refused.js";
import { openCarried, POLICY, readProposal, readRoot, rootHash, verifyChain } from "../decoder/root.js";
import { verifyStatement } from "../decoder/roster.js";
import { readCountersigned } from "../decoder/signed.js";
import { equal, must, refused } from "./say.js";
import { sealedValue } from "./sealed.js";

const MALFORMED = {
  "two officers on one device": /officers' devices/, "two officers with one key": /officers' keys/,
  "two officers with one KEM key": /KEM keys/, "a KEM key of low order": /low order/, "an officer without device": /list of 3/,
  "a policy without window": /list of 9/, "a window shorter than the keys": /window_days/,
  "a window of 401 days": /window_days/, "more officers for a handler than there are": /handler_officers/,
};
const ROSTER_REASONS = {
  "by a stranger": /0 officers of 1/, "another label": /0 officers of 1/, "a revocation without reason": /no entry 5/,
  "reason 0": /reason/, "reason 6": /reason/, "a closing with a reason": /entry 5/, "an unknown kind": /unknown/,
  "an officer's role": /role/, "a slot left out": /no entry 9/, "another organisation": /organisation/,
};

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
    equal(found.officers.map(({ device }) => hex(device)), vector.devices, "a root's officers' devices");
    equal(POLICY.map((name) => found.policy[name]), vector.policy, "a root's policy");
  }
  for (const names of doc.chains) {
    const newest = await verifyChain(chainOf(names), org);
    const wanted = bodies[names[names.length - 1]];
    equal([newest.version, newest.body], [wanted.version, wanted.body], "a chain's newest root");
  }
  for (const { chain, anchors } of doc.late_chains) {
    const newest = await verifyChain(chainOf(chain), org, anchors.map(unhex));
    must(doc.roots.some(({ hash }) => hash === hex(newest.hash)), "a late chain's newest root");
    // 4.1: any of the anchors will do; without all of them the chain is refused.
    for (const anchor of anchors) {
      const there = await attempt(() => verifyChain(chainOf(chain), org, [unhex(anchor)]));
      equal(there, doc.roots.some(({ hash }) => hash === anchor), `anchored at ${anchor}`);
    }
  }
  for (const vector of doc.refused)
    await refused(vector, () => verifyChain(chainOf(vector.chain), org, (vector.anchors ?? []).map(unhex)));
  for (const vector of doc.malformed) await refused(vector, () => readRoot(unhex(vector.body)), MALFORMED[vector.name]);
  await proposals(doc);
}

async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

async function proposals(doc) {
  const newest = readRoot(readCountersigned(unhex(doc.sealed[doc.proposals.root])).body);
  for (const vector of doc.proposals.vectors) {
    const found = await readProposal(unhex(doc.sealed[vector.sealed]), newest);
    equal(found.root.hash, vector.hash, "a proposal's hash");
    equal([found.needed, found.inForce, found.have], [vector.needed, vector.in_force, vector.have], "a proposal");
  }
  for (const vector of doc.proposals.refused)
    await refused(vector, () => readProposal(unhex(doc.sealed[vector.sealed]), newest));
  await carried(doc, doc.carried, unhex(doc.org));
}

const CARRIED_REASONS = {
  "carried without statements": /list of 2/, "carried statements that are no list": /list/,
  "carried with a statement cut short": /./, "carried with a third entry": /list of 2/,
};

async function carried(doc, said, org) {
  const key = unhex(said.directory_key);
  const found = await openCarried(unhex(doc.sealed[said.sealed]), key, org);
  equal(hex(found.proposal), doc.sealed[said.proposal], "a carried proposal");
  equal(found.statements.map(hex), said.statements, "its statements");
  for (const vector of said.refused)
    await refused(vector, () => openCarried(sealedValue(doc, vector), key, org),
      vector.flip ? null : CARRIED_REASONS[vector.sealed]);
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
    await refused(vector, () => verifyStatement(sealedValue(doc, vector), judge, org),
      vector.flip ? null : ROSTER_REASONS[vector.sealed]);
  for (const vector of doc.rosters) await addsUp(doc, vector, org);
}

/** 4.2: what a set of statements adds up to, in whatever order they come. */
async function addsUp(doc, vector, org) {
  const root = readRoot(unhex(vector.root));
  const statements = vector.statements.map((name) => unhex(doc.sealed[name]));
  for (const order of [statements, [...statements].reverse(), [...statements, ...statements]]) {
    const found = await fold(order, { root, org, former: vector.former.map(unhex) });
    const said = summary(found, hex(found.members[0].admission.desk));
    for (const part of ["members", "handlers", "pending", "kept", "token_uses"])
      equal(said[part], vector[part], `${vector.name}: ${part}`);
  }
}
