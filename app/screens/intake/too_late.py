"""What waited so long that the desk can no longer read it: said plainly, with the way on."""

from __future__ import annotations

import flet as ft

from app.screens.parts import stitch
from app.screens.parts.buttons import outlined_button
from app.screens.parts.chips import chip
from app.screens.parts.type import text
from app.screens.state import AppModel


def too_late(model: AppModel, code: str, kind: str, first: list[ft.Control]) -> ft.Control:
    """The line of `code`; `first` is its number as the list shows it.

    A complaint is taken down anew: what is only added under a number that never arrived would not be seen.
    """
    tr = model.tr
    anew = kind == "complaint"
    what = (
        tr("Ask her again and take it down as a new complaint. She gets a new number.")
        if anew
        else tr("Ask her again, and add it under her number.")
    )
    return ft.Container(
        padding=ft.Padding.only(bottom=10, left=2),
        border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        content=ft.Column(
            [
                ft.Row([*first, chip(tr("Too late"), "attention")], spacing=10, run_spacing=4, wrap=True),
                ft.Row(
                    [
                        stitch.progress(0, 3, width=26, gap=5, current=False, spoken=""),
                        text(
                            f"{tr('It waited here too long. The desk can no longer read it.')} {what}",
                            "body_large",
                            expand=True,
                        ),
                    ],
                    spacing=12,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
                outlined_button(
                    tr("New complaint") if anew else tr("Add under {code}", code=tr.code(code)),
                    on_click=lambda _: model.go("interview") if anew else model.go("add", code),
                    icon=ft.Icons.POST_ADD_ROUNDED,
                    tall=50,
                    key=f"again-{code}",
                ),
            ],
            spacing=8,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )
