"""What the actions on organisation, enrolment, revocation and sending return; `views` gives it out with the
rest.
"""

from __future__ import annotations

import msgspec


class DeskView(msgspec.Struct, frozen=True):
    """A group of handlers to whom a complaint can be sealed; ``id`` is hex."""

    id: str
    name: str


class WarningView(msgspec.Struct, frozen=True):
    """Something that becomes a trouble if nobody looks after it. ``kind``: foreign_key, admitted_twice (the
    phone ``name``, with other details the second time), offline (no session for ``days``),
    stale (the directory was not renewed for ``days``), clock_ahead or clock_behind (by ``days``),
    expired_soon (the directory ends in ``days``), root_ends (the organisation's root ends in ``days``).
    """

    kind: str
    days: int
    name: str = ""


class OfficerView(msgspec.Struct, frozen=True):
    """An officer and the device that holds the officer's keys; ``this``: it is this device."""

    id: str
    device: str
    label: str
    this: bool


class DrillView(msgspec.Struct, frozen=True):
    """The last rehearsal of recovery; ``due``: it is time for another. ``at`` is None before the first."""

    at: str | None
    worked: bool
    due: bool


class DeviceView(msgspec.Struct, frozen=True):
    """A device of the organisation. ``state``: active, displaced (two officers gave its place to two devices;
    admit it again), revoked. ``last_heard`` and ``missing`` at a desk. ``closed_at``: an officer gave up
    what it finished before.
    """

    id: str
    label: str
    role: str
    desk: str | None
    state: str
    admitted_at: str | None = None
    last_heard: str | None = None
    missing: int = 0
    officer: bool = False
    revoked_at: str | None = None
    reason: str | None = None
    closed_at: str | None = None


class OrganisationView(msgspec.Struct, frozen=True):
    """The organisation as its newest verified root and roster say. ``threshold``: how many officers sign a
    new root; ``handler_officers``: how many admit a handler. ``proposals``: what waits for signatures,
    ``replies``: what came by the relay and waits for the digits.
    """

    name: str
    org_id: str
    root_version: int
    threshold: int
    officers: list[OfficerView]
    desks: list[DeskView]
    devices: list[DeviceView]
    handler_officers: int = 1
    root_expires_at: str | None = None
    proposals: int = 0
    replies: int = 0
    drill: DrillView | None = None
    warnings: list[WarningView] = []


class InvitationView(msgspec.Struct, frozen=True):
    """An invitation as text (the same that the QR carries). ``id`` names it to `admit`."""

    text: str
    expires_at: str
    id: str = ""


class JoinedView(msgspec.Struct, frozen=True):
    """What the joining device shows: six groups of five digits to read aloud, and the reply to hand over.

    An officer's device shows ``officer_check`` beside it: other officers compare it before they sign the root
    that names this officer. ``fits_qr``: the reply is small enough for a picture.
    """

    check: str
    device: str
    reply_text: str
    officer_check: str | None = None
    fits_qr: bool = True


class ReplyView(msgspec.Struct, frozen=True):
    """What the officer's device shows of a reply, before anything is signed. ``invitation`` names the
    invitation that it answers; ``came_at`` when the relay brought it, None when a person did.
    """

    check: str
    role: str
    label: str
    device: str
    invitation: str = ""
    desk: str = ""
    came_at: str | None = None


class AdmittedView(msgspec.Struct, frozen=True):
    """An admitted device; ``welcome`` is the file for where there is no network. ``waits``: another officer
    must sign first; until then there is no welcome, and this device sends it in the session after.
    """

    device: str
    label: str
    welcome: bytes
    published: bool
    waits: bool = False


class ChangeView(msgspec.Struct, frozen=True):
    """One thing that a proposed root changes. ``what``: add_officer, remove_officer, return_officer,
    add_desk, remove_desk, rename_desk, threshold, policy, add_publisher, remove_publisher, name, pool, renew.
    """

    what: str
    value: str = ""


class ProposalView(msgspec.Struct, frozen=True):
    """Something that waits for officers' signatures. ``kind``: admission, root, revocation, window.

    ``digits`` are what the person of that device reads out; whoever signs types them (None: nothing is to be
    compared). ``changes``: what a root would change.
    """

    id: str
    kind: str
    label: str
    role: str | None
    desk: str | None
    digits: str | None
    have: int
    needed: int
    signed_by_me: bool
    at: str | None = None
    changes: list[ChangeView] = []


class SignedView(msgspec.Struct, frozen=True):
    """What became of a signature: ``in_force``, or ``have`` of ``needed`` officers so far. ``published``:
    the relay has it; otherwise the next session brings it there.
    """

    id: str
    in_force: bool
    have: int
    needed: int
    published: bool


class RevokedView(msgspec.Struct, frozen=True):
    """A revoked device. ``waiting``: parcels of it that are known to be missing and will not come any more.
    ``officer_waits``: it was an officer's, and another officer must sign the root that drops them.
    """

    device: str
    label: str
    waiting: int
    published: bool
    officer_waits: bool = False


class WindowView(msgspec.Struct, frozen=True):
    """A device whose window an officer closed; ``waiting``: parcels of it that are given up."""

    device: str
    label: str
    waiting: int
    published: bool


class RotatedView(msgspec.Struct, frozen=True):
    """Fresh desk keys, tokens and publishing token; ``published``: the relay has them."""

    published: bool


class MissingView(msgspec.Struct, frozen=True):
    """Parcels known to be missing: counters ``from_`` to ``to`` of one device at one desk. state: missing or
    expired.
    """

    device: str
    desk: str
    from_: int = msgspec.field(name="from")
    to: int
    since: str
    state: str


class SyncReport(msgspec.Struct, frozen=True):
    """One session. ``deposited`` counts cells; ``waiting`` what is not yet wholly deposited; ``joined`` is
    False while the welcome has not come; ``replies`` of invited devices wait for their digits.
    """

    deposited: int
    received: int
    waiting: int
    missing: list[MissingView]
    joined: bool = True
    replies: int = 0
    warnings: list[WarningView] = []


class OutboxItem(msgspec.Struct, frozen=True):
    """Something finished on this device. kind: complaint, addition, answer; state: waiting, left, confirmed,
    too_late (the desk cannot open it any more: take it down again).
    """

    code: str
    kind: str
    state: str
    at: str


class OutboxView(msgspec.Struct, frozen=True):
    """All that was finished here and is still remembered, with the cost of a session in bytes."""

    items: list[OutboxItem]
    last_sent_at: str | None
    cost_bytes: int
    warnings: list[WarningView] = []
