"""Read it back and ask; then her number, what happens now, and Finish."""

from __future__ import annotations

from datetime import date

import flet as ft

from app.domain import taxonomy
from app.i18n import Translator
from app.screens.intake import answers
from app.screens.intake.closing_questions import ways
from app.screens.intake.frame import frame
from app.screens.intake.interview import Interview
from app.screens.intake.steps import REQUIRED_AT, Question, Record, get, put
from app.screens.parts import stitch
from app.screens.parts.buttons import outlined_button
from app.screens.parts.cards import card, pair
from app.screens.parts.chips import choice_chip
from app.screens.parts.code_badge import code_in_full
from app.screens.parts.options import consent_row
from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.states import problem
from app.screens.parts.theme import RADIUS_FIELD
from app.screens.parts.type import text


@ft.component
def ReadBack(interview: Interview) -> ft.Control:
    """Her record in her words, on the same screen as the three questions."""
    tr = interview.model.tr
    disagrees, set_disagrees = ft.use_state(False)
    record = interview.record
    how = get(record, "consent.given.how")

    def said(where: str, value: str) -> None:
        after = put(interview.record, f"consent.{where}", value)
        interview.answer(after)

    def outside(value: str) -> None:
        # Her yes keeps the public out; everything else outside stays not asked. Her no opens nothing: the
        # desk
        # asks her again, so that nobody takes a misheard sentence for leave to tell.
        set_disagrees(value == "no")
        heard = {"yes": "no", "no": "not_asked"}.get(value, value)
        interview.answer(put(interview.record, "consent.public", heard))

    def ask(where: str, sentence: str) -> ft.Control:
        return consent_row(
            sentence,
            tr=tr,
            answer=get(record, f"consent.{where}"),
            on_answer=lambda value: said(where, value),
            key=f"consent-{where}",
        )

    def given(way: str, label: str, icon: ft.IconData) -> ft.Control:
        return choice_chip(
            label,
            chosen=how == way,
            on_click=lambda _: interview.answer(
                answers.consent_given(interview.record, way, on=date.today())
            ),
            icon=icon,
            expand=1,
            tick=False,
            key=f"given-{way}",
        )

    return frame(
        interview,
        title=tr("Read it back, then ask"),
        gap=8,
        body=[
            card(ft.Column([pair(*line) for line in summary(tr, record)], spacing=4, tight=True)),
            ask("record", tr("May we keep this?")),
            ask("union", tr("May our people work on it?")),
            consent_row(
                tr("Nobody outside hears of it unless we ask you again. Is that right?"),
                tr=tr,
                answer="no" if disagrees else _outside(record),
                on_answer=outside,
                key="consent-outside",
                waits=True,
            ),
            ft.Row(
                [
                    text(tr("Given by"), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT),
                    given("voice", tr("Voice"), ft.Icons.MIC_ROUNDED),
                    given("thumb", tr("Thumb"), ft.Icons.FINGERPRINT_ROUNDED),
                    given("witness", tr("Witness"), ft.Icons.PERSON_ADD_ALT_ROUNDED),
                ],
                spacing=6,
            ),
        ],
    )


def _outside(record: Record) -> str | None:
    kept = get(record, "consent.public")
    return "yes" if kept == "no" else kept


def summary(tr: Translator, record: Record) -> list[tuple[str, str]]:
    """What was told, a line each, in her words and short; what was not told is said to be so."""
    lines = [
        (tr("Her words"), _short(str(record.get("narrative") or "")) or tr("nothing written")),
        (tr("Where"), _where(tr, record)),
        (tr("When"), _when(tr, record)),
        (
            tr("About"),
            tr.join(taxonomy.issue(code).name(tr.lang) for code in record.get("issues") or ())
            or tr("not marked"),
        ),
    ]
    for claim in record.get("claims") or ():
        if claim.get("amount"):
            lines.append((tr("Still owed"), tr.money(claim["amount"], claim.get("currency") or "BDT")))
    count = get(record, "affected.count")
    others = tr("not asked") if count is None else tr("Nobody") if count == 0 else tr.number(int(count))
    if count and get(record, "affected.estimate"):
        others = tr("About {n}", n=int(count))
    lines.append((tr("Others"), others))
    lines.append((tr("She wants"), _short(str(record.get("remedy_wanted") or "")) or tr("not asked")))
    return lines


def _short(told: str) -> str:
    line = " ".join(told.split())
    return line if len(line) <= 90 else line[:88].rstrip() + "…"


def _where(tr: Translator, record: Record) -> str:
    if "facility" not in record:
        return tr("not asked")
    parts = [str(get(record, f"facility.{key}") or "") for key in ("name", "section")]
    return ", ".join(part for part in parts if part) or tr("Unknown")


def _when(tr: Translator, record: Record) -> str:
    if "happened" not in record:
        return tr("not asked")
    first, last = get(record, "happened.from"), get(record, "happened.to")
    said = " – ".join(tr.partial(one) for one in (first, last) if one)
    if get(record, "happened.ongoing") == "yes":
        return tr("since {day}, still so", day=said) if said else tr("Still so")
    return said or tr("Unknown")


