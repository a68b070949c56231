"""Devices and people: who belongs to the organisation, and the two steps that let a new device in
(look/11).
"""

from __future__ import annotations

import flet as ft

from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.casework import day_words, table
from app.screens.casework.arrivals import heard_word, role_word
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.model import DeskModel
from app.screens.casework.table import Column
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.cards import card
from app.screens.parts.chips import chip
from app.screens.parts.type import text


def _columns(tr: Translator) -> list[Column]:
    return [
        Column(tr("Device"), expand=5),
        Column(tr("Role"), expand=5),
        Column(tr("Desk"), expand=4),
        Column(tr("Admitted"), expand=4),
        Column(tr("Last heard"), expand=5),
        Column(tr("Missing"), width=84, right=True),
        Column(tr("State"), width=150),
    ]


def kinds(devices: list[DeviceView], tr: Translator) -> list[tuple[str, str]]:
    """The chips above the table, with their numbers."""
    counted = [
        ("all", tr("All {n}", n=len(devices))),
        ("intake", tr("Phones {n}", n=len(_of_kind(devices, "intake")))),
        ("handler", tr("Desks {n}", n=len(_of_kind(devices, "handler")))),
    ]
    revoked = len(_of_kind(devices, "revoked"))
    return [*counted, ("revoked", tr("Revoked {n}", n=revoked))] if revoked else counted


def _of_kind(devices: list[DeviceView], kind: str) -> list[DeviceView]:
    if kind == "all":
        return devices
    if kind == "revoked":
        return [one for one in devices if one.state == "revoked"]
    return [one for one in devices if one.role == kind and one.state != "revoked"]


