"""The follow-up for money owed and for work that ended. Own keypad; the amount stands below in words."""

from __future__ import annotations

from datetime import date
from typing import Literal

import flet as ft

from app.i18n import Translator
from app.screens.intake import answers
from app.screens.intake.frame import frame
from app.screens.intake.interview import Interview
from app.screens.intake.steps import Record, drop, get, put
from app.screens.parts.chips import choice_chip
from app.screens.parts.keypad import keypad, pressed
from app.screens.parts.options import option
from app.screens.parts.palette import CARD
from app.screens.parts.partial_date import partial_date
from app.screens.parts.press import press
from app.screens.parts.theme import RADIUS_FIELD
from app.screens.parts.type import text

Entry = Literal["owed", "monthly"]

_CURRENCIES = ("BDT", "USD", "KHR")
_DECIMALS = {"BDT": 0, "USD": 2, "KHR": 0}


def _claim(record: Record) -> Record:
    return next((c for c in record.get("claims") or () if c.get("head") == "wages"), {})


@ft.component
def Wages(interview: Interview) -> ft.Control:
    """How many months, what a month is paid, what is still owed."""
    tr = interview.model.tr
    record = interview.record
    claim = _claim(record)
    entry, set_entry = ft.use_state("owed")
    usual = "USD" if get(record, "facility.country") == "KH" else "BDT"
    currency = str(claim.get("currency") or get(record, "employment.currency") or usual)
    months = int(float(claim.get("months") or 0))
    # What is being entered may end in a point, which no record may hold.
    digits, set_digits = ft.use_state(
        {"owed": str(claim.get("amount") or ""), "monthly": str(get(record, "employment.gross") or "")}
    )

    def keep(
        *, of: dict[str, str] | None = None, months_now: int | None = None, money: str | None = None
    ) -> None:
        shown = of or digits
        unit = money or currency
        interview.answer(
            answers.wages(
                interview.record,
                owed=answers.amount(shown["owed"]),
                monthly=answers.amount(shown["monthly"]),
                months=months if months_now is None else months_now,
                currency=unit,
            )
        )

    def on_key(key: str) -> None:
        after = digits | {entry: pressed(digits[entry], key, decimals=_DECIMALS[currency])}
        set_digits(after)
        keep(of=after)

    def unit(code: str) -> ft.Control:
        def choose(_: object) -> None:
            whole = {name: value.partition(".")[0] for name, value in digits.items()}
            set_digits(whole)
            keep(of=whole, money=code)

        return choice_chip(
            tr.sign(code),
            chosen=code == currency,
            on_click=choose,
            expand=1,
            tick=False,
            key=f"currency-{code}",
        )

    def month(count: int) -> ft.Control:
        return choice_chip(
            tr.number(count),
            chosen=count == months,
            on_click=lambda _: keep(months_now=0 if count == months else count),
            expand=1,
            tick=False,
            key=f"months-{count}",
        )

    def box(name: Entry, label: str) -> ft.Control:
        return _amount_box(
            tr,
            label=label,
            digits=digits[name],
            currency=currency,
            active=entry == name,
            large=name == "owed",
            on_click=lambda _: set_entry(name),
        )

    return frame(
        interview,
        title=tr("How much is not paid?"),
        help=tr("What she remembers. A guess is good too."),
        gap=8,
        body=[
            text(tr("Months not paid"), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT),
            ft.Row([month(count) for count in (1, 2, 3, 4, 6, 12)], spacing=6),
            ft.Row(
                [
                    ft.Container(box("monthly", tr("Pay for a month")), expand=3),
                    ft.Container(ft.Row([unit(code) for code in _CURRENCIES], spacing=4), expand=2),
                ],
                spacing=8,
            ),
            box("owed", tr("Still owed")),
            keypad(tr, on_key=on_key, point=_DECIMALS[currency] > 0),
        ],
        leavable=True,
        before_leave=lambda: set_digits({"owed": "", "monthly": ""}),
    )


