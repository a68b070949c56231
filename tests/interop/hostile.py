"""Hostile variants of a good value: what a forger, a careless writer or another version could send.

Every variant changes one place: an entry missing, added, of another type or just outside its bounds, a list
that is too long or out of order; and bytes of which some are changed, added or missing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import cbor2

NUMBERS = (-1, *range(7), 16, 17, 31, 32, 33, 64, 65, 99, 100, 255, 256, 287, 288, 289, 400, 401, 999, 1000)
EDGES = (*(2**bits + more for bits in (16, 20, 31, 32, 40, 48) for more in (-1, 0)), 2**63, 2**64 - 1)
BYTES = tuple(bytes(size) for size in (0, 1, 8, 16, 31, 32, 33, 43, 64))
TEXTS = (
    "",
    "x",
    *("x" * size for size in (16, 17, 43, 60, 61, 200, 201)),
    *("\U0001f600" * size for size in (60, 200, 201)),
)
SCALARS: tuple[Any, ...] = (
    None, True, *NUMBERS, *EDGES, *BYTES, *TEXTS, [], [1], {}, {1: 1}, {"a": 1}, 1.5,
)  # fmt: skip


HEADS = (0, 0x18, 0x5F, 0x80, 0xA0, 0xF6, 0xF9, 0xFF)


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
