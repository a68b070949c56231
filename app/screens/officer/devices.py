"""Devices and people: who belongs to the organisation, what waits for an officer, and what may be done with
the chosen line (look/11).
"""

from __future__ import annotations

from functools import partial

import flet as ft

from app.actions import enrolment, officers
from app.actions.device import Device
from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.casework import table
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.in_view import use_in_view
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.officer.chosen_device import chosen_device
from app.screens.officer.device_lines import card_of, columns, line_of
from app.screens.officer.gone import Gone
from app.screens.officer.questions import question_on_show
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.cards import list_row

_TABLE = 860
"""From this width on the seven columns can be read."""


def kinds(devices: list[DeviceView], tr: Translator) -> list[tuple[str, str]]:
    """The chips above the table, with their numbers."""
    counted = [
        ("all", tr("All {n}", n=len(devices))),
        ("intake", tr("Phones {n}", n=len(of_kind(devices, "intake")))),
        ("handler", tr("Desks {n}", n=len(of_kind(devices, "handler")))),
    ]
    revoked = len(of_kind(devices, "revoked"))
    return [*counted, ("revoked", tr("Revoked {n}", n=revoked))] if revoked else counted


def of_kind(devices: list[DeviceView], kind: str) -> list[DeviceView]:
    """The lines of a chip."""
    if kind == "all":
        return devices
    if kind == "revoked":
        return [one for one in devices if one.state == "revoked"]
    phones = kind == "intake"
    return [one for one in devices if (one.role == "intake") == phones and one.state != "revoked"]


def in_order(devices: list[DeviceView]) -> list[DeviceView]:
    """What waits for an officer first, then those in use by label, those revoked last."""
    rank = {"answered": 0, "waiting": 0, "revoked": 2}
    return sorted(devices, key=lambda one: (rank.get(one.state, 1), one.label.casefold()))


def on_the_way(device: Device) -> list[DeviceView]:
    """Devices that belong only when an officer has done something: compared digits, or signed. ``id`` is that
    of the reply's invitation or of the proposal.
    """
    answered = [
        DeviceView(id=one.invitation, label=one.label, role=one.role, desk=one.desk, state="answered")
        for one in enrolment.replies(device)
    ]
    waiting = [
        DeviceView(id=one.id, label=one.label, role=one.role or "handler", desk=one.desk, state="waiting")
        for one in officers.proposals(device)
        if one.kind == "admission"
    ]
    return [*answered, *waiting]


