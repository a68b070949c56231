"""Enrolment in person, both sides of it: invite and admit on the officer's device, join on the new one.

A reply comes as text, or by itself over the relay; either way people compare the digits.
"""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Final

import segno

from app.actions import moments
from app.actions.device import Clock, Device, mark_joining
from app.actions.errors import ActionError, ChoiceUnknownError, NotAdmittedError
from app.actions.members import admission_holds, label_of_role, labels, require_officer
from app.actions.publishing import publish_with_parts, send_welcomes
from app.actions.views import AdmittedView, InvitationView, JoinedView, ReplyView
from app.vault.vault import Vault, wipe
from crypto.directory import UntrustedPhoneDirectory
from crypto.enrolment import REPLY_PREFIX, Invitation, Reply, require_digits
from crypto.errors import (
    DigitsDifferError,
    EncodingError,
    InvitationExpiredError,
    WelcomeRefusedError,
)
from crypto.passphrases import MEMORY_KIB, check_strength
from crypto.primitives import sha256
from crypto.root import root_hash
from crypto.roster import Role
from crypto.welcome_file import WelcomeFile
from sync.admission import Admissions, OpenReply, officer_digits
from sync.directory import DirectoryClient
from sync.joining import Joining
from sync.state import State

_ROLES: Final = {"intake": Role.INTAKE, "handler": Role.HANDLER, "officer": Role.OFFICER}
QR_CHARACTERS: Final = 2_900
"""What the largest QR code holds of such text, nearly; an officer's reply is larger."""


class NotPublishedError(ActionError):
    """The organisation has not reached its relay yet, so nobody can be invited."""

    next_step = "Connect this device once, then invite."


class LabelTakenError(ActionError):
    """Another device already has this label."""

    next_step = "Choose another label, so that people know which device is meant."


class NoReplyError(ActionError):
    """No reply to this invitation has come by the relay yet."""

    next_step = "Let the new device connect once, connect this one, and try again; or give the reply's file."


class BundleRefusedError(ActionError):
    """This file is not a welcome for this device."""

    next_step = "Ask the officer for the file that was written when this device was admitted."


# --- the officer's device -----------------------------------------------------------------------------


def invite(device: Device, *, role: str, desk: str, label: str | None = None) -> InvitationView:
    """A single-use invitation, valid for a day. role: intake, handler or officer (who also handles the
    desk).
    """
    if role not in _ROLES:
        raise ChoiceUnknownError("A device is invited as intake, handler or officer.")
    phone = device.directory()
    if phone is None:
        raise NotPublishedError
    root = require_officer(device)
    found = root.desk_named(desk)
    if found is None:
        raise ChoiceUnknownError(f'There is no desk called "{desk}".')
    wanted = " ".join((label or "").split())
    if len(wanted) > 40:
        raise ChoiceUnknownError("A label has at most 40 characters.")
    if wanted and wanted.casefold() in labels(device):
        raise LabelTakenError
    with device.vault.transaction():
        invitation = _admissions(device).invite(
            role=_ROLES[role],
            desk=found,
            label=wanted or None,
            root=root,
            root_digest=root_hash(phone.part.roots[-1].body),
        )
    return InvitationView(
        text=invitation.to_text(),
        expires_at=moments.iso(invitation.expires_at),
        id=invitation.id.hex(),
    )


def qr_png(text: str) -> bytes:
    """The text as a QR picture (PNG), large enough for an old phone's camera."""
    picture = io.BytesIO()
    segno.make(text, error="l", micro=False).save(picture, kind="png", scale=6, border=4)
    return picture.getvalue()


def read_reply(device: Device, reply_text: str) -> ReplyView:
    """What the officer compares before anything is signed."""
    return _reply_view(device, _opened(device, reply_text))


def replies(device: Device) -> list[ReplyView]:
    """The replies that came by the relay and wait for their digits, oldest first. Empty where no officer
    is.
    """
    if not device.officer:
        return []
    return [_reply_view(device, opened) for opened in _admissions(device).replies()]


