"""The fold of a case of 10,000 operations by three handlers, in a random order of arrival, and of one more.

Targets are those of DESIGN section 9: 100 ms, and 1 ms for one more with the case read again.
"""

from __future__ import annotations

import random
import statistics
from time import perf_counter

from app.domain import operations as ops
from app.domain.case import Folding, fold
from app.domain.operations import Operation
from tests.benchmarks.harness import Target, report

OPERATIONS = 10_000
RUNS = 9


def history() -> list[Operation]:
    """A long case: mostly notes, many changes of status and assignee, some made apart from each other."""
    chance = random.Random(1)
    made: list[Operation] = []
    last: dict[str, bytes] = {}
    for number in range(OPERATIONS):
        identity = number.to_bytes(16, "big")
        replaces: tuple[bytes, ...] = ()
        if chance.random() < 0.5:
            kind, value = ops.NOTE_ADD, {"text": f"note {number}"}
        else:
            name = chance.choice(("status", "assignee", "priority"))
            kind, value = ops.FIELD_SET, {"field": name, "value": str(chance.randrange(9))}
            replaces = (last[name],) if name in last else ()
            if chance.random() < 0.9:
                last[name] = identity
        made.append(
            Operation(
                id=identity,
                case=bytes(16),
                at_ms=number // 3,
                device=bytes([number % 3]) * 16,
                counter=number,
                kind=kind,
                value=value,
                replaces=replaces,
            )
        )
    chance.shuffle(made)
    return made


def main() -> None:
    """Print two figures."""
    made = history()
    whole: list[float] = []
    for _ in range(RUNS):
        start = perf_counter()
        fold(made)
        whole.append((perf_counter() - start) * 1000)
    report(f"fold {OPERATIONS} operations", statistics.median(whole), "ms", Target(at_most=100))
    folding = Folding()
    for operation in made[:-200]:
        folding.take(operation)
    more: list[float] = []
    for operation in made[-200:]:
        start = perf_counter()
        folding.take(operation)
        folding.case()
        more.append((perf_counter() - start) * 1000)
    report(
        "one more operation", statistics.median(more), "ms", Target(at_most=1), worst_ms=round(max(more), 3)
    )


if __name__ == "__main__":
    main()
