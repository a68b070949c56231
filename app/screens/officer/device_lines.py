"""One device as a line of the table, or as a card where there is no room for one. Both can be chosen."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.casework import day_words, table
from app.screens.casework.arrivals import heard_word, role_word
from app.screens.casework.table import Column
from app.screens.officer.device_state import state, state_chip
from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.type import text


def columns(tr: Translator) -> list[Column]:
    """The seven of them."""
    return [
        Column(tr("Device"), expand=5),
        Column(tr("Role"), expand=5),
        Column(tr("Desk"), expand=4),
        Column(tr("Admitted"), expand=4),
        Column(tr("Last heard"), expand=5),
        Column(tr("Missing"), width=84, right=True),
        Column(tr("State"), width=214),
    ]


def picture(device: DeviceView) -> ft.IconData:
    """A phone or a machine."""
    return ft.Icons.SMARTPHONE_ROUNDED if device.role == "intake" else ft.Icons.DESKTOP_WINDOWS_ROUNDED


def role_of(device: DeviceView, tr: Translator) -> str:
    """`Officer, handler` for a machine that is both."""
    role = role_word(device.role, tr)
    return tr("Officer, handler") if device.officer or device.role == "officer" else role


def _heard(device: DeviceView, tr: Translator, this: str) -> str:
    unheard = device.id == this or device.state in ("answered", "waiting")
    return "" if unheard else heard_word(device, tr)


def _spoken(device: DeviceView, tr: Translator, this: str, look: bool) -> str:
    missing = tr.count("{n} missing", device.missing) if device.missing else ""
    said = [
        device.label,
        role_of(device, tr),
        device.desk or "",
        _heard(device, tr, this),
        missing,
        state(device, tr, this=this, look=look)[0],
    ]
    return ", ".join(part for part in said if part)


def line_of(
    device: DeviceView,
    tr: Translator,
    *,
    this: str,
    look: bool,
    selected: bool,
    on_press: Callable[[], object],
) -> ft.Control:
    """A row of the table."""
    ink = ft.Colors.ON_PRIMARY_CONTAINER if selected else ft.Colors.ON_SURFACE_VARIANT
    counted = device.id != this and device.state not in ("answered", "waiting")
    cells: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(picture(device), size=20, color=ink),
                ft.Container(table.words(device.label, bold=True, lines=1, selected=selected), expand=True),
            ],
            spacing=10,
        ),
        table.words(role_of(device, tr), selected=selected),
        table.words(device.desk or "", soft=True, selected=selected),
        table.words(
            day_words.short(device.admitted_at, tr) if device.admitted_at else "",
            soft=True,
            selected=selected,
        ),
        table.words(_heard(device, tr, this), soft=True, selected=selected),
        table.words(str(device.missing) if counted else "", lines=1, selected=selected),
        state_chip(device, tr, this=this, look=look, selected=selected),
    ]
    return table.line(
        columns(tr),
        cells,
        on_press=on_press,
        selected=selected,
        spoken=_spoken(device, tr, this, look),
        key=f"device-{device.id}",
    )


def card_of(
    device: DeviceView,
    tr: Translator,
    *,
    this: str,
    look: bool,
    selected: bool,
    on_press: Callable[[], object],
) -> ft.Control:
    """The same as a card: label, role and desk, when it was heard, the state under them."""
    ink = ft.Colors.ON_PRIMARY_CONTAINER if selected else ft.Colors.ON_SURFACE_VARIANT
    said = [role_of(device, tr), device.desk or "", _heard(device, tr, this)]
    if device.missing:
        said.append(tr.count("{n} missing", device.missing))
    inside = ft.Row(
        [
            ft.Icon(picture(device), size=24, color=ink),
            ft.Column(
                [
                    text(
                        device.label,
                        "title_medium",
                        color=ft.Colors.ON_PRIMARY_CONTAINER if selected else ft.Colors.ON_SURFACE,
                    ),
                    text(tr.join(said), "body_medium", color=ink),
                    ft.Row([state_chip(device, tr, this=this, look=look, selected=selected)], wrap=True),
                ],
                spacing=4,
                tight=True,
                expand=True,
            ),
        ],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    return press(
        ft.Container(inside, key=ft.ScrollKey(f"device-{device.id}")),  # type: ignore[call-arg]
        on_click=lambda _: on_press(),
        label=_spoken(device, tr, this, look),
        selected=selected,
        key=f"device-{device.id}",
        bgcolor=ft.Colors.PRIMARY_CONTAINER if selected else CARD,
        edge=ft.Colors.PRIMARY if selected else ft.Colors.OUTLINE_VARIANT,
        edge_width=2 if selected else 1,
        radius=12,
        padding=14,
    )
