"""The notes of a case: only ever added, the newest first, with a field to write the next."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions import casework
from app.actions.views import CaseView
from app.screens.casework import day_words
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.parts.buttons import button
from app.screens.parts.cards import card
from app.screens.parts.type import text


@ft.component
def CaseNotes(
    desk: DeskModel, case: CaseView, obey: Callable[[str], None], *, key: str | None = None
) -> ft.Control:
    """`obey` takes the commands of the page that are not about notes."""
    tr = desk.tr
    words, set_words = ft.use_state("")
    writing, set_writing = ft.use_state(False)

    async def add() -> None:
        if words.strip() and await desk.do(casework.note, case.number, words.strip()) is not None:
            set_words("")
            set_writing(False)

    def hear(command: str) -> None:
        if command == "save":
            desk.app.page.run_task(add)
        elif command == "note":
            set_writing(True)
        else:
            obey(command)

    desk.on_commands(hear)
    parts: list[ft.Control] = [
        text(tr("Notes on the case"), "label_large"),
        DeskField(
            desk,
            f"note-{case.number}",
            label=tr("A note for the other handlers"),
            value=words,
            on_change=lambda value: set_words(value),
            lines=2,
            most_lines=8,
            autofocus=writing,
            key=f"note-field-{writing}",
        ),
        ft.Row(
            [
                button(
                    tr("Add note"),
                    kind="second",
                    hint=None if desk.narrow else "Ctrl Enter",
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: desk.app.page.run_task(add),
                    key="add-note",
                )
            ],
            alignment=ft.MainAxisAlignment.END,
        ),
    ]
    for note in reversed(case.notes):
        parts.append(
            card(
                ft.Column(
                    [
                        text(tr.join([note.by, day_words.long(note.at, tr)]), "label_medium",
                             color=ft.Colors.ON_SURFACE_VARIANT),
                        text(note.text, "body_large", selectable=True),
                    ],
                    spacing=4,
                    tight=True,
                ),
                desk=True,
            )
        )  # fmt: skip
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
