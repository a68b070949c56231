"""Enrolment in person, both sides of it: invite and admit on the officer's device, join on the new one."""

from __future__ import annotations

import io
import time
from pathlib import Path

import segno

from app.actions import moments
from app.actions.device import Clock, Device, mark_joining
from app.actions.errors import ActionError, ChoiceUnknownError, NotAdmittedError
from app.actions.views import AdmittedView, InvitationView, JoinedView, ReplyView
from app.vault.vault import Vault, wipe
from crypto.directory import UntrustedPhoneDirectory
from crypto.encoding import Fields, encode
from crypto.enrolment import Invitation, Reply
from crypto.errors import CryptoError, EncodingError, InvitationExpiredError, WelcomeRefusedError
from crypto.passphrases import MEMORY_KIB, check_strength
from crypto.primitives import sha256
from crypto.reply_cells import REPLY_CELL_BYTES
from crypto.root import root_hash
from crypto.roster import Role
from sync.admission import Admissions, OpenReply
from sync.directory import DirectoryClient
from sync.errors import SyncError
from sync.joining import Joining
from sync.publish import Publisher, publish_token
from sync.state import State
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART

_ROLES = {"intake": Role.INTAKE, "handler": Role.HANDLER}
_BUNDLE = "kantha/v1/welcome"


class NotPublishedError(ActionError):
    """The organisation has not reached its relay yet, so nobody can be invited."""

    next_step = "Connect this device once, then invite."


class LabelTakenError(ActionError):
    """Another device already has this label."""

    next_step = "Choose another label, so that people know which device is meant."


class BundleRefusedError(ActionError):
    """This file is not a welcome for this device."""

    next_step = "Ask the officer for the file that was written when this device was admitted."


# --- the officer's device -----------------------------------------------------------------------------


def invite(device: Device, *, role: str, desk: str, label: str | None = None) -> InvitationView:
    """A single-use invitation, valid for a day. role: intake or handler; an officer's keys come with
    issue 3.
    """
    if role not in _ROLES:
        raise ChoiceUnknownError(
            "This version admits intake devices and handlers; it cannot add a second officer yet.",
            next_step="Invite the device as handler.",
        )
    phone = device.directory()
    if phone is None:
        raise NotPublishedError
    found = phone.root.desk_named(desk)
    if found is None:
        raise ChoiceUnknownError(f'There is no desk called "{desk}".')
    wanted = " ".join((label or "").split())
    if len(wanted) > 40:
        raise ChoiceUnknownError("A label has at most 40 characters.")
    _require_free_label(device, wanted)
    with device.vault.transaction():
        invitation = _admissions(device).invite(
            role=_ROLES[role],
            desk=found,
            label=wanted or None,
            root=phone.root,
            root_digest=root_hash(phone.part.roots[-1].body),
        )
    return InvitationView(text=invitation.to_text(), expires_at=moments.iso(invitation.expires_at))


def qr_png(text: str) -> bytes:
    """The text as a QR picture (PNG), large enough for an old phone's camera."""
    picture = io.BytesIO()
    segno.make(text, error="l", micro=False).save(picture, kind="png", scale=6, border=4)
    return picture.getvalue()


def read_reply(device: Device, reply_text: str) -> ReplyView:
    """What the officer compares before anything is signed."""
    opened = _opened(device, reply_text)
    return ReplyView(
        check=opened.digits,
        role="intake" if opened.invitation.role is Role.INTAKE else "handler",
        label=opened.invitation.label or "",
        device=opened.reply.device.hex(),
    )


def admit(device: Device, reply_text: str, *, confirm: str) -> AdmittedView:
    """Admit the device if these are its digits; publishes and sends the welcome at once when the relay
    answers.
    """
    with device.vault.transaction():  # two presses of one button must not admit twice
        opened = _opened(device, reply_text)
        label = opened.invitation.label or _free_label(device, opened.invitation.role)
        cell = _admissions(device).admit(opened, confirmed=confirm, label=label)
        device.answers.queue_sealed(cell)
    published, parts = _publish(device)
    return AdmittedView(
        device=opened.reply.device.hex(),
        label=label,
        welcome=encode({1: _BUNDLE, 2: cell, **parts}),
        published=published,
    )