@ft.component
def Devices(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The table, and for officers *Invite a device* and *Admit a device*."""
    tr = desk.tr
    kind, set_kind = ft.use_state("all")
    if desk.organisation is None:
        return ft.Container(states.working(tr("Opening the devices.")), padding=24)
    device = desk.app.device
    everything = sorted(
        desk.organisation.devices, key=lambda one: (one.state == "revoked", one.label.casefold())
    )
    shown = _of_kind(everything, kind)
    chips = filter_chips(kinds(everything, tr), chosen=kind, on_choose=set_kind, tall=desk.narrow, key="kind")
    tall = 48 if desk.narrow else 36
    if device.officer:
        right: list[ft.Control] = [
            button(
                tr("Admit a device"),
                kind="outlined",
                icon=ft.Icons.HOW_TO_REG_ROUNDED,
                hint=None if desk.narrow else "m",
                desk=True,
                tall=tall,
                on_click=lambda _: desk.go("admit"),
                key="admit-a-device",
            ),
            button(
                tr("Invite a device"),
                kind="second",
                icon=ft.Icons.QR_CODE_2_ROUNDED,
                hint=None if desk.narrow else "i",
                desk=True,
                tall=tall,
                on_click=lambda _: desk.go("invite"),
                key="invite-a-device",
            ),
        ]
    else:
        right = [ft.Container(states.no_right(tr("Officers can invite and admit devices.")), width=320)]
    bar: ft.Control = ft.Row([ft.Container(chips, expand=True), *right], spacing=10)
    if desk.width < 860:
        bar = ft.Column([ft.Row(right, spacing=8, run_spacing=8, wrap=True), chips], spacing=12, tight=True)
    this = device.id.hex()
    if desk.width < 860:
        lines: list[ft.Control] = [_card(one, tr, this) for one in shown]
    else:
        lines = [table.head(_columns(tr)), *(_line(one, tr, this) for one in shown)]
    return ft.Container(
        padding=ft.Padding.symmetric(horizontal=16 if desk.narrow else 20, vertical=14),
        expand=True,
        content=ft.Column(
            [
                bar,
                ft.Container(height=6),
                *(lines if desk.width < 860 else [_tight(lines)]),
                ft.Container(height=8),
                _quorum(desk),
            ],
            spacing=8,
            scroll=ft.ScrollMode.AUTO,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def _tight(lines: list[ft.Control]) -> ft.Control:
    return ft.Column(lines, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _picture(device: DeviceView) -> ft.IconData:
    return ft.Icons.SMARTPHONE_ROUNDED if device.role == "intake" else ft.Icons.DESKTOP_WINDOWS_ROUNDED


def state_chip(device: DeviceView, tr: Translator, this: str) -> ft.Control:
    """In use, quiet, revoked, this machine."""
    days = day_words.quiet_days(device.last_heard)
    if device.state == "revoked":
        return chip(tr("Revoked"), "waiting", icon=ft.Icons.BLOCK_ROUNDED)
    if device.id == this:
        return chip(tr("This machine"), "new", icon=ft.Icons.LAPTOP_ROUNDED)
    if device.state == "invited":
        return chip(tr("Invited"), "waiting", icon=ft.Icons.QR_CODE_2_ROUNDED)
    if days is None:
        return chip(tr("Not heard yet"), "paused", icon=ft.Icons.HOURGLASS_EMPTY_ROUNDED)
    if days >= 7:
        return chip(tr("Quiet {n} days", n=days), "paused", icon=ft.Icons.HOURGLASS_EMPTY_ROUNDED)
    return chip(tr("In use"), "done")


def _line(device: DeviceView, tr: Translator, this: str) -> ft.Control:
    cells: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(_picture(device), size=20, color=ft.Colors.ON_SURFACE_VARIANT),
                ft.Container(table.words(device.label, bold=True, lines=1), expand=True),
            ],
            spacing=10,
        ),
        table.words(role_word(device.role, tr)),
        table.words(device.desk or "", soft=True),
        table.words(day_words.short(device.admitted_at, tr) if device.admitted_at else "", soft=True),
        table.words(heard_word(device, tr) if device.id != this else "", soft=True),
        table.words(str(device.missing) if device.id != this else "", lines=1),
        state_chip(device, tr, this),
    ]
    return table.line(_columns(tr), cells, key=f"device-{device.id}")


def _card(device: DeviceView, tr: Translator, this: str) -> ft.Control:
    said = [role_word(device.role, tr), device.desk or ""]
    if device.id != this:
        said += [heard_word(device, tr), tr.count("{n} missing", device.missing) if device.missing else ""]
    return card(
        ft.Row(
            [
                ft.Icon(_picture(device), size=24, color=ft.Colors.ON_SURFACE_VARIANT),
                ft.Column(
                    [
                        text(device.label, "title_medium"),
                        text(tr.join(said), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT),
                    ],
                    spacing=2,
                    tight=True,
                    expand=True,
                ),
                state_chip(device, tr, this),
            ],
            spacing=12,
        ),
        desk=True,
    )


def _quorum(desk: DeskModel) -> ft.Control:
    """How many officers there are. Restoring the desk with several of them is not there yet, and it is
    said.
    """
    tr, organisation = desk.tr, desk.organisation
    if organisation is None:
        return ft.Container()
    officers = len(organisation.officers)
    words = tr.count(
        "{n} officers may sign for this organisation.",
        officers,
        one="One officer may sign for this organisation.",
    )
    return ft.Column(
        [
            text(tr("If this office were gone"), "title_medium"),
            card(
                ft.Row(
                    [
                        ft.Icon(ft.Icons.GROUPS_ROUNDED, size=24, color=ft.Colors.ON_SURFACE_VARIANT),
                        ft.Column(
                            [
                                text(words, "body_medium", desk=True, bold=True),
                                text(
                                    tr("Restoring a desk on a new machine is not possible yet."
                                       " What is on this machine only is lost with it."),
                                    "body_medium",
                                    desk=True,
                                    color=ft.Colors.ON_SURFACE_VARIANT,
                                ),
                            ],
                            spacing=0,
                            tight=True,
                            expand=True,
                        ),
                    ],
                    spacing=14,
                ),
                desk=True,
            ),
        ],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )  # fmt: skip
