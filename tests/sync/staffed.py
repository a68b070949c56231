"""Organisations with several people in them, as most tests of publishers begin."""

from __future__ import annotations

from crypto.roster import Role
from tests.sync.offices import Hands, Office
from tests.sync.relay.running import RunningRelay


def two_officers(relay: RunningRelay) -> Office:
    """A and B are officers and publish for the desk main; H handles there; P is an intake device."""
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.join("H")
    office.join("P", role=Role.INTAKE)
    office.session("A", "B", "H", "P")
    office.settle("A", "B")
    return office


def three_officers(relay: RunningRelay) -> Office:
    """A, B and C are officers who publish, H handles, P and Q are intake devices."""
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.officer("C")
    office.join("H")
    office.join("P", role=Role.INTAKE)
    office.join("Q", role=Role.INTAKE)
    office.session("A", "B", "C", "H", "P", "Q")
    office.settle("A", "B", "C")
    return office
