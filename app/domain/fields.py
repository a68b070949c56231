"""The kinds of field in an intake record: a type, what JSON Schema says of it, and how it is read.

Guarantees: one definition for each; the schema and the reader cannot drift apart without a test noticing.
"""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from app.domain import clean_text, dates, money, place, taxonomy, words
from app.domain.errors import DateError, MoneyError, RecordError
from app.domain.shapes import Read, Reader, kind, quote, read_text

NARRATIVE_LIMIT = 200_000  # characters; an hour of talking, written down, is a quarter of it
LONG_LIMIT = 20_000
TEXT_LIMIT = 4_000
SHORT_LIMIT = 300  # names, numbers, references
MAX_COUNT = 10_000_000  # more than all garment workers of any one country

_LANGUAGE = re.compile(place.LANGUAGE_PATTERN[:-1] + r"\Z")
_OPEN_WORD = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")
_AGE_BAND = re.compile(r"(<[1-9][0-9]?|[1-9][0-9]?-[1-9][0-9]?|[1-9][0-9]?\+)\Z")
_MONTHS = re.compile(r"(0|[1-9][0-9]{0,2})(\.[0-9]{1,2})?\Z")
_PARTNER = "partner:"


def _text(limit: int, *, blank: bool = True) -> Reader:
    def reader(value: object, path: str) -> str:
        text = read_text(value, path)
        if len(text) > limit:
            raise RecordError(path, f"has {len(text)} characters; {limit} is the most")
        if (fault := clean_text.fault(text)) is not None:
            raise RecordError(path, fault)
        if not blank and not text.strip():
            raise RecordError(path, "must not be blank; leave the line away instead")
        return text

    return reader


def _date(value: object, path: str) -> str:
    text = read_text(value, path)
    try:
        dates.parse_date(text)
    except DateError as fault:
        shown = f"{quote(text)} is not a date" + str(fault).partition(" is not a date")[2]
        raise RecordError(path, shown) from fault
    return text


def _amount(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise RecordError(path, f'must be a decimal string such as "6700", not {kind(value)}')
    try:
        money.check_amount(value, currency=None)
    except MoneyError as fault:
        raise RecordError(path, str(fault)) from fault
    return value


def _currency(value: object, path: str) -> str:
    text = read_text(value, path)
    if text not in money.CURRENCIES:
        raise RecordError(
            path, f"{quote(text)} is not a currency (use the three letters of ISO 4217, such as BDT)"
        )
    return text


def _country(value: object, path: str) -> str:
    text = read_text(value, path)
    if text not in place.COUNTRIES:
        hint = place.MISTAKEN.get(text)
        better = f"use {hint}" if hint else "use the two letters of ISO 3166, such as BD or KH"
        raise RecordError(path, f"{quote(text)} is not a country ({better})")
    return text


def _language(value: object, path: str) -> str:
    text = read_text(value, path)
    if _LANGUAGE.match(text) is None:
        raise RecordError(path, f"{quote(text)} is not a language tag (use en, bn, km or another of BCP 47)")
    return text


def _issue(value: object, path: str) -> str:
    text = read_text(value, path)
    if not taxonomy.exists(text):
        raise RecordError(path, f"{quote(text)} is not a code of the list of issues (such as W1 or T4)")
    return text


def _count(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise RecordError(path, f"must be a whole number, not {kind(value)}")
    if not 0 <= value <= MAX_COUNT:
        raise RecordError(path, f"must be between 0 and {MAX_COUNT}")
    return value


def _months(value: object, path: str) -> int | str:
    if isinstance(value, str):
        if _MONTHS.match(value) is None:
            raise RecordError(path, 'must be a number of months such as 3 or "2.5"')
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise RecordError(path, f'must be a number of months such as 3 or "2.5", not {kind(value)}')
    if not 0 <= value <= 999:
        raise RecordError(path, "must be between 0 and 999 months")
    return value


def _open_word(value: object, path: str) -> str:
    text = read_text(value, path)
    if _OPEN_WORD.match(text) is None:
        raise RecordError(path, f"{quote(text)} is not a word of the list (lower-case letters, digits and _)")
    return text


def _age_band(value: object, path: str) -> str:
    text = read_text(value, path)
    if _AGE_BAND.match(text) is None:
        raise RecordError(path, f"{quote(text)} is not an age band (use 18-24, <18 or 55+)")
    return text


_partner_name = _text(SHORT_LIMIT, blank=False)


def _referral(value: object, path: str) -> str:
    text = read_text(value, path)
    if text in words.REFERRALS:
        return text
    if not text.startswith(_PARTNER):
        raise RecordError(path, f"{quote(text)} is not one of {', '.join(words.REFERRALS)} or partner:NAME")
    _partner_name(text.removeprefix(_PARTNER), path)
    return text


Narrative = Annotated[str, Meta(max_length=NARRATIVE_LIMIT), Read(_text(NARRATIVE_LIMIT))]
LongText = Annotated[str, Meta(max_length=LONG_LIMIT), Read(_text(LONG_LIMIT))]
Text = Annotated[str, Meta(max_length=TEXT_LIMIT), Read(_text(TEXT_LIMIT))]
Short = Annotated[str, Meta(max_length=SHORT_LIMIT), Read(_text(SHORT_LIMIT))]
Name = Annotated[
    str, Meta(min_length=1, max_length=SHORT_LIMIT, pattern=r"\S"), Read(_text(SHORT_LIMIT, blank=False))
]
Date = Annotated[str, Meta(pattern=dates.PATTERN), Read(_date)]
Amount = Annotated[str, Meta(pattern=money.PATTERN), Read(_amount)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$"), Read(_currency)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$"), Read(_country)]
Language = Annotated[str, Meta(pattern=place.LANGUAGE_PATTERN), Read(_language)]
IssueCode = Annotated[str, Meta(pattern="^[A-Z][0-9]{0,2}$"), Read(_issue)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT), Read(_count)]
Months = Annotated[
    Annotated[int, Meta(ge=0, le=999)]
    | Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,2})(\.[0-9]{1,2})?$")],
    Read(_months),
]
OpenWord = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{1,39}$"), Read(_open_word)]
AgeBand = Annotated[
    str, Meta(pattern=r"^(<[1-9][0-9]?|[1-9][0-9]?-[1-9][0-9]?|[1-9][0-9]?\+)$"), Read(_age_band)
]
ReferralTo = Annotated[
    str, Meta(pattern=f"^({'|'.join(words.REFERRALS)}|partner:.*\\S.*)$", max_length=320), Read(_referral)
]
