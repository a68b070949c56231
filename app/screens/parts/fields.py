"""Fields to write in: the label stands inside the edge, above what is written, and never serves as
placeholder.

A field keeps the text itself while a person types; the caller hears of every change and must pass what it
heard as
`value` when it draws again. The system keyboard is asked to learn nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import flet as ft

from app.i18n import Lang, script_of
from app.screens.parts.palette import CARD
from app.screens.parts.palette import edge as at_least
from app.screens.parts.theme import RADIUS_FIELD
from app.screens.parts.type import style, text


@ft.component
def field(
    *,
    label: str,
    value: str = "",
    on_change: Callable[[str], None],
    lang: Lang = "en",
    on_submit: Callable[[], object] | None = None,
    lines: int = 1,
    password: bool = False,
    numbers: bool = False,
    problem: str | None = None,
    help: str | None = None,
    autofocus: bool = False,
    read_only: bool = False,
    edge_width: int = 1,
    expand: bool | int = False,
    key: str | None = None,  # taken by the component itself
) -> ft.Control:
    """One field. `lines` over 1 grows with the text; `problem` stands under it with an icon, `help` without
    one."""
    focused, set_focused = ft.use_state(False)

    async def submitted(_: object) -> None:
        done = on_submit() if on_submit is not None else None
        if inspect.isawaitable(done):
            await done

    own, typed = _kept(value, on_change)
    script = script_of(own) if own else lang
    edge = ft.Colors.ERROR if problem else ft.Colors.PRIMARY if focused else ft.Colors.OUTLINE
    entry = ft.TextField(
        value=own,
        on_change=typed,
        on_submit=submitted if on_submit is not None else None,
        on_focus=lambda _: set_focused(True),
        on_blur=lambda _: set_focused(False),
        border=ft.NoInputBorder(),
        dense=True,
        content_padding=ft.Padding.only(top=0, bottom=0),
        text_style=style("title_large" if lines == 1 else "body_large", script, color=ft.Colors.ON_SURFACE),
        cursor_color=ft.Colors.PRIMARY,
        multiline=lines > 1,
        min_lines=lines if lines > 1 else None,
        max_lines=None if lines > 1 else 1,
        password=password,
        keyboard_type=ft.KeyboardType.NUMBER if numbers else ft.KeyboardType.TEXT,
        autofocus=autofocus,
        read_only=read_only,
        autocorrect=False,
        enable_suggestions=False,
        enable_ime_personalized_learning=False,
    )
    inside = ft.Column(
        [
            text(
                label,
                "label_medium",
                color=ft.Colors.PRIMARY if focused else ft.Colors.ON_SURFACE_VARIANT,
                spoken="",
            ),
            ft.MergeSemantics(ft.Semantics(label=label, content=entry)),
        ],
        spacing=2,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    wide = 2 if focused or problem else at_least(edge_width)
    box = ft.Container(
        content=inside,
        bgcolor=CARD,
        border=ft.Border.all(wide, edge),
        border_radius=RADIUS_FIELD,
        padding=ft.Padding.only(left=15 - wide, right=15 - wide, top=9 - wide, bottom=9 - wide),
    )
    below: list[ft.Control] = []
    if problem:
        below.append(
            ft.Row(
                [
                    ft.Icon(ft.Icons.ERROR_OUTLINE_ROUNDED, size=18, color=ft.Colors.ERROR),
                    text(problem, "body_medium", color=ft.Colors.ERROR, expand=True),
                ],
                spacing=6,
            )
        )
    if help:
        below.append(text(help, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    return ft.Column(
        [box, *below],
        spacing=4,
        tight=True,
        expand=expand,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@ft.component
def search_field(
    *,
    label: str,
    value: str = "",
    on_change: Callable[[str], None],
    lang: Lang = "en",
    key: str | None = None,  # taken by the component itself
) -> ft.Control:
    """A search: round ends, a glass, and `label` standing in it until something is typed."""
    focused, set_focused = ft.use_state(False)
    own, typed = _kept(value, on_change)
    wide = 2 if focused else at_least()
    entry = ft.TextField(
        value=own,
        hint_text=label,
        hint_style=style("body_large", lang, color=ft.Colors.ON_SURFACE_VARIANT),
        on_change=typed,
        on_focus=lambda _: set_focused(True),
        on_blur=lambda _: set_focused(False),
        border=ft.NoInputBorder(),
        dense=True,
        content_padding=0,
        text_style=style("body_large", script_of(own) if own else lang, color=ft.Colors.ON_SURFACE),
        cursor_color=ft.Colors.PRIMARY,
        autocorrect=False,
        enable_suggestions=False,
        enable_ime_personalized_learning=False,
        expand=True,
    )
    return ft.Container(
        content=ft.Row(
            [
                ft.Icon(ft.Icons.SEARCH_ROUNDED, size=24, color=ft.Colors.ON_SURFACE),
                ft.MergeSemantics(entry, expand=True),
            ],
            spacing=14,
        ),
        bgcolor=CARD,
        border=ft.Border.all(wide, ft.Colors.PRIMARY if focused else ft.Colors.OUTLINE),
        border_radius=26,
        padding=ft.Padding.symmetric(horizontal=18 - wide, vertical=12 - wide),
    )


def _kept(
    value: str, on_change: Callable[[str], None]
) -> tuple[str, Callable[[ft.Event[ft.TextField]], None]]:
    """What stands in the field: what was typed last, unless the caller has given another value since."""
    own, _ = ft.use_state({"given": value, "text": value})
    if own["given"] != value:
        own["given"] = own["text"] = value

    def typed(event: ft.Event[ft.TextField]) -> None:
        own["text"] = event.control.value or ""
        on_change(own["text"])

    return own["text"], typed
