"""The question before a device that waits for signatures is given up.

Guarantees: nothing is withdrawn before it was read what follows; a refusal is said in the question.
"""

from __future__ import annotations

import flet as ft

from app.actions import officers
from app.actions.device import Device
from app.actions.views import ProposalView
from app.screens.casework.model import DeskModel
from app.screens.officer.destructive import Destructive, Done
from app.screens.parts.question import Point, question

WITHDRAW = "withdraw"
"""The name under which the desk knows that this question stands open."""


def withdraw_question(desk: DeskModel, one: ProposalView | None) -> ft.AlertDialog | None:
    """The dialog that stands open; None for none."""
    if one is None or desk.dialog != WITHDRAW:
        return None
    tr = desk.tr
    follows = Point(
        ft.Icons.PERSON_OFF_OUTLINED,
        tr("{label} does not join, whoever signs for it. To join it is invited again.", label=one.label),
    )

    async def do(_: str) -> Done | None:
        return (follows,) if await desk.do(withdraw, one.id) else None

    asked = Destructive(
        desk,
        title=tr("Withdraw {label}?", label=one.label),
        done_title=tr("It is withdrawn"),
        icon=ft.Icons.UNDO_ROUNDED,
        label=None,
        follows=[follows],
        why=(),
        action=tr("Withdraw"),
        do=do,
        key=f"withdraw-{one.id}",
    )
    return question(asked, screen_width=desk.width, on_close=desk.close_dialog)


def withdraw(device: Device, proposal: str) -> bool:
    """Withdraw it; True, so that it is not taken for a refusal."""
    officers.withdraw(device, proposal)
    return True
