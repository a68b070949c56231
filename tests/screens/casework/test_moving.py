"""Moving at the desk: what is chosen, what opens, and what Escape closes first."""

from __future__ import annotations

from app.actions.views import DeviceView, OrganisationView
from app.screens.casework.ask_box import shut_out
from app.screens.casework.urgency import Filter
from tests.screens.casework.fakes import case_line, desk, line

FIRST = line("1", danger="yes")
SECOND = line("2", received="2026-11-20T00:00:00Z")
THIRD = line("3")


def test_the_most_urgent_line_is_chosen_until_somebody_chooses() -> None:
    at = desk(THIRD, SECOND, FIRST)
    chosen = at.chosen()
    assert chosen is not None
    assert chosen.code == "1"


def test_j_and_k_move_and_stop_at_the_ends() -> None:
    at = desk(FIRST, SECOND, THIRD)
    codes = []
    for by in (1, 1, 1, -1, -1, -1):
        at.step(by)
        codes.append(at.code)
    assert codes == ["2", "3", "3", "2", "1", "1"]


def test_a_line_is_chosen_first_and_opened_when_it_is_pressed_again() -> None:
    at = desk(FIRST, SECOND)
    at.select("2")
    assert (at.place, at.code) == ("inbox", "2")
    at.select("2")
    assert (at.place, at.app.what) == ("complaint", "2")


def test_where_there_is_one_pane_a_line_opens_at_once() -> None:
    at = desk(FIRST, SECOND, width=390)
    at.select("2")
    assert at.place == "complaint"


def test_escape_closes_what_stands_open_before_it_leaves_the_page() -> None:
    at = desk(FIRST)
    at.go("complaint", "1")
    at.keys_open, at.asking = True, True
    at.leave()
    assert (at.keys_open, at.asking, at.place) == (False, True, "complaint")
    at.leave()
    assert (at.asking, at.place) == (False, "complaint")
    at.leave()
    assert at.place == "inbox"
    at.leave()
    assert at.place == "inbox"


def test_the_escape_that_closed_the_sheet_of_keys_does_not_leave_the_page_as_well() -> None:
    at = desk(FIRST)
    at.go("complaint", "1")
    at.keys_open = True
    at.close_keys()
    at.leave()
    assert at.place == "complaint"
    at.leave()
    assert at.place == "inbox"


def test_a_filter_that_hides_the_chosen_line_chooses_the_first_that_is_left() -> None:
    at = desk(FIRST, line("9", state="in_case", cases=["C-2026-001"]))
    at.select("1")
    at.choose_filter(Filter.IN_CASE)
    chosen = at.chosen()
    assert chosen is not None
    assert chosen.code == "9"


def test_the_first_step_in_the_cases_goes_to_the_second_line() -> None:
    at = desk()
    at.cases = (case_line("C-2026-002"), case_line("C-2026-001"))
    at.root("cases")
    at.step(1)
    assert at.case == "C-2026-001"


def test_leaving_a_page_lets_letters_be_commands_again() -> None:
    at = desk(FIRST)
    at.go("complaint", "1")
    at.write_in("ask", on=True)
    assert at.is_writing
    at.root("cases")
    assert not at.is_writing


def test_commands_go_to_the_page_on_show_and_to_no_page_after_it() -> None:
    heard: list[str] = []
    at = desk(FIRST)
    at.go("case", "C-2026-001")
    at.on_commands(heard.append)
    at.obey("save")
    at.root("inbox")
    at.obey("save")
    assert heard == ["save"]


def test_escape_closes_a_question_over_the_page_and_nothing_else() -> None:
    at = desk(FIRST)
    at.root("devices")
    at.dialog = "revoke"
    at.leave()
    assert (at.dialog, at.place) == (None, "devices")
    at.dialog = "revoke"
    at.close_dialog()  # the dialog heard Escape itself, and the page hears it too
    at.leave()
    assert at.place == "devices"


def test_going_elsewhere_closes_the_question() -> None:
    at = desk(FIRST)
    at.dialog = "revoke"
    at.root("cases")
    assert at.dialog is None


def test_a_phone_that_was_revoked_is_not_asked() -> None:
    at = desk(line("1", device="aa"), line("2", device="bb"))
    gone = DeviceView(id="aa", label="Blue-7", role="intake", desk="main", state="revoked")
    at.organisation = OrganisationView("", "", 1, 1, [], [], [gone])
    assert shut_out(at, "1")
    assert not shut_out(at, "2")
    assert not shut_out(at, "3")
