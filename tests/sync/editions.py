"""Publishers of a council and what they put at a relay that only keeps two parts and gives them again.

shelf = Shelf(); made = edition(council, state, "A"); shelf.put(made, council.client(state, "A"))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crypto.ids import DeskId
from crypto.root import Policy
from sync.deskkeys import remember_epoch_key
from sync.directory import DirectoryClient
from sync.edition import Edition, Editor
from sync.errors import DirectoryMissingError
from sync.membership import Membership, Self
from sync.merging import There
from sync.publish import Publisher
from sync.state import State
from sync.wire import HANDLER_PART, PHONE_PART
from tests.crypto import people
from tests.sync.council import Council
from tests.sync.stores import NOW

TOKEN: Final = "t" * 43
SMALL: Final = Policy(token_slots=8, tokens_per_week=4)


@dataclass
class Shelf:
    """A relay for one reader."""

    parts: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def get_directory(self, part: str) -> tuple[bytes, str]:
        if part not in self.parts:
            raise DirectoryMissingError
        return self.parts[part]

    def put(self, made: Edition, by: DirectoryClient, *parts: str) -> None:
        sealed = dict(zip((PHONE_PART, HANDLER_PART), made.sealed(by), strict=True))
        for part in parts or (PHONE_PART, HANDLER_PART):
            self.parts[part] = (sealed[part], f"{made.version.version}-{len(sealed[part])}")


def publisher(council: Council, name: str) -> State:
    """A device of an officer who publishes, before any edition; it knows its own keys only."""
    state = council.state(name)
    state.keys.put("token-master", people.seed("master"))
    state.keys.put("publish-token", TOKEN.encode())
    state.set_place("root-pinned", council.org)
    state.set_secret("epoch-keys", [[people.WEEK, people.pair(f"{name}-epoch").seed, NOW]])
    return state


def meet(council: Council, state: State, *names: str, desk: DeskId = people.DESK) -> None:
    """These handle that desk and their epoch keys are known here; slots in this order."""
    for slot, name in enumerate(names):
        council.hear(state, council.admission(name, "A", slot=slot, desk=desk))
        key = people.epoch_key(name)
        remember_epoch_key(state, key, key.certify(people.identity(name), org=council.org))


def client(council: Council, state: State, name: str) -> DirectoryClient:
    """With the membership as it is now."""
    mine = Membership.load(state)
    assert mine is not None
    return DirectoryClient(state, Self(people.identity(name)), mine)


def found(council: Council, state: State, name: str) -> None:
    """The first edition, which no relay has yet."""
    with state.transaction():
        Publisher(client(council, state, name), "").prepare(council.newest(state))


def edition(council: Council, state: State, name: str, there: There | None = None) -> Edition:
    """The next one, which nobody has taken over yet."""
    with state.transaction():
        return Editor(client(council, state, name)).build(there or There())


def accept(council: Council, state: State, name: str, made: Edition, etag: str = "own") -> None:
    """It is this publisher's own newest."""
    mine = client(council, state, name)
    with state.transaction():
        mine.accept(made.untrusted(), etag)
        mine.keep_own_handler(etag, made.version, made.handler)
