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
            ft.Row(
                [
                    button(
                        tr("Back to the devices"),
                        kind="second",
                        desk=True,
                        tall=48 if desk.narrow else 36,
                        on_click=lambda _: desk.root("devices"),
                        key="back-to-devices",
                    )
                ]
            ),
        ],
        spacing=16,
        tight=True,
    )
