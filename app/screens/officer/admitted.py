"""After a device was admitted: whether its welcome is on the way, and the same as a file for where there
is no network.
"""

from __future__ import annotations

import flet as ft

from app.actions.views import AdmittedView
from app.screens.casework.model import DeskModel
from app.screens.officer.handing_over import handing_over
from app.screens.parts.buttons import button
from app.screens.parts.chips import chip
from app.screens.parts.type import text


def admitted(desk: DeskModel, view: AdmittedView) -> ft.Control:
    """What happened, what comes next, one way back."""
    tr = desk.tr
    if view.waits:
        return _waits(desk, view)
    if view.published:
        sent = tr(
            "The welcome is on its way. {label} finds it when it connects the next time.", label=view.label
        )
    else:
        sent = tr("There is no connection now. The welcome goes with the next session, or as a file at once.")
    as_file = handing_over(
        desk,
        "",
        copy="",
        save=tr("Save the welcome as a file"),
        file_name="welcome.bin",
        data=view.welcome,
    )
    return ft.Column(
        [
            ft.Row(
                [
                    text(tr("{label} is admitted", label=view.label), "title_large", bold=True),
                    chip(tr("Admitted"), "done"),
                ],
                spacing=10,
                wrap=True,
            ),
            text(sent, "body_large"),
            as_file,
            _back(desk),
        ],
        spacing=16,
        tight=True,
    )


def _waits(desk: DeskModel, view: AdmittedView) -> ft.Control:
    """Signed here, and not in force before another officer has signed too."""
    tr = desk.tr
    return ft.Column(
        [
            ft.Row(
                [
                    text(view.label, "title_large", bold=True),
                    chip(tr("Waits for another officer"), "paused", icon=ft.Icons.HOURGLASS_EMPTY_ROUNDED),
                ],
                spacing=10,
                wrap=True,
            ),
            text(
                tr(
                    "You have signed. It belongs when another officer has signed too. This machine then sends"
                    " the welcome with its next connection."
                ),
                "body_large",
            ),
            text(
                tr("The other officer finds it under “Waiting for another officer” and compares the digits."),
                "body_large",
            ),
            _back(desk),
        ],
        spacing=16,
        tight=True,
    )


def _back(desk: DeskModel) -> ft.Control:
    return ft.Row(
        [
            button(
                desk.tr("Back to the devices"),
                kind="second",
                desk=True,
                tall=48 if desk.narrow else 36,
                on_click=lambda _: desk.root("devices"),
                key="back-to-devices",
            )
        ]
    )
