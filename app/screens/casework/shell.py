"""The desk: rail, top bar, the page on show, its keys at the foot; and what happens while nobody looks.

Guarantees: every place can be reached with the mouse, the keyboard and a finger; the lists are read again
when something arrived; a session runs in the background while the desk is unlocked and does not keep it from
locking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import flet as ft

from app.screens.casework import keys, lock_minutes
from app.screens.casework.arrivals import Arrivals
from app.screens.casework.case_form import CaseForm
from app.screens.casework.case_list import CaseList
from app.screens.casework.case_page import CasePage
from app.screens.casework.complaint import Complaint
from app.screens.casework.desk_settings import DeskSettings
from app.screens.casework.foot import foot, key_sheet
from app.screens.casework.inbox import Inbox
from app.screens.casework.join_case import JoinCase
from app.screens.casework.missing_banner import missing_banner
from app.screens.casework.model import DeskModel
from app.screens.casework.page_titles import page_title
from app.screens.casework.rail import bar, rail
from app.screens.casework.top_bar import CONNECTION_BESIDE, connection, top_bar
from app.screens.officer.add_desk import AddDesk
from app.screens.officer.admit import Admit
from app.screens.officer.devices import Devices
from app.screens.officer.drill import Drill
from app.screens.officer.invite import Invite
from app.screens.officer.make_archive import MakeArchive
from app.screens.officer.make_card import MakeCard
from app.screens.officer.proposals import Proposals
from app.screens.officer.rules import Rules
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.notices import notices
from app.screens.parts.type import text
from app.screens.state import AppModel

_ENTER_WAITS_S = 0.12
"""Enter on a button presses the button; only when nothing was pressed does it open the chosen line."""

_PAGES: Final[dict[str, Callable[..., ft.Control]]] = {
    "inbox": Inbox,
    "cases": CaseList,
    "arrivals": Arrivals,
    "devices": Devices,
    "invite": Invite,
    "admit": Admit,
    "proposals": Proposals,
    "rules": Rules,
    "add_desk": AddDesk,
    "drill": Drill,
    "card": MakeCard,
    "archive": MakeArchive,
    "settings": DeskSettings,
}
"""The places and what draws them."""

_ABOUT: Final[dict[str, Callable[..., ft.Control]]] = {
    "complaint": Complaint,
    "new_case": CaseForm,
    "join": JoinCase,
    "case": CasePage,
}
"""Those about one thing, whose number follows the place."""

_QUICK_SYNC_S = 60.0
_USUAL_SYNC_S = 15 * 60.0
"""A session in the background: every minute where the waits are 0 (tests, demo), else four an hour."""


@ft.component
def DeskShell(model: AppModel) -> ft.Control:
    """All of the desk behind the lock."""
    make: Any = lambda: DeskModel(app=model)  # noqa: E731 - use_state cannot type a maker
    desk: DeskModel = ft.use_state(make)[0]
    prefix = ft.use_ref(False)
    page = model.page

    def resized(_: object) -> None:
        desk.width = page.width or desk.width

    async def key_pressed(event: ft.KeyboardEvent) -> None:
        if model.session.device is None:
            return
        stroke = keys.Stroke(event.key, ctrl=event.ctrl, shift=event.shift, alt=event.alt, meta=event.meta)
        shut = desk.is_writing or desk.dialog is not None  # letters are not commands under a question
        heard = keys.hear(stroke, place=desk.place, writing=shut, prefix=bool(prefix.current))
        prefix.current = heard.prefix
        if heard.command == "open":
            before = desk.acts
            await asyncio.sleep(_ENTER_WAITS_S)
            if desk.acts == before:
                _obey(desk, "open")
        elif heard.command is not None:
            _obey(desk, heard.command)

    async def in_background() -> None:
        while True:
            device = model.session.device
            if device is None:
                return
            await desk.sync(by_hand=False)
            await asyncio.sleep(_QUICK_SYNC_S if device.member.gap_seconds == 0 else _USUAL_SYNC_S)

    def mounted() -> None:
        desk.width = page.width or desk.width
        page.on_resize = resized
        page.on_keyboard_event = key_pressed
        page.schedule_update()  # type: ignore[no-untyped-call]
        if model.session.device is not None:
            model.session.idle_minutes = lock_minutes.kept(model.session.device) or model.session.idle_minutes
        page.run_task(in_background)

    def left() -> None:
        page.on_resize = None
        page.on_keyboard_event = None

    ft.use_effect(mounted, [], cleanup=left)
    ft.use_effect(desk.load, [model.seen])
    ft.use_dialog(_key_dialog(desk) if desk.keys_open else None)
    return _frame(desk)


def _frame(desk: DeskModel) -> ft.Control:
    title, subtitle = page_title(desk)
    banner = missing_banner(desk) if desk.place in ("inbox", "arrivals") else None
    body: list[ft.Control] = [top_bar(desk, title, subtitle=subtitle)]
    if desk.width < CONNECTION_BESIDE and desk.place in ("inbox", "arrivals"):
        body.append(ft.Container(connection(desk), padding=ft.Padding.symmetric(horizontal=16, vertical=6)))
    warned = _warnings(desk)
    if warned is not None:
        body.append(warned)
    if banner is not None:
        body.append(banner)
    if desk.problem and _shows_no_problem(desk):
        body.append(ft.Container(states.problem(desk.problem), padding=16))
    body.append(ft.Container(_page(desk), expand=True))
    if desk.narrow:
        return ft.Column([*body, bar(desk)], spacing=0, expand=True)
    body.append(foot(desk.place, desk.tr))
    return ft.Row(
        [rail(desk), ft.Column(body, spacing=0, expand=True)],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _warnings(desk: DeskModel) -> ft.Control | None:
    """What an officer or this machine must look after, over the lists."""
    if desk.organisation is None or desk.place not in ("inbox", "arrivals", "devices"):
        return None
    return notices(desk.organisation.warnings, desk.tr, desk=True)


def _shows_no_problem(desk: DeskModel) -> bool:
    """Lists have no place of their own for a refusal; every other page says it where it happened."""
    if desk.place == "inbox":
        return not desk.two_panes or desk.chosen() is None
    return desk.place in ("cases", "arrivals", "devices", "settings")


def _page(desk: DeskModel) -> ft.Control:
    """The page on show; a place that needs a thing and has none, or that nobody knows, shows the inbox."""
    place, what = desk.place, desk.app.what
    if what is not None and place in _ABOUT:
        return _ABOUT[place](desk, what, key=f"{place}-{what}")
    page, name = (_PAGES[place], place) if place in _PAGES else (Inbox, "inbox")
    return page(desk, key=name)


def _obey(desk: DeskModel, command: str) -> None:
    """Do what a key means."""
    if command.startswith("go:"):
        desk.root(command.removeprefix("go:"))
    elif command == "lock":
        desk.app.lock()
    elif command == "leave":
        desk.leave()
    elif command == "keys":
        desk.keys_open = not desk.keys_open
    elif command in ("next", "previous"):
        desk.step(1 if command == "next" else -1)
    elif command in ("invite", "admit"):
        desk.go(command)
    elif command in ("open", "new_case", "join", "ask"):
        _about_chosen(desk, command)
    else:
        desk.obey(command)


def _about_chosen(desk: DeskModel, command: str) -> None:
    """Commands about the line that is chosen, or the complaint on show."""
    if desk.place == "cases":
        rows = desk.cases or ()
        number = desk.case or (rows[0].number if rows else None)
        if command == "open" and number is not None:
            desk.go("case", number)
        return
    chosen = desk.chosen()
    code = desk.app.what if desk.place == "complaint" else chosen.code if chosen else None
    if code is None:
        return
    if command == "ask":
        if desk.place == "inbox" and not desk.two_panes:
            desk.go("complaint", code)
        desk.asking = True
    elif command == "open":
        desk.go("complaint", code)
    else:
        desk.go(command, code)


def _key_dialog(desk: DeskModel) -> ft.AlertDialog:
    def close(_: object) -> None:
        desk.close_keys()

    return ft.AlertDialog(
        title=text(desk.tr("All keys"), "title_large", bold=True),
        content=ft.Container(key_sheet(desk.tr), width=420, height=480),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        actions=[
            button(desk.tr("Close"), kind="plain", hint="Esc", desk=True, on_click=close, key="close-keys")
        ],
        on_dismiss=close,
    )
