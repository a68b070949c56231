"""Add a desk: its name. What is sealed to one desk is read at no other."""

from __future__ import annotations

import flet as ft

from app.actions import officers
from app.actions.views import SignedView
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import one_pane
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.chips import chip
from app.screens.parts.type import text


@ft.component
def AddDesk(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The desks there are, the field, the button."""
    tr = desk.tr
    name, set_name = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    nothing: SignedView | None = None
    done, set_done = ft.use_state(nothing)
    if not desk.app.device.officer:
        return ft.Container(states.no_right(tr("Officers can add a desk.")), padding=20)

    async def add() -> None:
        if busy or not name.strip():
            return
        set_busy(True)
        view = await desk.do(officers.add_desk, name.strip())
        set_busy(False)
        if view is not None:
            set_name("")
            set_done(view)

    def obey(command: str) -> None:
        if command == "save":
            desk.app.page.run_task(add)

    desk.on_commands(obey)
    known = desk.organisation.desks if desk.organisation else []
    parts: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    if done is not None:
        parts.append(ft.Semantics(content=states.connected(_done(desk, done)), live_region=True))
    parts += [
        text(
            tr(
                "A desk is a group of people who read together. What is locked for one desk cannot be read"
                " at another, so a private matter can have a desk of its own."
            ),
            "body_large",
        ),
        ft.Row([chip(one.name, "waiting", icon=ft.Icons.MEETING_ROOM_OUTLINED) for one in known],
               spacing=8, run_spacing=8, wrap=True),
        DeskField(
            desk, "desk-name", label=tr("Name of the new desk"), value=name,
            on_change=lambda words: set_name(words), key="desk-name",
        ),
        text(
            tr("Phones write to it from their next connection on. Then invite a machine that works on it."),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
        states.working(tr("Signing it and telling the relay."))
        if busy
        else ft.Row(
            [
                button(
                    tr("Add the desk"), hint=None if desk.narrow else "Ctrl Enter", desk=True,
                    tall=48 if desk.narrow else 36, disabled=not name.strip(),
                    on_click=lambda _: desk.app.page.run_task(add), key="add-desk",
                )
            ]
        ),
    ]  # fmt: skip
    return one_pane(desk, parts)


def _done(desk: DeskModel, view: SignedView) -> str:
    tr = desk.tr
    if not view.in_force:
        return tr("It waits until {needed} officers have signed: {have} so far.",
                  needed=view.needed, have=view.have)  # fmt: skip
    if not view.published:
        return tr("The desk is there. It goes to the relay with the next connection.")
    return tr("The desk is there.")
