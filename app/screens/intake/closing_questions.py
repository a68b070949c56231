"""Others, what she has at hand, the risk, and how she can be reached."""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.intake import answers
from app.screens.intake.frame import frame
from app.screens.intake.interview import Interview
from app.screens.intake.steps import drop, get, put
from app.screens.parts.chips import choice_chip
from app.screens.parts.fields import field
from app.screens.parts.keypad import keypad, pressed
from app.screens.parts.options import consent_row, option, segments
from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.theme import RADIUS_FIELD
from app.screens.parts.type import text

_ABOUT = (5, 10, 50, 100, 500)


@ft.component
def Others(interview: Interview) -> ft.Control:
    """How many others, and whether they would speak too."""
    tr = interview.model.tr
    exact, set_exact = ft.use_state(False)
    record = interview.record
    count = get(record, "affected.count")
    estimate = get(record, "affected.estimate")

    def keep(number: int | None, guess: bool | None) -> None:
        now = drop(drop(interview.record, "affected.count"), "affected.estimate")
        if number is not None:
            now = put(put(now, "affected.count", number), "affected.estimate", guess)
        interview.answer(now)

    def about(number: int) -> ft.Control:
        chosen = count == number and estimate is not False
        label = tr("Nobody") if number == 0 else tr("About {n}", n=number)
        return choice_chip(
            label,
            chosen=chosen,
            on_click=lambda _: keep(None if chosen else number, number > 0),
            expand=1,
            tick=False,
            key=f"others-{number}",
        )

    def on_key(key: str) -> None:
        typed = pressed(str(count or ""), key, longest=5)
        keep(int(typed) if typed else None, False)

    shown = tr.number(int(count)) if count is not None else "–"
    exact_box = press(
        ft.Row(
            [
                text(tr("The number, if she knows it"), "body_large", expand=True),
                text(shown, "title_large", bold=True),
            ],
            spacing=12,
        ),
        on_click=lambda _: set_exact(not exact),
        key="others-exact",
        edge=ft.Colors.PRIMARY if exact else ft.Colors.OUTLINE,
        edge_width=2 if exact else 1,
        bgcolor=CARD,
        radius=RADIUS_FIELD,
        padding=ft.Padding.symmetric(horizontal=14, vertical=11),
    )
    return frame(
        interview,
        title=tr("Does it concern others too?"),
        help=tr("How many, besides her. No names."),
        body=[
            ft.Row([about(number) for number in (0, *_ABOUT[:2])], spacing=8),
            ft.Row([about(number) for number in _ABOUT[2:]], spacing=8),
            exact_box,
            *([keypad(tr, on_key=on_key)] if exact else []),
            consent_row(
                tr("Would they speak too?"),
                tr=tr,
                answer=get(record, "affected.willing"),
                on_answer=lambda value: interview.answer(put(interview.record, "affected.willing", value)),
                key="willing",
            ),
        ],
        leavable=True,
    )


def evidence(interview: Interview) -> ft.Control:
    """What she has at hand. Nobody is asked to go and get it."""
    tr = interview.model.tr
    held = {item.get("kind") for item in interview.record.get("evidence") or ()}
    kinds = [
        ("payslip", tr("Payslip"), ft.Icons.RECEIPT_LONG_ROUNDED),
        ("id_card", tr("Work card"), ft.Icons.BADGE_ROUNDED),
        ("contract", tr("Contract"), ft.Icons.HANDSHAKE_ROUNDED),
        ("letter", tr("A letter"), ft.Icons.MAIL_ROUNDED),
        ("label", tr("A label from the clothes"), ft.Icons.SELL_ROUNDED),
        ("photo", tr("A photo"), ft.Icons.IMAGE_ROUNDED),
        ("other", tr("Something else"), ft.Icons.DESCRIPTION_ROUNDED),
    ]

    def one(kind: str, label: str, icon: ft.IconData) -> ft.Control:
        return option(
            label,
            chosen=kind in held,
            on_click=lambda _: interview.answer(answers.evidence(interview.record, kind)),
            icon=icon,
            key=f"evidence-{kind}",
        )

    return frame(
        interview,
        title=tr("What does she have at hand?"),
        help=tr("It stays with her. Nobody has to go and get anything."),
        gap=8,
        body=[one(*kind) for kind in kinds],
        leavable=True,
    )


def risk(interview: Interview) -> ft.Control:
    """Who could make trouble for her, and how careful we must be."""
    tr = interview.model.tr
    record = interview.record

    def say(where: str, value: str) -> None:
        interview.answer(put(interview.record, where, value))

    return frame(
        interview,
        title=tr("Could someone make trouble for her?"),
        help=tr("Because she spoke, or if it becomes known."),
        body=[
            consent_row(
                tr("Does she fear it?"),
                tr=tr,
                answer=get(record, "retaliation.feared"),
                on_answer=lambda value: say("retaliation.feared", value),
                key="feared",
            ),
            consent_row(
                tr("Has it happened already?"),
                tr=tr,
                answer=get(record, "retaliation.happened"),
                on_answer=lambda value: say("retaliation.happened", value),
                key="reprisal",
            ),
            field(
                key="who-knows",
                label=tr("Who knows that she speaks with us"),
                value=str(get(record, "retaliation.who_knows") or ""),
                on_change=lambda value: interview.type(
                    answers.write(interview.record, "retaliation.who_knows", value)
                ),
                lang=interview.model.lang,
                lines=2,
            ),
            text(tr("How careful must we be? You decide this."), "body_large"),
            segments(
                [
                    ("low", tr("Little")),
                    ("medium", tr("Some")),
                    ("high", tr("Very")),
                    ("extreme", tr("Most")),
                ],
                chosen=get(record, "risk.level"),
                on_choose=lambda value: say("risk.level", value),
                key="risk",
                group=tr("How careful must we be? You decide this."),
            ),
        ],
    )


def contact(interview: Interview) -> ft.Control:
    """The safe way to reach her, when, and the word to say first."""
    tr = interview.model.tr
    now = get(interview.record, "contact.how")

    def one(how: str, label: str, icon: ft.IconData) -> ft.Control:
        def choose(_: object) -> None:
            record = interview.record
            interview.answer(drop(record, "contact.how") if now == how else put(record, "contact.how", how))

        return option(
            label, chosen=now == how, on_click=choose, icon=icon, several=False, key=f"contact-{how}"
        )

    def line(name: str, label: str) -> ft.Control:
        return field(
            key=f"field-contact-{name}",
            label=label,
            value=str(get(interview.record, f"contact.{name}") or ""),
            on_change=lambda value: interview.type(answers.write(interview.record, f"contact.{name}", value)),
            lang=interview.model.lang,
        )

    return frame(
        interview,
        title=tr("How can we reach her safely?"),
        help=tr("Her name and her number are not needed."),
        gap=8,
        body=[
            *[one(how, label, icon) for how, label, icon in ways(tr)],
            line("safe_times", tr("When it is safe")),
            line("phrase", tr("The word to say first")),
        ],
    )


def ways(tr: Translator) -> list[tuple[str, str, ft.IconData]]:
    """The ways to reach her, in words."""
    return [
        ("through_organiser", tr("Only through me"), ft.Icons.PERSON_PIN_ROUNDED),
        ("phone", tr("She may be called"), ft.Icons.PHONE_ROUNDED),
        ("visit", tr("We may visit her"), ft.Icons.HOME_ROUNDED),
        ("relative", tr("Through a relative"), ft.Icons.FAMILY_RESTROOM_ROUNDED),
        ("none", tr("Not at all"), ft.Icons.BLOCK_ROUNDED),
    ]
