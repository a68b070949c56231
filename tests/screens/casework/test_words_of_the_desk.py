"""Short words of the desk: history, missing parcels, times, titles, the room of a question."""

from __future__ import annotations

import datetime as dt

import pytest

from app.actions.gaps import GapView
from app.actions.membership_views import DeviceView
from app.actions.views import HistoryView
from app.domain.status import CASE_STATUSES
from app.i18n import Translator
from app.screens.casework import arrivals_words, day_words
from app.screens.casework.ask_box import MAX_BYTES, used
from app.screens.casework.case_form import proposed_title, proposed_type
from app.screens.casework.case_words import history_line, value_word
from app.screens.casework.state_chips import complaint_word, status_word
from tests.screens.casework.fakes import line

EN, BN, KM = Translator("en"), Translator("bn"), Translator("km")
BLUE = DeviceView(id="aa", label="Blue-7", role="intake", desk="main", state="active")
CLAY = DeviceView(id="bb", label="Clay-1", role="intake", desk="main", state="active")


def gap(device: str, first: int, last: int, state: str = "missing", kind: str = "cell") -> GapView:
    return GapView(
        device=device, desk="main", from_=first, to=last, since="2026-11-17T17:22:00Z", state=state, kind=kind
    )


@pytest.mark.parametrize("status", CASE_STATUSES)
def test_every_status_of_a_case_has_a_word_in_every_language(status: str) -> None:
    words = {status_word(status, tr) for tr in (EN, BN, KM)}
    assert len(words) == 3
    assert not any("_" in word for word in words)


def test_one_missing_parcel_is_one_and_two_are_two() -> None:
    assert "One parcel from Blue-7" in arrivals_words.headline([gap("aa", 412, 412)], [BLUE], EN)
    assert "2 parcels from Blue-7" in arrivals_words.headline([gap("aa", 412, 413)], [BLUE], EN)


def test_several_phones_are_counted_and_not_named_one_by_one() -> None:
    said = arrivals_words.headline([gap("aa", 1, 2), gap("bb", 7, 7)], [BLUE, CLAY], EN)
    assert said.startswith("3 parcels from 2 phones")


def test_nothing_is_called_lost_before_it_is_expired() -> None:
    said = arrivals_words.advice([gap("aa", 1, 1)], [BLUE], EN)
    assert said == "Nothing is lost on the phone. Ask for Blue-7 to connect once."
    assert "no longer" in arrivals_words.advice([gap("aa", 1, 1, "expired")], [BLUE], EN)


def test_a_device_that_is_not_in_the_roster_has_words_instead_of_a_label() -> None:
    assert arrivals_words.label_of([BLUE], "cc", EN) == "an unknown phone"


def test_history_says_what_was_there_before() -> None:
    event = HistoryView(id="1", at="", by="Desk-1", what="status", value="accepted", replaced="new")
    assert history_line(event, EN) == "Status: Accepted, before New"


def test_a_case_that_was_closed_without_a_remedy_says_so_in_its_history() -> None:
    assert value_word("status", "closed (not_remedied)", EN) == "Closed (ended without a remedy)"


def test_nobody_is_said_where_nobody_leads() -> None:
    assert value_word("assignee", "", EN) == "Nobody yet"


def test_a_proposed_title_has_the_workplace_and_the_issue() -> None:
    assert proposed_title(line(facility="Mondol Fashion", issues=["M1"]), EN) == (
        "Mondol Fashion, Maternity leave and benefit"
    )
    assert proposed_title(line(facility=None, issues=[]), EN) == ""


def test_the_type_that_is_proposed_is_never_collective() -> None:
    assert proposed_type({"filed_by": "worker", "affected": {"count": 1}}) == "individual"
    assert proposed_type({"filed_by": "worker", "affected": {"count": 50}}) == "group"
    assert proposed_type(None) == "individual"


def test_the_room_of_a_question_is_counted_in_bytes() -> None:
    assert used("abc ") == 3
    assert used("বেতন") == 12
    assert used("ក" * 600) == MAX_BYTES


def test_a_line_in_a_case_carries_the_number_of_the_case() -> None:
    assert complaint_word(line(state="in_case", cases=["C-2026-001"]), EN) == "C-2026-001"
    assert complaint_word(line(state="unreadable"), EN) == "Cannot be read"


def test_times_grow_coarser_with_their_age() -> None:
    then = day_words.moment("2026-11-22T09:40:00Z")
    assert day_words.short("2026-11-22T09:40:00Z", EN, now=then) == f"{then:%H:%M}"
    assert day_words.short("2026-11-22T09:40:00Z", EN, now=then + dt.timedelta(days=1)) == "yesterday"
    assert day_words.short("2026-11-22T09:40:00Z", EN, now=then + dt.timedelta(days=3)) == "Sun"
    assert day_words.short("2026-11-22T09:40:00Z", EN, now=then + dt.timedelta(days=20)) == "22 Nov"
    assert day_words.short("2026-11-22T09:40:00Z", BN, now=then + dt.timedelta(days=400)) == "২২ নভে ২০২৬"


def test_a_device_that_was_never_heard_is_not_quiet() -> None:
    assert day_words.quiet_days(None) is None


def test_case_work_that_is_missing_is_not_called_a_parcel() -> None:
    desk = DeviceView(id="dd", label="Desk-3", role="handler", desk="main", state="active")
    said = arrivals_words.headline([gap("dd", 5, 6, kind="operation")], [desk], EN)
    assert said.startswith("2 steps of case work from Desk-3 have not arrived since")
    assert "Desk-3 to connect once" in arrivals_words.advice([gap("dd", 5, 6, kind="operation")], [desk], EN)


def test_two_things_under_one_number_are_said_beside_what_is_missing_and_not_counted_as_it() -> None:
    both = [gap("aa", 1, 2), gap("bb", 7, 7, "fork")]
    said = arrivals_words.headline(both, [BLUE, CLAY], EN)
    assert said.startswith("2 parcels from Blue-7 have not arrived since")
    assert said.endswith("Two different things came from Clay-1 under one number.")
    assert arrivals_words.parcels(both) == 2
    assert "can revoke it" in arrivals_words.advice(both, [BLUE, CLAY], EN)


def test_pages_that_the_relay_does_not_give_name_no_device() -> None:
    pages = [gap("00" * 16, 3, 3, kind="page")]
    assert "unknown" not in arrivals_words.headline(pages, [BLUE], EN)
    assert "the relay may be damaged" in arrivals_words.advice(pages, [BLUE], EN)
