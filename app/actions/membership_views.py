"""What the actions on organisation, enrolment and sending return; `views` gives it out with the rest."""

from __future__ import annotations

import msgspec


class DeskView(msgspec.Struct, frozen=True):
    """A group of handlers to whom a complaint can be sealed; ``id`` is hex."""

    id: str
    name: str


class DeviceView(msgspec.Struct, frozen=True):
    """A device of the organisation. ``state``: invited, active, revoked. ``last_heard`` and ``missing`` at a
    desk.
    """

    id: str
    label: str
    role: str
    desk: str | None
    state: str
    admitted_at: str | None = None
    last_heard: str | None = None
    missing: int = 0


class OrganisationView(msgspec.Struct, frozen=True):
    """The organisation as its newest verified root and roster say."""

    name: str
    org_id: str
    root_version: int
    threshold: int
    officers: list[str]
    desks: list[DeskView]
    devices: list[DeviceView]


class InvitationView(msgspec.Struct, frozen=True):
    """An invitation as text (the same that the QR carries)."""

    text: str
    expires_at: str


class JoinedView(msgspec.Struct, frozen=True):
    """What the joining device shows: six groups of five digits to read aloud, and the reply to hand over."""

    check: str
    device: str
    reply_text: str


class ReplyView(msgspec.Struct, frozen=True):
    """What the officer's device shows of a reply, before anything is signed."""

    check: str
    role: str
    label: str
    device: str


class AdmittedView(msgspec.Struct, frozen=True):
    """An admitted device; ``welcome`` is the file for where there is no network."""

    device: str
    label: str
    welcome: bytes
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
    """One session. ``deposited`` counts cells; ``waiting`` what is not yet wholly deposited."""

    deposited: int
    received: int
    waiting: int
    missing: list[MissingView]


class OutboxItem(msgspec.Struct, frozen=True):
    """Something finished on this device. kind: complaint, addition, answer; state: waiting, left,
    confirmed.
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
