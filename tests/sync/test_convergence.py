"""Whatever several publishers do, in whichever order, and wherever they are killed: once each has had its
sessions they hold one directory, and nothing that an officer did is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.roster import Reason, Role
from sync.belonging import proposals
from sync.revoking import close_window, revoke, rotate
from tests.sync.agreeing import agree
from tests.sync.dying import KilledError
from tests.sync.offices import DAY, START, Hands, Office
from tests.sync.relay.running import RunningRelay

PUBLISHERS = ("A", "B", "C")


@dataclass
class Story:
    """What was done, to be found again at the end."""

    office: Office
    members: set[str] = field(default_factory=lambda: {"A", "B", "C", "H", "P"})
    gone: set[str] = field(default_factory=set)
    desks: set[str] = field(default_factory=lambda: {"main"})
    closed: bool = False
    count: int = 0

    def do(self, who: str, what: str, at: int) -> None:
        office = self.office
        self.count += 1
        name = f"{what}-{self.count}"
        if what == "phone":
            office.join(name, by=who, role=Role.INTAKE)
            self.members.add(name)
        elif what == "handler":
            office.join(name, by=who, slot=4 + self.count)
            self.members.add(name)
        elif what == "desk" and office.add_desk(who, name).in_force:
            self.desks.add(name)
        elif what == "revoke":
            known = {m.admission.label for m in office.roster(who).members.values() if m.active}
            left = sorted(known - {*PUBLISHERS, *self.gone})
            if left:
                label = left[at % len(left)]
                revoke(office.client(who), device=office.client(label).me.id, reason=Reason.LOST)
                self.gone.add(label)
        elif what == "window":
            if "P" not in self.gone:
                close_window(office.client(who), device=office.client("P").me.id)
                self.closed = True
        elif what == "rotate":
            rotate(office.client(who))
        elif what == "day":
            office.clock.now += at * DAY
        elif what == "session":
            office.session(who)
        elif what == "killed":
            try:
                office.publish(who, dies_at=1 + at, after=bool(at % 2))
            except KilledError:
                return

    def ends(self) -> None:
        """Everybody has sessions until nothing is left to do, and then agrees."""
        office = self.office
        office.settle(*PUBLISHERS, rounds=6)
        here = sorted(self.members - self.gone)
        office.session(*PUBLISHERS, *(name for name in here if name not in PUBLISHERS))
        agree(office, *here)
        found = office.roster("B").members.values()
        assert {m.admission.label for m in found if m.active} == self.members - self.gone
        assert {m.admission.label for m in found if not m.active} == self.gone
        assert {desk.name for desk in office.root("C").desks} == self.desks
        assert not proposals(office.states["A"])
        if self.closed:
            closed = [m.closed_at for m in found if m.admission.label == "P"]
            assert closed[0] is not None
        if office.clock.now > START + 6 * DAY:
            return  # the relay's own week is not this one any more
        for name in here[:4]:
            assert office.tokens_taken(name) == [True], f"{name} may deposit"
        for name in sorted(self.gone)[:2]:
            if office.client(name).member.tokens.epoch == 1:
                assert office.tokens_taken(name) == [False], f"{name} may not"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(PUBLISHERS),
        st.sampled_from(
            ["phone", "handler", "desk", "revoke", "window", "rotate", "day", "session", "session", "killed"]
        ),
        st.integers(0, 7),
    ),
    min_size=3,
    max_size=9,
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_publishers_converge(relay: RunningRelay, steps: list[tuple[str, str, int]]) -> None:
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.officer("C")
    office.join("H")
    office.join("P", role=Role.INTAKE)
    office.session("A", "B", "C", "H", "P")
    office.settle(*PUBLISHERS)
    story = Story(office)
    for who, what, at in steps:
        story.do(who, what, at)
    story.ends()
