"""*Restore a desk* on an empty machine: the archive and the cards, a trial, what to shut out, what came back.

Guarantees: nothing is restored before the trial with the same archive and cards went through; what happens is
read before the button; cards and passphrases are in memory only until the page is left.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions.recovery_views import DrillView, RestoredView
from app.screens.parts.buttons import main_button, outlined_button, second_button
from app.screens.parts.chips import chip
from app.screens.parts.fields import field
from app.screens.parts.states import problem, working
from app.screens.parts.type import heading, text
from app.screens.settings.faults import said
from app.screens.settings.first_run import back_line, sheet
from app.screens.settings.restore_choices import RestoreChoices
from app.screens.settings.restore_done import restore_done
from app.screens.settings.restoring import Card, try_first
from app.screens.state import AppModel


@ft.component
def RestoreDesk(model: AppModel, on_back: Callable[[], None]) -> ft.Control:
    """Which of the three pages."""
    archive, set_archive = ft.use_state(b"")
    no_cards: tuple[Card, ...] = ()
    cards, set_cards = ft.use_state(no_cards)
    untried: DrillView | None = None
    tried, set_tried = ft.use_state(untried)
    undone: RestoredView | None = None
    done, set_done = ft.use_state(undone)
    if done is not None:
        return restore_done(model, done)
    if tried is not None:
        return RestoreChoices(
            model, tried, archive, cards, on_back=lambda: set_tried(None), on_done=set_done, key="choices"
        )
    return Bring(
        model, archive, cards, set_archive, set_cards, on_back=on_back, on_tried=set_tried, key="bring"
    )


@ft.component
def Bring(
    model: AppModel,
    archive: bytes,
    cards: tuple[Card, ...],
    set_archive: Callable[[bytes], object],
    set_cards: Callable[[tuple[Card, ...]], object],
    *,
    on_back: Callable[[], None],
    on_tried: Callable[[DrillView], object],
    key: str | None = None,
) -> ft.Control:
    """The archive, the cards one after the other, and the trial."""
    tr = model.tr
    # Written into without drawing again: the fields show it already.
    typed, _ = ft.use_state(dict.fromkeys(("lines", "passphrase"), ""))
    turn, set_turn = ft.use_state(0)
    from_file, set_from_file = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")

    async def choose_archive(_: object) -> None:
        files = await ft.FilePicker().pick_files(with_data=True)
        if files and files[0].bytes:
            set_wrong("")
            set_archive(files[0].bytes)

    async def open_card(_: object) -> None:
        files = await ft.FilePicker().pick_files(with_data=True)
        if files and files[0].bytes:
            typed["lines"] = files[0].bytes.decode("utf-8", errors="replace")
            set_wrong("")
            set_from_file(True)

    def add_card(_: object) -> None:
        if not typed["lines"].strip() or not typed["passphrase"]:
            set_wrong(tr("Write the lines of the card and its passphrase first."))
            return
        set_wrong("")
        set_cards((*cards, (typed["lines"], typed["passphrase"])))
        typed.update(lines="", passphrase="")
        set_from_file(False)
        set_turn(turn + 1)

    async def run(_: object) -> None:
        if busy:
            return
        if not archive or not cards:
            set_wrong(tr("Open the archive and add the cards first."))
            return
        set_wrong("")
        set_busy(True)
        try:
            view = await model.off_loop(try_first, model.session, archive, cards)
        except Exception as fault:
            set_wrong(said(tr, fault))
            set_busy(False)
            return
        set_busy(False)
        on_tried(view)

    def take(name: str) -> Callable[[str], None]:
        def keep(words: str) -> None:
            typed[name] = words

        return keep

    foot: list[ft.Control] = [problem(wrong)] if wrong else []
    foot.append(
        working(tr("Opening the archive with the cards."))
        if busy
        else main_button(tr("Try it first"), on_click=run, key="try-first")
    )
    return sheet(
        [
            back_line(model, on_back),
            heading(tr("Restore a desk")),
            text(
                tr(
                    "With its archive and the cards of enough officers. The first card is that of the person"
                    " whose machine this becomes."
                ),
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
            text(tr("First the archive"), "title_medium"),
            *([ft.Row([chip(tr("Archive chosen"), "done")])] if archive else []),
            outlined_button(
                tr("Open the archive"), on_click=choose_archive, icon=ft.Icons.FOLDER_OPEN_ROUNDED, tall=50,
                key="open-archive",
            ),
            text(tr("Then the cards, one after the other"), "title_medium"),
            text(tr.count("{n} cards are here.", len(cards), one="One card is here."), "body_medium"),
            ft.Row([chip(tr("Card chosen"), "done")])
            if from_file
            else field(
                key=f"card-lines-{turn}", label=tr("The lines of a card"), value=typed["lines"],
                on_change=take("lines"), lines=4, lang="en",
            ),
            outlined_button(
                tr("Open a file"), on_click=open_card, icon=ft.Icons.FOLDER_OPEN_ROUNDED, tall=50,
                key="open-card",
            ),
            field(
                key=f"card-passphrase-{turn}", label=tr("Its passphrase"), value=typed["passphrase"],
                on_change=take("passphrase"), password=True, lang=model.lang,
            ),
            second_button(
                tr("Add this card"), on_click=add_card, icon=ft.Icons.ADD_CARD_ROUNDED, tall=50,
                key="add-card",
            ),
            *(
                [
                    outlined_button(
                        tr("Begin again with the cards"), on_click=lambda _: set_cards(()), tall=50,
                        key="no-cards",
                    )
                ]
                if cards
                else []
            ),
        ],
        foot=foot,
    )  # fmt: skip
