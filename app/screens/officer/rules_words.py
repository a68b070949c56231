"""What each rule of the organisation means and what follows from changing it, in words that are true of the
protocol and of nothing more.
"""

from __future__ import annotations

from dataclasses import replace

import flet as ft

from app.actions.views import SignedView
from app.i18n import Translator
from app.screens.parts.question import Point
from crypto.errors import EncodingError
from crypto.root import MAX_WINDOW_DAYS, Policy

NUMBERS = ("key_days", "window_days", "offline_days", "tokens_per_week", "token_slots")
"""The rules that are numbers to write; how many officers sign or admit is chosen instead."""


def name_of(rule: str, tr: Translator) -> str:
    """What a rule is called over its field."""
    return {
        "key_days": tr("Days that keys are kept in any case"),
        "window_days": tr("Days that keys are kept for a silent phone"),
        "offline_days": tr("Days that a phone may be away"),
        "tokens_per_week": tr("Sendings of one device in a week"),
        "token_slots": tr("Places for devices at the relay"),
        "handler_officers": tr("Officers who admit a machine that reads"),
        "session_deposits": tr("Sendings in one connection"),
        "gap_seconds": tr("Seconds between sendings"),
        "ahead_days": tr("Days for which keys are published ahead"),
    }.get(rule, rule)


def help_of(rule: str, tr: Translator) -> str:
    """What it is for, under its field."""
    return {
        "key_days": tr("Whoever takes a machine and opens it reads what was locked in these days."),
        "window_days": tr("What a phone brings after that cannot be opened any more: it must be told again."),
        "offline_days": tr("Keys are never kept for a shorter time than this."),
        "tokens_per_week": tr("At the limit a device waits for the next week. Nothing is lost."),
        "token_slots": tr("Every device that is admitted takes one place."),
    }[rule]


def signing(tr: Translator, *, needed: int, of: int) -> list[str]:
    """What it means that so many of so many must sign."""
    if needed == 1:
        found = [tr("Each officer alone can change the officers, the desks and these rules.")]
        if of > 1:
            found.append(tr("Somebody who forces one officer can do it too, also shut out the others."))
        return found
    who = (
        tr(
            "All {n} must sign. If one of them cannot be reached any more, nobody can change the officers.",
            n=of,
        )
        if needed == of
        else tr(
            "{t} of {n} must sign. If {t} cannot be reached any more, nobody can change the officers.",
            t=needed,
            n=of,
        )
    )
    return [who, tr("A desk is restored with the cards of as many officers.")]


def admitting(tr: Translator, *, needed: int) -> list[str]:
    """What it means that so many officers admit a machine that reads."""
    if needed == 1:
        return [
            tr("One officer alone admits a machine that reads."),
            tr("Somebody who forces one officer can admit one too: it reads what comes from then on."),
        ]
    return [tr("A machine that reads is admitted when {n} officers have signed for it.", n=needed)]


def signing_follows(tr: Translator, *, now: int, then: int, of: int) -> list[Point]:
    """The points of the question before another threshold."""
    first, *rest = signing(tr, needed=then, of=of)
    return [
        Point(ft.Icons.GROUPS_ROUNDED, first, danger=then == of or then == 1),
        *(Point(ft.Icons.INFO_OUTLINE_ROUNDED, words, danger=then == 1) for words in rest),
        Point(
            ft.Icons.INVENTORY_2_OUTLINED,
            tr("Archives that were made before open with as many cards as before. Make a new one."),
        ),
        *must_sign(tr, now),
    ]


def admitting_follows(tr: Translator, *, now: int, then: int) -> list[Point]:
    """The points of the question before another number of officers who admit."""
    return [
        *(Point(ft.Icons.DESKTOP_WINDOWS_ROUNDED, words, danger=then == 1)
          for words in admitting(tr, needed=then)),
        *must_sign(tr, now),
    ]  # fmt: skip


def removing_follows(tr: Translator, *, label: str, now: int, of: int) -> list[Point]:
    """The points of the question before somebody is an officer no longer."""
    lowered = min(now, of - 1)
    left = [
        Point(
            ft.Icons.GROUPS_ROUNDED,
            tr("{t} of {n} officers must sign from then on.", t=lowered, n=of - 1),
            danger=lowered < now,
        )
    ]
    return [
        Point(ft.Icons.VPN_KEY_OFF_ROUNDED, tr("{label} can no longer sign as an officer.", label=label)),
        Point(
            ft.Icons.DESKTOP_WINDOWS_ROUNDED,
            tr("Its machine still reads at its desk. If it was taken or is lost, revoke it instead."),
            danger=True,
        ),
        *left,
        Point(
            ft.Icons.INVENTORY_2_OUTLINED,
            tr("Archives that were made before can still be opened with its card and enough others."),
            danger=True,
        ),
        *must_sign(tr, now),
    ]


