"""A question to the phone that took the complaint: what may be asked, how much room is left, Ask."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions import casework
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.type import text

MAX_BYTES = 1800
"""What one reply cell holds of text (casework.ask refuses more)."""


def used(words: str) -> int:
    """How much of the room a question takes: bytes of UTF-8, so a Bengali letter counts three."""
    return len(words.strip().encode())


def shut_out(desk: DeskModel, code: str) -> bool:
    """Whether the phone that took this complaint was revoked, so that a question would never leave."""
    row = desk.row(code)
    known = desk.organisation.devices if desk.organisation else ()
    return row is not None and any(one.id == row.device and one.state == "revoked" for one in known)


@ft.component
def AskBox(
    desk: DeskModel,
    code: str,
    phone: str,
    *,
    autofocus: bool = False,
    on_done: Callable[[], None] | None = None,
    key: str | None = None,
) -> ft.Control:
    """The box. What was typed stays when the question is refused."""
    tr = desk.tr
    words, set_words = ft.use_state("")
    sent, set_sent = ft.use_state(False)
    over = used(words) > MAX_BYTES

    def change(value: str) -> None:
        set_words(value)
        if value:
            set_sent(False)

    async def ask() -> None:
        if not words.strip() or over:
            return
        before = desk.acts
        await desk.do(casework.ask, code, words.strip())
        if desk.problem is None and desk.acts > before:
            set_words("")
            set_sent(True)
            if on_done is not None:
                on_done()

    def obey(command: str) -> None:
        if command == "save":
            desk.app.page.run_task(ask)

    if shut_out(desk, code):
        return states.no_right(
            tr("{phone} was revoked: nothing is sent to it any more. Ask her in another way.", phone=phone)
        )
    desk.on_commands(obey)
    room = tr("{used} of {most} used", used=used(words), most=MAX_BYTES)
    left: ft.Control = text(
        room, "label_medium", color=ft.Colors.ERROR if over else ft.Colors.ON_SURFACE_VARIANT
    )
    if sent and not words:
        left = text(
            tr("The question goes with the next session. It waits on {phone}.", phone=phone),
            "label_medium",
            color=ft.Colors.ON_SURFACE_VARIANT,
            expand=True,
        )
    return ft.Column(
        [
            DeskField(
                desk,
                f"ask-{code}",
                label=tr("A question for {phone}", phone=phone),
                value=words,
                on_change=change,
                lines=3,
                most_lines=8,
                autofocus=autofocus,
                problem=tr("This is too long for one question. Ask it in two.") if over else None,
                key=f"ask-field-{code}",
            ),
            ft.Row(
                [
                    ft.Container(left, expand=True),
                    button(
                        tr("Ask"),
                        kind="second",
                        desk=True,
                        tall=48 if desk.narrow else 36,
                        hint=None if desk.narrow else "Ctrl Enter",
                        on_click=lambda _: desk.app.page.run_task(ask),
                        key="ask",
                    ),
                ],
                spacing=8,
            ),
        ],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
