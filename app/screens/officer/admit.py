"""Admit a device: paste or open its reply, read six groups of digits to each other, admit it.

Guarantees: nothing is signed before somebody typed the digits that were read aloud, or confirmed group by
group that they are the same; any other digits are refused by the action itself.
"""

from __future__ import annotations

import flet as ft

from app.actions import enrolment
from app.actions.views import AdmittedView, ReplyView
from app.domain.digits import to_western
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes
from app.screens.officer.admitted import admitted
from app.screens.officer.check_digits import check_digits
from app.screens.parts import states
from app.screens.parts.buttons import button
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
    if not device.officer:
        return ft.Container(states.no_right(tr("Officers can invite and admit devices.")), padding=20)

    async def read_it(words: str) -> None:
        set_reply(words)
        set_read(await desk.do(enrolment.read_reply, words.strip()) if words.strip() else None)

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
            value=reply,
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
