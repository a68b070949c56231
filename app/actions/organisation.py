"""Making an organisation and looking at it."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Final

from app.actions import moments
from app.actions.device import Clock, Device
from app.actions.errors import ActionError, NotAdmittedError
from app.actions.views import DeskView, DeviceView, OrganisationView
from app.vault.vault import Vault, wipe
from crypto.errors import DirectoryRefusedError
from crypto.ids import OrganisationId, new_desk_id
from crypto.passphrases import MEMORY_KIB, check_strength
from crypto.primitives import OfficerSigningKey, OpeningKey, random_bytes, sha256
from crypto.root import YEAR_SECONDS, Desk, Officer, Policy, PublishRight, Root, root_hash
from crypto.roster import Role
from crypto.tokens import TokenMaster, TokenSeed
from sync.admission import self_admission
from sync.directory import DirectoryClient
from sync.edition import keep_roots
from sync.errors import RelayBusyError, RelayUnreachableError
from sync.integrity import last_heard, missing
from sync.membership import Membership, Self
from sync.publish import Publisher, mark_due
from sync.state import State
from sync.transport import RelayClient

_POOL: Final = re.compile(r"[0-9a-f]{32}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
FIRST_DESK: Final = "main"
FIRST_LABEL: Final = "Desk-1"


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
    clock: Clock = time.time,
    argon_memory_kib: int = MEMORY_KIB,
) -> Device:
    """A new organisation with this device as its officer and as handler of the desk "main"; published at the
    relay.

    A relay that cannot be reached does not hinder: the next session publishes. A pool or token that the relay
    refuses does, and then nothing stays on this device.
    """
    check_strength(passphrase)
    name = _require(name, relay, pool, publish_token, gap_seconds)
    vault = Vault.create(home, passphrase, clock=clock, argon_memory_kib=argon_memory_kib)
    try:
        policy = Policy() if gap_seconds is None else Policy(gap_seconds=gap_seconds)
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
    me, officer, kem = Self.create(state), OfficerSigningKey.generate(), OpeningKey.generate()
    state.keys.put("officer", officer.seed)
    state.keys.put("officer-kem", kem.seed)
    master = TokenMaster(random_bytes(32))
    state.keys.put("token-master", master.secret)
    desk, now = Desk(new_desk_id(), FIRST_DESK), state.now()
    root = Root(
        version=1,
        previous=b"",
        name=name,
        threshold=1,
        officers=(Officer(officer.public, kem.sealing_key.public, me.id),),
        desks=(desk,),
        publishers=(PublishRight(me.id, me.identity.public),),
        policy=policy,
        pool=pool,
        issued_at=now,
        expires_at=now + YEAR_SECONDS,
    )
    signed = root.sign([officer])
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
        kem_hash=sha256(kem.sealing_key.public),
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
    heard = {key: moments.iso(at) for key, at in last_heard(device.state).items()}
    gaps: dict[bytes, int] = {}
    for gap in missing(device.state):
        gaps[gap.device] = gaps.get(gap.device, 0) + gap.last - gap.first + 1
    desks = {desk.id: desk.name for desk in phone.root.desks}
    roster = device.roster()
    admissions = (
        [(member.admission, member.revoked_at) for member in roster.members.values()]
        if roster is not None
        else [(entry.admission, None) for entry in phone.part.handlers]
    )
    devices = [
        DeviceView(
            id=admission.device.hex(),
            label=admission.label,
            role="intake" if admission.role is Role.INTAKE else "handler",
            desk=desks.get(admission.desk),
            state="active" if revoked is None else "revoked",
            admitted_at=moments.iso(admission.at),
            last_heard=heard.get(admission.device),
            missing=gaps.get(admission.device, 0),
        )
        for admission, revoked in sorted(admissions, key=lambda entry: (entry[0].at, entry[0].device))
    ]
    return OrganisationView(
        name=phone.root.name,
        org_id=device.member.org.hex(),
        root_version=phone.root.version,
        threshold=phone.root.threshold,
        officers=[officer.id.hex() for officer in phone.root.officers],
        desks=[DeskView(desk.id.hex(), desk.name) for desk in phone.root.desks],
        devices=devices,
    )
