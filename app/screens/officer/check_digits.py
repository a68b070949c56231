"""The digits that two people read to each other before a device is admitted.

The person says what the *other* screen shows; typing it (or saying that all six groups are the same) is what
confirms, so that nobody admits by habit.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions.views import ReplyView
from app.screens.casework.arrivals import role_word
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.officer.digits import digit_groups
from app.screens.parts.buttons import button
from app.screens.parts.type import text


def check_digits(
    desk: DeskModel,
    reply: ReplyView,
    *,
    typed: str,
    on_type: Callable[[str], object],
    on_admit: Callable[[], object],
) -> list[ft.Control]:
    """Six groups, large; the field; *Admit*."""
    tr = desk.tr
    tall = 48 if desk.narrow else 36
    named = reply.label or tr("the new device")
    return [
        text(tr("Read them to each other"), "title_large", bold=True),
        text(
            tr(
                "{label} shows six groups too. If a single digit differs, do not admit it:"
                " somebody stands between.",
                label=named,
            ),
            "body_large",
        ),
        digit_groups(reply.check, tr, narrow=desk.narrow),
        text(
            tr.join([named, role_word(reply.role, tr)]),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
        DeskField(
            desk,
            "digits",
            label=tr("The digits that the other device shows"),
            value=typed,
            on_change=on_type,
            key="digits-field",
        ),
        ft.Row(
            [
                button(
                    tr("All six groups are the same"),
                    kind="second",
                    icon=ft.Icons.DONE_ALL_ROUNDED,
                    desk=True,
                    tall=tall,
                    on_click=lambda _: on_type(reply.check),
                    key="same-digits",
                ),
                button(
                    tr("Admit"),
                    hint=None if desk.narrow else "Ctrl Enter",
                    desk=True,
                    tall=tall,
                    on_click=lambda _: on_admit(),
                    key="admit",
                ),
            ],
            spacing=8,
            run_spacing=8,
            wrap=True,
        ),
        text(
            tr("Without the digits of the other device, nothing is admitted."),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
    ]
