"""The rules that are numbers: days that keys are kept, sendings, places; each with what it is for."""

from __future__ import annotations

from functools import partial

import flet as ft

from app.domain.digits import to_western
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.officer import rules_words
from app.screens.officer.rules_asked import Ask, Asked
from app.screens.parts.buttons import button
from app.screens.parts.cards import card
from app.screens.parts.type import text
from crypto.root import Policy

MOST_DIGITS = 6


@ft.component
def Numbers(desk: DeskModel, policy: Policy, ask: Ask, *, key: str | None = None) -> ft.Control:
    """A field each; the button asks about those that are different."""
    tr = desk.tr
    typed, set_typed = ft.use_state(
        {rule: tr.digits(str(getattr(policy, rule))) for rule in rules_words.NUMBERS}
    )
    wanted = {rule: read(typed[rule]) for rule in rules_words.NUMBERS}
    different = {rule: value for rule, value in wanted.items() if value != getattr(policy, rule)}
    wrong = rules_words.lacking(tr, policy, different)

    def write(rule: str, words: str) -> None:
        set_typed({**typed, rule: words})

    def open_question(_: object) -> None:
        if different and not wrong:
            chosen = tuple((rule, value) for rule, value in different.items() if value is not None)
            ask(Asked("numbers", numbers=chosen))

    fields: list[ft.Control] = [
        ft.Column(
            [
                DeskField(
                    desk, f"rule-{rule}", label=rules_words.name_of(rule, tr), value=typed[rule],
                    on_change=partial(write, rule), key=f"rule-{rule}",
                ),
                text(
                    rules_words.help_of(rule, tr), "body_medium", desk=True,
                    color=ft.Colors.ON_SURFACE_VARIANT,
                ),
            ],
            spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        for rule in rules_words.NUMBERS
    ]  # fmt: skip
    if wrong:
        fields.append(
            ft.Semantics(content=text(wrong, "body_medium", color=ft.Colors.ERROR), live_region=True)
        )
    fields.append(
        ft.Row(
            [
                button(
                    tr("Change these numbers…"), kind="outlined", desk=True, tall=48 if desk.narrow else 36,
                    disabled=not different or bool(wrong), on_click=open_question, key="change-numbers",
                )
            ]
        )
    )  # fmt: skip
    inside = ft.Column(fields, spacing=14, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Column(
        [text(tr("Keys, sendings and places"), "title_medium"), card(inside, desk=True)],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def read(words: str) -> int | None:
    """The number that somebody wrote, in any of the three scripts; None for what is none."""
    plain = to_western(words).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= MOST_DIGITS else None
