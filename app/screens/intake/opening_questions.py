"""The first questions: is it safe, may it be written down, is anyone in danger, her words, what would make
it right."""

from __future__ import annotations

import flet as ft

from app.screens.intake import answers
from app.screens.intake.frame import frame
from app.screens.intake.interview import Interview
from app.screens.intake.steps import Question, get, in_danger, put
from app.screens.parts.buttons import outlined_button
from app.screens.parts.cards import card
from app.screens.parts.fields import field
from app.screens.parts.options import consent_row, option
from app.screens.parts.states import problem
from app.screens.parts.type import text


def safe(interview: Interview) -> ft.Control:
    """Can we talk here? Not kept anywhere."""
    tr = interview.model.tr

    def yes(_: object) -> None:
        interview.answer(interview.record, go_on=True)

    def no(_: object) -> None:
        interview.sheet = "danger"

    return frame(
        interview,
        title=tr("Can we talk here?"),
        help=tr("Who can hear you? Whose phone is this? You can stop at any time."),
        body=[
            option(
                tr("Yes, we can talk"),
                chosen=False,
                on_click=yes,
                icon=ft.Icons.CHECK_CIRCLE_ROUNDED,
                several=False,
                key="safe-yes",
            ),
            option(
                tr("No, not here"),
                chosen=False,
                on_click=no,
                icon=ft.Icons.DIRECTIONS_WALK_ROUNDED,
                several=False,
                key="safe-no",
            ),
        ],
    )


def may_write(interview: Interview) -> ft.Control:
    """Who we are, and whether it may be written down."""
    tr = interview.model.tr
    answer = get(interview.record, "consent.record")

    def answered(value: str) -> None:
        interview.answer(put(interview.record, "consent.record", value), go_on=value == "yes")

    def discard(_: object) -> None:
        interview.sheet = "discard"

    body: list[ft.Control] = [
        card(
            ft.Column(
                [
                    text(tr("We listen, and write down what you choose.")),
                    text(tr("Our people work on it. It costs nothing.")),
                    text(tr("We cannot promise how it ends.")),
                    text(tr("You can stop, and you can take it back.")),
                ],
                spacing=6,
                tight=True,
            )
        ),
        consent_row("", tr=tr, answer=answer, on_answer=answered, key="may-write"),
    ]
    if answer in ("no", "refused"):
        body.append(problem(tr("Then nothing is kept. You can still listen and help."), calm=True))
        body.append(outlined_button(tr("Throw this away"), on_click=discard, key="discard"))
    return frame(
        interview,
        title=tr("May I write this down?"),
        help=tr("Read it to her, then ask."),
        body=body,
    )


def danger(interview: Interview) -> ft.Control:
    """Is anyone in danger now? Several may be marked."""
    tr = interview.model.tr
    kinds = list(get(interview.record, "danger.kinds") or ()) if in_danger(interview.record) else []
    offered = [
        ("threat", tr("Somebody threatens us"), ft.Icons.RECORD_VOICE_OVER_ROUNDED),
        ("injury", tr("Somebody is hurt"), ft.Icons.PERSONAL_INJURY_ROUNDED),
        ("child", tr("A child is concerned"), ft.Icons.CHILD_CARE_ROUNDED),
        ("confinement", tr("Held or locked in"), ft.Icons.MEETING_ROOM_ROUNDED),
        ("violence", tr("Violence at home or at work"), ft.Icons.HOME_WORK_ROUNDED),
        ("police", tr("Police, or an arrest"), ft.Icons.LOCAL_POLICE_ROUNDED),
        ("eviction", tr("Put out of the home"), ft.Icons.LOGOUT_ROUNDED),
    ]

    def none(_: object) -> None:
        interview.answer(answers.no_danger(interview.record), go_on=True)

    def mark(kind: str) -> ft.Control:
        label, icon = next((word, picture) for name, word, picture in offered if name == kind)
        return option(
            label,
            chosen=kind in kinds,
            on_click=lambda _: interview.answer(answers.toggle_danger(interview.record, kind)),
            icon=icon,
            key=f"danger-{kind}",
        )

    return frame(
        interview,
        title=tr("Is anyone in danger now?"),
        help=tr("Mark all that are true. No need to tell how it came."),
        gap=8,
        body=[
            option(
                tr("No, we are safe"),
                chosen=get(interview.record, "danger.now") == "no",
                on_click=none,
                icon=ft.Icons.CHECK_CIRCLE_ROUNDED,
                key="danger-none",
            ),
            *[mark(kind) for kind, _, _ in offered],
        ],
        leavable=True,
    )


def words(interview: Interview) -> ft.Control:
    """Her words, as she says them."""
    tr = interview.model.tr
    title, help = tr("What happened? Tell it your way."), tr("No hurry. Stop where you like.")
    label = tr("Her words")
    if interview.two_lines:
        title, help = (
            tr("Two lines only"),
            tr("What the danger is. How to reach her safely. The rest can wait."),
        )
    return _text_question(interview, Question.WORDS, "narrative", title, help, label, lines=8)


def remedy(interview: Interview) -> ft.Control:
    """What would make it right."""
    tr = interview.model.tr
    return _text_question(
        interview,
        Question.REMEDY,
        "remedy_wanted",
        tr("What would make it right?"),
        tr("What matters most to her. One line is enough."),
        tr("What she wants"),
        lines=4,
    )


def _text_question(
    interview: Interview, question: Question, where: str, title: str, help: str, label: str, *, lines: int
) -> ft.Control:
    tr = interview.model.tr

    def typed(value: str) -> None:
        interview.type(answers.write(interview.record, where, value))

    return frame(
        interview,
        title=title,
        help=help,
        body=[
            field(
                key=f"field-{where}",
                label=label,
                value=str(interview.record.get(where) or ""),
                on_change=typed,
                lang=interview.model.lang,
                lines=lines,
            ),
            ft.Row(
                [
                    ft.Icon(ft.Icons.LOCK_ROUNDED, size=18, color=ft.Colors.ON_SURFACE_VARIANT),
                    text(
                        tr("What is written stays locked on this phone."),
                        "body_medium",
                        color=ft.Colors.ON_SURFACE_VARIANT,
                        expand=True,
                    ),
                ],
                spacing=8,
            ),
        ],
        leavable=not interview.two_lines,
    )
