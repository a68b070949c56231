"""After Finish: the number once more, what happens now, and the way back to Start. Sending is not offered
here."""

from __future__ import annotations

import flet as ft

from app.screens.intake.last_questions import what_happens
from app.screens.intake.page import page
from app.screens.parts import stitch
from app.screens.parts.buttons import main_button
from app.screens.parts.cards import card
from app.screens.parts.code_badge import code_in_full
from app.screens.parts.type import heading, text
from app.screens.state import AppModel


def Done(model: AppModel, code: str) -> ft.Control:
    """It is sealed. Whoever holds the phone now sees a number and nothing else."""
    tr = model.tr
    return page(
        model,
        tr("Notes"),
        [
            heading(tr("It is locked now.")),
            text(
                tr("Say the number once more. No name goes with it."),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
            card(
                ft.Column(
                    [code_in_full(code, tr), ft.Container(height=4), stitch.divider(inset=20)],
                    spacing=4,
                    tight=True,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                )
            ),
            text(tr("What happens now"), "body_medium", bold=True),
            *what_happens(tr, done=1),
            text(
                tr("What she brings later is added under this number."),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
        ],
        foot=[main_button(tr("To the start"), on_click=lambda _: model.root("start"), key="to-start")],
        back=False,
    )
