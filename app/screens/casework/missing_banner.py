"""The turmeric banner of missing parcels: number, phone, day, then what to do. It goes when they arrive, not
by a cross.
"""

from __future__ import annotations

import flet as ft

from app.screens.casework.arrivals_words import advice, headline
from app.screens.casework.model import DeskModel
from app.screens.parts.buttons import button
from app.screens.parts.type import text


def missing_banner(desk: DeskModel) -> ft.Control | None:
    """The banner; None when nothing is missing."""
    if not desk.missing or desk.organisation is None:
        return None
    tr, devices = desk.tr, desk.organisation.devices
    ink = ft.Colors.ON_TERTIARY_CONTAINER
    words = ft.Column(
        [
            text(headline(desk.missing, devices, tr), "body_medium", desk=True, bold=True, color=ink),
            text(advice(desk.missing, devices, tr), "body_medium", desk=True, color=ink),
        ],
        spacing=0,
        tight=True,
        expand=True,
    )
    said = ft.Row([ft.Icon(ft.Icons.LINK_OFF_ROUNDED, size=20, color=ink), words], spacing=12, expand=True)
    parts: list[ft.Control] = [said]
    if desk.place != "arrivals":
        parts.append(
            button(
                tr("See what is missing"),
                kind="plain",
                hint=None if desk.narrow else "g a",
                desk=True,
                on_click=lambda _: desk.root("arrivals"),
                key="see-missing",
            )
        )
    content: ft.Control = ft.Row(parts, spacing=12)
    if desk.narrow:
        said.expand = None
        content = ft.Column(parts, spacing=0, tight=True)
    return ft.Semantics(
        live_region=True,
        container=True,
        content=ft.Container(
            bgcolor=ft.Colors.TERTIARY_CONTAINER,
            padding=ft.Padding.symmetric(horizontal=16 if desk.narrow else 20, vertical=8),
            content=content,
        ),
    )
