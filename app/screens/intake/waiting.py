"""Waiting: three stitches an item, what a sending costs, and *Send now* with what it gives away beside it."""

from __future__ import annotations

import flet as ft
import msgspec

from app.actions import intake, sending
from app.actions.device import Device
from app.actions.views import WarningView
from app.i18n import Translator
from app.screens.intake.page import page
from app.screens.intake.reading import use_reading
from app.screens.intake.start import sent_line
from app.screens.intake.too_late import too_late
from app.screens.parts import stitch
from app.screens.parts.buttons import second_button
from app.screens.parts.cards import card
from app.screens.parts.code_badge import code_badge
from app.screens.parts.notices import notices
from app.screens.parts.states import empty, problem, working
from app.screens.parts.type import text
from app.screens.settings.faults import said
from app.screens.state import AppModel

_MEGABYTE = 1_000_000


class Sent(msgspec.Struct, frozen=True):
    """One thing that was finished here. `reached`: 1 on this phone, 2 left, 3 at the desk; 0: too late, the
    desk can no longer read it.
    """

    code: str
    kind: str
    reached: int


class Box(msgspec.Struct, frozen=True):
    """All of it."""

    items: list[Sent]
    last_sent: str | None
    cost_bytes: int
    warnings: list[WarningView] = []


def read_box(device: Device) -> Box:
    """What was finished here, what is still here first."""
    box = sending.outbox(device)
    at_desk = {
        row.code for row in intake.listing(device) if row.kind == "complaint" and row.status == "received"
    }
    reached = {"too_late": 0, "left": 2}
    items = [Sent(item.code, item.kind, reached.get(item.state, 1)) for item in box.items]
    known = {item.code for item in items if item.kind == "complaint"}
    items += [Sent(code, "complaint", 3) for code in sorted(at_desk - known)]
    items.sort(key=lambda item: item.reached)
    return Box(items, box.last_sent_at, box.cost_bytes, list(box.warnings))


@ft.component
def Waiting(model: AppModel) -> ft.Control:
    """What waits here, what left, what is at the desk."""
    tr = model.tr
    found, fault = use_reading(model, read_box)
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")
    news, set_news = ft.use_state("")

    async def send(_: object) -> None:
        if busy:
            return
        set_busy(True)
        set_wrong("")
        set_news("")
        try:
            report = await model.off_loop(sending.sync, model.device)
        except Exception as error:
            model.reached = False
            if model.session.device is not None:
                set_wrong(said(tr, error))
        else:
            model.reached = True
            set_news(
                tr.count("{n} things still wait here.", report.waiting, one="One thing still waits here.")
                if report.waiting
                else tr("Sent. Nothing waits here.")
            )
        finally:
            set_busy(False)
            model.seen += 1

    body: list[ft.Control] = [sent_line(model, found.last_sent if found else None)]
    if fault or wrong:
        body.append(problem(fault or wrong))
    if news:
        body.append(ft.Semantics(content=text(news), live_region=True))
    if found is not None:
        warned = notices(found.warnings, tr)
        body += [warned] if warned is not None else []
        body += _items(model, found)
        body.append(_cost(tr, found.cost_bytes))
    foot: list[ft.Control] = [
        working(tr("Sending. You can go on working."))
        if busy
        else second_button(
            tr("Send now"), on_click=send, icon=ft.Icons.SYNC_ROUNDED, key="send-now", tall=52
        ),
        text(
            tr("Send now shows this network that this phone sent something."),
            "body_medium",
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
    ]
    return page(model, tr("Waiting"), body, foot=foot, back=False)


def _items(model: AppModel, box: Box) -> list[ft.Control]:
    tr = model.tr
    if not box.items:
        return [empty(tr("Nothing waiting. All that you finished has arrived."))]
    kinds = {"complaint": "", "addition": tr("added later"), "answer": tr("an answer")}
    places = {
        1: tr("On this phone, locked"),
        2: tr("Left, not yet at the desk"),
        3: tr("At the desk, removed here"),
    }

    def one(item: Sent) -> ft.Control:
        first: list[ft.Control] = [code_badge(item.code)]
        if tr.lang != "en":
            first.append(
                text(tr.code(item.code), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, spoken="")
            )
        if kinds[item.kind]:
            first.append(text(kinds[item.kind], "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
        if item.reached == 0:
            return too_late(model, item.code, item.kind, first)
        return ft.Container(
            padding=ft.Padding.only(bottom=8, left=2),
            border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
            content=ft.Column(
                [
                    ft.Row(first, spacing=10),
                    ft.Row(
                        [
                            stitch.progress(item.reached - 1, 3, width=26, gap=5, spoken=""),
                            text(places[item.reached], "body_large", expand=True),
                        ],
                        spacing=12,
                    ),
                ],
                spacing=2,
                tight=True,
            ),
        )

    return [
        ft.Column(
            [one(item) for item in box.items],
            spacing=8,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    ]


def _cost(tr: Translator, size: int) -> ft.Control:
    megabytes = tr.decimal(size / _MEGABYTE, places=1 if size >= _MEGABYTE / 10 else 2)
    return card(
        ft.Column(
            [
                text(
                    tr("Always the same size, so nobody can tell if you had anything to say."), "body_medium"
                ),
                ft.Row(
                    [
                        text(tr("One sending, up and down"), "body_large", expand=True),
                        text(tr("{size} MB", size=megabytes), "title_large", bold=True, no_wrap=True),
                    ]
                ),
            ],
            spacing=6,
            tight=True,
        )
    )
