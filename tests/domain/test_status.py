"""Steps of complaints and cases."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.domain.errors import StatusError
from app.domain.status import (
    CASE_STATUSES,
    CASE_STEPS,
    CLOSING_REASONS,
    COMPLAINT_STEPS,
    ENDS,
    CaseStatus,
    ComplaintStatus,
    allowed,
    check_step,
)


def test_every_status_has_its_steps() -> None:
    assert set(CASE_STEPS) == set(CaseStatus)
    assert set(COMPLAINT_STEPS) == set(ComplaintStatus)
    assert all(status not in steps for status, steps in CASE_STEPS.items())
    assert all(len(set(steps)) == len(steps) for steps in CASE_STEPS.values())


def test_every_status_can_be_reached_from_new() -> None:
    reached, waiting = set(), [CaseStatus.NEW]
    while waiting:
        status = waiting.pop()
        reached.add(status)
        waiting += [step for step in CASE_STEPS[status] if step not in reached]
    assert reached == set(CaseStatus)


def test_a_case_closes_by_itself_only_after_verified_or_an_honest_end() -> None:
    closing = {status for status, steps in CASE_STEPS.items() if CaseStatus.CLOSED in steps}
    assert closing == {CaseStatus.VERIFIED, *ENDS}
    assert [s for s, steps in CASE_STEPS.items() if CaseStatus.VERIFIED in steps] == [
        CaseStatus.IMPLEMENTATION
    ]


def test_nothing_closes_from_a_promise() -> None:
    with pytest.raises(StatusError, match="paid and verified"):
        check_step("agreement_or_decision", "closed")
    with pytest.raises(StatusError, match="not a closing reason"):
        check_step("agreement_or_decision", "closed", reason="they promised")
    with pytest.raises(StatusError, match="does not go to"):
        check_step("agreement_or_decision", "verified")


@pytest.mark.parametrize("reason", CLOSING_REASONS)
def test_with_an_honest_reason_a_case_closes_from_anywhere(reason: str) -> None:
    for status in CASE_STATUSES:
        if status != "closed":
            check_step(status, "closed", reason=reason)
    assert "closed" not in allowed("closed", reason=reason)


def test_the_whole_way_can_be_walked() -> None:
    way = (
        "new screening accepted fact_finding demand_or_filing conciliation hearing agreement_or_decision "
        "implementation verified closed reopened fact_finding paused_for_safety fact_finding"
    )
    for here, there in pairwise(way.split()):
        check_step(here, there)


def test_a_pause_for_safety_is_one_step_from_all_work_and_back() -> None:
    for status in CASE_STATUSES:
        if "paused_for_safety" in allowed(status) and status not in ("new", "reopened"):
            assert status in allowed("paused_for_safety")


def test_a_status_of_a_newer_version_can_be_left() -> None:
    check_step("mediation_by_drone", "accepted")
    with pytest.raises(StatusError, match="is not a status"):
        check_step("new", "mediation_by_drone")


def test_a_withdrawn_complaint_stays_withdrawn() -> None:
    assert COMPLAINT_STEPS[ComplaintStatus.WITHDRAWN] == ()
