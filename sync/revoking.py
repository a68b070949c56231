"""Taking a device's rights away, closing its window, and fresh keys for everything (protocol.md 8.4.9).

What is decided here is kept at once and holds without a relay; the next publication carries it: the
statement, a fresh generation for the desk, a token epoch in which the device has no place, a handler part and
a publishing token that it cannot open. Everybody else needs to do nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from crypto.desk_keys import day_of
from crypto.ids import DeviceId
from crypto.roster import Member, Reason, Revocation, WindowClosed, sign_statement
from sync import rights, tokensets
from sync.belonging import keep_statement, newest_root, officer_key, own_officer, roster, settle
from sync.deskplan import want_rekey
from sync.directory import DirectoryClient
from sync.due import mark_due
from sync.errors import DeviceUnknownError, LastOfficerError, RevokeSelfError, SignHereError, SyncError
from sync.rootchange import has_rights, maintain_root
from sync.shutout import may_revoke_too
from sync.state import State
from sync.windows import newest_page_day


class ClockAheadError(SyncError):
    """This device's clock is more than a day ahead of everything the relay has said."""

    next_step = "Connect once, compare this device's date with another clock, and try again."


@dataclass(frozen=True)
class Revoked:
    """What was kept. `officer_waits`: the root names the device until other officers sign the change."""

    member: Member
    officer_waits: bool


def revoke(directory: DirectoryClient, *, device: DeviceId, reason: Reason) -> Revoked:
    """Revoke a device. One that is revoked already changes nothing, unless it is an officer's and another
    officer revoked it: then this officer does too. All or nothing.

    Raises `SignHereError`, `DeviceUnknownError`, `RevokeSelfError`, `LastOfficerError`.
    """
    state, org = directory.state, directory.member.org
    with state.transaction():
        member = _member(directory, device)
        if device == directory.me.id:
            raise RevokeSelfError
        root = newest_root(state, org=org)
        if {officer.device for officer in root.officers} == {device}:
            raise LastOfficerError
        if member.active or may_revoke_too(state, device, org=org):
            _sign(state, Revocation(org, device, state.now(), reason))
        if member.active:
            want_rekey(state, member.admission.desk)
            rights.renew_token(state)
        maintain_root(state, org=org, revoked=[device])
        mark_due(state)
        waits = has_rights(newest_root(state, org=org), device)
        return Revoked(_member(directory, device), waits)


def withdraw(directory: DirectoryClient, *, device: DeviceId) -> None:
    """Give up an admission that waits: the device is revoked before it belongs. Inside a transaction.

    Raises `SignHereError`.
    """
    _require_officer(directory)
    state = directory.state
    _sign(state, Revocation(directory.member.org, device, state.now(), Reason.NONE_GIVEN))
    settle(state, org=directory.member.org)
    mark_due(state)


def close_window(directory: DirectoryClient, *, device: DeviceId) -> None:
    """Give up what this device finished until now and has not sent: its old day keys need not be kept.

    Nobody can take it back, and a time that lies ahead would keep the window closed until then. Raises
    `ClockAheadError`, `SignHereError`, `DeviceUnknownError`.
    """
    state = directory.state
    with state.transaction():
        page = newest_page_day(state)
        if page is not None and day_of(state.clock()) > page + 1:
            raise ClockAheadError
        if not _member(directory, device).active:
            raise DeviceUnknownError
        _sign(state, WindowClosed(directory.member.org, device, state.now()))
        mark_due(state)


def rotate(directory: DirectoryClient) -> None:
    """At the next publication: a fresh generation for this device's desk, a new token epoch, a new publishing
    token. Raises `SignHereError` where no officer is.
    """
    state = directory.state
    with state.transaction():
        _require_officer(directory)
        want_rekey(state, directory.member.desk)
        tokensets.want_new_epoch(state)
        rights.renew_token(state)
        mark_due(state)


def _sign(state: State, statement: Revocation | WindowClosed) -> None:
    keep_statement(state, sign_statement(statement, by=[officer_key(state)]))


def _require_officer(directory: DirectoryClient) -> None:
    root = newest_root(directory.state, org=directory.member.org)
    if own_officer(directory.state) not in root.officer_publics():
        raise SignHereError


def _member(directory: DirectoryClient, device: DeviceId) -> Member:
    _require_officer(directory)
    state, org = directory.state, directory.member.org
    member = roster(state, root=newest_root(state, org=org), org=org).members.get(device)
    if member is None:
        raise DeviceUnknownError
    return member
