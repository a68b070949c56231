"""An officer's card: a passphrase of its own, then the lines to print or to write down.

The lines are on this screen only. They leave it when somebody saves them; nothing is copied by itself.
"""

from __future__ import annotations

import flet as ft

from app.actions import recovery
from app.actions.recovery_views import CardView
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes
from app.screens.officer.handing_over import handing_over
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.cards import card
from app.screens.parts.type import text


@ft.component
def MakeCard(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """Left the passphrase, right the card."""
    tr = desk.tr
    first, set_first = ft.use_state("")
    again, set_again = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")
    nothing: CardView | None = None
    made, set_made = ft.use_state(nothing)
    if not desk.app.device.officer:
        return ft.Container(
            states.no_right(tr("Officers make cards and archives and try the recovery.")), padding=20
        )

    async def make() -> None:
        if busy:
            return
        if first != again:
            set_wrong(tr("The two passphrases differ. Type both again."))
            return
        set_wrong("")
        set_busy(True)
        view = await desk.do(recovery.card, passphrase=first)
        set_busy(False)
        if view is not None:
            set_first("")
            set_again("")
            set_made(view)

    def obey(command: str) -> None:
        if command == "save":
            desk.app.page.run_task(make)

    desk.on_commands(obey)
    fault = wrong or desk.problem
    left: list[ft.Control] = [states.problem(fault)] if fault else []
    left += [
        text(tr("What a card is for"), "title_large", bold=True),
        text(
            tr(
                "If every machine is gone, the cards of enough officers and an archive restore the desk."
                " With its passphrase the card is the officer: keep the paper and the passphrase apart, and"
                " neither in this office."
            ),
            "body_large",
        ),
        DeskField(
            desk,
            "card-first",
            label=tr("A passphrase for the card"),
            value=first,
            on_change=lambda words: set_first(words),
            password=True,
            key="first",
        ),
        DeskField(
            desk,
            "card-again",
            label=tr("The same once more"),
            value=again,
            on_change=lambda words: set_again(words),
            password=True,
            key="again",
        ),
        states.working(tr("Making the keys. This takes a moment."))
        if busy
        else ft.Row(
            [
                button(
                    tr("Make the card"),
                    kind="main" if made is None else "second",
                    hint=None if desk.narrow else "Ctrl Enter",
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: desk.app.page.run_task(make),
                    key="make-card",
                )
            ]
        ),
    ]
    if made is None:
        right: list[ft.Control] = [states.empty(tr("The lines of the card appear here."))]
    else:
        right = [
            text(tr("Print it, or write every line down"), "title_large", bold=True),
            text(
                tr("Each line has its own check at the end, so that a wrong letter is found later."),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
            card(
                ft.Column(
                    [text(line, "body_medium", selectable=True) for line in made.lines],
                    spacing=2,
                    tight=True,
                ),
                desk=True,
            ),
            handing_over(
                desk, made.text, copy="", save=tr("Save as file to print"), file_name="card.txt", shown=False
            ),
            text(
                tr("It is not kept here. When you leave this page it is gone from the screen."),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
        ]
    return panes(desk, left, right, shares=(42, 58), right_first=made is not None)
