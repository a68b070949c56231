"""What this does not protect: said plainly, where whoever holds the phone finds it."""

from __future__ import annotations

import flet as ft

from app.screens.intake.page import page
from app.screens.parts.type import text
from app.screens.state import AppModel


def Limits(model: AppModel) -> ft.Control:
    """Honest security, in the words of whoever holds the phone."""
    tr = model.tr
    protects = [
        tr("What you finished cannot be opened on this phone again, not even by you."),
        tr("What is not finished is locked with your passphrase."),
        tr("What is on its way can be opened only at the desk."),
    ]
    not_protects = [
        tr("Somebody who takes the phone while it is open sees what is open. Lock it."),
        tr("Somebody who makes you say the passphrase can read what is not finished."),
        tr("Somebody who watched the screen or heard you talk knows what you know."),
        tr("A spying program on this phone sees what you see."),
        tr("The network can see that this phone sent something, never what."),
        tr("Who is at the desk reads what was finished. Choose well whom you trust."),
    ]

    def line(icon: ft.IconData, sentence: str) -> ft.Control:
        return ft.Row(
            [
                ft.Icon(icon, size=22, color=ft.Colors.ON_SURFACE_VARIANT),
                text(sentence, "body_large", expand=True),
            ],
            spacing=12,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )

    return page(
        model,
        tr("What this does not protect"),
        [
            text(tr("It keeps"), "title_medium"),
            *[line(ft.Icons.LOCK_ROUNDED, sentence) for sentence in protects],
            ft.Container(height=4),
            text(tr("It does not keep"), "title_medium"),
            *[line(ft.Icons.LOCK_OPEN_ROUNDED, sentence) for sentence in not_protects],
        ],
    )
