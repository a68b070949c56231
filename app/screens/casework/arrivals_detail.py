"""The chosen device beside the arrivals: which numbers are open or came twice, what to do in order of effort,
and the way to revoke it.
"""

from __future__ import annotations

import flet as ft

from app.actions.gaps import GapView
from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.casework import arrivals_words, day_words, table
from app.screens.casework.model import DeskModel
from app.screens.casework.table import Column
from app.screens.parts import stitch
from app.screens.parts.buttons import button
from app.screens.parts.chips import chip
from app.screens.parts.type import text


def detail(
    desk: DeskModel, device: DeviceView, gaps: list[GapView], *, mark: ft.Control, this: str
) -> list[ft.Control]:
    """The side pane. `mark` is the chip of its state."""
    tr = desk.tr
    parts: list[ft.Control] = [
        ft.Row([text(device.label, "title_large", bold=True, expand=True), mark], spacing=10)
    ]
    if not gaps:
        sentence = tr("All that this device counted has arrived.")
        if device.last_heard is None and device.id != this:
            sentence = tr("Nothing was heard from it yet. It sends when it meets a network.")
        parts.append(text(sentence, "body_large"))
        return parts
    known = desk.organisation.devices if desk.organisation else []
    parts.append(text(arrivals_words.headline(gaps, known, tr), "body_large", bold=True))
    parts.append(_numbers(gaps, tr))
    parts.append(text(tr("What to do, in this order"), "label_large"))
    parts += [_step(n, *one, tr) for n, one in enumerate(_steps(device, gaps, tr), start=1)]
    if desk.app.device.officer and device.state != "revoked" and device.id != this:
        parts.append(_revoke(desk, device))
    parts.append(stitch.divider(inset=0))
    parts.append(
        text(
            tr(
                "This does not say that someone took them. If the same happens to several phones on one day,"
                " tell an officer."
            ),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        )
    )
    return parts


def _numbers(gaps: list[GapView], tr: Translator) -> ft.Control:
    """What is missing or came twice, number by number."""
    columns = [
        Column(tr("Number"), expand=3),
        Column(tr("Kind"), expand=4),
        Column(tr("Since"), expand=4),
        Column(tr("State"), width=116),
    ]
    words = {"missing": tr("Missing"), "expired": tr("Expired"), "fork": tr("Twice")}
    kinds = {"operation": tr("case work")}
    lines: list[ft.Control] = [table.head(columns)]
    for gap in gaps:
        fork = gap.state == "fork"
        lines.append(
            table.line(
                columns,
                [
                    table.words(str(gap.from_) if gap.from_ == gap.to else f"{gap.from_} – {gap.to}"),
                    table.words(kinds.get(gap.kind, tr("parcel"))),
                    table.words(day_words.long(gap.since, tr) if gap.since else ""),
                    chip(
                        words.get(gap.state, gap.state),
                        "danger" if fork else "attention",
                        icon=ft.Icons.WARNING_AMBER_ROUNDED if fork else ft.Icons.LINK_OFF_ROUNDED,
                    ),
                ],
            )
        )
    return ft.Column(lines, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _steps(device: DeviceView, gaps: list[GapView], tr: Translator) -> list[tuple[str, str]]:
    """What to do, the easiest first."""
    fork = any(one.state == "fork" for one in gaps)
    if device.role != "intake":
        found = [
            (
                tr("Ask for one more sending"),
                tr("Ask for {label} to connect once, and compare the case with what is seen there.",
                   label=device.label),
            )
        ]  # fmt: skip
    else:
        found = [
            (
                tr("Ask for one more sending"),
                tr("{phone} sends again by itself whatever was not confirmed.", phone=device.label),
            ),
            (
                tr("After 14 days"),
                tr("The relay no longer keeps them. They will read expired. The phone still has them."),
            ),
        ]
    if fork:
        copied = tr("A copy of that device may be in use. Both are kept. Tell an officer, who can revoke it.")
        return [(tr("Ask where the device is"), copied)]
    if device.role != "intake":
        return found
    return [
        *found,
        (tr("If the phone is gone"), tr("Tell an officer. What it had not sent is lost, and only that.")),
    ]


def _revoke(desk: DeskModel, device: DeviceView) -> ft.Control:
    """The way to the question; nothing is revoked from here."""

    def ask() -> None:
        desk.root("devices")
        desk.device, desk.dialog = device.id, "revoke"

    return ft.Row(
        [
            button(
                desk.tr("Revoke…"),
                kind="madder_outlined",
                icon=ft.Icons.PHONELINK_ERASE_ROUNDED,
                desk=True,
                tall=48 if desk.narrow else 36,
                on_click=lambda _: ask(),
                key="revoke-from-arrivals",
            )
        ],
        alignment=ft.MainAxisAlignment.END,
    )


def _step(n: int, title: str, words: str, tr: Translator) -> ft.Control:
    ring = ft.Container(
        width=24,
        height=24,
        border_radius=12,
        border=ft.Border.all(1, ft.Colors.OUTLINE),
        alignment=ft.Alignment.CENTER,
        content=text(tr.number(n), "label_medium"),
    )
    return ft.Row(
        [
            ring,
            ft.Column(
                [
                    text(title, "body_medium", desk=True, bold=True),
                    text(words, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT),
                ],
                spacing=0,
                tight=True,
                expand=True,
            ),
        ],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
