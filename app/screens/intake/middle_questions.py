"""Where, when, what it is about, and the follow-up that fits."""

from __future__ import annotations

from datetime import date
from typing import Literal, cast

import flet as ft

from app.domain import taxonomy
from app.i18n import Translator
from app.screens.intake import answers
from app.screens.intake.answers import left_as
from app.screens.intake.frame import frame
from app.screens.intake.interview import Interview
from app.screens.intake.steps import Question, drop, get, put
from app.screens.parts.chips import choice_chip
from app.screens.parts.fields import field, search_field
from app.screens.parts.options import option, segments, tile
from app.screens.parts.partial_date import partial_date

_COUNTRIES = ("BD", "KH")


def where(interview: Interview) -> ft.Control:
    """The workplace as she calls it, the section, the country. Unknown is an answer."""
    tr = interview.model.tr

    def typed(key: str, value: str) -> None:
        record = answers.write(interview.record, f"facility.{key}", value)
        interview.type(record)

    def entry(key: str, label: str) -> ft.Control:
        return field(
            key=f"field-facility-{key}-{left_as(interview.record, Question.WHERE)}",
            label=label,
            value=str(get(interview.record, f"facility.{key}") or ""),
            on_change=lambda value: typed(key, value),
            lang=interview.model.lang,
        )

    def country(code: str) -> ft.Control:
        chosen = get(interview.record, "facility.country") == code

        def choose(_: object) -> None:
            record = interview.record
            interview.answer(
                drop(record, "facility.country") if chosen else put(record, "facility.country", code)
            )

        name = tr("Bangladesh") if code == "BD" else tr("Cambodia")
        return choice_chip(name, chosen=chosen, on_click=choose, expand=1, key=f"country-{code}")

    return frame(
        interview,
        title=tr("Where does she work?"),
        help=tr("As she calls it. What is on her card or a label is good too."),
        body=[
            entry("name", tr("Name of the workplace")),
            entry("section", tr("Floor, section or line")),
            entry("address", tr("Street or area")),
            ft.Row([country(code) for code in _COUNTRIES], spacing=8),
        ],
        leavable=True,
    )


Span = Literal["once", "span", "ongoing"]


@ft.component
def When(interview: Interview) -> ft.Control:
    """Once, for some time, or still going on; each date as far as it is known."""
    tr = interview.model.tr
    record = interview.record
    first, last = get(record, "happened.from"), get(record, "happened.to")
    known: Span = (
        "ongoing"
        if get(record, "happened.ongoing") == "yes"
        else "span"
        if last and last != first
        else "once"
    )
    kind, set_kind = ft.use_state(known)
    today = date.today()

    def choose(value: str) -> None:
        set_kind(cast(Span, value))
        keep(first, last if value == "span" else None, value)

    def keep(begin: str | None, end: str | None, span: str) -> None:
        if not begin and not end and span != "ongoing":
            interview.answer(drop(interview.record, "happened"))
            return
        interview.answer(answers.happened(interview.record, first=begin, last=end, ongoing=span == "ongoing"))

    pickers = [
        partial_date(
            key="when-first",
            tr=tr,
            value=first,
            on_change=lambda value: keep(value, last, kind),
            today=today,
            label="" if kind == "once" else tr("It began"),
            name="first",
        )
    ]
    if kind == "span":
        pickers.append(
            partial_date(
                key="when-last",
                tr=tr,
                value=last,
                on_change=lambda value: keep(first, value, kind),
                today=today,
                label=tr("It ended"),
                name="last",
            )
        )
    return frame(
        interview,
        title=tr("When was it?"),
        help=_when_said(tr, first, last) or tr("As far as she knows. A year is enough."),
        body=[
            segments(
                [("once", tr("Once")), ("span", tr("Some time")), ("ongoing", tr("Still so"))],
                chosen=kind,
                on_choose=choose,
                key="span",
            ),
            *pickers,
        ],
        leavable=True,
    )


def _when_said(tr: Translator, first: str | None, last: str | None) -> str:
    return " – ".join(tr.partial(one) for one in (first, last) if one)


@ft.component
def Issues(interview: Interview) -> ft.Control:
    """Ten pictures, a search in her words, and what her words propose, marked and to be confirmed."""
    tr = interview.model.tr
    lang = interview.model.lang
    sought = ft.use_ref("")
    found, set_found = ft.use_state(cast("list[str] | None", None))
    proposed = [
        code
        for code in taxonomy.suggest(str(interview.record.get("narrative") or ""), lang)
        if not taxonomy.is_private(code)
    ]

    def propose() -> None:
        if "issues" not in interview.record and proposed:
            interview.answer(interview.record | {"issues": proposed})

    ft.use_effect(propose, [])
    marked = list(interview.record.get("issues") or ())

    def search(value: str) -> None:
        sought.current = value
        set_found(taxonomy.search(value, lang)[:8] if value.strip() else None)

    def mark(code: str) -> None:
        if taxonomy.is_private(code) and code not in marked:
            interview.sheet = "private"
            return
        interview.answer(answers.toggle_issue(interview.record, code))

    def one(code: str) -> ft.Control:
        about = taxonomy.issue(code)
        name = about.name(lang)
        from_words = code in marked and code in proposed
        return tile(
            name,
            icon=getattr(ft.Icons, about.icon, ft.Icons.LABEL_ROUNDED),
            chosen=code in marked,
            on_click=lambda _: mark(code),
            key=f"issue-{code}",
            spoken=tr("{name}, from her words", name=name) if from_words else name,
            private=tr("private") if about.private else None,
        )

    shown = found if found is not None else [*taxonomy.TILES]
    shown = [*[code for code in marked if code not in shown], *shown]
    count = len([code for code in proposed if code in marked])
    help = (
        tr.count(
            "{n} are marked from her words. Ask her.", count, one="One is marked from her words. Ask her."
        )
        if count
        else tr("Mark what she says yes to.")
    )
    rows = [shown[index : index + 2] for index in range(0, len(shown), 2)]
    return frame(
        interview,
        title=tr("What is it about?"),
        help=help,
        gap=8,
        body=[
            search_field(
                key="issue-search",
                label=tr("Her own words: “gate locked”"),
                value=sought.current or "",
                on_change=search,
                lang=lang,
            ),
            *[
                ft.Row(
                    [*[one(code) for code in row], *([] if len(row) == 2 else [ft.Container(expand=1)])],
                    spacing=8,
                    intrinsic_height=True,
                    vertical_alignment=ft.CrossAxisAlignment.STRETCH,
                )
                for row in rows
            ],
        ],
        next_label=tr("Next ({n})", n=len(marked)) if marked else None,
    )


def still_so(interview: Interview) -> ft.Control:
    """For a danger at the workplace: is it still like that?"""
    tr = interview.model.tr

    def answered(value: str) -> None:
        record = interview.record
        if "happened" not in record or record["happened"] is None:
            record = record | {"happened": {"from": None, "to": None, "ongoing": value}}
        interview.answer(put(record, "happened.ongoing", value), go_on=True)

    now = get(interview.record, "happened.ongoing")
    return frame(
        interview,
        title=tr("Is it still like that?"),
        help=tr("What she saw last is enough."),
        body=[
            option(
                tr("Yes, it is still so"),
                chosen=now == "yes",
                on_click=lambda _: answered("yes"),
                several=False,
                key="still-yes",
            ),
            option(
                tr("No, it was put right"),
                chosen=now == "no",
                on_click=lambda _: answered("no"),
                several=False,
                key="still-no",
            ),
        ],
        leavable=True,
    )
