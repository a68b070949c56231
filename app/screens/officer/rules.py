"""*Officers and rules*: how many officers sign, who admits, who is an officer, the numbers, fresh keys.

Guarantees: what is shown is the newest root that this machine knows; nothing is signed here before its
question (`rules_asked`) was answered.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions import members
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import one_pane
from app.screens.officer import rules_words
from app.screens.officer.rules_asked import DIALOG, Ask, Asked, question_on_show
from app.screens.officer.rules_numbers import Numbers
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.cards import card, list_row
from app.screens.parts.type import text
from app.screens.settings.faults import said
from crypto.root import Root


@ft.component
def Rules(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The page, and the question over it."""
    tr, device = desk.tr, desk.app.device
    found = use_loaded(lambda: members.newest_root(device) if device.officer else None, [desk.app.seen])
    nothing: Asked | None = None
    asked, set_asked = ft.use_state(nothing)
    ft.use_dialog(question_on_show(desk, asked, found.value))
    if not device.officer:
        return ft.Container(states.no_right(tr("Officers can read and change the rules.")), padding=20)

    def ask(wanted: Asked) -> None:
        desk.acted()
        desk.problem = None
        set_asked(wanted)
        desk.dialog = DIALOG

    parts: list[ft.Control] = []
    if found.fault is not None:
        parts.append(states.problem(said(tr, found.fault)))
    root = found.value
    if root is None:
        return one_pane(desk, [*parts, states.working(tr("Opening the rules."))])
    if desk.organisation is not None and desk.organisation.proposals:
        parts.append(
            list_row(
                tr("Waiting for another officer"),
                on_click=lambda _: desk.go("proposals"),
                icon=ft.Icons.DRAW_ROUNDED,
                below=tr("Read what it means, then sign it or leave it."),
                count=tr.number(desk.organisation.proposals),
                key="to-proposals",
            )
        )
    at = f"{root.version}"
    return one_pane(
        desk,
        [
            *parts,
            HowMany(desk, root, ask, key=f"how-many-{at}"),
            WhoAdmits(desk, root, ask, key=f"who-admits-{at}"),
            _officers(desk, root, ask),
            Numbers(desk, root.policy, ask, key=f"numbers-{at}"),
            _fresh_keys(desk, ask),
        ],
    )


@ft.component
def HowMany(desk: DeskModel, root: Root, ask: Ask, *, key: str | None = None) -> ft.Control:
    """How many of how many sign, and what the chosen number means."""
    tr, of = desk.tr, len(root.officers)
    chosen, choose = ft.use_state(root.threshold)
    options = [(str(n), tr("{t} of {n}", t=n, n=of)) for n in range(1, of + 1)]
    parts: list[ft.Control] = [
        _choice(desk, options, chosen, choose, "threshold"),
        *_meaning(rules_words.signing(tr, needed=chosen, of=of)),
    ]
    if of == 1:
        parts.append(_quiet(tr("Nobody else can do it if this officer is gone. Invite a second officer.")))
    elif chosen < root.policy.handler_officers:
        parts.append(_quiet(tr("First lower how many officers admit a machine that reads.")))
    else:
        parts.append(
            _change(
                desk, chosen != root.threshold, lambda: ask(Asked("threshold", number=chosen)), "threshold"
            )
        )
    return _group(tr("How many officers must sign a change"), parts)


@ft.component
def WhoAdmits(desk: DeskModel, root: Root, ask: Ask, *, key: str | None = None) -> ft.Control:
    """How many officers admit a machine that reads."""
    tr, now = desk.tr, root.policy.handler_officers
    chosen, choose = ft.use_state(now)
    most = max(now, root.threshold)
    options = [(str(n), tr.count("{n} officers", n, one="{n} officer")) for n in range(1, most + 1)]
    parts: list[ft.Control] = [
        _choice(desk, options, chosen, choose, "admitting"),
        *_meaning(rules_words.admitting(tr, needed=chosen)),
    ]
    if most > 1:
        parts.append(
            _change(desk, chosen != now, lambda: ask(Asked("admitting", number=chosen)), "admitting")
        )
    elif len(root.officers) > 1:
        parts.append(_quiet(tr("More can be chosen when more officers must sign a change.")))
    return _group(tr("Who admits a machine that reads"), parts)


def _officers(desk: DeskModel, root: Root, ask: Ask) -> ft.Control:
    tr = desk.tr
    known = desk.organisation.officers if desk.organisation else []
    rows: list[ft.Control] = []
    for one in known:
        label = one.label or tr("A machine without a label here")
        words = text(
            tr.join([label, tr("officer on this machine") if one.this else tr("Officer")]), "body_large",
            expand=True,
        )  # fmt: skip
        line: list[ft.Control] = [ft.Icon(ft.Icons.PERSON_ROUNDED, size=20), words]
        if not one.this and len(root.officers) > 1:
            line.append(
                button(
                    tr("No longer an officer…"), kind="madder_outlined", desk=True,
                    tall=48 if desk.narrow else 36, key=f"remove-{one.device}",
                    spoken=tr("{label} is no longer an officer", label=label),
                    on_click=lambda _, one=one, label=label: ask(
                        Asked("remove", device=one.device, label=label)
                    ),
                )
            )  # fmt: skip
        rows.append(
            ft.Row(line, spacing=10)
            if not desk.narrow
            else ft.Column([ft.Row(line[:2], spacing=10), *line[2:]], spacing=6, tight=True)
        )
    return _group(tr("The officers"), rows)


def _fresh_keys(desk: DeskModel, ask: Ask) -> ft.Control:
    tr = desk.tr
    return _group(
        tr("Fresh keys"),
        [
            *_meaning(
                [
                    tr("After a doubt: somebody may have seen a key or the publish token."),
                    tr("Nobody is shut out by it. What was taken or is lost is revoked under Devices."),
                ]
            ),
            ft.Row(
                [
                    button(
                        tr("Make fresh keys…"), kind="outlined", icon=ft.Icons.VPN_KEY_ROUNDED, desk=True,
                        tall=48 if desk.narrow else 36, key="rotate",
                        on_click=lambda _: ask(Asked("rotate")),
                    )
                ]
            ),
        ],
    )  # fmt: skip


def _choice(
    desk: DeskModel, options: list[tuple[str, str]], chosen: int, choose: Callable[[int], object], key: str
) -> ft.Control:
    """One number of several."""
    return filter_chips(
        options,
        chosen=str(chosen),
        on_choose=lambda value: choose(int(value)),
        tall=desk.narrow,
        key=key,
    )


def _change(desk: DeskModel, ready: bool, on_press: Callable[[], object], key: str) -> ft.Control:
    return ft.Row(
        [
            button(
                desk.tr("Change this…"), kind="outlined", desk=True, tall=48 if desk.narrow else 36,
                disabled=not ready, on_click=lambda _: on_press(), key=f"change-{key}",
            )
        ]
    )  # fmt: skip


def _meaning(sentences: list[str]) -> list[ft.Control]:
    return [text(words, "body_large") for words in sentences]


def _quiet(words: str) -> ft.Control:
    return text(words, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT)


def _group(title: str, parts: list[ft.Control]) -> ft.Control:
    inside = ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Column(
        [text(title, "title_medium"), card(inside, desk=True)],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
