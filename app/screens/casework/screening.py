"""The three questions of screening: genuine, ours, safe. Each may stay unclear, and none is chosen
beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.actions import casework
from app.actions.views import ComplaintView
from app.i18n import Translator
from app.screens.casework.model import DeskModel
from app.screens.casework.segments import segments
from app.screens.parts.type import text

_VALUES = {"yes": True, "no": False, "unclear": None}


def _questions(tr: Translator) -> list[tuple[str, str, str]]:
    return [
        ("genuine", tr("Genuine?"), tr("told first hand")),
        ("ours", tr("Ours?"), tr("we can take it")),
        ("safe", tr("Safe?"), tr("for those who told")),
    ]


@ft.component
def Screening(desk: DeskModel, view: ComplaintView, *, key: str | None = None) -> ft.Control:
    """A row a question. What is chosen is kept at once; other handlers get it with the next session."""
    tr = desk.tr
    judged = {name: getattr(view.screening, name) for name, _, _ in _questions(tr)}

    def choose(name: str) -> Callable[[str], None]:
        def chosen(value: str) -> None:
            unclear = [name] if value == "unclear" else []
            answer: dict[str, Any] = {name: _VALUES[value], "unclear": unclear}

            async def keep() -> None:
                await desk.do(casework.screen, view.code, **answer)

            desk.app.page.run_task(keep)

        return chosen

    def row(name: str, question: str, means: str) -> ft.Control:
        value = judged[name]
        open_ = "unclear" if name in view.screening.unclear else None
        pressed = open_ if value is None else "yes" if value else "no"
        asked: list[ft.Control] = [
            text(question, "body_medium", desk=True, bold=True, no_wrap=True),
            text(means, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT, expand=tr.lang == "en"),
        ]
        # English has room for both on one line; Bengali and Khmer words do not break as often.
        words: ft.Control = ft.Row(asked, spacing=4, expand=not desk.narrow)
        if tr.lang != "en":
            words = ft.Column(asked, spacing=0, tight=True, expand=not desk.narrow)
        answers = segments(
            [("yes", tr("Yes")), ("no", tr("No")), ("unclear", tr("Unclear"))],
            chosen=pressed,
            on_choose=choose(name),
            question=question,
            width=None if desk.narrow or not desk.room_for_table else 240,
            tall=desk.narrow,
            key=f"screen-{name}",
        )
        rows: list[ft.Control] = [words, answers]
        if name in view.screening.contested:
            rows.append(_contested(tr))
        if desk.narrow or not desk.room_for_table:
            return ft.Column(rows, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
        line: ft.Control = ft.Row([words, answers], spacing=8)
        return line if len(rows) == 2 else ft.Column([line, rows[2]], spacing=4, tight=True)

    return ft.Column(
        [
            text(tr("Screen it"), "label_large"),
            *(row(name, question, means) for name, question, means in _questions(tr)),
        ],
        spacing=10,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _contested(tr: Translator) -> ft.Control:
    return ft.Row(
        [
            ft.Icon(ft.Icons.CALL_SPLIT_ROUNDED, size=16, color=ft.Colors.TERTIARY),
            text(
                tr("Two handlers judged differently. Choose again to settle it."),
                "label_medium",
                color=ft.Colors.TERTIARY,
                expand=True,
            ),
        ],
        spacing=6,
    )
