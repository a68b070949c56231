"""Numbers, dates and money as people write them in three languages."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.digits import to_western
from app.i18n import DIGITS, Translator, script_of

EN, BN, KM = Translator("en"), Translator("bn"), Translator("km")


def test_digits_are_those_of_the_language() -> None:
    assert (EN.code("207-4193-6"), BN.code("207-4193-6"), KM.code("207-4193-6")) == (
        "207-4193-6",
        "২০৭-৪১৯৩-৬",
        "២០៧-៤១៩៣-៦",
    )


@pytest.mark.parametrize("tr", [EN, BN, KM])
def test_what_is_written_in_any_digits_can_be_read_back(tr: Translator) -> None:
    assert to_western(tr.digits("0123456789")) == "0123456789"
    assert tr.digits("0123456789") == DIGITS[tr.lang]


def test_bengali_groups_by_lakh() -> None:
    assert BN.number(120000) == "১,২০,০০০"
    assert EN.number(120000) == "120,000"
    assert BN.money("6500", "BDT") == "৳ ৬,৫০০"
    assert BN.money("1200000", "BDT") == "৳ ১২,০০,০০০"


def test_the_tables_of_the_desk_have_western_digits_and_two_decimals() -> None:
    assert KM.money("60.58", "USD", table=True) == "USD 60.58"
    assert EN.money("6500", "BDT", table=True) == "BDT 6,500.00"


@pytest.mark.parametrize(
    ("tr", "amount", "currency", "said"),
    [
        (EN, "3031", "BDT", "three thousand thirty-one taka"),
        (BN, "3031", "BDT", "তিন হাজার একত্রিশ টাকা"),
        (BN, "638127", "BDT", "ছয় লাখ আটত্রিশ হাজার একশ সাতাশ টাকা"),
        (EN, "0", "USD", "zero dollars"),
        (EN, "210.50", "USD", "two hundred ten dollars"),
    ],
)
def test_an_amount_stands_in_words_below_its_entry(
    tr: Translator, amount: str, currency: str, said: str
) -> None:
    assert tr.in_words(amount, currency) == said


def test_khmer_amounts_are_said_with_breaks_between_words() -> None:
    assert KM.in_words("3031", "KHR").replace("\u200b", " ") == "បីពាន់ សាមសិប មួយ រៀល"


def test_times_are_said_as_people_say_them() -> None:
    now = dt.datetime(2026, 11, 22, 19, 0)
    assert EN.ago(dt.datetime(2026, 11, 22, 10, 20), now=now) == "today, 10:20"
    assert EN.ago(dt.datetime(2026, 11, 21, 18, 10), now=now) == "yesterday, 18:10"
    assert BN.ago(dt.datetime(2026, 11, 21, 18, 10), now=now) == "গতকাল ১৮:১০"
    assert EN.ago(dt.datetime(2025, 1, 2, 3, 4), now=now) == "2 January 2025"


@pytest.mark.parametrize(
    ("told", "said"), [("2019", "2019"), ("2019-06", "June 2019"), ("2019-06-15", "15 June 2019")]
)
def test_a_partial_date_says_no_more_than_was_told(told: str, said: str) -> None:
    assert EN.partial(told) == said


def test_fields_that_are_whole_numbers_become_numerals() -> None:
    assert BN("{number} of {all}", number=4, all=12) == "৪ / ১২"


def test_one_thing_is_not_many_in_english() -> None:
    assert EN.count("{n} days left", 1, one="{n} day left") == "1 day left"
    assert EN.count("{n} days left", 3, one="{n} day left") == "3 days left"


def test_an_unknown_language_speaks_english() -> None:
    assert Translator("xx")("Next") == "Next"


@pytest.mark.parametrize(
    ("written", "script"), [("abc", "en"), ("৳ 5", "bn"), ("៛ 5", "km"), ("", "en"), ("x খ", "bn")]
)
def test_the_script_of_a_text_is_found(written: str, script: str) -> None:
    assert script_of(written) == script