def admit(device: Device, reply_text: str, *, confirm: str) -> AdmittedView:
    """Admit the device if these are its digits; publishes and sends the welcome at once when the relay
    answers.

    `reply_text` is the reply itself, or the id or the label of the invitation whose reply the relay brought.
    Where another officer must sign first, nothing is sent yet and there is no welcome (`waits`).
    """
    require_officer(device)
    with device.vault.transaction():  # two presses of one button must not admit twice
        opened = _chosen(device, reply_text, confirm)
        label = opened.invitation.label or _free_label(device, opened.invitation.role)
        cell = _admissions(device).admit(opened, confirmed=confirm, label=label)
        holds = bool(send_welcomes(device))
    parts = publish_with_parts(device, welcome=holds)
    # Publishing fetches what other officers signed meanwhile, so it may hold only now.
    holds = holds or admission_holds(device, opened.reply.device, role=opened.invitation.role)
    return AdmittedView(
        device=opened.reply.device.hex(),
        label=label,
        welcome=WelcomeFile(cell, *(parts or ())).encode() if holds else b"",
        published=parts is not None,
        waits=not holds,
    )


def _chosen(device: Device, said: str, confirm: str) -> OpenReply:
    """The reply that is meant. Of several to one invitation, only the one with these digits."""
    compact = "".join(said.split())
    if compact.startswith(REPLY_PREFIX):
        return _opened(device, said)
    wanted = " ".join(said.split()).casefold()
    came = [
        opened
        for opened in _admissions(device).replies()
        if wanted in (opened.invitation.id.hex(), (opened.invitation.label or "").casefold())
    ]
    if not came and not wanted:
        return _opened(device, said)
    if not came:
        raise NoReplyError
    for opened in came:
        try:
            require_digits(opened.transcript, confirm)
        except DigitsDifferError:
            continue
        return opened
    raise DigitsDifferError


def _reply_view(device: Device, opened: OpenReply) -> ReplyView:
    invitation = opened.invitation
    return ReplyView(
        check=opened.digits,
        role=label_of_role(invitation.role),
        label=invitation.label or "",
        device=opened.reply.device.hex(),
        invitation=invitation.id.hex(),
        desk=device.directory_client.desk_name(invitation.desk),
        came_at=None if opened.came_at is None else moments.iso(opened.came_at),
    )


def _admissions(device: Device) -> Admissions:
    return Admissions(device.directory_client)


def _opened(device: Device, reply_text: str) -> OpenReply:
    return _admissions(device).read(Reply.from_text(reply_text))


def _free_label(device: Device, role: Role) -> str:
    stems = {Role.INTAKE: "Phone", Role.HANDLER: "Desk", Role.OFFICER: "Officer"}
    stem, taken = stems[role], labels(device)
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
        view = _joined_view(state, joining_now)
    except BaseException:
        vault.close()
        wipe(home)
        raise
    vault.close()
    return view


def joining(device: Device) -> JoinedView | None:
    """The digits and the reply once more, while the welcome is awaited; None once this device belongs."""
    waiting = Joining.load(device.state)
    return None if waiting is None else _joined_view(device.state, waiting)


def import_bundle(device: Device, data: bytes) -> None:
    """Take in a welcome from a file, with the directory that came with it, where there is no network."""
    waiting = Joining.load(device.state)
    try:
        found = WelcomeFile.decode(data)
    except EncodingError as error:
        raise BundleRefusedError from error
    if waiting is None:
        raise BundleRefusedError(
            "This device already belongs to its organisation.", next_step="Nothing is to be done."
        )
    try:
        with device.vault.transaction():
            if waiting.take_welcome(device.state, [found.cell]) is None:
                raise WelcomeRefusedError
            device.reload()
            if found.phone is not None:
                _take_directory(device, found.phone, found.handler)
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


def _joined_view(state: State, waiting: Joining) -> JoinedView:
    device = Reply.verify(waiting.reply, invitation=waiting.invitation).device
    officer, text = waiting.officer(state), Reply.to_text(waiting.reply)
    return JoinedView(
        check=waiting.digits,
        device=device.hex(),
        reply_text=text,
        officer_check=None if officer is None else officer_digits(officer),
        fits_qr=len(text) <= QR_CHARACTERS,
    )