def _amount_box(
    tr: Translator,
    *,
    label: str,
    digits: str,
    currency: str,
    active: bool,
    large: bool,
    on_click: object,
) -> ft.Control:
    shown = tr.amount_typed(digits, currency)
    ink = ft.Colors.PRIMARY if active else ft.Colors.ON_SURFACE_VARIANT
    line: list[ft.Control] = [text(shown, "title_large", bold=large)]
    if active:
        line.append(ft.Container(width=2, height=22, bgcolor=ft.Colors.PRIMARY))
    parts: list[ft.Control] = [
        text(label, "label_medium", color=ink),
        ft.Row(line, spacing=4, tight=True),
    ]
    words = tr.in_words(digits.rstrip(".") or "0", currency) if digits and large else ""
    if words:
        parts.append(text(words, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    return press(
        ft.Column(parts, spacing=0, tight=True),
        on_click=on_click,  # type: ignore[arg-type]
        label=f"{label}: {shown}",
        selected=active,
        key=f"box-{'owed' if large else 'monthly'}",
        bgcolor=CARD,
        edge=ft.Colors.PRIMARY if active else ft.Colors.OUTLINE,
        edge_width=2 if active else 1,
        radius=RADIUS_FIELD,
        padding=ft.Padding.symmetric(horizontal=14, vertical=6),
    )


@ft.component
def Dismissal(interview: Interview) -> ft.Control:
    """How the work ended, when it began and which was the last day."""
    tr = interview.model.tr
    opened, set_opened = ft.use_state("")
    record = interview.record
    how = get(record, "employment.how_ended")
    endings = [
        ("dismissal", tr("Sent away")),
        ("forced_resignation", tr("Made to sign that she leaves")),
        ("closure", tr("The workplace closed")),
        ("contract_end", tr("The contract was not renewed")),
        ("suspension", tr("Told to wait at home")),
        ("resignation", tr("She left herself")),
        ("still_employed", tr("She still works there")),
    ]

    def ended(word: str) -> ft.Control:
        def choose(_: object) -> None:
            now = interview.record
            interview.answer(
                drop(now, "employment.how_ended") if how == word else put(now, "employment.how_ended", word)
            )

        label = dict(endings)[word]
        return option(label, chosen=how == word, on_click=choose, several=False, key=f"ended-{word}")

    def day(name: str, label: str) -> list[ft.Control]:
        value = get(record, f"employment.{name}")

        def keep(chosen: str | None) -> None:
            now = interview.record
            where = f"employment.{name}"
            interview.answer(_in_order(put(now, where, chosen) if chosen else drop(now, where), name))

        row = press(
            ft.Row(
                [
                    ft.Icon(ft.Icons.CALENDAR_MONTH_ROUNDED, size=22, color=ft.Colors.ON_SURFACE_VARIANT),
                    text(label, "body_large", expand=True),
                    text(tr.partial(value) if value else "–", "body_large", bold=bool(value)),
                ],
                spacing=12,
            ),
            on_click=lambda _: set_opened("" if opened == name else name),
            label=f"{label}: {tr.partial(value)}" if value else label,
            key=f"day-{name}",
            edge=ft.Colors.OUTLINE,
            bgcolor=CARD,
            radius=RADIUS_FIELD,
            padding=ft.Padding.symmetric(horizontal=14, vertical=12),
        )
        if opened != name:
            return [row]
        return [
            row,
            partial_date(
                key=f"pick-{name}", tr=tr, value=value, on_change=keep, today=date.today(), name=name
            ),
        ]

    return frame(
        interview,
        title=tr("How did the work end?"),
        help=tr("As far as she knows. Ask for papers later."),
        gap=8,
        body=[
            *[ended(word) for word, _ in endings],
            *day("joined", tr("She began")),
            *day("left", tr("Her last day")),
        ],
        leavable=True,
    )


def _in_order(record: Record, changed: str) -> Record:
    """A last day before the first: the other one is asked again rather than guessed."""
    joined, left = get(record, "employment.joined"), get(record, "employment.left")
    if joined and left and left[: len(joined)] < joined[: len(left)]:
        return drop(record, "employment.left" if changed == "joined" else "employment.joined")
    return record
