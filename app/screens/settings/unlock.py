"""The lock: looks like any notebook. No organisation, no count, no date of last use; the language before
the key."""

from __future__ import annotations

import flet as ft

from app.actions import device as devices
from app.screens.parts import stitch
from app.screens.parts.buttons import main_button
from app.screens.parts.fields import field
from app.screens.parts.states import working
from app.screens.parts.type import text
from app.screens.settings.brand import square
from app.screens.settings.faults import said
from app.screens.settings.languages import language_line
from app.screens.state import AppModel
from crypto.errors import WrongPassphraseError

TRIES_NOT_COUNTED_ALOUD = 2
"""The first slips are everybody's; from the third on the number of tries is said."""


@ft.component
def Unlock(model: AppModel) -> ft.Control:
    """One field and one button. Wrong: "That did not open it"."""
    tr = model.tr
    typed = ft.use_ref("")
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")
    tries = ft.use_ref(0)

    async def open_it() -> None:
        if busy:
            return
        if not typed.current:
            set_wrong(tr("Type the passphrase first."))
            return
        set_wrong("")
        set_busy(True)
        try:
            device = await model.off_loop(devices.unlock, model.session.home, typed.current)
        except WrongPassphraseError:
            tries.current = (tries.current or 0) + 1
            typed.current = ""
            sentence = tr("That did not open it.")
            if tries.current > TRIES_NOT_COUNTED_ALOUD:
                sentence += " " + tr("{n} tries so far.", n=tries.current)
            set_wrong(sentence)
            set_busy(False)
            return
        except Exception as fault:
            set_wrong(said(tr, fault))
            set_busy(False)
            return
        typed.current = ""
        model.opened(device)

    async def submit(_: object = None) -> None:
        await open_it()

    def typing(value: str) -> None:
        typed.current = value

    entry = field(
        key=f"passphrase-{tries.current}",
        label=tr("Passphrase"),
        value=typed.current or "",
        on_change=typing,
        on_submit=open_it,
        password=True,
        lang=model.lang,
        problem=wrong or None,
        autofocus=True,
    )
    action = working(tr("Opening")) if busy else main_button(tr("Open"), on_click=submit, key="open")
    return ft.Container(
        expand=True,
        alignment=ft.Alignment.CENTER,
        padding=ft.Padding.symmetric(horizontal=24, vertical=16),
        content=ft.Container(
            width=420,
            content=ft.Column(
                [
                    ft.Container(expand=2),
                    ft.Row([square(54)], alignment=ft.MainAxisAlignment.CENTER),
                    text(tr("Notes"), "headline_small", bold=False, align=ft.TextAlign.CENTER),
                    ft.Container(height=20),
                    ft.Row([stitch.open_stitches()], alignment=ft.MainAxisAlignment.CENTER),
                    ft.Container(height=20),
                    entry,
                    ft.Container(height=4),
                    action,
                    ft.Container(expand=3),
                    language_line(model),
                ],
                spacing=8,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
        ),
    )
