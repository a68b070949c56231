"""Invite a device: its role, its desk, its label; then the invitation as a picture, as text, as a file.

An invitation is a secret for a day: it is shown on this screen only, and copied or saved only when somebody
asks for it.
"""

from __future__ import annotations

import datetime as dt

import flet as ft

from app.actions import enrolment
from app.actions.views import InvitationView
from app.screens.casework import day_words
from app.screens.casework.desk_field import DeskField
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes
from app.screens.officer.handing_over import handing_over
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.type import text


@ft.component
def Invite(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The page: left what is invited, right the invitation."""
    tr, device = desk.tr, desk.app.device
    desks = [one.name for one in device.desks]
    role, set_role = ft.use_state("intake")
    at, set_at = ft.use_state(desks[0] if desks else "")
    label, set_label = ft.use_state("")
    nothing_yet: InvitationView | None = None
    made, set_made = ft.use_state(nothing_yet)
    if not device.officer:
        return ft.Container(states.no_right(tr("Officers can invite and admit devices.")), padding=20)

    async def invite() -> None:
        invitation = await desk.do(enrolment.invite, role=role, desk=at, label=label.strip() or None)
        if invitation is not None:
            set_made(invitation)

    def obey(command: str) -> None:
        if command == "save":
            desk.app.page.run_task(invite)

    desk.on_commands(obey)
    left: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    left += [
        text(tr("What is it for?"), "label_large"),
        filter_chips(
            [
                ("intake", tr("Takes complaints")),
                ("handler", tr("Works on cases")),
                ("officer", tr("Officer")),
            ],
            chosen=role,
            on_choose=set_role,
            tall=desk.narrow,
            key="role",
        ),
        *(
            text(words, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT)
            for words in may(role, desk)
        ),
    ]
    if len(desks) > 1:
        left += [
            text(tr("Desk"), "label_large"),
            filter_chips(
                [(one, one) for one in desks], chosen=at, on_choose=set_at, tall=desk.narrow, key="desk"
            ),
        ]
    left += [
        DeskField(
            desk,
            "label",
            label=tr("Label, such as Blue-7"),
            value=label,
            on_change=lambda words: set_label(words),
            key="label-field",
        ),
        text(
            tr("A label is not a person's name. Without one the device gets the next free label."),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
        ft.Row(
            [
                button(
                    tr("Make the invitation"),
                    hint=None if desk.narrow else "Ctrl Enter",
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: desk.app.page.run_task(invite),
                    key="make-invitation",
                )
            ]
        ),
    ]
    right = _made(desk, made) if made is not None else [_waiting(desk)]
    return panes(desk, left, right, shares=(42, 58), right_first=made is not None)


def may(role: str, desk: DeskModel) -> list[str]:
    """What a device of this role may do, in a sentence or two."""
    tr = desk.tr
    if role == "intake":
        return [tr("It can write to the desk, and cannot read what others wrote.")]
    reads = tr("It reads all that arrives at this desk from the day on which it is admitted.")
    if role == "handler":
        return [reads]
    threshold = desk.organisation.threshold if desk.organisation else 1
    signs = tr("An officer’s machine also admits and revokes devices and publishes for the organisation.")
    together = (
        tr.count("It becomes an officer’s when {n} officers have signed.", threshold)
        if threshold > 1
        else tr("One officer can do all of this alone until you set that several must sign.")
    )
    return [reads, f"{signs} {together}"]


def _waiting(desk: DeskModel) -> ft.Control:
    return states.empty(desk.tr("The invitation appears here: a picture to scan, and the same as text."))


def _made(desk: DeskModel, invitation: InvitationView) -> list[ft.Control]:
    tr = desk.tr
    until = day_words.moment(invitation.expires_at)
    left_s = (until - dt.datetime.now(until.tzinfo)).total_seconds()
    hours = max(1, round(left_s / 3600))
    return [
        text(tr("Scan this with the new device"), "title_large", bold=True),
        text(
            tr.count("It works once, for {n} hours. Show it to nobody else.", hours),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
        ft.Row(
            [
                ft.Semantics(
                    label=tr("The invitation as a picture to scan"),
                    image=True,
                    content=ft.Container(
                        ft.Image(
                            src=enrolment.qr_png(invitation.text),
                            width=300,
                            height=300,
                            fit=ft.BoxFit.CONTAIN,
                            filter_quality=ft.FilterQuality.NONE,
                            exclude_from_semantics=True,
                        ),
                        bgcolor=ft.Colors.WHITE,
                        border_radius=12,
                        padding=8,
                        width=316,
                        height=316,
                    ),
                ),
            ]
        ),
        handing_over(
            desk,
            invitation.text,
            copy=tr("Copy the text"),
            save=tr("Save as file"),
            file_name="invitation.txt",
        ),
        text(
            tr("Then the new device shows a reply and six groups of digits."),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
        ft.Row(
            [
                button(
                    tr("Admit a device"),
                    kind="second",
                    icon=ft.Icons.HOW_TO_REG_ROUNDED,
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: desk.go("admit"),
                    key="then-admit",
                )
            ]
        ),
    ]
