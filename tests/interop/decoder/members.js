// What statements add up to, section 4.2: members, handlers, pending statements, uses of token slots.

import { hex, join } from "./bytes.js";
import { officerHolds, officerId, sha256 } from "./blocks.js";
import { remembered } from "./memory.js";
import { Refused } from "./refused.js";
import { ROLE, needed, readStatement } from "./roster.js";
import { readCountersigned } from "./signed.js";

const LABEL = "kantha/v1/roster";
const PENDING_OF_ONE = 64;
const MOST_SIGNATURES = 16;

const handlers = ({ said }) => said.kind === 1 && said.role === ROLE.HANDLER;

/** Handlers' admissions before intake devices', then the lower `at`, then the lower hash. */
const earlier = (a, b) => handlers(b) - handlers(a) || a.said.at - b.said.at || (a.hash < b.hash ? -1 : 1);

/** Statements by the hash of their bodies, every signature one that counts, signatures of one body united. */
async function united(statements, { org, keys }) {
  const found = new Map();
  for (const data of statements) {
    let read;
    try {
      read = readCountersigned(data);
      read.said = readStatement(read.body, org);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      continue; // malformed, or another organisation's
    }
    const hash = hex(sha256(read.body));
    const entry = found.get(hash) ?? { hash, said: read.said, signatures: new Map() };
    for (const [id, signature] of read.signatures) {
      const key = keys.get(hex(id));
      if (!key || !(await officerHolds(key, signature, join(LABEL, "\0", read.body)))) continue;
      const kept = entry.signatures.get(hex(id));
      if (!kept || Buffer.compare(signature, kept) < 0) entry.signatures.set(hex(id), signature);
    }
    if (entry.signatures.size) found.set(hash, entry);
  }
  return [...found.values()];
}

/** Pending statements: at most 64 for each signer; one stays if one of its signers has room. */
function withinBounds(pending) {
  const room = new Map();
  const ordered = [...pending].sort((a, b) =>
    b.have.length - a.have.length || (a.hash < b.hash ? -1 : 1));
  return ordered.filter((one) => {
    const signers = [...one.signatures.keys()];
    const stays = signers.some((id) => (room.get(id) ?? 0) < PENDING_OF_ONE);
    if (stays) for (const id of signers) room.set(id, (room.get(id) ?? 0) + 1);
    return stays;
  });
}

/** `former`: public keys of officers of roots before the newest. */
export const fold = (statements, { root, org, former = [] }) =>
  remembered(["fold", ...statements, "under", root.hash, org, ...former], () => folded(statements, { root, org, former }));

async function folded(statements, { root, org, former }) {
  const now = new Set(root.officers.map(({ keys }) => hex(officerId(keys))));
  const keys = new Map([...former, ...root.officers.map((one) => one.keys)].map((key) => [hex(officerId(key)), key]));
  const all = await united(statements, { org, keys });
  for (const one of all) {
    const signers = [...one.signatures.keys()].sort();
    one.have = signers.filter((id) => now.has(id));
    one.needed = needed(one.said, root);
    one.kept = [...one.have, ...signers.filter((id) => !now.has(id))].slice(0, MOST_SIGNATURES).sort();
  }
  // A revocation holds whichever officer signed it; but who has gone shuts out no officer of today.
  const inOffice = new Set(root.officers.map(({ device }) => hex(device)));
  const powerless = (one) => one.said.kind === 2 && !one.have.length && inOffice.has(hex(one.said.device));
  const holds = (one) => one.have.length >= one.needed || (one.said.kind === 2 && !powerless(one));
  const holding = all.filter(holds).sort(earlier);
  const revoked = new Set(ofKind(holding, 2).map(({ said }) => hex(said.device)));
  const waits = (one) => !holds(one) && !powerless(one) && !(one.said.kind === 1 && revoked.has(hex(one.said.device)));
  const pending = withinBounds(all.filter(waits));
  const byHash = (a, b) => (a.hash < b.hash ? -1 : 1);
  return {
    ...membersOf(holding),
    pending: pending.sort(byHash),
    kept: [...holding, ...pending].sort(byHash),
  };
}

function membersOf(holding) {
  const of = (kind, device) => holding.filter(({ said }) => said.kind === kind && hex(said.device) === device);
  const devices = [...new Set(ofKind(holding, 1).map(({ said }) => hex(said.device)))].sort();
  const members = devices.map((device) => {
    const [revoked] = of(2, device);
    const closed = of(3, device).map(({ said }) => said.at);
    return {
      device, admissions: of(1, device).map(({ said }) => said), active: !revoked, revokedAt: revoked?.said.at ?? null,
      reason: revoked?.said.reason ?? null, closedAt: closed.length ? Math.max(...closed) : null,
    };
  });
  const places = placesOf(holding, new Set(members.filter(({ active }) => active).map(({ device }) => device)));
  for (const member of members) {
    const placed = member.admissions.find((said) => places.get(placeOf(said)) === said);
    const handler = member.active && member.admissions[0].role === ROLE.HANDLER;
    member.admission = (handler && placed) || member.admissions[0];
    member.displaced = handler && !placed;
    member.handler = handler && !member.displaced;
  }
  return { members };
}

const ofKind = (statements, kind) => statements.filter(({ said }) => said.kind === kind);
const placeOf = (said) => (said.role === ROLE.HANDLER ? `${hex(said.desk)} ${said.slot}` : null);

/** Of active handlers' admissions with the same desk and slot the earlier keeps the place. */
function placesOf(holding, active) {
  const places = new Map();
  for (const { said } of ofKind(holding, 1)) {
    const place = placeOf(said);
    if (place && active.has(hex(said.device)) && !places.has(place)) places.set(place, said);
  }
  return places;
}

/** 7.1: how many revoked devices any of their admissions gave each slot. */
export const tokenUses = (members, slots) => Array.from({ length: slots }, (_, slot) =>
  members.filter(({ active, admissions }) => !active && admissions.some((said) => said.tokenSlot === slot)).length);

/** What a roster says, as the vectors write it; of the handlers those of one desk, by their slots. */
export function summary({ members, pending, kept }, desk) {
  const handlers = members.filter(({ handler, admission }) => handler && hex(admission.desk) === desk);
  return {
    members: members.map(({ device, admission, active, revokedAt, reason, closedAt, displaced }) => ({
      device, slot: admission.slot, token_slot: admission.tokenSlot, active, revoked_at: revokedAt, reason,
      closed_at: closedAt, displaced,
    })),
    handlers: handlers.sort((a, b) => a.admission.slot - b.admission.slot).map(({ device }) => device),
    pending: pending.map(({ hash, have, needed: count }) => ({ hash, have, needed: count })),
    kept: kept.map(({ hash, kept: officers }) => ({ hash, officers })),
    token_uses: tokenUses(members, 4),
  };
}
