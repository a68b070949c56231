"""A store in memory for one device, with the sync layer's own tables: a vault without a disk."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crypto.cells import CellKind, UntrustedCell, open_cell
from crypto.desk_keys import DayKey, DayOpeningKey
from crypto.ids import DeskId
from crypto.parcels import Parcel, ParcelContent, ParcelKind, seal_parcel
from crypto.roster import Role
from crypto.tokens import TokenSeed
from sync.membership import Membership, Self
from sync.outbox import Deposit, Outbox
from sync.schema import MIGRATIONS
from sync.state import State
from sync.wire import CELL_BYTES
from tests.crypto import people

NOW = people.NOW


@dataclass
class Hands:
    """A clock that only moves when it is told to."""

    now: float = float(NOW)

    def __call__(self) -> float:
        return self.now


@dataclass
class Keys:
    """Named secrets."""

    held: dict[str, bytes] = field(default_factory=dict)

    def get(self, name: str) -> bytes | None:
        return self.held.get(name)

    def put(self, name: str, value: bytes) -> None:
        self.held[name] = value

    def drop(self, name: str) -> None:
        self.held.pop(name, None)


def new_state(clock: Callable[[], float] | None = None) -> State:
    """An empty store."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for script in MIGRATIONS:
        connection.executescript(script)
    depth = 0

    @contextlib.contextmanager
    def transaction() -> Iterator[None]:
        nonlocal depth
        name = f"depth_{depth}"
        connection.execute(f"SAVEPOINT {name}")
        depth += 1
        try:
            yield
        except BaseException:
            connection.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            depth -= 1
            connection.execute(f"RELEASE {name}")

    return State(connection, Keys(), transaction, clock or Hands())


def member(name: str, role: Role, *, limit: int = 1_024) -> Membership:
    """A device of the organisation of `tests.crypto.people`."""
    handler = role is Role.HANDLER
    return Membership(
        org=people.ORG, org_name="Sommilito Union", relay="http://127.0.0.1:1", pool=people.POOL, role=role,
        desk=people.DESK, slot=0 if handler else None, label=name, prefix=None if handler else 207,
        tokens=TokenSeed(people.seed(name + " tokens"), 1, limit), directory_key=people.seed("directory"),
        gap_seconds=0, deposits=4,
    )  # fmt: skip


def phone_outbox(clock: Callable[[], float] | None = None, *, limit: int = 1_024) -> Outbox:
    """The outbox of the phone "phone"."""
    me = Self(people.identity("phone"))
    return Outbox(new_state(clock), me, member("phone", Role.INTAKE, limit=limit))


def parcel(
    code: str = "207-0000-0", *, text: str = "told", kind: ParcelKind = ParcelKind.COMPLAINT
) -> Parcel:
    """A sealed parcel for the desk."""
    content = ParcelContent(kind, code, NOW, {"text": text})
    return seal_parcel(content, to=people.day_key(), org=people.ORG)


def put(outbox: Outbox, code: str = "207-0000-0", *, text: str = "told") -> Parcel:
    """Put a parcel into the outbox as *finish* does."""
    made = parcel(code, text=text)
    with outbox.state.transaction():
        outbox.put_parcel(made, kind=ParcelKind.COMPLAINT, code=code)
    return made


def day_keys() -> dict[DeskId, DayKey]:
    return {people.DESK: people.day_key()}


def opening_key() -> DayOpeningKey:
    return people.desk_seed().opening_key


def opened(deposit: Deposit) -> list[UntrustedCell]:
    """The eight cells of a deposit, as the desk reads them."""
    starts = range(0, len(deposit.body), CELL_BYTES)
    return [
        open_cell(deposit.body[start : start + CELL_BYTES], key=opening_key(), org=people.ORG)
        for start in starts
    ]


def counted(deposit: Deposit) -> list[tuple[int, bytes]]:
    """(counter, body) of the counted cells of a deposit."""
    return [
        (cell.cell.counter, cell.cell.body)
        for cell in opened(deposit)
        if cell.cell.kind not in (CellKind.DUMMY, CellKind.HEARTBEAT)
    ]
