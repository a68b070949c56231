"""What a trial of the recovery found, in sentences: for the officer's page and for the restoration."""

from __future__ import annotations

from app.actions.recovery_views import DrillView
from app.i18n import Translator
from app.screens.casework import day_words


def outcome(done: DrillView, tr: Translator) -> list[str]:
    """What these cards and this archive would bring back."""
    found = [
        tr(
            "{cards} cards opened the archive of {day}. {t} are needed.",
            cards=done.cards,
            day=day_words.long(done.made_at, tr),
            t=done.threshold,
        ),
        tr(
            "It would bring back the desk {desk}: {complaints} complaints, {steps} steps of case work.",
            desk=done.desk,
            complaints=done.complaints,
            steps=done.operations,
        ),
        tr("What came after that day is not in it."),
    ]
    if done.old_cards:
        found.append(
            tr.count(
                "{n} cards are older than the newest rules. Make them again.",
                done.old_cards,
                one="One card is older than the newest rules. Make it again.",
            )
        )
    return found
