"""Admit a device: choose the reply that the relay brought, or paste or open it; read six groups of digits to
each other; admit it.

Guarantees: nothing is signed before somebody typed the digits that were read aloud, or confirmed group by
group that they are the same; any other digits are refused by the action itself.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions import enrolment
from app.actions.views import AdmittedView, ReplyView
from app.domain.digits import to_western
from app.screens.casework import day_words
from app.screens.casework.arrivals import role_word
from app.screens.casework.desk_field import DeskField
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes
from app.screens.officer.admitted import admitted
from app.screens.officer.check_digits import check_digits
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.cards import list_row
from app.screens.parts.type import text


@ft.component
def Admit(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The page: left the reply, right the digits and *Admit*."""
    tr, device = desk.tr, desk.app.device
    reply, set_reply = ft.use_state("")
    unread: ReplyView | None = None
    read, set_read = ft.use_state(unread)
    typed, set_typed = ft.use_state("")
    not_yet: AdmittedView | None = None
    done, set_done = ft.use_state(not_yet)
    came = use_loaded(lambda: enrolment.replies(device) if device.officer else [], [desk.app.seen])
    if not device.officer:
        return ft.Container(states.no_right(tr("Officers can invite and admit devices.")), padding=20)

    async def read_it(words: str) -> None:
        set_reply(words)
        set_read(await desk.do(enrolment.read_reply, words.strip()) if words.strip() else None)

    def choose(one: ReplyView) -> None:
        desk.acted()
        desk.problem = None
        set_reply(one.invitation)
        set_typed("")
        set_read(one)

    async def open_file() -> None:
        desk.acted()
        files = await ft.FilePicker().pick_files(with_data=True)
        if files and files[0].bytes:
            await read_it(files[0].bytes.decode("utf-8", errors="replace"))

    async def admit() -> None:
        if read is None:
            return
        admitted_now = await desk.do(enrolment.admit, reply.strip(), confirm=to_western(typed))
        if admitted_now is not None:
            set_done(admitted_now)

    def obey(command: str) -> None:
        if command == "save":
            desk.app.page.run_task(admit)

    desk.on_commands(obey)
    if done is not None:
        return ft.Container(admitted(desk, done), padding=20, expand=True)
    left: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    left += _came(desk, came.value or [], choose)
    left += [
        text(tr("The reply of the new device"), "title_large", bold=True),
        text(
            tr("The new device shows it after it took the invitation: copy it here, or open the file."),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
        DeskField(
            desk,
            "reply",
            label=tr("Reply"),
            value="" if read is not None and reply == read.invitation else reply,
            on_change=lambda words: set_reply(words),
            lines=5,
            most_lines=8,
            key="reply-field",
        ),
        ft.Row(
            [
                button(
                    tr("Read the reply"),
                    kind="main" if read is None else "second",
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: desk.app.page.run_task(read_it, reply),
                    key="read-reply",
                ),
                button(
                    tr("Open a file"),
                    kind="outlined",
                    icon=ft.Icons.FOLDER_OPEN_ROUNDED,
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: desk.app.page.run_task(open_file),
                    key="open-reply",
                ),
            ],
            spacing=8,
            run_spacing=8,
            wrap=True,
        ),
    ]
    if read is None:
        right: list[ft.Control] = [states.empty(tr("Six groups of digits appear here, to compare."))]
    else:
        right = check_digits(
            desk,
            read,
            typed=typed,
            on_type=lambda words: set_typed(words),
            on_admit=lambda: desk.app.page.run_task(admit),
        )
    return panes(desk, left, right, shares=(42, 58), right_first=read is not None)


def _came(desk: DeskModel, replies: list[ReplyView], choose: Callable[[ReplyView], None]) -> list[ft.Control]:
    """The replies that came by the relay, to press."""
    tr = desk.tr
    if not replies:
        return []
    return [
        text(tr("Came by the relay"), "title_large", bold=True),
        ft.Column(
            [
                list_row(
                    one.label or tr("A new device"),
                    on_click=lambda _, one=one: choose(one),
                    icon=ft.Icons.MARK_EMAIL_READ_ROUNDED,
                    below=tr.join(
                        [
                            role_word(one.role, tr),
                            one.desk,
                            day_words.long(one.came_at, tr) if one.came_at else "",
                        ]
                    ),
                    key=f"reply-{one.invitation}",
                )
                for one in replies
            ],
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    ]
