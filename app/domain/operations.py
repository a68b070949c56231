"""Operations: the changes that handlers make to a case, each made once and never altered (PROTOCOL section
10).

A case is folded from its operations in the order (hybrid logical clock, device, counter). An operation that
sets a field names those it replaces. Kinds and their values:

    case.open       {"number": "C-2026-001"} and the fields it begins with: title, type, status, priority,
    assignee complaint.link  {"code": "207-4193-6"} field.set       {"field": "status", "value": "accepted"},
    with a "reason" where one is asked for note.add        {"text": "..."} screening.set   {"code":
    "207-4193-6", "question": "genuine" | "ours" | "safe", "answer": "yes" | "no" | "unclear"}

Guarantees: what `decode` accepts, `encode` gives back; kinds that this version does not know are kept and not
read.
Does not: sign, chain or store; that is for the rooms below.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import msgspec

from app.domain.errors import OperationError

ID_BYTES: Final = 16
MAX_REPLACES: Final = 64  # more sides than a conflict has handlers
MAX_DEPTH: Final = 8
MAX_CLOCK_MS: Final = 2**47  # the year 6429: every calendar can still write it

CASE_OPEN: Final = "case.open"
COMPLAINT_LINK: Final = "complaint.link"
FIELD_SET: Final = "field.set"
NOTE_ADD: Final = "note.add"
SCREENING_SET: Final = "screening.set"

FIELDS: Final = ("status", "assignee", "title", "priority", "type")
QUESTIONS: Final = ("genuine", "ours", "safe")

Place: TypeAlias = tuple[int, bytes, int, bytes]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One change to one case. `at_ms` is the hybrid logical clock; `value` is plain data; `replaces` names
    ids.
    """

    id: bytes
    case: bytes
    at_ms: int
    device: bytes
    counter: int
    kind: str
    value: Any = None
    replaces: tuple[bytes, ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands in the order of all operations; the id only decides between two that cannot both
        be.
        """
        return (self.at_ms, self.device, self.counter, self.id)


def tick(now_ms: int, *, seen_ms: int) -> int:
    """The clock of a new operation: the time, or one more than anything seen, so that it comes after what it
    saw. Never beyond what `decode` takes: a clock at its end must stop nobody's work.
    """
    return min(max(now_ms, seen_ms + 1), MAX_CLOCK_MS - 1)


def encode(operation: Operation) -> dict[str, Any]:
    """Plain data with short keys, ready for CBOR."""
    return {
        "i": operation.id,
        "c": operation.case,
        "t": operation.at_ms,
        "d": operation.device,
        "n": operation.counter,
        "k": operation.kind,
        "v": operation.value,
        "r": list(operation.replaces),
    }


def decode(data: object) -> Operation:
    """Read what `encode` gave; OperationError for anything else."""
    if not isinstance(data, dict) or set(data) != set("ictdnkvr"):
        raise OperationError("An operation has eight parts; this does not.")
    replaces = data["r"]
    if not isinstance(replaces, (list, tuple)) or len(replaces) > MAX_REPLACES:
        raise OperationError("An operation replaces a short list of others; this does not.")
    kind = data["k"]
    if not isinstance(kind, str) or not 0 < len(kind) <= 64:
        raise OperationError("An operation names its kind; this does not.")
    _check_plain(data["v"], MAX_DEPTH)
    return Operation(
        id=_octets(data["i"]),
        case=_octets(data["c"]),
        at_ms=_natural(data["t"]),
        device=_octets(data["d"]),
        counter=_natural(data["n"]),
        kind=kind,
        value=data["v"],
        replaces=tuple(_octets(one) for one in replaces),
    )


def _octets(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != ID_BYTES:
        raise OperationError(f"The ids of an operation have {ID_BYTES} bytes; one of these does not.")
    return value


def _natural(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_CLOCK_MS:
        raise OperationError("The clock and the counter of an operation are whole numbers; these are not.")
    return value


def _check_plain(value: object, depth: int) -> None:
    if value is None or isinstance(value, (str, bytes)):
        return
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return
    if depth > 0 and isinstance(value, (list, tuple)):
        for item in value:
            _check_plain(item, depth - 1)
        return
    if depth > 0 and isinstance(value, dict) and all(isinstance(key, str) for key in value):
        for item in value.values():
            _check_plain(item, depth - 1)
        return
    raise OperationError("The value of an operation is plain data; this is not.")
