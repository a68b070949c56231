"""Dates, money, digits and codes."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import digits, money
from app.domain.codes import format_code, parse_code
from app.domain.dates import PartialDate, parse_date
from app.domain.errors import CodeError, DateError, MoneyError

numbers = st.integers(0, 9999)
prefixes = st.integers(0, 999)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
def test_every_day_is_a_date(day: datetime.date) -> None:
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]):
        read = parse_date(text)
        assert str(read) == text
        assert read.earliest() <= day <= read.latest()


@pytest.mark.parametrize(
    "wrong",
    ["", "19", "2019-", "2019-6", "2019-00", "2019-13", "2019-04-31", "2023-02-29",
     "2019-06-15T10", "1899", "2200",
     "20190615", " 2019", "2019\n", "២០១៩", "０２０１"],
)  # fmt: skip
def test_what_is_no_calendar_date_is_refused(wrong: str) -> None:
    with pytest.raises(DateError, match="is not a date"):
        parse_date(wrong)


def test_partial_dates_compare_only_when_there_is_no_doubt() -> None:
    june, day, year = PartialDate(2019, 6), PartialDate(2019, 6, 15), PartialDate(2019)
    assert not june.surely_after(day)
    assert not day.surely_after(june)
    assert not day.surely_after(year)
    assert PartialDate(2019, 7).surely_after(day)
    assert PartialDate(2020).surely_after(june)


@given(st.integers(0, 10**15 - 1), st.sampled_from(["BDT", "KHR", "USD", "VND", "JOD"]))
def test_money_survives_minor_units_and_back(amount_minor: int, currency: str) -> None:
    text = money.to_major(amount_minor, currency=currency)
    money.check_amount(text, currency=currency)
    assert money.to_minor(text, currency=currency) == amount_minor


def test_money_is_counted_in_the_smallest_unit() -> None:
    assert money.to_minor("12.5", currency="USD") == 1250
    assert money.to_minor("1800000", currency="VND") == 1_800_000
    assert money.to_minor("0.005", currency="KWD") == 5


@pytest.mark.parametrize(
    "wrong", ["", "-1", "+1", "1.", ".5", "1,000", "1e3", "007", " 1", "1\n", "NaN", "১২", "1" * 16]
)
def test_what_is_no_amount_is_refused(wrong: str) -> None:
    with pytest.raises(MoneyError):
        money.check_amount(wrong, currency="BDT")


def test_digits_of_three_scripts_are_one() -> None:
    assert digits.to_western("২০৭-៤១៩៣ a7") == "207-4193 a7"
    assert digits.to_local("207", lang="bn") == "২০৭"
    assert digits.to_local("207", lang="km") == "២០៧"
    assert digits.to_local("207", lang="en") == "207"


@given(st.text())
def test_turning_digits_changes_nothing_else(text: str) -> None:
    assert len(digits.to_western(text)) == len(text)
    assert digits.to_western(digits.to_local("0123456789", lang="bn")) == "0123456789"


def test_the_check_digit_is_that_of_damm() -> None:
    assert format_code(0, 572) == "000-0572-4"  # the worked example of Damm's thesis
    assert format_code(118, 2206) == "118-2206-6"


@given(prefixes, numbers, st.sampled_from(["en", "bn", "km"]), st.sampled_from(["-", "", " ", "–", " - "]))
def test_a_code_is_read_in_any_script_and_with_any_hyphens(
    prefix: int, number: int, lang: str, between: str
) -> None:
    code = format_code(prefix, number)
    written = digits.to_local(code, lang=lang).replace("-", between)
    assert parse_code(f" {written} ") == code


@given(prefixes, numbers, st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(prefix: int, number: int, place: int, more: int) -> None:
    plain = format_code(prefix, number).replace("-", "")
    wrong = plain[:place] + str((int(plain[place]) + more) % 10) + plain[place + 1 :]
    with pytest.raises(CodeError, match="does not fit"):
        parse_code(wrong)


@given(prefixes, numbers, st.integers(0, 6))
def test_two_neighbours_exchanged_are_always_found(prefix: int, number: int, place: int) -> None:
    plain = format_code(prefix, number).replace("-", "")
    wrong = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if wrong != plain:
        with pytest.raises(CodeError):
            parse_code(wrong)


@pytest.mark.parametrize(
    "wrong", ["", "118-2206", "118-2206-66", "abc-defg-h", "118_2206_6", "१18-2206-6", "²18-2206-6"]
)
def test_what_is_no_code_is_refused(wrong: str) -> None:
    with pytest.raises(CodeError):
        parse_code(wrong)


@pytest.mark.parametrize(("prefix", "number"), [(1000, 0), (-1, 0), (0, 10000), (0, -1)])
def test_numbers_beyond_the_code_are_refused(prefix: int, number: int) -> None:
    with pytest.raises(CodeError):
        format_code(prefix, number)
