"""The three questions of screening: genuine, ours, safe. Each may stay unclear, and none is chosen beforehand."""

from __future__ import annotations

from collections.abc import Callable

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
def Screening(desk: DeskModel, view: ComplaintView) -> ft.Control:
    """A row a question. What is chosen is kept at once and goes to the other handlers with the next session."""
    tr = desk.tr
    left_open, set_left_open = ft.use_state(frozenset[str]())
    judged = {name: getattr(view.screening, name) for name, _, _ in _questions(tr)}
    begun = any(value is not None for value in judged.values())

    def choose(name: str) -> Callable[[str], None]:
        def chosen(value: str) -> None:
            set_left_open(left_open | {name} if value == "unclear" else left_open - {name})
            answers = {**judged, name: _VALUES[value]}
            desk.app.page.run_task(desk.do, casework.screen, view.code, **answers)

        return chosen

    def row(name: str, question: str, means: str) -> ft.Control:
        value = judged[name]
        unclear = "unclear" if begun or name in left_open else None
        pressed = unclear if value is None else "yes" if value else "no"
        words = ft.Row(
            [
                text(question, "body_medium", desk=True, bold=True, no_wrap=True),
                text(means, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT, expand=True),
            ],
            spacing=4,
            expand=not desk.narrow,
        )
        answers = segments(
            [("yes", tr("Yes")), ("no", tr("No")), ("unclear", tr("Unclear"))],
            chosen=pressed,
            on_choose=choose(name),
            question=question,
            width=None if desk.narrow else 236,
            tall=desk.narrow,
            key=f"screen-{name}",
        )
        if desk.narrow:
            return ft.Column(
                [words, answers], spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
            )
        return ft.Row([words, answers], spacing=8)

    return ft.Column(
        [
            text(tr("Screen it"), "label_large"),
            *(row(name, question, means) for name, question, means in _questions(tr)),
        ],
        spacing=10,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
