"""What becomes a trouble if nobody looks after it, in sentences: too long without a connection, a list of
keys that grows old, a clock that is wrong. Calm: turmeric, an icon and words, what is safe and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.actions.views import WarningView
from app.i18n import Translator
from app.screens.parts.type import text


def notice_words(one: WarningView, tr: Translator, *, desk: bool) -> str:
    """One of them. `desk`: said to the people at a desk, who have other words than a phone."""
    n = one.days
    if one.kind == "foreign_key":
        return tr(
            "Phones are told to lock for this desk with a key that this machine does not have. Somebody else"
            " may read what comes next: let nobody send, and call the officers."
        )
    if one.kind == "offline":
        if desk:
            return tr.count(
                "This machine was not connected for {n} days. Keys are deleted with time: connect it today.",
                n,
            )
        return tr.count(
            "Not connected for {n} days. All is kept here. Connect soon, so that the desk can still read it.",
            n,
        )
    if one.kind == "stale":
        if desk:
            return tr.count(
                "Nothing new was published for {n} days. An officer’s machine must connect.",
                n,
            )
        return tr.count(
            "The desk has published nothing new for {n} days. All is kept here. Tell your officer.", n
        )
    if one.kind in ("clock_ahead", "clock_behind"):
        ahead = one.kind == "clock_ahead"
        said = (
            tr.count("The clock here is {n} days ahead.", n, one="The clock here is a day ahead.")
            if ahead
            else tr.count("The clock here is {n} days behind.", n, one="The clock here is a day behind.")
        )
        return f"{said} {tr('Set date and time right; nothing is lost.')}"
    if one.kind == "expired_soon":
        if n <= 0:
            return tr(
                "What the desk published has ended. All is kept here. An officer’s machine must connect."
            )
        return tr.count(
            "What the desk published ends in {n} days. An officer’s machine must connect before that.", n
        )
    if one.kind == "root_ends":
        return tr.count(
            "The rules of the organisation end in {n} days. An officer must renew them before that.", n
        )
    if one.kind == "admitted_twice":
        return tr(
            "{label} was admitted a second time with other details."
            " Ask the officers; if nobody knows why, revoke it.",
            label=one.name,
        )
    return tr("Something here needs an officer. All is kept.")


def notices(found: Sequence[WarningView], tr: Translator, *, desk: bool = False) -> ft.Control | None:
    """All of them in one turmeric box; None for none. Announced to a screen reader once."""
    if not found:
        return None
    ink = ft.Colors.ON_TERTIARY_CONTAINER
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(icon_of(one.kind), size=20, color=ink),
                text(notice_words(one, tr, desk=desk), "body_medium", desk=desk, color=ink, expand=True),
            ],
            spacing=12,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        for one in found
    ]
    return ft.Semantics(
        live_region=True,
        container=True,
        content=ft.Container(
            bgcolor=ft.Colors.TERTIARY_CONTAINER,
            border_radius=0 if desk else 12,
            padding=ft.Padding.symmetric(horizontal=20 if desk else 12, vertical=8 if desk else 10),
            content=ft.Column(lines, spacing=6, tight=True),
        ),
    )


def icon_of(kind: str) -> ft.IconData:
    """Its picture."""
    if kind.startswith("clock"):
        return ft.Icons.MORE_TIME_ROUNDED
    if kind == "offline":
        return ft.Icons.CLOUD_OFF_ROUNDED
    return ft.Icons.EVENT_BUSY_ROUNDED
