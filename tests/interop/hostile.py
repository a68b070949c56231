"""Hostile variants of a good value: what a forger, a careless writer or another version could send.

Every variant changes one place: an entry missing, added, of another type or just outside its bounds, a list that is
too long or out of order. They are encoded by hand here, so that wrong orders and lengths can be said as well.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import cbor2

SCALARS: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2, 3, 4, 5, 6, 16, 17, 31, 32, 33, 64, 65, 99, 100, 255, 256, 287, 288, 289, 400, 401, 999, 1000,
    2**16 - 1, 2**16, 2**20 - 1, 2**20, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40 - 1, 2**40, 2**48 - 1, 2**48, 2**63, 2**64 - 1,
    b"", b"\x00", bytes(8), bytes(16), bytes(31), bytes(32), bytes(33), bytes(64), "", "x", "x" * 16, "x" * 17,
    "x" * 60, "x" * 61, "\U0001f600" * 60, "x" * 200, "x" * 201, "\U0001f600" * 200, "\U0001f600" * 201,
    [], [1], {}, {1: 1}, {"a": 1}, 1.5,
)  # fmt: skip


def variants(value: Any) -> Iterator[Any]:
    """Every value that differs from `value` in one place."""
    yield from SCALARS
    yield from _inside(value)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield {k: v for k, v in value.items() if k != key}
            for other in SCALARS:
                yield {**value, key: other}
            for inner in _inside(item):
                yield {**value, key: inner}
        yield from ({**value, key: None} for key in (0, 99, -1, "1", "a"))
    elif isinstance(value, list):
        yield value[:-1]
        yield [*value, *value[:1]]
        yield list(reversed(value))
        yield value * 5
        yield value * 20
        yield value * 40
        for at, item in enumerate(value):
            for other in SCALARS if len(value) < 12 else ():
                yield [*value[:at], other, *value[at + 1 :]]
            for inner in _inside(item):
                yield [*value[:at], inner, *value[at + 1 :]]
    elif isinstance(value, bytes):
        yield from (value[:-1], value + b"\0", bytes(len(value)), b"\xff" * len(value))
    elif isinstance(value, str):
        yield from (value + "x", value[:-1], value.upper(), value + "\u0995\u09be")
    elif isinstance(value, int):
        yield from (value + 1, value - 1)


def encoded(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def broken(data: bytes, draw: random.Random, count: int) -> Iterator[bytes]:
    """The same bytes with a bit, a byte or a piece changed."""
    ways: tuple[Callable[[bytearray], object], ...] = (
        lambda b: b.__setitem__(draw.randrange(len(b)), draw.randrange(256)),
        lambda b: b.insert(
            draw.randrange(len(b) + 1), draw.choice((0, 0x18, 0x5F, 0x80, 0xA0, 0xF6, 0xF9, 0xFF))
        ),
        lambda b: b.pop(draw.randrange(len(b))),
        lambda b: b.__setitem__(slice(draw.randrange(len(b)), None), b""),
    )
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(draw.randrange(1, 4)):
            if changed:
                draw.choice(ways)(changed)
        yield bytes(changed)
