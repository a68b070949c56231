"""*If this office were gone*: who can restore the desk together, when it was tried, and what to keep for it.

Says only what holds: without an archive and cards that were made before, nobody restores anything.
"""

from __future__ import annotations

import datetime as dt

import flet as ft

from app.actions import recovery
from app.actions.recovery_views import CanRestoreView
from app.actions.views import DeviceView, DrillView, OrganisationView
from app.i18n import Translator
from app.screens.casework import day_words
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.parts import states, stitch
from app.screens.parts.buttons import button
from app.screens.parts.cards import card
from app.screens.parts.type import text


def quorum_words(organisation: OrganisationView, tr: Translator) -> str:
    """`3 of 5 officers together …`"""
    n, t = len(organisation.officers), organisation.threshold
    if n == 1:
        return tr("One officer alone can restore the desk on new machines, with an archive and a card.")
    return tr(
        "{t} of {n} officers together can restore the desk on new machines, with an archive and their cards.",
        t=t,
        n=n,
    )


def tried_words(drill: DrillView | None, tr: Translator) -> str:
    """When it was tried last and is to be tried next."""
    if drill is None or drill.at is None:
        return tr("Not tried yet. Try it before it is needed.")
    then = day_words.moment(drill.at)
    day = tr.date(then.date())
    if not drill.worked:
        return tr("Last tried: {day}, it did not work. Look at it now.", day=day)
    if drill.due:
        return tr("Last tried: {day}, worked. The next trial is due.", day=day)
    return tr(
        "Last tried: {day}, worked. Next trial: {next}.",
        day=day,
        next=tr.date(then.date() + dt.timedelta(days=recovery.DRILL_DAYS)),
    )


def kept_words(can: CanRestoreView, tr: Translator) -> list[tuple[str, bool]]:
    """(what there is to restore from, as far as this machine knows; whether somebody should look at it)"""

    def day(at: str) -> str:
        return tr.date(day_words.moment(at).date())

    if can.archive_at is None:
        archive = tr("No archive was made on this machine yet."), True
    elif can.archive_old:
        archive = tr("The archive of {day} is old. Make a new one.", day=day(can.archive_at)), True
    else:
        archive = tr("Archive: {day}.", day=day(can.archive_at)), False
    if not can.officer:
        return [archive]
    if can.card_at is None:
        return [archive, (tr("This officer has no card yet."), True)]
    if can.card_old:
        return [
            archive,
            (
                tr("The card of {day} is older than the newest rules. Make it again.", day=day(can.card_at)),
                True,
            ),
        ]
    return [archive, (tr("This officer’s card: {day}.", day=day(can.card_at)), False)]


@ft.component
def Gone(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The panel."""
    tr, organisation, device = desk.tr, desk.organisation, desk.app.device
    can = use_loaded(lambda: recovery.can_restore(device), [desk.app.seen])
    if organisation is None:
        return ft.Container()
    n, t = len(organisation.officers), organisation.threshold
    words = ft.Column(
        [
            text(quorum_words(organisation, tr), "body_medium", desk=True, bold=True),
            text(
                tried_words(organisation.drill, tr),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
        ],
        spacing=0,
        tight=True,
        expand=True,
    )
    stitches = stitch.progress(t - 1, n, width=18, gap=6, spoken=tr("{t} of {n} officers", t=t, n=n))
    head = ft.Row([ft.Icon(ft.Icons.GROUPS_ROUNDED, size=24, color=ft.Colors.ON_SURFACE), words], spacing=14)
    top: list[ft.Control] = [head]
    if desk.narrow:
        top.append(ft.Row([stitches]))
    else:
        head.controls.append(stitches)
    if n == 1:
        top.append(
            _line(
                ft.Icons.PRIORITY_HIGH_ROUNDED,
                tr("Nobody else can do it if this officer is gone. Invite a second officer."),
            )
        )
    if can.value is not None:
        top += [
            _line(ft.Icons.PRIORITY_HIGH_ROUNDED if look else ft.Icons.CHECK_ROUNDED, words)
            for words, look in kept_words(can.value, tr)
        ]
    top += [_line(ft.Icons.PERSON_ROUNDED, one) for one in _officers(desk, organisation)]
    top.append(_buttons(desk))
    return ft.Column(
        [
            text(tr("If this office were gone"), "title_medium"),
            card(
                ft.Column(top, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                desk=True,
            ),
        ],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _officers(desk: DeskModel, organisation: OrganisationView) -> list[str]:
    tr, this = desk.tr, desk.app.device.id.hex()

    def what(one: DeviceView) -> str:
        if one.state == "revoked":
            return tr("revoked, and still an officer until others sign")
        return tr("officer on this machine") if one.id == this else tr("Officer")

    return [tr.join([one.label, what(one)]) for one in organisation.devices if one.officer]


def _buttons(desk: DeskModel) -> ft.Control:
    tr = desk.tr
    tall = 48 if desk.narrow else 36
    if not desk.app.device.officer:
        return states.no_right(tr("Officers make cards and archives and try the recovery."))
    ways = (
        ("drill", tr("Try it"), ft.Icons.REPLAY_ROUNDED),
        ("card", tr("Make a card"), ft.Icons.BADGE_OUTLINED),
        ("archive", tr("Make an archive"), ft.Icons.INVENTORY_2_OUTLINED),
        ("add_desk", tr("Add a desk"), ft.Icons.ADD_HOME_WORK_OUTLINED),
        ("rules", tr("Officers and rules"), ft.Icons.RULE_FOLDER_OUTLINED),
    )
    return ft.Row(
        [
            button(
                word,
                kind="outlined",
                icon=icon,
                desk=True,
                tall=tall,
                on_click=lambda _, place=place: desk.go(place),
                key=f"to-{place}",
            )
            for place, word, icon in ways
        ],
        spacing=10,
        run_spacing=8,
        wrap=True,
    )


def _line(icon: ft.IconData, words: str) -> ft.Control:
    return ft.Row(
        [
            ft.Icon(icon, size=18, color=ft.Colors.ON_SURFACE_VARIANT),
            text(words, "body_medium", desk=True, expand=True),
        ],
        spacing=12,
    )
