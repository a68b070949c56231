"""A relay that lies, as a session sees it: the real one behind a client that drops, alters or makes up.

A first form: each lie is a small class over `RelayClient`. What a lie says is consistent in itself (digests
and sizes fit), because a relay that lies badly is already found by the transport.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from itertools import count

from sync.errors import DepositConflictError, RelayBusyError, RelayUnreachableError, TokenRefusedError
from sync.pageindex import Index, PageEntry
from sync.transport import RelayClient
from sync.wire import CELL_BYTES_OF


class Drops(RelayClient):
    """Acknowledges the deposits with these places in the session and stores none of them."""

    drops: frozenset[int] = frozenset()

    def __init__(self, *args: str) -> None:
        super().__init__(*args)
        self._places = count()

    def deposit(self, stream: str, deposit_id: bytes, token: bytes, body: bytes) -> None:
        if next(self._places) not in self.drops:
            super().deposit(stream, deposit_id, token, body)


class Stumbles(RelayClient):
    """Stores or does not store, and breaks off before it answers. After `works` deposits."""

    works = 0
    stores = False

    def deposit(self, stream: str, deposit_id: bytes, token: bytes, body: bytes) -> None:
        if self.works == 0:
            if self.stores:
                super().deposit(stream, deposit_id, token, body)
            raise RelayUnreachableError
        self.works -= 1
        super().deposit(stream, deposit_id, token, body)


class Records(RelayClient):
    """Tells the truth and remembers what it was given."""

    seen: list[tuple[bytes, bytes, bytes]] = []  # noqa: RUF012  (set by each test's own subclass)

    def deposit(self, stream: str, deposit_id: bytes, token: bytes, body: bytes) -> None:
        self.seen.append((deposit_id, token, body))
        super().deposit(stream, deposit_id, token, body)


class Refuses(RelayClient):
    """Refuses every deposit with one answer, and keeps count."""

    answer: type[Exception] = TokenRefusedError

    def __init__(self, *args: str) -> None:
        super().__init__(*args)
        self.seen: list[tuple[bytes, bytes, bytes]] = []

    def deposit(self, stream: str, deposit_id: bytes, token: bytes, body: bytes) -> None:
        self.seen.append((deposit_id, token, body))
        raise self.answer


class RefusesOnce(Refuses):
    """Says of the first deposit that it is taken, or that its token is unknown."""

    answer = DepositConflictError

    def deposit(self, stream: str, deposit_id: bytes, token: bytes, body: bytes) -> None:
        self.seen.append((deposit_id, token, body))
        if len(self.seen) == 1:
            raise self.answer
        RelayClient.deposit(self, stream, deposit_id, token, body)


class IsBusy(Refuses):
    """Never has time."""

    answer = RelayBusyError


class Rearranges(RelayClient):
    """Serves pages of its own making in place of those after `since`. `rearrange` gets their bodies."""

    since = 0

    def __init__(self, *args: str) -> None:
        super().__init__(*args)
        self._bodies: dict[str, list[bytes]] = {}

    def rearrange(self, stream: str, pages: list[bytes]) -> list[bytes]:
        raise NotImplementedError

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
        true = super().index(stream)
        assert true is not None
        bodies = [super(Rearranges, self).page(stream, entry.number, entry.digest) for entry in true.entries]
        known, fresh = bodies[: self.since], bodies[self.since :]
        self._bodies[stream] = known + self.rearrange(stream, fresh)
        entries = tuple(
            PageEntry(
                number=number,
                cells=len(body) // CELL_BYTES_OF[stream],
                digest=hashlib.sha256(body).digest(),
                closed_at=true.entries[min(number, len(true.entries)) - 1].closed_at,
            )
            for number, body in enumerate(self._bodies[stream], start=1)
        )
        return replace(true, first=1, entries=entries, lowest=1 if entries else 0)

    def page(self, stream: str, number: int, expect_digest: bytes, *, cells: int | None = None) -> bytes:
        return self._bodies[stream][number - 1]


def _cells(stream: str, body: bytes) -> list[bytes]:
    size = CELL_BYTES_OF[stream]
    return [body[start : start + size] for start in range(0, len(body), size)]


class Reverses(Rearranges):
    """The last page first, and the cells of each page backwards."""

    def rearrange(self, stream: str, pages: list[bytes]) -> list[bytes]:
        return [b"".join(reversed(_cells(stream, page))) for page in reversed(pages)]


class Replays(Rearranges):
    """Every page twice, then once more all together in another order."""

    def rearrange(self, stream: str, pages: list[bytes]) -> list[bytes]:
        cells = [cell for page in pages for cell in _cells(stream, page)]
        random.Random(5).shuffle(cells)
        return [*pages, *pages, b"".join(cells)]


class Withholds(Rearranges):
    """Half of the cells of each page."""

    def rearrange(self, stream: str, pages: list[bytes]) -> list[bytes]:
        return [b"".join(_cells(stream, page)[::2]) for page in pages]


class Tampers(Rearranges):
    """One bit of every cell."""

    def rearrange(self, stream: str, pages: list[bytes]) -> list[bytes]:
        return [b"".join(self._bent(cell) for cell in _cells(stream, page)) for page in pages]

    def _bent(self, cell: bytes) -> bytes:
        place = random.Random(cell[:8]).randrange(len(cell))
        return cell[:place] + bytes([cell[place] ^ 0x10]) + cell[place + 1 :]


class Freezes(Rearranges):
    """Nothing ever came."""

    def rearrange(self, stream: str, pages: list[bytes]) -> list[bytes]:
        return []


class Splices(Rearranges):
    """Cells of complaints as if they were answers, and cells cut across their borders."""

    def rearrange(self, stream: str, pages: list[bytes]) -> list[bytes]:
        size = CELL_BYTES_OF[stream]
        whole = b"".join(pages)
        return [(whole[7:] + whole[:7])[: len(whole) // size * size]] if whole else []


class ShowsDirectory(RelayClient):
    """Gives these parts of the directory, whatever is asked."""

    parts: dict[str, tuple[bytes, str]] = {}  # noqa: RUF012  (set by each test's own subclass)

    def get_directory(self, part: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        return self.parts.get(part) or super().get_directory(part, etag=etag)


class NeverChanges(RelayClient):
    """Says for ever that the directory is still the one you know."""

    def get_directory(self, part: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        return None if etag else super().get_directory(part)


PAGE_LIES = (Reverses, Replays, Withholds, Tampers, Freezes, Splices)
