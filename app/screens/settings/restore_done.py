"""After a restoration: what came back, who is shut out, whether the relay knows of it, what to do next."""

from __future__ import annotations

import flet as ft

from app.actions.recovery_views import RestoredView
from app.i18n import Translator
from app.screens.casework import day_words
from app.screens.parts.buttons import main_button
from app.screens.parts.question import Point, points
from app.screens.parts.type import heading
from app.screens.settings.first_run import sheet
from app.screens.state import AppModel


def restore_done(model: AppModel, view: RestoredView) -> ft.Control:
    """The page; *Go on* leads to the lock, which the new passphrase opens."""
    tr = model.tr
    return sheet(
        [heading(tr("The desk is back")), *points(came_back(view, tr))],
        foot=[main_button(tr("Open it"), on_click=lambda _: model.session.show_all(), key="open-restored")],
    )


def came_back(view: RestoredView, tr: Translator) -> list[Point]:
    """One point each, what needs somebody last."""
    found = [
        Point(
            ft.Icons.CHECK_ROUNDED,
            tr(
                "{complaints} complaints and {steps} steps of case work are back, as they were on {day}.",
                complaints=view.complaints,
                steps=view.operations,
                day=day_words.long(view.archive_at, tr),
            ),
        )
    ]
    if view.revoked:
        found.append(
            Point(ft.Icons.PHONELINK_ERASE_ROUNDED, tr("Shut out: {labels}.", labels=", ".join(view.revoked)))
        )
    if view.refused:
        words = tr(
            "Another machine was restored or revoked since. Ask whoever runs the relay for a new publish"
            " token, or bring a newer card."
        )
        found.append(
            Point(
                ft.Icons.CLOUD_OFF_ROUNDED,
                words,
                bold=tr("The relay refused the publishing token."),
                danger=True,
            )
        )
    elif view.published:
        words = tr("The relay has it. Every other device learns it at its next connection.")
        found.append(Point(ft.Icons.CLOUD_DONE_OUTLINED, words))
    else:
        words = tr("Phones go on with the old desk until then: press Sync now as soon as you can.")
        found.append(
            Point(ft.Icons.CLOUD_OFF_ROUNDED, words, bold=tr("The relay does not have it yet."), danger=True)
        )
    if view.officers_left:
        found.append(
            Point(
                ft.Icons.GROUPS_ROUNDED,
                tr.count(
                    "{n} more officers need a machine before the officers and rules can be changed.",
                    view.officers_left,
                    one="One more officer needs a machine before the officers and rules can be changed.",
                ),
                danger=True,
            )
        )
    found.append(
        Point(
            ft.Icons.BADGE_OUTLINED,
            tr("Make a new card and a new archive on this machine today: the old card is not the newest."),
        )
    )
    return found
