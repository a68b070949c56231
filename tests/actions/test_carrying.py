"""A change that goes by hand: how the others put an officer out who has shut them out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import carrying, officers, organisation
from app.actions.carrying import NoProposalFileError
from app.actions.officers import NothingWaitsError, OfficersReturnError
from app.actions.organisation import SetUpRefusedError
from app.actions.revocation import AlreadyRevokedError
from app.actions.standing import NoLongerAdmittedError
from tests.actions.officers_of import several_officers
from tests.sync.world import Clock, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, clock=Clock()) as world:
        yield world


def test_officers_put_one_out_who_has_shut_another_out(world: World) -> None:
    """Two of three must sign. The second, who is bought, revokes the first; the first goes on by hand."""
    first, bought, third = several_officers(world)
    world.revoke("Desk-1", by=bought, reason="seized")
    world.sync(third)
    with pytest.raises(NoLongerAdmittedError):
        world.sync(first)
    proposed = officers.remove_officer(first, "Desk-2")
    assert (proposed.have, proposed.needed, proposed.published) == (1, 2, False)
    with pytest.raises(NothingWaitsError):
        carrying.export(first, "0" * 12)
    file = carrying.export(first, proposed.id[:12])
    for broken in (b"", file[:-1], bytes([file[0] ^ 1]) + file[1:]):
        with pytest.raises(NoProposalFileError):
            carrying.take(third, broken)

    taken = carrying.take(third, file)
    assert (taken.id, taken.in_force, taken.have, taken.needed) == (proposed.id, False, 1, 2)
    (waiting,) = [one for one in officers.proposals(third) if one.id == taken.id]
    assert {(change.what, change.value) for change in waiting.changes} >= {
        ("remove_officer", "Desk-2"),
        ("return_officer", "Desk-1"),
    }
    with pytest.raises(OfficersReturnError):
        officers.sign(third, taken.id)
    assert officers.sign(third, taken.id, returning=True).in_force
    world.sync(first, third, first)
    for device in (first, third):
        view = organisation.show(device)
        assert {one.label for one in view.officers} == {"Desk-1", "Desk-3"}
        assert {one.state for one in view.devices if one.label == "Desk-1"} == {"active"}
    assert carrying.take(third, file).in_force
    old = carrying.export(bought, officers.proposals(bought)[0].id)
    with pytest.raises(NoProposalFileError):
        carrying.take(third, old)  # it does not follow the newest root any more


def test_a_device_that_was_seized_stays_out_if_another_officer_revokes_it_too(world: World) -> None:
    first, second, _taken = several_officers(world)
    world.revoke("Desk-3", by=second, reason="seized")
    world.sync(first)
    with pytest.raises(OfficersReturnError):
        officers.remove_officer(first, "Desk-2")
    assert not world.revoke("Desk-3", by=first, reason="seized").officer_waits, "two have signed"
    with pytest.raises(AlreadyRevokedError):
        world.revoke("Desk-3", by=first)
    assert {one.label for one in organisation.show(first).officers} == {"Desk-1", "Desk-2"}


def test_what_is_no_publishing_token_is_not_kept(world: World) -> None:
    with pytest.raises(SetUpRefusedError):
        carrying.use_token(world.desk, "a word")
    assert carrying.use_token(world.desk, "x" * 43), "the one that it has is tried as well"
