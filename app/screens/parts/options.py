"""Ways to answer: rows to mark, segments, the consent row, tiles, the three chips that leave a question.

Nothing is chosen beforehand. What is chosen has a tick and an edge as well as a colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.i18n import Translator
from app.screens.parts.chips import choice_chip
from app.screens.parts.palette import CARD
from app.screens.parts.palette import edge as at_least
from app.screens.parts.press import OnPress, press
from app.screens.parts.theme import RADIUS_FIELD
from app.screens.parts.type import text


def option(
    label: str,
    *,
    chosen: bool,
    on_click: OnPress,
    icon: ft.IconData | None = None,
    several: bool = True,
    key: str | None = None,
    below: str | None = None,
) -> ft.Control:
    """A row to mark, 54 high. `several`: a box to tick; otherwise a round mark, and one answer is all."""
    ink = ft.Colors.ON_PRIMARY_CONTAINER if chosen else ft.Colors.ON_SURFACE
    words: list[ft.Control] = [text(label, "body_large", bold=chosen, color=ink)]
    if below:
        words.append(text(below, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    if several:
        mark = ft.Icons.CHECK_BOX_ROUNDED if chosen else ft.Icons.CHECK_BOX_OUTLINE_BLANK_ROUNDED
    else:
        mark = ft.Icons.RADIO_BUTTON_CHECKED_ROUNDED if chosen else ft.Icons.RADIO_BUTTON_UNCHECKED_ROUNDED
    parts: list[ft.Control] = []
    if icon is not None:
        parts.append(ft.Icon(icon, size=24, color=ink))
    parts += [ft.Column(words, spacing=0, tight=True, expand=True), ft.Icon(mark, size=24, color=ink)]
    return press(
        ft.Row(parts, spacing=14),
        on_click=on_click,
        label=label if below is None else f"{label}, {below}",
        selected=chosen,
        key=key,
        bgcolor=ft.Colors.PRIMARY_CONTAINER if chosen else CARD,
        edge=ft.Colors.PRIMARY if chosen else ft.Colors.OUTLINE_VARIANT,
        edge_width=2 if chosen else 1,
        radius=RADIUS_FIELD,
        padding=ft.Padding.symmetric(horizontal=14, vertical=11),
    )


def segments(
    choices: Sequence[tuple[str, str]],
    *,
    chosen: str | None,
    on_choose: Callable[[str], Any],
    key: str,
    group: str = "",
) -> ft.Control:
    """A few short answers in one frame. `choices`: value and word. `group` is said before each word aloud."""

    def part(index: int, value: str, word: str) -> ft.Control:
        here = value == chosen
        first, last = index == 0, index == len(choices) - 1
        corner = RADIUS_FIELD - 1
        ink = ft.Colors.ON_SECONDARY_CONTAINER if here else ft.Colors.ON_SURFACE
        label = text(word, "body_medium", bold=here, color=ink, align=ft.TextAlign.CENTER)
        inside: ft.Control = label
        if here:
            label.expand, label.expand_loose = True, True
            inside = ft.Row(
                [ft.Icon(ft.Icons.CHECK_ROUNDED, size=18, color=ink), label],
                spacing=4,
                tight=True,
                alignment=ft.MainAxisAlignment.CENTER,
            )

        async def choose(_: object) -> None:
            done = on_choose(value)
            if hasattr(done, "__await__"):
                await done

        cell = press(
            inside,
            on_click=choose,
            label=f"{group}: {word}" if group else word,
            selected=here,
            key=f"{key}-{value}",
            bgcolor=ft.Colors.SECONDARY_CONTAINER if here else CARD,
            radius=ft.BorderRadius.only(
                top_left=corner if first else 0,
                bottom_left=corner if first else 0,
                top_right=corner if last else 0,
                bottom_right=corner if last else 0,
            ),
            padding=ft.Padding.symmetric(horizontal=4, vertical=13),
            alignment=ft.Alignment.CENTER,
        )
        line = None if last else ft.Border.only(right=ft.BorderSide(1, ft.Colors.OUTLINE))
        return ft.Container(cell, border=line, expand=1)

    return ft.Container(
        border=ft.Border.all(at_least(), ft.Colors.OUTLINE),
        border_radius=RADIUS_FIELD,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        content=ft.Row(
            [part(i, value, word) for i, (value, word) in enumerate(choices)],
            spacing=0,
            intrinsic_height=True,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def consent_row(
    sentence: str,
    *,
    tr: Translator,
    answer: str | None,
    on_answer: Callable[[str], Any],
    key: str,
    waits: bool = False,
) -> ft.Control:
    """The sentence as it is read aloud and four segments. Nothing chosen means not asked; `waits` says what
    it counts
    as until she answers."""
    parts: list[ft.Control] = []
    if sentence:
        parts.append(text(sentence, "body_large"))
    parts.append(
        segments(
            [
                ("yes", tr("Yes")),
                ("no", tr("No")),
                ("unknown", tr("Not sure")),
                ("refused", tr("Won’t say")),
            ],
            chosen=None if answer in (None, "not_asked") else answer,
            on_choose=on_answer,
            key=key,
            group=sentence,
        )
    )
    if waits and answer in (None, "not_asked"):
        parts.append(
            text(tr("Until she answers, it counts as no."), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT)
        )
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def tile(
    label: str,
    *,
    icon: ft.IconData,
    chosen: bool,
    on_click: OnPress,
    key: str,
    spoken: str | None = None,
    private: str | None = None,
) -> ft.Control:
    """A picture with at most five words, 86 high at least. `private`: the word that
    stands on the private matter."""
    ink = ft.Colors.ON_PRIMARY_CONTAINER if chosen else ft.Colors.ON_SURFACE
    above: list[ft.Control] = [ft.Icon(icon, size=28, color=ink), ft.Container(expand=True)]
    if private:
        above.append(text(private, "label_medium", color=ink))
    if chosen:
        above.append(ft.Icon(ft.Icons.CHECK_CIRCLE_ROUNDED, size=24, color=ink))
    words = ft.Column(
        [
            ft.Row(above, spacing=4, vertical_alignment=ft.CrossAxisAlignment.START),
            text(label, "body_medium", bold=chosen, color=ink),
        ],
        spacing=0,
        expand=True,
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    # A strut keeps the least height; larger letters make the tile grow instead of being cut.
    strut = ft.Container(width=0, height=72)
    return press(
        ft.Row(
            [words, strut], spacing=0, vertical_alignment=ft.CrossAxisAlignment.STRETCH, intrinsic_height=True
        ),
        on_click=on_click,
        label=spoken or label,
        selected=chosen,
        key=key,
        bgcolor=ft.Colors.PRIMARY_CONTAINER if chosen else CARD,
        edge=ft.Colors.PRIMARY if chosen else ft.Colors.OUTLINE_VARIANT,
        edge_width=2 if chosen else 1,
        padding=ft.Padding.only(left=12, right=10, top=8, bottom=6),
        expand=1,
    )


def leave_chips(tr: Translator, *, chosen: str | None, on_leave: Callable[[str], Any]) -> ft.Control:
    """*Will not say · Does not know · Later*: refused, unknown, not asked."""

    def one(how: str, word: str) -> ft.Control:
        async def leave(_: object) -> None:
            done = on_leave(how)
            if hasattr(done, "__await__"):
                await done

        return choice_chip(
            word, chosen=chosen == how, on_click=leave, expand=1, key=f"leave-{how}", tick=False
        )

    return ft.Row(
        [
            one("refused", tr("Will not say")),
            one("unknown", tr("Does not know")),
            one("later", tr("Later")),
        ],
        spacing=8,
    )
