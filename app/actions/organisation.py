"""Making an organisation and looking at it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.actions import moments
from app.actions.device import Clock, Device
from app.actions.errors import ActionError, NotAdmittedError
from app.actions.members import newest_root
from app.actions.views import DeskView, DeviceView, DrillView, OfficerView, OrganisationView
from app.actions.warnings import warnings_of
from app.vault.vault import Vault, wipe
from crypto.errors import DirectoryRefusedError, RootRefusedError
from crypto.ids import OrganisationId, new_desk_id
from crypto.passphrases import MEMORY_KIB, check_strength
from crypto.primitives import random_bytes, sha256
from crypto.root import YEAR_SECONDS, Desk, Policy, PublishRight, Root, root_hash
from crypto.roster import Member, Role
from crypto.tokens import TokenMaster, TokenSeed
from sync import rootchange
from sync.admission import Admissions, self_admission
from sync.belonging import keep_roots
from sync.directory import DirectoryClient
from sync.errors import RelayBusyError, RelayUnreachableError
from sync.integrity import last_heard, missing
from sync.membership import Membership, Self, create_officer
from sync.publish import Publisher, mark_due
from sync.state import State
from sync.transport import RelayClient

_POOL: Final = re.compile(r"[0-9a-f]{32}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
FIRST_DESK: Final = "main"
FIRST_LABEL: Final = "Desk-1"
_POLICY: Final = Policy()
REASON_WORDS: Final = {1: "seized", 2: "lost", 3: "left", 4: "replaced", 5: "none"}


class SetUpRefusedError(ActionError):
    """Something about the new organisation is not as it must be."""

    next_step = "Correct it and try again. Nothing was made."


def create(
    home: Path,
    passphrase: str,
    *,
    name: str,
    relay: str,
    pool: str,
    publish_token: str,
    gap_seconds: int | None = None,
    policy: Policy = _POLICY,
    clock: Clock = time.time,
    argon_memory_kib: int = MEMORY_KIB,
) -> Device:
    """A new organisation with this device as its officer and as handler of the desk "main"; published at the
    relay. It begins with this policy, and `gap_seconds` where they are given.

    A relay that cannot be reached does not hinder: the next session publishes. A pool or token that the relay
    refuses does, and then nothing stays on this device.
    """
    check_strength(passphrase)
    name = _require(name, relay, pool, publish_token, gap_seconds)
    vault = Vault.create(home, passphrase, clock=clock, argon_memory_kib=argon_memory_kib)
    try:
        policy = policy if gap_seconds is None else replace(policy, gap_seconds=gap_seconds)
        state = State(vault.db, vault, vault.transaction, vault.clock)
        with vault.transaction():
            _found(state, name=name, relay=relay.rstrip("/"), pool=bytes.fromhex(pool), policy=policy)
            vault.put("publish-token", publish_token.encode())
        device = Device(home, vault)
        _publish(device, publish_token)
    except BaseException:
        vault.close()
        wipe(home)
        raise
    return device


def _require(name: str, relay: str, pool: str, publish_token: str, gap_seconds: int | None) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= 100:
        raise SetUpRefusedError("The name of an organisation has 1 to 100 characters.")
    if not relay.startswith(("http://", "https://")) or len(relay) > 200:
        raise SetUpRefusedError(
            "The relay's address must start with https:// (or http:// for an onion address)."
        )
    if not _POOL.fullmatch(pool):
        raise SetUpRefusedError(
            "A pool is written with 32 digits and letters a to f, as the relay printed it."
        )
    if not _TOKEN.fullmatch(publish_token):
        raise SetUpRefusedError("A publishing token has 43 characters, as the relay printed it.")
    if gap_seconds is not None and not 0 <= gap_seconds <= 3_600:
        raise SetUpRefusedError("The wait between deposits is at most an hour.")
    return name


def _found(state: State, *, name: str, relay: str, pool: bytes, policy: Policy) -> None:
    """Keys, root version 1, the own admission. Inside a transaction."""
    me = Self.create(state)
    key, officer = create_officer(state, device=me.id)
    master = TokenMaster(random_bytes(32))
    state.keys.put("token-master", master.secret)
    desk, now = Desk(new_desk_id(), FIRST_DESK), state.now()
    root = Root(
        version=1,
        previous=b"",
        name=name,
        threshold=1,
        officers=(officer,),
        desks=(desk,),
        publishers=(PublishRight(me.id, me.identity.public),),
        policy=policy,
        pool=pool,
        issued_at=now,
        expires_at=now + YEAR_SECONDS,
    )
    signed = root.sign([key])
    member = Membership(
        org=OrganisationId(root_hash(signed.body)),
        org_name=name,
        relay=relay,
        pool=pool,
        role=Role.HANDLER,
        desk=desk.id,
        slot=0,
        label=FIRST_LABEL,
        prefix=None,
        tokens=TokenSeed(master.slot_seed(0), 1, policy.tokens_per_week),
        directory_key=random_bytes(32),
        gap_seconds=policy.gap_seconds,
        deposits=policy.session_deposits,
    )
    member.save(state)
    keep_roots(state, [signed])
    directory = DirectoryClient(state, me, member)
    directory.pin_root(root_hash(signed.body))
    self_admission(
        state,
        directory=directory,
        identity=me.identity.public,
        kem_hash=sha256(officer.kem),
        device=me.id,
    )
    publisher = Publisher(directory, "")
    publisher.prepare(root)
    mark_due(state)


def _publish(device: Device, token: str) -> None:
    with RelayClient(device.member.relay, device.member.pool_name) as relay:
        try:
            Publisher(device.directory_client, token).maintain(relay)
        except (RelayUnreachableError, RelayBusyError):
            return  # offline is the normal state: the next session publishes
        except DirectoryRefusedError as error:
            raise SetUpRefusedError(
                "This pool already belongs to another organisation.",
                next_step="Make another pool at the relay. Nothing was made here or changed there.",
            ) from error


def show(device: Device) -> OrganisationView:
    """The organisation as this device knows it. On a phone, no other intake device is in it."""
    phone = device.directory()
    if phone is None:
        raise NotAdmittedError
    root, roster = _root(device, phone.root), device.roster()
    members = (
        list(roster.members.values())
        if roster is not None
        else [Member(entry.admission, None) for entry in phone.part.handlers]
    )
    labels = {member.admission.device: member.admission.label for member in members}
    officers = [
        OfficerView(
            id=officer.id.hex(),
            device=officer.device.hex(),
            label=labels.get(officer.device, ""),
            this=officer.device == device.me.id,
        )
        for officer in root.officers
    ]
    return OrganisationView(
        name=root.name,
        org_id=device.member.org.hex(),
        root_version=root.version,
        threshold=root.threshold,
        officers=officers,
        desks=[DeskView(desk.id.hex(), desk.name) for desk in root.desks],
        devices=_devices(device, root, members),
        handler_officers=root.policy.handler_officers,
        root_expires_at=moments.iso(root.expires_at),
        proposals=_waiting(device, len(roster.pending) if roster is not None else 0),
        replies=len(Admissions(device.directory_client).replies()) if device.officer else 0,
        drill=_drill(device),
        warnings=warnings_of(device),
    )


def _root(device: Device, published: Root) -> Root:
    """The newest root known here, also when it is not published yet."""
    try:
        return newest_root(device) if device.role == "handler" else published
    except RootRefusedError:
        return published


def _devices(device: Device, root: Root, members: list[Member]) -> list[DeviceView]:
    heard = {key: moments.iso(at) for key, at in last_heard(device.state).items()}
    gaps: dict[bytes, int] = {}
    for gap in missing(device.state):
        gaps[gap.device] = gaps.get(gap.device, 0) + gap.last - gap.first + 1
    desks = {desk.id: desk.name for desk in root.desks}
    officers = {officer.device for officer in root.officers}

    def view(member: Member) -> DeviceView:
        admission = member.admission
        return DeviceView(
            id=admission.device.hex(),
            label=admission.label,
            role="intake" if admission.role is Role.INTAKE else "handler",
            desk=desks.get(admission.desk),
            state=_state(member),
            admitted_at=moments.iso(admission.at),
            last_heard=heard.get(admission.device),
            missing=gaps.get(admission.device, 0),
            officer=admission.device in officers,
            revoked_at=_iso(member.revoked_at),
            reason=None if member.reason is None else REASON_WORDS[int(member.reason)],
            closed_at=_iso(member.closed_at),
        )

    def order(member: Member) -> tuple[int, bytes]:
        return (member.admission.at, member.admission.device)

    return [view(member) for member in sorted(members, key=order)]


def _state(member: Member) -> str:
    if member.revoked_at is not None:
        return "revoked"
    return "displaced" if member.displaced else "active"


def _iso(at: int | None) -> str | None:
    return None if at is None else moments.iso(at)


def _waiting(device: Device, statements: int) -> int:
    """How many things wait for officers' signatures."""
    if not device.officer:
        return 0
    return statements + len(rootchange.open_proposals(device.state, org=device.member.org))


def _drill(device: Device) -> DrillView | None:
    """The last rehearsal of recovery, on an officer's device."""
    if not device.officer:
        return None
    from app.actions import recovery

    return recovery.last_drill(device) or DrillView(at=None, worked=False, due=True)
