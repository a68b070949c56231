"""The bar over every page: its title, the connection in words, *Sync now*, the desk, the lock."""

from __future__ import annotations

import asyncio

import flet as ft

from app.screens.casework.model import DeskModel
from app.screens.casework.places import WITHIN
from app.screens.parts.buttons import button, icon_button
from app.screens.parts.press import press
from app.screens.parts.type import text

CONNECTION_BESIDE = 1100
"""From this width on the connection stands in the bar; below it, under the bar of Inbox and Arrivals."""

_TICK_S = 15.0
_WARN_S = 60.0


def top_bar(desk: DeskModel, title: str, *, subtitle: str = "") -> ft.Control:
    """Title on the left; connection, desk and lock on the right. On a narrow screen only what must be
    pressed.
    """
    tr = desk.tr
    soft = ft.Colors.ON_SURFACE_VARIANT
    heading: list[ft.Control] = [_back(desk)] if desk.place in WITHIN else []
    if subtitle and desk.width >= 760:
        heading.append(text(title, "title_large", bold=True, no_wrap=True))
        heading.append(text(subtitle, "label_large", bold=False, color=soft, max_lines=1, expand=True))
    else:
        heading.append(text(title, "title_large", bold=True, max_lines=2 if desk.narrow else 1, expand=True))
    right: list[ft.Control] = []
    if desk.width >= CONNECTION_BESIDE:
        right.append(ft.Container(connection(desk), width=270))
    right.append(
        button(
            tr("Sync now"),
            kind="outlined",
            icon=ft.Icons.SYNC_ROUNDED,
            on_click=lambda _: desk.app.page.run_task(desk.sync),
            desk=True,
            tall=48 if desk.narrow else 36,
            key="sync-now",
        )
    )
    if desk.width >= 1240:
        right.append(who(desk))
    right.append(LockIn(desk))
    return ft.Container(
        height=64 if desk.narrow else 56,
        padding=ft.Padding.only(left=_left_edge(desk), right=4 if desk.narrow else 20),
        border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        content=ft.Row(
            [
                ft.Row(heading, spacing=8, expand=True),
                ft.Row(right, spacing=4 if desk.narrow else 16, tight=True),
            ],
            spacing=12,
        ),
    )


def _left_edge(desk: DeskModel) -> int:
    """A page behind another begins with the way back, whose own edge is wider."""
    if desk.place in WITHIN:
        return 4 if desk.narrow else 8
    return 16 if desk.narrow else 20


def _back(desk: DeskModel) -> ft.Control:
    """One step back, for those who have no Escape at hand."""
    word = desk.tr("Back")
    if desk.narrow:
        arrow = ft.Icons.ARROW_BACK_ROUNDED
        return icon_button(arrow, word, on_click=lambda _: desk.leave(), key="back")
    return button(
        word,
        kind="plain",
        icon=ft.Icons.ARROW_BACK_ROUNDED,
        on_click=lambda _: desk.leave(),
        desk=True,
        key="back",
    )


def connection(desk: DeskModel, *, lines: int = 2) -> ft.Control:
    """What *Sync now* does and when it was done last; offline is normal, so grey."""
    tr = desk.tr
    icon = ft.Icons.CLOUD_DONE_OUTLINED
    if desk.syncing:
        sentence = tr("Fetching what arrived, sending what waits.")
        icon = ft.Icons.CLOUD_SYNC_OUTLINED
    elif desk.offline:
        sentence, icon = tr("Not connected. Everything works."), ft.Icons.CLOUD_OFF_ROUNDED
        if desk.last_sync is not None:
            sentence += " " + tr("Last done {when}.", when=tr.ago(desk.last_sync.astimezone()))
    elif desk.last_sync is None:
        sentence, icon = tr("Sync now fetches what arrived and sends what waits."), ft.Icons.CLOUD_OUTLINED
    else:
        sentence = tr("Fetched {when}.", when=tr.ago(desk.last_sync.astimezone()))
        sentence += " " + (
            tr.count("{n} new.", desk.last_received) if desk.last_received else tr("Nothing new.")
        )
        if desk.waiting:
            sentence += " " + tr.count("{n} still to send.", desk.waiting)
        sentence += " " + tr("Sync now fetches and sends again.")
    return ft.Semantics(
        live_region=True,
        content=ft.Row(
            [
                ft.Icon(icon, size=18, color=ft.Colors.ON_SURFACE_VARIANT),
                text(
                    sentence,
                    "label_medium",
                    color=ft.Colors.ON_SURFACE_VARIANT,
                    max_lines=lines,
                    expand=True,
                    key="connection",
                ),
            ],
            spacing=8,
        ),
    )


def who(desk: DeskModel) -> ft.Control:
    """`Desk main · Blue desk`: the desk and the label of this device, never a person."""
    device = desk.app.device
    desks = [one.name for one in device.desks]
    return ft.Row(
        [
            text(desk.tr("Desk"), "body_medium", desk=True, no_wrap=True),
            text(desks[0] if desks else "", "body_medium", desk=True, bold=True, no_wrap=True),
            text(f"· {device.label}" if device.label else "", "body_medium", desk=True, no_wrap=True),
        ],
        spacing=4,
        tight=True,
    )


@ft.component
def LockIn(desk: DeskModel) -> ft.Control:
    """`locks in 8 min`, pressed: now. In the last minute it says so and offers to stay."""
    session = desk.app.session
    left, set_left = ft.use_state(session.seconds_left())

    async def tick() -> None:
        while True:
            await asyncio.sleep(5 if session.seconds_left() < 2 * _WARN_S else _TICK_S)
            set_left(session.seconds_left())

    ft.use_effect(tick, [])
    tr = desk.tr
    if desk.narrow:
        return icon_button(
            ft.Icons.LOCK_ROUNDED, tr("Lock"), on_click=lambda _: desk.app.lock(), key="lock-now"
        )

    def stay(_: object) -> None:
        session.touch()
        set_left(session.seconds_left())

    if left < _WARN_S:
        return button(
            tr("Locks in a minute. Stay"),
            kind="second",
            desk=True,
            on_click=stay,
            key="stay",
            icon=ft.Icons.LOCK_CLOCK,
        )
    minutes = max(1, round(left / 60))
    words = tr.count("locks in {n} min", minutes)
    return press(
        ft.Row(
            [
                ft.Icon(ft.Icons.LOCK_CLOCK, size=20, color=ft.Colors.ON_SURFACE_VARIANT),
                text(words, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT, no_wrap=True),
            ],
            spacing=6,
            tight=True,
        ),
        on_click=lambda _: desk.app.lock(),
        label=tr("{words}, lock now", words=words),
        key="lock-now",
        radius=10,
        padding=ft.Padding.symmetric(horizontal=8, vertical=6),
    )
