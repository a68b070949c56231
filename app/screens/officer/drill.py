"""*Try it*: open the archive with the cards of enough officers, to know that it works before it is needed.

Guarantees: nothing here or in the archive is changed; cards and passphrases are in memory only until this
page is left or the trial is over.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import flet as ft

from app.actions import recovery
from app.actions.device import Device
from app.actions.recovery_views import DrillView
from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes
from app.screens.officer.drill_words import outcome
from app.screens.officer.gone import quorum_words
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.chips import chip
from app.screens.parts.type import text

Card = tuple[str, str]


def try_it(device: Device, archive: bytes, cards: list[Card]) -> DrillView:
    """The trial with an archive from memory, put into a folder that is removed again; it is still sealed."""
    with tempfile.TemporaryDirectory(prefix="drill-", dir=device.home) as folder:
        path = Path(folder) / "archive.kantha"
        path.write_bytes(archive)
        return recovery.drill(path, cards, device=device)


@ft.component
def Drill(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """Left the archive and the cards, right what came of it."""
    tr, organisation = desk.tr, desk.organisation
    archive, set_archive = ft.use_state(b"")
    no_cards: list[Card] = []
    cards, set_cards = ft.use_state(no_cards)
    lines, set_lines = ft.use_state("")
    passphrase, set_passphrase = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    nothing: DrillView | None = None
    done, set_done = ft.use_state(nothing)
    tall = 48 if desk.narrow else 36
    if not desk.app.device.officer:
        return ft.Container(
            states.no_right(tr("Officers make cards and archives and try the recovery.")), padding=20
        )

    async def choose_archive() -> None:
        desk.acted()
        files = await ft.FilePicker().pick_files(with_data=True)
        if files and files[0].bytes:
            set_archive(files[0].bytes)
            set_done(None)

    async def open_card() -> None:
        desk.acted()
        files = await ft.FilePicker().pick_files(with_data=True)
        if files and files[0].bytes:
            set_lines(files[0].bytes.decode("utf-8", errors="replace"))

    def add_card(_: object) -> None:
        desk.acted()
        if lines.strip() and passphrase:
            set_cards([*cards, (lines, passphrase)])
            set_lines("")
            set_passphrase("")
            set_done(None)

    async def run() -> None:
        if busy or not archive or not cards:
            return
        set_busy(True)
        view = await desk.do(try_it, archive, cards)
        set_busy(False)
        set_done(view)
        if view is not None:
            set_cards([])

    left: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    left += [
        text(quorum_words(organisation, tr) if organisation else "", "body_large"),
        text(tr("First the archive"), "title_medium"),
        ft.Row(
            [
                button(
                    tr("Open the archive"), kind="outlined", icon=ft.Icons.FOLDER_OPEN_ROUNDED, desk=True,
                    tall=tall, on_click=lambda _: desk.app.page.run_task(choose_archive), key="open-archive",
                ),
                *([chip(tr("Archive chosen"), "done")] if archive else []),
            ],
            spacing=10, run_spacing=8, wrap=True,
        ),
        text(tr("Then the cards, one after the other"), "title_medium"),
        DeskField(
            desk, "card-lines", label=tr("The lines of a card"), value=lines,
            on_change=lambda words: set_lines(words), lines=4, most_lines=8, key="card-lines",
        ),
        DeskField(
            desk, "card-passphrase", label=tr("Its passphrase"), value=passphrase, password=True,
            on_change=lambda words: set_passphrase(words), key="card-passphrase",
        ),
        ft.Row(
            [
                button(
                    tr("Open a file"), kind="outlined", icon=ft.Icons.FOLDER_OPEN_ROUNDED, desk=True,
                    tall=tall, on_click=lambda _: desk.app.page.run_task(open_card), key="open-card",
                ),
                button(
                    tr("Add this card"), kind="second", icon=ft.Icons.ADD_CARD_ROUNDED, desk=True, tall=tall,
                    disabled=not (lines.strip() and passphrase), on_click=add_card, key="add-card",
                ),
            ],
            spacing=8, run_spacing=8, wrap=True,
        ),
        text(tr.count("{n} cards are here.", len(cards), one="One card is here."), "body_medium", desk=True),
        states.working(tr("Opening the archive with the cards."))
        if busy
        else ft.Row(
            [
                button(
                    tr("Try it"), icon=ft.Icons.REPLAY_ROUNDED, desk=True, tall=tall,
                    disabled=not (archive and cards),
                    on_click=lambda _: desk.app.page.run_task(run), key="try-it",
                )
            ]
        ),
    ]  # fmt: skip
    if done is None:
        right: list[ft.Control] = [
            states.empty(
                tr("What the archive would bring back appears here. Nothing is changed by the trial.")
            )
        ]
    else:
        right = _outcome(desk, done)
    return panes(desk, left, right, shares=(48, 52), right_first=done is not None)


def _outcome(desk: DeskModel, done: DrillView) -> list[ft.Control]:
    """What these cards and this archive would bring back."""
    tr = desk.tr
    return [
        ft.Row(
            [text(tr("It works"), "title_large", bold=True), chip(tr("Tried today"), "done")],
            spacing=10,
            wrap=True,
        ),
        *(text(words, "body_large") for words in outcome(done, tr)),
    ]
