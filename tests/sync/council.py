"""Officers of one organisation, each with a store in memory and nothing between them: no relay, no directory.

council = Council.of("A", "B", threshold=2); state = council.state("A")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from crypto.ids import DeskId, OfficerId, OrganisationId, officer_id
from crypto.root import PublishRight, Root, root_hash
from crypto.roster import Reason, Revocation, Role, sign_statement
from crypto.signed import Countersigned
from crypto.statements import Statement
from sync.belonging import keep_roots, keep_statement, newest_root, roots, take_proposals
from sync.directory import DirectoryClient
from sync.membership import Membership, Self
from sync.rootchange import RootProposal, propose
from sync.state import State
from tests.crypto import people
from tests.sync.stores import Hands, member, new_state


def right(name: str) -> PublishRight:
    return PublishRight(people.device(name), people.identity(name).public)


def officer(name: str) -> OfficerId:
    return officer_id(people.officer(name).public)


@dataclass(frozen=True)
class Council:
    """The first root and a clock for everybody."""

    first: Countersigned
    clock: Hands

    @classmethod
    def of(cls, *names: str, threshold: int = 1, **changes: Any) -> Council:
        """All of them publish."""
        rights = tuple(right(name) for name in names)
        made = replace(people.first_root(names, threshold), **{"publishers": rights, **changes})
        return cls(made.sign([people.officer(name) for name in names]), Hands())

    @property
    def org(self) -> OrganisationId:
        return OrganisationId(root_hash(self.first.body))

    @property
    def root(self) -> Root:
        return Root.decode(self.first.body)

    def membership(self, name: str) -> Membership:
        return replace(member(name, Role.HANDLER), org=self.org)

    def state(self, name: str, *, officer: bool = True) -> State:
        """A device that knows the first root."""
        state = new_state(self.clock)
        if officer:
            state.keys.put("officer", people.officer(name).seed)
        self.membership(name).save(state)
        keep_roots(state, [self.first])
        return state

    def client(self, state: State, name: str) -> DirectoryClient:
        return DirectoryClient(state, Self(people.identity(name)), self.membership(name))

    def newest(self, state: State) -> Root:
        return newest_root(state, org=self.org)

    def after(self, *by: str, state: State | None = None, **changes: Any) -> Countersigned:
        """The version after the newest one of this device, or after the first, that these officers signed."""
        before = Root.decode(roots(state)[-1].body) if state else self.root
        return people.next_root(before, **changes).sign([people.officer(name) for name in by])

    def admission(self, name: str, *by: str, slot: int = 0, desk: DeskId = people.DESK) -> Countersigned:
        made = people.admission(name, Role.HANDLER, slot=slot, token_slot=slot, desk=desk)
        return self.said(replace(made, org=self.org), *by)

    def phone(self, name: str, *by: str, at: int = people.NOW) -> Countersigned:
        """The admission of an intake device."""
        return self.said(replace(people.admission(name, Role.INTAKE, at=at, token_slot=7), org=self.org), *by)

    def revocation(self, name: str, *by: str, at: int = people.NOW) -> Countersigned:
        return self.said(Revocation(self.org, people.device(name), at, Reason.SEIZED), *by)

    def said(self, statement: Statement, *by: str) -> Countersigned:
        return sign_statement(statement, by=[people.officer(name) for name in by])

    def hear(self, state: State, *said: Countersigned) -> None:
        for one in said:
            keep_statement(state, one)

    def propose(self, state: State, change: Callable[[Root], Root]) -> RootProposal:
        with state.transaction():
            return propose(state, org=self.org, change=change, now=state.now())

    def hand_over(self, state: State, *found: Countersigned) -> bool:
        return take_proposals(state, found, org=self.org)
