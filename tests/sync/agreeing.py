"""What devices of one organisation hold when they have come to rest: the same."""

from __future__ import annotations

from crypto.root import root_hash
from crypto.roster import Role
from sync import rights
from sync.belonging import roots
from sync.deskkeys import load_generations, newest
from sync.takeover import fits
from tests.sync.offices import Office


def agree(office: Office, *names: str) -> None:
    """All hold one directory, one roster, one root, and the chains that the directory's days are of."""
    for name in names:
        office.fetch(name)
    heads = {office.phone_part(name).head.hash for name in names}
    assert len(heads) == 1
    handlers = [name for name in names if office.client(name).member.role is Role.HANDLER]
    rosters = [office.roster(name) for name in handlers]
    assert len({tuple(sorted(found.statements)) for found in rosters}) == 1
    assert (
        len({tuple(sorted((k, *sorted(v.have)) for k, v in found.pending.items())) for found in rosters}) == 1
    )
    assert (
        len({tuple(root_hash(entry.body) for entry in roots(office.states[name])) for name in handlers}) == 1
    )
    for name in handlers:
        own, days = office.client(name).member.desk, office.phone_part(name).part.days
        held = newest(load_generations(office.states[name]), own)
        assert held is not None
        assert held.chain.generation == max(day.generation for day in days if day.desk == own)
        assert fits(held, days), f"{name} can read what is sealed to the desk"
    tokens = {rights.wanted_token(office.states[name]) for name in handlers} - {None}
    assert len(tokens) == 1
