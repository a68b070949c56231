"""What revoking a device saves, what is lost with it and what stays exposed, in words that are true of the
protocol and of nothing more.
"""

from __future__ import annotations

import flet as ft

from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.parts.question import Point

REASONS = ("seized", "lost", "left", "replaced")


def reasons(tr: Translator) -> list[tuple[str, str]]:
    """The reasons as chips."""
    words = {
        "seized": tr("Seized"),
        "lost": tr("Lost"),
        "left": tr("Left us"),
        "replaced": tr("Replaced"),
    }
    return [(one, words[one]) for one in REASONS]


def follows(device: DeviceView, tr: Translator, *, officer: bool, more_officers: int) -> list[Point]:
    """The points of the question. `more_officers`: who must still sign before an officer's keys are out."""
    if device.role == "intake":
        return [*_phone(tr, device.missing), _for_good(tr("A phone that comes back is invited again."), tr)]
    found = _machine(tr)
    if officer:
        found += _officer(tr, more_officers)
    return [*found, _for_good(tr("A machine that comes back is invited again."), tr)]


def _phone(tr: Translator, missing: int) -> list[Point]:
    known = (
        tr.count(
            "{n} parcels from it are known to be missing.",
            missing,
            one="One parcel from it is known to be missing.",
        )
        if missing
        else ""
    )
    return [
        Point(
            ft.Icons.CHECK_ROUNDED,
            tr(
                "From its next connection on, every other device sends nothing to it and accepts nothing from"
                " it. Nobody else has to do anything."
            ),
        ),
        Point(
            ft.Icons.CHECK_ROUNDED,
            tr("What was finished on it before can no longer be read on it. What it sent stays with you."),
        ),
        Point(
            ft.Icons.LINK_OFF_ROUNDED,
            tr("What it had not sent is lost.")
            if missing
            else tr("What it had not sent is lost. Nothing is known to be missing."),
            bold=known,
            danger=True,
        ),
        Point(
            ft.Icons.EDIT_NOTE_ROUNDED,
            tr(
                "Unfinished drafts, open questions, the numbers it gave out and the labels of your desks’"
                " machines are on it, protected only by its passphrase."
            ),
            danger=True,
        ),
    ]  # fmt: skip


def _machine(tr: Translator) -> list[Point]:
    return [
        Point(
            ft.Icons.CHECK_ROUNDED,
            tr(
                "From each phone’s next connection on, nothing new can be read on it. Every other device"
                " stops accepting from it. Nobody else has to do anything."
            ),
        ),
        Point(
            ft.Icons.USB_ROUNDED,
            tr(
                "What a phone locks before that connection stays readable to it, also what is carried on a"
                " memory stick."
            ),
            danger=True,
        ),
        Point(
            ft.Icons.FOLDER_OPEN_ROUNDED,
            tr("All that had arrived at its desk is on it, protected only by its passphrase."),
            danger=True,
        ),
        Point(ft.Icons.LINK_OFF_ROUNDED, tr("Case work that it had not sent is lost."), danger=True),
    ]


def _officer(tr: Translator, more_officers: int) -> list[Point]:
    keys = (
        tr.count(
            "Its officer’s keys are out only when {n} more officers sign.",
            more_officers,
            one="Its officer’s keys are out only when one more officer signs.",
        )
        if more_officers
        else tr("Its officer’s keys are out at once.")
    )
    return [
        Point(ft.Icons.VPN_KEY_OFF_ROUNDED, "", bold=keys, danger=True),
        Point(
            ft.Icons.GROUPS_ROUNDED,
            tr("Archives that were made before can still be opened with its card and enough others."),
            danger=True,
        ),
    ]


def _for_good(again: str, tr: Translator) -> Point:
    return Point(ft.Icons.UNDO_ROUNDED, f"{tr('This cannot be undone.')} {again}")


def came_of_it(
    tr: Translator, *, label: str, published: bool, officer_waits: bool, waiting: int
) -> list[Point]:
    """What to read after it was done."""
    found = [
        Point(
            ft.Icons.CHECK_ROUNDED,
            tr("The relay has it. Every other device learns it at its next connection."),
        )
        if published
        else Point(
            ft.Icons.CLOUD_OFF_ROUNDED,
            tr("There is no connection now. It takes effect when this machine connects the next time: press"
               " Sync now as soon as you can."),
            bold=tr("The relay does not have it yet."),
            danger=True,
        )
    ]  # fmt: skip
    if officer_waits:
        found.append(
            Point(
                ft.Icons.HOURGLASS_EMPTY_ROUNDED,
                tr("Other officers find it under “Waiting for another officer”."),
                bold=tr("Its officer’s keys are still in force."),
                danger=True,
            )
        )
    if waiting:
        found.append(
            Point(
                ft.Icons.LINK_OFF_ROUNDED,
                tr.count("{n} parcels from {label} will not come any more.", waiting,
                         one="One parcel from {label} will not come any more.", label=label),
            )
        )  # fmt: skip
    return found


def gives_up(device: DeviceView, tr: Translator) -> list[Point]:
    """What *Stop waiting* gives up for a phone that stays silent."""
    known = (
        tr.count(
            "{n} parcels from it are known to be missing.",
            device.missing,
            one="One parcel from it is known to be missing.",
        )
        if device.missing
        else ""
    )
    return [
        Point(
            ft.Icons.CHECK_ROUNDED,
            tr("The desk keeps old keys for this phone, because it may still bring something. It then"
               " destroys them at the usual time again."),
        ),
        Point(
            ft.Icons.LINK_OFF_ROUNDED,
            tr("What was finished on it before now and was not sent is given up: once the keys are destroyed,"
               " nobody can read it."),
            bold=known,
            danger=True,
        ),
        Point(
            ft.Icons.SMARTPHONE_ROUNDED,
            tr("The phone stays admitted. As soon as it is heard again, the desk waits for it again."),
        ),
        Point(ft.Icons.UNDO_ROUNDED, tr("What was given up does not come back.")),
    ]  # fmt: skip


def stopped_waiting(tr: Translator, *, published: bool, waiting: int) -> list[Point]:
    """What to read after it was done."""
    found = [
        Point(ft.Icons.CHECK_ROUNDED, tr("The relay has it. Every desk learns it at its next connection."))
        if published
        else Point(
            ft.Icons.CLOUD_OFF_ROUNDED,
            tr("The other desks learn it when this machine connects the next time."),
        )
    ]
    if waiting:
        found.append(
            Point(
                ft.Icons.LINK_OFF_ROUNDED,
                tr.count("{n} parcels are given up.", waiting, one="One parcel is given up."),
            )
        )
    return found