@ft.component
def Number(interview: Interview) -> ft.Control:
    """Her number, the largest type of the product; said back; what Finish means, before it."""
    tr = interview.model.tr
    back, set_back = ft.use_state(False)
    ink = ft.Colors.ON_PRIMARY_CONTAINER if back else ft.Colors.ON_SURFACE
    said_back = press(
        ft.Row(
            [
                ft.Icon(
                    ft.Icons.CHECK_BOX_ROUNDED if back else ft.Icons.CHECK_BOX_OUTLINE_BLANK_ROUNDED,
                    size=24,
                    color=ink,
                ),
                text(tr("She said it back"), "body_large", bold=back, color=ink, expand=True),
            ],
            spacing=14,
        ),
        on_click=lambda _: set_back(not back),
        label=tr("She said it back"),
        selected=back,
        key="said-back",
        bgcolor=ft.Colors.PRIMARY_CONTAINER if back else CARD,
        edge=ft.Colors.PRIMARY if back else ft.Colors.OUTLINE,
        edge_width=2 if back else 1,
        radius=RADIUS_FIELD,
        padding=14,
    )
    body: list[ft.Control] = []
    if interview.missing:
        body.append(_missing(interview))
    body += [
        card(
            ft.Column(
                [code_in_full(interview.code, tr), ft.Container(height=4), stitch.divider(inset=20)],
                spacing=4,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            )
        ),
        said_back,
        _reach(interview),
        text(tr("What happens now"), "body_medium", bold=True),
        *what_happens(tr, done=0),
        text(
            tr("After Finish this phone cannot open it again."),
            "body_medium",
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
    ]
    return frame(
        interview,
        title=tr("Her number"),
        help=tr("Say it. Hear it back. No name goes with it."),
        body=body,
        finish=True,
    )


def what_happens(tr: Translator, *, done: int) -> list[ft.Control]:
    """Three things that follow, each with its upright stitch; `done` of them are behind."""
    sealed = tr("Nobody can open it here") if done else tr("as soon as you press Finish")
    steps = [
        (tr("Locked on this phone"), sealed),
        (tr("It leaves with the next sending"), tr("and is then gone from here")),
        (tr("Read at the desk"), tr("They may ask; the question comes to this phone")),
    ]

    def one(index: int, title: str, below: str) -> ft.Control:
        filled = index < max(done, 1)
        bar = ft.Container(
            width=6,
            height=40,
            border_radius=3,
            bgcolor=ft.Colors.PRIMARY if filled else None,
            border=None if filled else ft.Border.all(1, ft.Colors.OUTLINE),
        )
        return ft.Row(
            [
                bar,
                ft.Column(
                    [text(title), text(below, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT)],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
            ],
            spacing=14,
        )

    return [one(index, title, below) for index, (title, below) in enumerate(steps)]


def _reach(interview: Interview) -> ft.Control:
    tr = interview.model.tr
    how = get(interview.record, "contact.how")
    label = next((word for name, word, _ in ways(tr) if name == how), tr("How can we reach her safely?"))
    phrase = get(interview.record, "contact.phrase")
    below = tr.join(
        [
            str(get(interview.record, "contact.safe_times") or ""),
            tr("Word to use: “{word}”", word=phrase) if phrase else "",
        ]
    )

    async def edit(_: object) -> None:
        await interview.jump(Question.CONTACT)

    words: list[ft.Control] = [text(label)]
    if below:
        words.append(text(below, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    return press(
        ft.Row(
            [
                ft.Icon(ft.Icons.PERSON_PIN_ROUNDED, size=26, color=ft.Colors.ON_SURFACE_VARIANT),
                ft.Column(words, spacing=0, tight=True, expand=True),
                ft.Icon(ft.Icons.EDIT_ROUNDED, size=22, color=ft.Colors.ON_SURFACE),
            ],
            spacing=14,
        ),
        on_click=edit,
        label=f"{label}, {tr('change')}",
        key="reach",
        edge=ft.Colors.OUTLINE_VARIANT,
        bgcolor=CARD,
        radius=RADIUS_FIELD,
        padding=ft.Padding.symmetric(horizontal=14, vertical=9),
    )


def _missing(interview: Interview) -> ft.Control:
    """What is missing of the five, each with the way there."""
    tr = interview.model.tr
    words = {
        "consent.record": tr("whether it may be written down"),
        "danger": tr("whether anyone is in danger"),
        "narrative": tr("what happened"),
        "happened": tr("when it was"),
        "facility": tr("where it was"),
    }

    def way(name: str) -> ft.Control:
        async def there(_: object) -> None:
            await interview.jump(REQUIRED_AT[name])

        return outlined_button(words[name], on_click=there, tall=48, key=f"missing-{name}")

    known = [name for name in interview.missing if name in words]
    return ft.Column(
        [
            problem(
                tr("Not finished yet. All is kept. This is still to ask; “does not know” is an answer too."),
                calm=True,
            ),
            *[way(name) for name in known],
        ],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
