"""Start: one large action, all that waits is counted, the connection in words. Nothing large says what the
work is."""

from __future__ import annotations

import flet as ft
import msgspec

from app.actions import intake, sending
from app.actions.device import Device
from app.actions.views import WarningView
from app.screens.intake.page import page
from app.screens.intake.reading import use_reading
from app.screens.moments import ago, local
from app.screens.parts import stitch
from app.screens.parts.buttons import button
from app.screens.parts.cards import list_row
from app.screens.parts.notices import notices
from app.screens.parts.palette import LARGE, ON_LARGE
from app.screens.parts.press import press
from app.screens.parts.states import connected, offline, problem
from app.screens.parts.type import text
from app.screens.settings.brand import square
from app.screens.state import AppModel


class Counted(msgspec.Struct, frozen=True):
    """All that waits on this phone."""

    drafts: int
    oldest: str | None
    waiting: int
    questions: int
    about: str
    days_left: int
    last_sent: str | None
    too_late: int = 0
    warnings: list[WarningView] = []


def count(device: Device) -> Counted:
    """Count it. Reads no content."""
    drafts = intake.drafts(device)
    asked = intake.questions(device)
    box = sending.outbox(device)
    return Counted(
        drafts=len(drafts),
        oldest=min((draft.started_at for draft in drafts), default=None),
        waiting=sum(1 for item in box.items if item.state == "waiting"),
        questions=len(asked),
        about=asked[0].code if asked else "",
        days_left=asked[0].days_left if asked else 0,
        last_sent=box.last_sent_at,
        too_late=sum(1 for item in box.items if item.state == "too_late"),
        warnings=list(box.warnings),
    )


@ft.component
def Start(model: AppModel) -> ft.Control:
    """The first place of the phone."""
    tr = model.tr
    found, fault = use_reading(model, count)
    body: list[ft.Control] = []
    if fault:
        body.append(problem(fault))
    body += [
        sent_line(model, found.last_sent if found else None),
        *_notices(model, found),
        _large(
            ft.Icons.ADD_CIRCLE_ROUNDED,
            tr("New complaint"),
            lambda _: model.go("interview"),
            key="new-complaint",
            first=True,
        ),
        _large(
            ft.Icons.POST_ADD_ROUNDED,
            tr("Add under a code"),
            lambda _: model.go("add"),
            key="add",
            first=False,
        ),
        ft.Container(stitch.divider(), padding=ft.Padding.only(top=8, bottom=2)),
    ]
    if found is not None:
        body += _rows(model, found)
    foot = [
        button(
            tr("Danger now"),
            on_click=lambda _: model.go("danger"),
            kind="madder_outlined",
            icon=ft.Icons.WARNING_AMBER_ROUNDED,
            tall=52,
            key="danger-now",
        )
    ]
    return page(model, tr("Notes"), body, foot=foot, back=False, leading=square(28))


def sent_line(model: AppModel, last_sent: str | None) -> ft.Control:
    """Not connected. Everything works. Last sent yesterday, 18:10."""
    tr = model.tr
    if model.reached:
        return connected(tr("Last sent {when}.", when=ago(tr, last_sent)) if last_sent else tr("Connected."))
    parts = [tr("Not connected. Everything works.")]
    if last_sent:
        parts.append(tr("Last sent {when}.", when=ago(tr, last_sent)))
    return offline(" ".join(parts))


def _notices(model: AppModel, found: Counted | None) -> list[ft.Control]:
    box = notices(found.warnings, model.tr) if found is not None else None
    return [box] if box is not None else []


def _rows(model: AppModel, found: Counted) -> list[ft.Control]:
    tr = model.tr
    oldest = tr("Oldest: {when}", when=tr.ago(local(found.oldest))) if found.oldest else tr("Nothing here")
    waits = (
        tr.count("{n} are locked here", found.waiting, one="One is locked here")
        if found.waiting
        else tr("All that was finished has left")
    )
    if found.too_late:
        waits = tr.count(
            "{n} came too late. Look at them.", found.too_late, one="One came too late. Look at it."
        )
    if found.questions:
        left = tr.count("{n} days left", found.days_left, one="{n} day left")
        asks = tr.join([tr("About {code}", code=tr.code(found.about)), left])
    else:
        asks = tr("No question now")
    return [
        ft.Column(
            [
                list_row(
                    tr("Not finished"),
                    on_click=lambda _: model.go("unfinished"),
                    icon=ft.Icons.EDIT_NOTE_ROUNDED,
                    below=oldest,
                    count=tr.number(found.drafts) if found.drafts else None,
                    key="unfinished",
                ),
                list_row(
                    tr("Waiting to leave"),
                    on_click=lambda _: model.root("waiting"),
                    icon=ft.Icons.OUTBOX_ROUNDED,
                    below=waits,
                    count=tr.number(found.waiting) if found.waiting else None,
                    key="waiting",
                ),
                list_row(
                    tr("A question for you"),
                    on_click=lambda _: model.go("questions"),
                    icon=ft.Icons.FORUM_ROUNDED,
                    below=asks,
                    count=tr.number(found.questions) if found.questions else None,
                    key="questions",
                ),
            ],
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    ]


def _large(icon: ft.IconData, label: str, on_click: object, *, key: str, first: bool) -> ft.Control:
    ground = LARGE if first else ft.Colors.SECONDARY_CONTAINER
    ink = ON_LARGE if first else ft.Colors.ON_SECONDARY_CONTAINER
    return press(
        ft.Row(
            [
                ft.Icon(icon, size=32 if first else 26, color=ink),
                text(label, "title_large" if first else "title_medium", bold=True, color=ink, expand=True),
            ],
            spacing=16 if first else 18,
        ),
        on_click=on_click,  # type: ignore[arg-type]
        label=label,
        key=key,
        bgcolor=ground,
        radius=20,
        padding=ft.Padding.symmetric(horizontal=26, vertical=30 if first else 19),
    )
