"""Arrivals: what came from each device, what is missing, and what to do about it in order of effort
(look/09).
"""

from __future__ import annotations

import flet as ft

from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.casework import arrivals_words, day_words, table
from app.screens.casework.arrivals_detail import detail
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes, scrolling
from app.screens.casework.table import Column
from app.screens.parts import states
from app.screens.parts.chips import chip
from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.type import text


def _columns(tr: Translator) -> list[Column]:
    return [
        Column(tr("Device"), expand=3),
        Column(tr("Role"), expand=3),
        Column(tr("Last heard"), expand=4),
        Column(tr("State"), width=170),
    ]


def role_word(role: str, tr: Translator) -> str:
    """What a device does."""
    return {"intake": tr("Intake"), "handler": tr("Handler"), "officer": tr("Officer")}.get(role, role)


def heard_word(device: DeviceView, tr: Translator) -> str:
    """When a device was heard last."""
    return day_words.long(device.last_heard, tr) if device.last_heard else tr("not yet")


def arrival_chip(
    device: DeviceView, tr: Translator, *, this: str, fork: bool = False, selected: bool = False
) -> ft.Control:
    """Two with one number, missing, quiet, complete; the state in one chip."""
    days = day_words.quiet_days(device.last_heard)
    if device.state == "revoked":
        return chip(tr("Revoked"), "waiting", icon=ft.Icons.BLOCK_ROUNDED, on_selected=selected)
    if fork:
        return chip(
            tr("Two with one number"), "danger", icon=ft.Icons.WARNING_AMBER_ROUNDED, on_selected=selected
        )
    if device.id == this:
        return chip(tr("This machine"), "new", icon=ft.Icons.LAPTOP_ROUNDED, on_selected=selected)
    if device.missing:
        return chip(
            tr.count("{n} missing", device.missing),
            "attention",
            icon=ft.Icons.LINK_OFF_ROUNDED,
            on_selected=selected,
        )
    if days is None:
        return chip(tr("Not heard yet"), "paused", icon=ft.Icons.HOURGLASS_EMPTY_ROUNDED)
    if days >= arrivals_words.QUIET_DAYS:
        return chip(tr("Quiet {n} days", n=days), "paused", icon=ft.Icons.HOURGLASS_EMPTY_ROUNDED)
    return chip(tr("Complete"), "done", on_selected=selected)


@ft.component
def Arrivals(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The table of devices, and the chosen one beside it."""
    tr = desk.tr
    if desk.organisation is None:
        return ft.Container(states.working(tr("Opening the arrivals.")), padding=24)
    this = desk.app.device.id.hex()
    devices = arrivals_words.devices_heard(desk.organisation.devices)
    forks = frozenset(one.device for one in desk.missing if one.state == "fork")
    open_gap = next((one for one in devices if one.id in forks or one.missing), None)
    chosen = next(
        (one for one in devices if one.id == desk.device), open_gap or (devices[0] if devices else None)
    )
    left: list[ft.Control] = [
        text(
            tr(
                "Every device counts what it sends. A number that is open means that something was sent or is"
                " still on the phone, and is not here."
            ),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
    ]

    def choose(device: str) -> None:
        desk.acted()
        desk.device = device

    if desk.narrow:
        left += [_card(one, tr, this, choose, one is chosen, one.id in forks) for one in devices]
    else:
        lines = [table.head(_columns(tr))]
        lines += [_line(one, tr, this, choose, one is chosen, one.id in forks) for one in devices]
        left.append(
            ft.Column(lines, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
        )
    if chosen is None:
        return scrolling(left)
    gaps = arrivals_words.of_device(desk.missing, chosen.id)
    mark = arrival_chip(chosen, tr, this=this, fork=chosen.id in forks)
    right = detail(desk, chosen, gaps, mark=mark, this=this)
    return panes(desk, left, right, shares=(67, 33), told_left=False)


def _spoken(device: DeviceView, tr: Translator, fork: bool) -> str:
    missing = tr.count("{n} missing", device.missing) if device.missing else tr("nothing missing")
    if fork:
        missing = tr("Two with one number")
    return ", ".join([device.label, role_word(device.role, tr), heard_word(device, tr), missing])


def _line(
    device: DeviceView, tr: Translator, this: str, choose: object, selected: bool, fork: bool
) -> ft.Control:
    cells: list[ft.Control] = [
        table.words(device.label, selected=selected, bold=True),
        table.words(role_word(device.role, tr), selected=selected, soft=True),
        table.words(heard_word(device, tr), selected=selected, soft=True),
        arrival_chip(device, tr, this=this, fork=fork, selected=selected),
    ]
    return table.line(
        _columns(tr),
        cells,
        on_press=lambda: choose(device.id),  # type: ignore[operator]
        selected=selected,
        spoken=_spoken(device, tr, fork),
        key=f"device-{device.id}",
    )


def _card(
    device: DeviceView, tr: Translator, this: str, choose: object, selected: bool, fork: bool
) -> ft.Control:
    return press(
        ft.Column(
            [
                ft.Row(
                    [
                        text(device.label, "title_medium", expand=True),
                        arrival_chip(device, tr, this=this, fork=fork),
                    ],
                ),
                text(
                    tr.join([role_word(device.role, tr), heard_word(device, tr)]),
                    "body_medium",
                    color=ft.Colors.ON_SURFACE_VARIANT,
                ),
            ],
            spacing=4,
            tight=True,
        ),
        on_click=lambda _: choose(device.id),  # type: ignore[operator]
        label=_spoken(device, tr, fork),
        selected=selected,
        key=f"device-{device.id}",
        bgcolor=CARD,
        edge=ft.Colors.PRIMARY if selected else ft.Colors.OUTLINE_VARIANT,
        edge_width=2 if selected else 1,
        radius=12,
        padding=14,
    )
