"""The two questions over *Devices and people*: revoke the chosen device, or stop waiting for it."""

from __future__ import annotations

import flet as ft

from app.actions import revocation
from app.actions.views import DeviceView
from app.screens.casework.model import DeskModel
from app.screens.officer import revoke_words
from app.screens.officer.destructive import Destructive, Done
from app.screens.parts.question import question


def question_on_show(desk: DeskModel) -> ft.AlertDialog | None:
    """The dialog that stands open, about the chosen device; None for none."""
    chosen = desk.device_on_show()
    if chosen is None or desk.dialog not in ("revoke", "close_window"):
        return None
    asked = _revoke(desk, chosen) if desk.dialog == "revoke" else _close_window(desk, chosen)
    return question(asked, screen_width=desk.width, on_close=desk.close_dialog)


def _revoke(desk: DeskModel, device: DeviceView) -> ft.Control:
    tr = desk.tr
    threshold = desk.organisation.threshold if desk.organisation else 1

    async def do(reason: str) -> Done | None:
        view = await desk.do(revocation.revoke, device.id, reason=reason)
        if view is None:
            return None
        return revoke_words.came_of_it(
            tr,
            label=view.label,
            published=view.published,
            officer_waits=view.officer_waits,
            waiting=view.waiting,
        )

    return Destructive(
        desk,
        title=tr("Revoke {label}?", label=device.label),
        done_title=tr("{label} is revoked", label=device.label),
        icon=ft.Icons.PHONELINK_ERASE_ROUNDED,
        label=device.label,
        follows=revoke_words.follows(device, tr, officer=device.officer, more_officers=threshold - 1),
        why=revoke_words.reasons(tr),
        action=tr("Revoke now"),
        do=do,
        key=f"revoke-{device.id}",
    )


def _close_window(desk: DeskModel, device: DeviceView) -> ft.Control:
    tr = desk.tr

    async def do(_: str) -> Done | None:
        view = await desk.do(revocation.close_window, device.id)
        if view is None:
            return None
        return revoke_words.stopped_waiting(tr, published=view.published, waiting=view.waiting)

    return Destructive(
        desk,
        title=tr("Stop waiting for {label}?", label=device.label),
        done_title=tr("The desk no longer waits for {label}", label=device.label),
        icon=ft.Icons.TIMER_OFF_OUTLINED,
        label=device.label,
        follows=revoke_words.gives_up(device, tr),
        why=(),
        action=tr("Stop waiting"),
        do=do,
        key=f"close-window-{device.id}",
    )
