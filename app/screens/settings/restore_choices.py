"""After the trial: what would come back, which machines are gone, a new passphrase; then what will happen, to
be read before *Restore now*.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions.recovery_views import DrillView, RestoredView
from app.i18n import Translator
from app.screens.officer.drill_words import outcome
from app.screens.parts.buttons import madder_button, outlined_button
from app.screens.parts.cards import card
from app.screens.parts.fields import field
from app.screens.parts.options import option
from app.screens.parts.question import Point, points
from app.screens.parts.states import problem, working
from app.screens.parts.type import heading, text
from app.screens.settings.faults import said
from app.screens.settings.first_run import back_line, passphrase_problem, sheet
from app.screens.settings.passphrase_fields import new_passphrase
from app.screens.settings.restoring import Card, Wanted, labels, restore
from app.screens.state import AppModel

GONE = ("all", "some", "none")


@ft.component
def RestoreChoices(
    model: AppModel,
    tried: DrillView,
    archive: bytes,
    cards: tuple[Card, ...],
    *,
    on_back: Callable[[], None],
    on_done: Callable[[RestoredView], object],
    key: str | None = None,
) -> ft.Control:
    """The page. Nothing about the machines that are gone is chosen beforehand."""
    tr = model.tr
    # Written into without drawing again: the fields show it already.
    typed, _ = ft.use_state(dict.fromkeys(("first", "again", "some", "label", "relay", "token"), ""))
    gone, set_gone = ft.use_state("")
    more, set_more = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")

    def line(name: str, label: str, help: str, *, lines: int = 1) -> ft.Control:
        def keep(value: str) -> None:
            typed[name] = value

        return field(
            key=f"field-{name}", label=label, value=typed[name], on_change=keep, lang=model.lang, help=help,
            lines=lines,
        )  # fmt: skip

    def passphrase(first: str, again: str) -> None:
        typed["first"], typed["again"] = first, again

    def lacking() -> str:
        if not gone:
            return tr("Say first which machines are gone.")
        if gone == "some" and not labels(typed["some"]):
            return tr("Write the labels of the machines that are gone.")
        return passphrase_problem(model, typed["first"], typed["again"])

    async def run(_: object) -> None:
        if busy:
            return
        missing = lacking()
        set_wrong(missing)
        if missing:
            return
        set_busy(True)
        wanted = Wanted(
            archive=archive,
            cards=cards,
            passphrase=typed["first"],
            lost={"all": None, "some": labels(typed["some"]), "none": ()}[gone],
            label=typed["label"].strip(),
            relay=typed["relay"].strip(),
            publish_token=typed["token"].strip(),
        )
        try:
            view = await model.off_loop(restore, model.session, wanted)
        except Exception as fault:
            set_wrong(said(tr, fault))
            set_busy(False)
            return
        on_done(view)

    parts: list[ft.Control] = [
        back_line(model, on_back),
        heading(tr("It works")),
        card(_column([text(words) for words in outcome(tried, tr)])),
        text(tr("Which machines are gone?"), "title_medium"),
        *(
            option(
                word, below=below, chosen=gone == value, several=False, key=f"gone-{value}",
                on_click=lambda _, value=value: set_gone(value),
            )
            for value, word, below in gone_words(tr)
        ),
    ]  # fmt: skip
    if gone == "some":
        parts.append(line("some", tr("Their labels"), tr("One on each line, as they were called."), lines=3))
    parts += [
        text(tr("A passphrase for this machine"), "title_medium"),
        new_passphrase(key="passphrase", tr=tr, on_change=passphrase),
    ]
    if more:
        parts += [
            line("label", tr("What this machine is called"), tr("Left empty, it gets a free number.")),
            line(
                "relay", tr("Address of the relay"), tr("Left empty, it is the one on the cards."),
            ),
            line(
                "token", tr("Publish token"),
                tr("Only if whoever runs the relay gave you a new one."),
            ),
        ]  # fmt: skip
    else:
        parts.append(
            outlined_button(
                tr("Other label, relay or publish token"), on_click=lambda _: set_more(True), tall=50,
                key="more",
            )
        )  # fmt: skip
    parts += [text(tr("What happens now"), "title_medium"), *points(happens(tr, gone))]
    foot: list[ft.Control] = [problem(wrong)] if wrong else []
    foot.append(
        working(tr("Bringing everything back. This takes a moment."))
        if busy
        else madder_button(tr("Restore now"), on_click=run, key="restore-now")
    )
    return sheet(parts, foot=foot)


def gone_words(tr: Translator) -> list[tuple[str, str, str]]:
    """(value, what is gone, what follows) of each choice."""
    return [
        ("all", tr("All machines of this desk"), tr("After a raid. All of them are shut out.")),
        ("some", tr("Some of them"), tr("Only these are shut out.")),
        ("none", tr("None of them"), tr("Only if you know that every machine is safe.")),
    ]


def happens(tr: Translator, gone: str) -> list[Point]:
    """What to read before the button."""
    found = [
        Point(
            ft.Icons.DESKTOP_WINDOWS_ROUNDED,
            tr("This machine becomes the desk’s, and that of the officer of the first card."),
        ),
        Point(
            ft.Icons.SMARTPHONE_ROUNDED,
            tr("Phones go on by themselves with their next connection."),
        ),
        Point(
            ft.Icons.LINK_OFF_ROUNDED,
            tr("What came after the archive was made, and was read on a machine that is gone, does not come"
               " back."),
            danger=True,
        ),
    ]  # fmt: skip
    if gone != "none":
        found.append(
            Point(
                ft.Icons.PHONELINK_ERASE_ROUNDED,
                tr("The machines that are gone are shut out. A machine that comes back is invited again."),
                bold=tr("This cannot be undone."),
                danger=True,
            )
        )
    return found


def _column(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