def _publish(device: Device) -> tuple[bool, dict[int, bytes]]:
    """Tell the relay now if it can be reached: the directory, then the welcome among three dummies.

    The device is admitted by now and the welcome made: whatever the relay says, the officer must get it.
    """
    from app.actions.sending import session_of

    token = publish_token(device.state)
    try:
        with RelayClient(device.member.relay, device.member.pool_name) as relay:
            if token is not None:
                Publisher(device.directory_client, token).maintain(relay)
            session_of(device).send_replies(relay)
            phone, handler = relay.get_directory(PHONE_PART), relay.get_directory(HANDLER_PART)
    except (SyncError, CryptoError):
        return False, {}
    assert phone is not None
    assert handler is not None
    return True, {3: phone[0], 4: phone[1].encode(), 5: handler[0], 6: handler[1].encode()}


def _admissions(device: Device) -> Admissions:
    return Admissions(device.directory_client)


def _opened(device: Device, reply_text: str) -> OpenReply:
    return _admissions(device).read(Reply.from_text(reply_text))


def _labels(device: Device) -> set[str]:
    roster = device.roster()
    return {member.admission.label.casefold() for member in roster.members.values()} if roster else set()


def _require_free_label(device: Device, label: str) -> None:
    if label and label.casefold() in _labels(device):
        raise LabelTakenError


def _free_label(device: Device, role: Role) -> str:
    stem, taken = ("Phone" if role is Role.INTAKE else "Desk"), _labels(device)
    return next(f"{stem}-{n}" for n in range(1, 1_000) if f"{stem}-{n}".casefold() not in taken)


# --- the joining device -------------------------------------------------------------------------------


def join(
    home: Path,
    passphrase: str,
    invitation_text: str,
    *,
    clock: Clock = time.time,
    argon_memory_kib: int = MEMORY_KIB,
) -> JoinedView:
    """Make this device's vault and its reply. An invitation that cannot be used makes nothing."""
    check_strength(passphrase)
    invitation = Invitation.from_text(invitation_text)
    if clock() > invitation.expires_at:
        raise InvitationExpiredError
    vault = Vault.create(home, passphrase, clock=clock, argon_memory_kib=argon_memory_kib)
    try:
        state = State(vault.db, vault, vault.transaction, vault.clock)
        with vault.transaction():
            joining_now = Joining.begin(state, invitation)
        mark_joining(home, waiting=True)
        view = _joined_view(joining_now, invitation)
    except BaseException:
        vault.close()
        wipe(home)
        raise
    vault.close()
    return view


def joining(device: Device) -> JoinedView | None:
    """The digits and the reply once more, while the welcome is awaited; None once this device belongs."""
    waiting = Joining.load(device.state)
    return None if waiting is None else _joined_view(waiting, waiting.invitation)


def import_bundle(device: Device, data: bytes) -> None:
    """Take in a welcome from a file, with the directory that came with it, where there is no network."""
    waiting = Joining.load(device.state)
    try:
        fields = Fields.of(data)
        if fields.text(1) != _BUNDLE:
            raise EncodingError
        cell = fields.octets(2, REPLY_CELL_BYTES)
        phone, handler = fields.optional(3, bytes), fields.optional(5, bytes)
        for unread in (4, 6):  # the relay's tags: who carries the file could write anything there
            fields.optional(unread, bytes)
        fields.done()
    except EncodingError as error:
        raise BundleRefusedError from error
    if waiting is None:
        raise BundleRefusedError(
            "This device already belongs to its organisation.", next_step="Nothing is to be done."
        )
    try:
        with device.vault.transaction():
            if waiting.take_welcome(device.state, [cell]) is None:
                raise WelcomeRefusedError
            device.reload()
            if phone is not None:
                _take_directory(device, phone, handler)
    except BaseException:
        device.reload()  # what was undone in the vault is not true in memory either
        raise
    mark_joining(device.home, waiting=False)


def _take_directory(device: Device, phone: bytes, handler: bytes | None) -> None:
    client: DirectoryClient = device.directory_client
    key = device.member.directory_key
    if key is None:
        raise NotAdmittedError
    found = client.accept(UntrustedPhoneDirectory.open(phone, key=key, org=device.member.org), _tag(phone))
    if handler is not None and device.role == "handler":
        client.accept_handler(handler, _tag(handler), found)


def _tag(part: bytes) -> str:
    """What the relay calls this very part."""
    return sha256(part).hex()


def _joined_view(waiting: Joining, invitation: Invitation) -> JoinedView:
    device = Reply.verify(waiting.reply, invitation=invitation).device
    return JoinedView(check=waiting.digits, device=device.hex(), reply_text=Reply.to_text(waiting.reply))
