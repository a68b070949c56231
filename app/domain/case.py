"""A case: what remains after folding its operations (PROTOCOL section 10).

Guarantees: folding is commutative, associative and idempotent: any order, any duplication, any partition, the
same state. Two operations that replace the same one are a conflict: both values stay until a person chooses.
Notes and linked complaints only grow. Kinds and values that this version cannot read are kept in the history
and change nothing.
Does not: check signatures or whether a step was allowed when it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from app.domain import operations as ops
from app.domain.errors import OperationError
from app.domain.fields_set import SetField, Standing
from app.domain.operations import Operation, Place
from app.domain.ordered import Ordered


class Side(msgspec.Struct, frozen=True):
    """One value of a conflict and the operation that set it."""

    operation: bytes
    value: Any
    device: bytes
    at_ms: int


class Field(msgspec.Struct, frozen=True):
    """A field as it stands. `value` is that of the newest side; in a conflict there are several sides."""

    value: Any
    sides: tuple[Side, ...]

    @property
    def conflict(self) -> bool:
        """Say whether more than one value stands."""
        return any(side.value != self.sides[0].value for side in self.sides[1:])


class Note(msgspec.Struct, frozen=True):
    """A note: never changed, never taken back."""

    operation: bytes
    text: str
    device: bytes
    at_ms: int


class Link(msgspec.Struct, frozen=True):
    """A complaint that belongs to the case, since its first link."""

    code: str
    device: bytes
    at_ms: int


class Case(msgspec.Struct, frozen=True):
    """A folded case. `history` is every operation in order, also those that this version cannot read
    (`unread`).
    """

    id: bytes
    number: str | None
    opened_ms: int
    changed_ms: int
    fields: dict[str, Field]
    screening: dict[tuple[str, str], Field]
    links: tuple[Link, ...]
    notes: tuple[Note, ...]
    history: tuple[Operation, ...]
    unread: tuple[Operation, ...]

    def value(self, name: str) -> Any:
        """The value of a field; None when nobody set it."""
        found = self.fields.get(name)
        return None if found is None else found.value

    def heads(self, name: str) -> tuple[bytes, ...]:
        """What a new operation that sets this field must name in `replaces`."""
        return _heads(self.fields.get(name))

    def screening_heads(self, code: str, question: str) -> tuple[bytes, ...]:
        """The same for one screening question of one complaint."""
        return _heads(self.screening.get((code, question)))

    @property
    def status(self) -> str:
        """Where it stands; `new` until somebody says otherwise."""
        found = self.value("status")
        return found if isinstance(found, str) else "new"

    @property
    def conflicts(self) -> dict[str, Field]:
        """Fields of which more than one value stands; screening questions as `screening.CODE.QUESTION`."""
        screened = {f"screening.{code}.{asked}": found for (code, asked), found in self.screening.items()}
        return {name: found for name, found in (self.fields | screened).items() if found.conflict}


def fold(operations: Iterable[Operation]) -> Case:
    """Fold the operations of one case, in whatever order; OperationError when there is none."""
    folding = Folding()
    for operation in sorted(operations, key=lambda operation: operation.place):
        folding.take(operation)
    return folding.case()


class Folding:
    """A fold that goes on: takes one more operation without beginning again."""

    def __init__(self) -> None:
        self._by_id: dict[bytes, Operation] = {}
        self._history = Ordered[Operation]()
        self._unread = Ordered[Operation]()
        self._numbers = Ordered[str]()
        self._notes = Ordered[Note]()
        self._links: dict[str, tuple[Place, Link]] = {}
        self._fields: dict[str, SetField] = {}
        self._screening: dict[tuple[str, str], SetField] = {}

    def take(self, operation: Operation) -> bool:
        """Take one operation; False when it was there already. OperationError when it belongs to another
        case.
        """
        known = self._by_id.get(operation.id)
        if known is not None:
            return self._settle_forgery(known, operation)
        first = self._history.first()
        if first is not None and operation.case != first.case:
            raise OperationError("This operation belongs to another case.")
        self._by_id[operation.id] = operation
        self._history.put(operation.place, operation)
        if not self._read(operation):
            self._unread.put(operation.place, operation)
        return True

    def case(self) -> Case:
        """The case as it stands now; OperationError when nothing was taken yet."""
        first, last = self._history.first(), self._history.last()
        if first is None or last is None:
            raise OperationError("There is no operation to fold.")
        return Case(
            id=first.case,
            number=self._numbers.first(),
            opened_ms=first.at_ms,
            changed_ms=last.at_ms,
            fields={name: _as_field(found) for name, found in sorted(self._fields.items())},
            screening={asked: _as_field(found) for asked, found in sorted(self._screening.items())},
            links=tuple(link for _, link in sorted(self._links.values(), key=lambda placed: placed[0])),
            notes=self._notes.values(),
            history=self._history.values(),
            unread=self._unread.values(),
        )

    def _settle_forgery(self, known: Operation, other: Operation) -> bool:
        """One id, two contents: signatures forbid it, but order must not decide. The smaller stays."""
        if other is known or _weight(other) >= _weight(known):
            return False
        again = Folding()
        again.take(other)
        for operation in self._by_id.values():
            if operation.id != known.id:
                again.take(operation)
        vars(self).update(vars(again))
        return True

    def _read(self, operation: Operation) -> bool:
        """Let an operation change the case; False when this version cannot read it."""
        value = operation.value
        if not isinstance(value, dict):
            return False
        if operation.kind == ops.NOTE_ADD:
            return self._read_note(operation, value)
        if operation.kind == ops.FIELD_SET:
            name = value.get("field")
            if not isinstance(name, str) or "value" not in value:
                return False
            self._fields.setdefault(name, SetField()).take(operation, value["value"])
            return True
        if operation.kind == ops.COMPLAINT_LINK:
            return self._read_link(operation, value)
        if operation.kind == ops.SCREENING_SET:
            code, question = value.get("code"), value.get("question")
            if not isinstance(code, str) or question not in ops.QUESTIONS or "answer" not in value:
                return False
            self._screening.setdefault((code, question), SetField()).take(operation, value["answer"])
            return True
        if operation.kind == ops.CASE_OPEN:
            return self._read_open(operation, value)
        return False

    def _read_note(self, operation: Operation, value: dict[str, Any]) -> bool:
        text = value.get("text")
        if not isinstance(text, str):
            return False
        note = Note(operation.id, text, operation.device, operation.at_ms)
        self._notes.put(operation.place, note)
        return True

    def _read_link(self, operation: Operation, value: dict[str, Any]) -> bool:
        code = value.get("code")
        if not isinstance(code, str):
            return False
        placed = (operation.place, Link(code, operation.device, operation.at_ms))
        if code not in self._links or placed[0] < self._links[code][0]:
            self._links[code] = placed
        return True

    def _read_open(self, operation: Operation, value: dict[str, Any]) -> bool:
        number = value.get("number")
        if not isinstance(number, str):
            return False
        self._numbers.put(operation.place, number)
        for name in ops.FIELDS:
            if value.get(name) is not None:
                self._fields.setdefault(name, SetField()).take(operation, value[name])
        return True


def _as_field(found: SetField) -> Field:
    standing = found.standing()
    return Field(standing[-1].value, tuple(_as_side(one) for one in standing))


def _as_side(one: Standing) -> Side:
    return Side(one.operation.id, one.value, one.operation.device, one.operation.at_ms)


def _heads(found: Field | None) -> tuple[bytes, ...]:
    return () if found is None else tuple(side.operation for side in found.sides)


def _weight(operation: Operation) -> bytes:
    return msgspec.msgpack.encode(ops.encode(operation), order="deterministic")
