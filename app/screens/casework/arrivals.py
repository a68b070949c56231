"""Arrivals: what came from each device, what is missing, and what to do about it in order of effort
(look/09).
"""

from __future__ import annotations

import flet as ft

from app.actions.views import DeviceView, MissingView
from app.i18n import Translator
from app.screens.casework import arrivals_words, day_words, table
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes, scrolling
from app.screens.casework.table import Column
from app.screens.parts import states, stitch
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


def arrival_chip(device: DeviceView, tr: Translator, *, this: str, selected: bool = False) -> ft.Control:
    """Missing, quiet, complete; the state in one chip."""
    days = day_words.quiet_days(device.last_heard)
    if device.state == "revoked":
        return chip(tr("Revoked"), "waiting", icon=ft.Icons.BLOCK_ROUNDED, on_selected=selected)
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
    open_gap = next((one for one in devices if one.missing), None)
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
        left += [_card(one, tr, this, choose, one is chosen) for one in devices]
    else:
        lines = [table.head(_columns(tr))]
        lines += [_line(one, tr, this, choose, one is chosen) for one in devices]
        left.append(
            ft.Column(lines, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
        )
    if chosen is None:
        return scrolling(left)
    gaps = arrivals_words.of_device(desk.missing, chosen.id)
    right = _detail(chosen, gaps, desk, this)
    return panes(desk, left, right, shares=(67, 33), told_left=False)


def _spoken(device: DeviceView, tr: Translator) -> str:
    missing = tr.count("{n} missing", device.missing) if device.missing else tr("nothing missing")
    return ", ".join([device.label, role_word(device.role, tr), heard_word(device, tr), missing])


def _line(device: DeviceView, tr: Translator, this: str, choose: object, selected: bool) -> ft.Control:
    cells: list[ft.Control] = [
        table.words(device.label, selected=selected, bold=True),
        table.words(role_word(device.role, tr), selected=selected, soft=True),
        table.words(heard_word(device, tr), selected=selected, soft=True),
        arrival_chip(device, tr, this=this, selected=selected),
    ]
    return table.line(
        _columns(tr),
        cells,
        on_press=lambda: choose(device.id),  # type: ignore[operator]
        selected=selected,
        spoken=_spoken(device, tr),
        key=f"device-{device.id}",
    )


def _card(device: DeviceView, tr: Translator, this: str, choose: object, selected: bool) -> ft.Control:
    return press(
        ft.Column(
            [
                ft.Row(
                    [text(device.label, "title_medium", expand=True), arrival_chip(device, tr, this=this)],
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
        label=_spoken(device, tr),
        selected=selected,
        key=f"device-{device.id}",
        bgcolor=CARD,
        edge=ft.Colors.PRIMARY if selected else ft.Colors.OUTLINE_VARIANT,
        edge_width=2 if selected else 1,
        radius=12,
        padding=14,
    )


def _detail(device: DeviceView, gaps: list[MissingView], desk: DeskModel, this: str) -> list[ft.Control]:
    tr = desk.tr
    parts: list[ft.Control] = [
        ft.Row(
            [text(device.label, "title_large", bold=True, expand=True), arrival_chip(device, tr, this=this)],
            spacing=10,
        )
    ]
    if not gaps:
        sentence = tr("All that this device counted has arrived.")
        if device.last_heard is None and device.id != this:
            sentence = tr("Nothing was heard from it yet. It sends when it meets a network.")
        parts.append(text(sentence, "body_large"))
        return parts
    known = desk.organisation.devices if desk.organisation else []
    parts.append(text(arrivals_words.headline(gaps, known, tr), "body_large", bold=True))
    columns = [Column(tr("Number"), expand=3), Column(tr("Since"), expand=5), Column(tr("State"), width=116)]
    lines: list[ft.Control] = [table.head(columns)]
    for gap in gaps:
        numbers = str(gap.from_) if gap.from_ == gap.to else f"{gap.from_} – {gap.to}"
        expired = gap.state == "expired"
        lines.append(
            table.line(
                columns,
                [
                    table.words(numbers),
                    table.words(day_words.long(gap.since, tr)),
                    chip(
                        tr("Expired") if expired else tr("Missing"),
                        "attention",
                        icon=ft.Icons.LINK_OFF_ROUNDED,
                    ),
                ],
            )
        )
    parts.append(ft.Column(lines, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH))
    parts.append(text(tr("What to do, in this order"), "label_large"))
    steps = [
        (
            tr("Ask for one more sending"),
            tr("{phone} sends again by itself whatever was not confirmed.", phone=device.label),
        ),
        (
            tr("After 14 days"),
            tr("The relay no longer keeps them. They will read expired. The phone still has them."),
        ),
        (tr("If the phone is gone"), tr("Tell an officer. What it had not sent is lost, and only that.")),
    ]
    parts += [_step(n, title, words, tr) for n, (title, words) in enumerate(steps, start=1)]
    parts.append(stitch.divider(inset=0))
    parts.append(
        text(
            tr(
                "This does not say that someone took them. If the same happens to several phones on one day,"
                " tell an officer."
            ),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        )
    )
    return parts


def _step(n: int, title: str, words: str, tr: Translator) -> ft.Control:
    ring = ft.Container(
        width=24,
        height=24,
        border_radius=12,
        border=ft.Border.all(1, ft.Colors.OUTLINE),
        alignment=ft.Alignment.CENTER,
        content=text(tr.number(n), "label_medium"),
    )
    return ft.Row(
        [
            ring,
            ft.Column(
                [
                    text(title, "body_medium", desk=True, bold=True),
                    text(words, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT),
                ],
                spacing=0,
                tight=True,
                expand=True,
            ),
        ],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
