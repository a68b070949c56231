"""The issues: complete, named in three languages, found by people's own words."""

from __future__ import annotations

import re

import flet as ft
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import taxonomy
from app.domain.errors import TaxonomyError
from app.domain.taxonomy_data import read_taxonomy

NUMBERED = {"W": 10, "T": 9, "H": 5, "C": 5, "F": 6, "G": 8, "O": 12, "M": 5, "D": 5, "K": 4, "L": 6, "J": 4}
BENGALI, KHMER = re.compile("[\u0980-\u09ff]"), re.compile("[\u1780-\u17ff]")


def test_every_code_of_the_domain_is_there_and_no_other() -> None:
    wanted = {f"{letter}{number}" for letter, count in NUMBERED.items() for number in range(1, count + 1)}
    assert {issue.code for issue in taxonomy.issues()} == wanted | {"R", "X"}
    assert len(taxonomy.clusters()) == 14


def test_the_ten_tiles_are_those_of_the_screen_in_its_order() -> None:
    assert [tile.name("en") for tile in taxonomy.tiles()] == [
        "Pay late or missing", "Leaving pay not given", "Made to sign a resignation", "Sent away, no reason",
        "Extra hours unpaid", "Gate or exit locked", "Too hot, fainting", "Leave or pay for a baby",
        "Shouting, insults", "Touched, hurt, pressed",
    ]  # fmt: skip
    assert tuple(tile.code for tile in taxonomy.tiles()) == taxonomy.TILES
    assert all(tile.tile for tile in taxonomy.tiles())


@pytest.mark.parametrize("issue", taxonomy.issues(), ids=lambda issue: issue.code)
def test_an_issue_has_names_in_three_scripts_and_a_picture(issue: taxonomy.Issue) -> None:
    assert issue.code.startswith(issue.cluster)
    assert set(issue.names) == set(taxonomy.LANGUAGES) == set(issue.aliases)
    assert BENGALI.search(issue.names["bn"])
    assert KHMER.search(issue.names["km"])
    assert issue.names["en"].isascii()
    assert max(len(name) for name in issue.names.values()) <= 48
    assert hasattr(ft.Icons, issue.icon)
    assert issue.icon.endswith("_ROUNDED")
    assert issue.code == "X" or (issue.forums and all(issue.aliases.values()))


def test_forums_say_how_sure_they_are() -> None:
    assert {forum.mark for issue in taxonomy.issues() for forum in issue.forums} == {"V", "K", "U"}
    rsc = {
        issue.code
        for issue in taxonomy.issues()
        if any(f.forum == "RSC" and f.mark == "V" for f in issue.forums)
    }
    assert {"O1", "O12", "H1", "H2", "M1", "G2", "G3", "R"} <= rsc
    assert "T3" not in rsc


def test_the_private_matter_is_g2_to_g7() -> None:
    assert [i.code for i in taxonomy.issues() if taxonomy.is_private(i.code)] == [
        f"G{n}" for n in range(2, 8)
    ]


@pytest.mark.parametrize(
    ("words", "lang", "code"),
    [
        ("The pay is late again", "en", "W1"),
        ("they keep the gate always locked", "en", "O2"),
        ("Gate locked!", "bn", "O2"),
        ("made to sign a resignation", "en", "T4"),
        ("no severance", "en", "T3"),
        ("it is so hot that people regularly faint", "en", "O7"),
        ("তিন মাসের বেতন পাইনি", "bn", "W1"),
        ("গেটে তালা দেওয়া ছিল", "bn", "O2"),
        ("জোর করে পদত্যাগে বাধ্য করে", "bn", "T4"),
        ("মাতৃত্বকালীন ছুটি চেয়েছিলাম", "bn", "M1"),
        ("កម្មករដួលសន្លប់", "km", "O7"),
        ("ប្រាក់\u200bខែ មិន\u200bទាន់បាន", "km", "W1"),
        ("ទ្វារត្រូវចាក់សោ", "km", "O2"),
    ],
)
def test_her_words_propose_the_tile(words: str, lang: str, code: str) -> None:
    assert code in taxonomy.suggest(words, lang)


def test_nothing_is_proposed_from_nothing() -> None:
    assert taxonomy.suggest("", "en") == []
    assert taxonomy.suggest("It rained.", "en") == []
    assert taxonomy.suggest("paying paid payslip", "en") == []


@given(st.text(max_size=200), st.sampled_from(["en", "bn", "km", "xx"]))
def test_any_words_give_at_most_four_known_codes(words: str, lang: str) -> None:
    proposed = taxonomy.suggest(words, lang)
    assert len(proposed) <= 4
    assert all(taxonomy.exists(code) for code in proposed + taxonomy.search(words, lang))


@pytest.mark.parametrize(
    ("typed", "lang", "code"),
    [("gate", "en", "O2"), ("ga", "en", "O2"), ("t4", "en", "T4"), ("তালা", "bn", "O2"), ("বেত", "bn", "W1"),
     ("សន្លប់", "km", "O7"), ("severance", "km", "T3"), ("baby", "bn", "M1")],
)  # fmt: skip
def test_a_search_finds_what_is_being_typed(typed: str, lang: str, code: str) -> None:
    assert code in taxonomy.search(typed, lang)[:4]


def test_an_empty_search_shows_all_with_the_tiles_first() -> None:
    found = taxonomy.search(" ", "en")
    assert len(found) == len(taxonomy.issues())
    assert set(found[:10]) == set(taxonomy.TILES)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(TaxonomyError):
        taxonomy.issue("Z9")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 1}'])
def test_a_damaged_list_is_refused(text: str) -> None:
    with pytest.raises(TaxonomyError):
        read_taxonomy(text)
