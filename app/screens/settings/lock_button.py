"""Lock: at the top right of every screen of both."""

from __future__ import annotations

import flet as ft

from app.screens.parts.buttons import icon_button
from app.screens.state import AppModel


def lock_button(model: AppModel) -> ft.Control:
    """Lock, at the top right of every screen."""
    return icon_button(
        ft.Icons.LOCK_ROUNDED,
        model.tr("Lock"),
        on_click=lambda _: model.lock(),
        key="lock",
        color=ft.Colors.SECONDARY,
    )