def numbers_follow(tr: Translator, *, before: Policy, wanted: dict[str, int], now: int) -> list[Point]:
    """The points of the question before other numbers."""
    found = [
        Point(
            ft.Icons.TUNE_ROUNDED,
            tr("{rule}: {old} → {new}", rule=name_of(rule, tr), old=getattr(before, rule), new=value),
        )
        for rule, value in wanted.items()
    ]
    longer = [rule for rule in ("key_days", "window_days") if wanted.get(rule, 0) > getattr(before, rule)]
    shorter = [
        rule for rule in ("key_days", "window_days")
        if wanted.get(rule, MAX_WINDOW_DAYS + 1) < getattr(before, rule)
    ]  # fmt: skip
    if longer:
        found.append(
            Point(
                ft.Icons.LOCK_OPEN_ROUNDED,
                tr("Whoever takes a machine and opens it can read what was locked in more days than now."),
                danger=True,
            )
        )
    if shorter:
        found.append(
            Point(
                ft.Icons.LINK_OFF_ROUNDED,
                tr("Keys of older days are destroyed and do not come back. What a phone finished before and"
                   " has not sent must be told again."),
                danger=True,
            )
        )  # fmt: skip
    return [*found, *must_sign(tr, now)]


def rotating_follows(tr: Translator) -> list[Point]:
    """The points of the question before fresh keys."""
    return [
        Point(
            ft.Icons.VPN_KEY_ROUNDED,
            tr("From each phone’s next connection on, what it locks for this desk needs the fresh keys."),
        ),
        Point(
            ft.Icons.DEVICES_ROUNDED,
            tr("Every device that belongs follows by itself. Nobody is shut out: a device that was taken is"
               " revoked instead."),
        ),
        Point(
            ft.Icons.BADGE_OUTLINED,
            tr("The cards that were made before are old then. Make new ones."),
        ),
    ]  # fmt: skip


def must_sign(tr: Translator, threshold: int) -> list[Point]:
    """Who else signs before it counts; nothing where one is enough."""
    if threshold == 1:
        return []
    return [
        Point(
            ft.Icons.DRAW_ROUNDED,
            tr("Until then nothing changes."),
            bold=tr.count(
                "{n} more officers must sign this.", threshold - 1, one="One more officer must sign this."
            ),
        )
    ]


def came_of_it(tr: Translator, view: SignedView) -> list[Point]:
    """What to read after a change was signed here."""
    found = []
    if view.in_force:
        found.append(Point(ft.Icons.CHECK_ROUNDED, tr("It is in force now.")))
    else:
        found.append(
            Point(
                ft.Icons.HOURGLASS_EMPTY_ROUNDED,
                tr("Other officers find it under “Waiting for another officer”. Until then nothing changes."),
                bold=tr.count(
                    "It waits for {n} more signatures.",
                    max(1, view.needed - view.have),
                    one="It waits for one more signature.",
                ),
            )
        )
    if view.published:
        words = tr("The relay has it. Every other device learns it at its next connection.")
        found.append(Point(ft.Icons.CLOUD_DONE_OUTLINED, words))
    else:
        words = tr("It goes to the relay with the next connection.")
        found.append(Point(ft.Icons.CLOUD_OFF_ROUNDED, words))
    return found


def lacking(tr: Translator, before: Policy, wanted: dict[str, int | None]) -> str:
    """What is not right with these numbers, in a sentence; nothing if they can be the rules."""
    if any(value is None or value < 1 for value in wanted.values()):
        return tr("Write whole numbers, 1 or more.")
    policy = replace(before, **{rule: value for rule, value in wanted.items() if value is not None})
    if policy.key_days < policy.offline_days:
        return tr("Keys are kept at least as many days as a phone may be away.")
    if not policy.key_days <= policy.window_days <= MAX_WINDOW_DAYS:
        return tr(
            "For a silent phone keys are kept at least as long as in any case, and at most {n} days.",
            n=MAX_WINDOW_DAYS,
        )
    try:
        Policy.from_wire(policy.to_wire())
    except EncodingError:
        return tr("So many places and sendings are too much for the relay. Lower one of the two.")
    return ""