@ft.component
def Devices(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The table; for officers what waits for them, *Invite* and *Admit*; and what may be done with a line."""
    ft.use_dialog(question_on_show(desk))
    if desk.organisation is None:
        return ft.Container(states.working(desk.tr("Opening the devices.")), padding=24)
    return DeviceList(desk, desk.organisation.devices, key="device-list")


@ft.component
def DeviceList(desk: DeskModel, known: list[DeviceView], *, key: str | None = None) -> ft.Control:
    """The lines, what waits above them, what to keep for a raid below. The chosen line stays in view."""
    tr, device = desk.tr, desk.app.device
    kind, set_kind = ft.use_state("all")
    coming = use_loaded(lambda: on_the_way(device) if device.officer else [], [desk.app.seen])
    everything = in_order([*known, *(coming.value or [])])
    shown = of_kind(everything, kind)
    this, cards = device.id.hex(), desk.width < _TABLE
    look = frozenset(one.device for one in desk.missing if one.state != "missing")  # twice, or expired

    def choose(one: DeviceView) -> None:
        desk.acted()
        if one.state in ("answered", "waiting"):
            desk.go("admit" if one.state == "answered" else "proposals")
        else:
            desk.device = None if desk.device == one.id else one.id

    def obey(command: str) -> None:
        if command == "revoke" and may_be_revoked(desk):
            desk.dialog = "revoke"

    desk.on_commands(obey)
    lines: list[ft.Control] = [] if cards else [table.head(columns(tr))]
    for one in shown:
        selected = one.id == desk.device
        draw = card_of if cards else line_of
        lines.append(
            draw(one, tr, this=this, look=one.id in look, selected=selected, on_press=partial(choose, one))
        )
        if selected:
            lines.append(chosen_device(desk, one, this=this))
    listing = ft.Column(
        [
            _bar(
                desk,
                filter_chips(
                    kinds(everything, tr), chosen=kind, on_choose=set_kind, tall=desk.narrow, key="kind"
                ),
            ),
            *_to_do(desk),
            ft.Column(
                lines,
                spacing=8 if cards else 0,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            ft.Container(height=4),
            Gone(desk, key="gone"),
        ],
        spacing=12,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    _use_chosen_in_view(desk, listing, [one.id for one in shown])
    return ft.Container(
        listing,
        padding=ft.Padding.symmetric(horizontal=16 if desk.narrow else 20, vertical=14),
        expand=True,
    )


def _use_chosen_in_view(desk: DeskModel, listing: ft.Column, ids: list[str]) -> None:
    """A hook: where lines are cards, the chosen one moves to the top, so that its buttons are on show;
    in the table the list jumps only when the chosen line would leave it.
    """
    use_in_view(
        listing,
        [f"device-{one}" for one in ids] if desk.width >= _TABLE else [],
        f"device-{desk.device}",
        height=desk.app.page.height,
    )
    on_show: ft.MutableRef[ft.Column] = ft.use_ref(None)
    on_show.current = listing

    async def to_top() -> None:
        if desk.width < _TABLE and desk.device in ids and on_show.current is not None:
            await on_show.current.scroll_to(scroll_key=f"device-{desk.device}", duration=150)

    ft.use_effect(to_top, [desk.device])


def may_be_revoked(desk: DeskModel) -> bool:
    """Whether the chosen line is a device in use, not this one, and this is an officer's machine."""
    chosen = desk.device_on_show()
    device = desk.app.device
    return bool(
        device.officer and chosen and chosen.state in ("active", "displaced") and chosen.id != device.id.hex()
    )


def _bar(desk: DeskModel, chips: ft.Control) -> ft.Control:
    tr = desk.tr
    tall = 48 if desk.narrow else 36
    if desk.app.device.officer:
        right: list[ft.Control] = [
            button(
                tr("Admit a device"),
                kind="outlined",
                icon=ft.Icons.HOW_TO_REG_ROUNDED,
                hint=None if desk.narrow else "m",
                desk=True,
                tall=tall,
                on_click=lambda _: desk.go("admit"),
                key="admit-a-device",
            ),
            button(
                tr("Invite a device"),
                kind="second",
                icon=ft.Icons.QR_CODE_2_ROUNDED,
                hint=None if desk.narrow else "i",
                desk=True,
                tall=tall,
                on_click=lambda _: desk.go("invite"),
                key="invite-a-device",
            ),
        ]
    else:
        right = [
            ft.Container(states.no_right(tr("Officers can invite, admit and revoke devices.")), width=320)
        ]
    if desk.width < _TABLE:
        return ft.Column([ft.Row(right, spacing=8, run_spacing=8, wrap=True), chips], spacing=12, tight=True)
    return ft.Row([ft.Container(chips, expand=True), *right], spacing=10)


def _to_do(desk: DeskModel) -> list[ft.Control]:
    """What waits for this officer, as lines that lead there."""
    tr, organisation = desk.tr, desk.organisation
    if organisation is None or not desk.app.device.officer:
        return []
    found: list[ft.Control] = []
    if organisation.replies:
        found.append(
            list_row(
                tr("A new device has answered"),
                on_click=lambda _: desk.go("admit"),
                icon=ft.Icons.MARK_EMAIL_READ_ROUNDED,
                below=tr("Compare the digits, then admit it."),
                count=tr.number(organisation.replies),
                key="to-replies",
            )
        )
    if organisation.proposals:
        found.append(
            list_row(
                tr("Waiting for another officer"),
                on_click=lambda _: desk.go("proposals"),
                icon=ft.Icons.DRAW_ROUNDED,
                below=tr("Read what it means, then sign it or leave it."),
                count=tr.number(organisation.proposals),
                key="to-proposals",
            )
        )
    return found
