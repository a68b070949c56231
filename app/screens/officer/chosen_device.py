"""Under the chosen line: what is known of the device in a sentence, and what an officer may do with it."""

from __future__ import annotations

import flet as ft

from app.actions.views import DeviceView
from app.screens.casework import day_words
from app.screens.casework.model import DeskModel
from app.screens.officer.device_state import may_be_waiting_in_vain, reason_word
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.type import text


def chosen_device(desk: DeskModel, device: DeviceView, *, this: str) -> ft.Control:
    """The sentence and the buttons."""
    tr = desk.tr
    parts: list[ft.Control] = [text(sentence(desk, device, this=this), "body_medium")]
    buttons = _buttons(desk, device, this=this)
    if buttons:
        parts.append(ft.Row(buttons, spacing=10, run_spacing=8, wrap=True))
    elif device.state != "revoked" and not desk.app.device.officer:
        parts.append(states.no_right(tr("Officers can revoke devices.")))
    return ft.Container(
        padding=ft.Padding.only(left=14, right=14, top=10, bottom=14),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        border=ft.Border.only(
            left=ft.BorderSide(4, ft.Colors.PRIMARY), bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)
        ),
        content=ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
    )


def sentence(desk: DeskModel, device: DeviceView, *, this: str) -> str:
    """What is known of it."""
    tr = desk.tr
    if device.state == "revoked":
        day = day_words.long(device.revoked_at, tr) if device.revoked_at else ""
        why = reason_word(device.reason, tr)
        return (
            tr.join([tr("Revoked {when}", when=day) if day else tr("Revoked"), why])
            + " · "
            + tr("It is listed so that everyone knows. To come back it is invited again.")
        )
    if device.state == "displaced":
        return tr(
            "Two officers gave its place to two machines at the same time. The other one keeps it."
            " Invite this one again."
        )
    if device.id == this:
        return tr("This is the machine before you. Another officer’s machine can revoke it.")
    if device.closed_at is not None:
        return tr(
            "An officer stopped waiting for it {when}. As soon as it is heard, the desk waits for it again.",
            when=day_words.long(device.closed_at, tr),
        )
    if device.missing:
        return tr.count(
            "{n} parcels that it counted are not here. They are most likely still on it.",
            device.missing,
            one="One parcel that it counted is not here. It is most likely still on it.",
        )
    if device.last_heard is None:
        return tr("Nothing was heard from it yet. It sends when it meets a network.")
    return tr("All that it counted has arrived.")


def _buttons(desk: DeskModel, device: DeviceView, *, this: str) -> list[ft.Control]:
    tr = desk.tr
    tall = 48 if desk.narrow else 36
    if not desk.app.device.officer or device.id == this or device.state not in ("active", "displaced"):
        return []

    def ask(which: str) -> None:
        desk.acted()
        desk.problem = None
        desk.dialog = which

    found: list[ft.Control] = [
        button(
            tr("Revoke…"),
            kind="madder_outlined",
            icon=ft.Icons.PHONELINK_ERASE_ROUNDED,
            hint=None if desk.narrow else "Del",
            desk=True,
            tall=tall,
            on_click=lambda _: ask("revoke"),
            key="revoke",
        )
    ]
    if may_be_waiting_in_vain(device):
        found.append(
            button(
                tr("Stop waiting for this phone…"),
                kind="outlined",
                icon=ft.Icons.TIMER_OFF_OUTLINED,
                desk=True,
                tall=tall,
                on_click=lambda _: ask("close_window"),
                key="close-window",
            )
        )
    return found
