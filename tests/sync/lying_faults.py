"""What a relay can do to those who use it, each as one class over `lying_server`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cbor2

from sync import wire
from tests.sync.lying_server import Answered, Asked, Fault, Truth

Rows = list[list[Any]]
LOGIN = b"<html><body>Welcome to the free Wi-Fi. Please log in.</body></html>"


def cells_of(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


def size_of(asked: Asked) -> int:
    return wire.CELL_BYTES_OF[wire.COMPLAINTS if f"/{wire.COMPLAINTS}/" in asked.path else wire.REPLIES]


def page_of(cells: list[bytes]) -> tuple[bytes, bytes]:
    """A page as an honest relay would make it of these cells, and its digest."""
    ordered = sorted({hashlib.sha256(cell).digest(): cell for cell in cells}.items())
    return b"".join(cell for _, cell in ordered), wire.page_digest(name for name, _ in ordered)


class Silent(Fault):
    """Never answers."""

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        return None


class StoresAndIsSilent(Fault):
    """Does what it is asked and never says so."""

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        truth(asked)
        return None


class Resets(Fault):
    """Breaks the connection off: in the head or the body of every answer."""

    def __init__(self, after: int) -> None:
        self._after = after

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        said = truth(asked)
        body = said.body or bytes(64)
        return Answered(200 if said.status == 204 else said.status, body, said.headers, cut=self._after)


class Says(Fault):
    """One status for everything of a kind."""

    def __init__(self, status: int, which: Callable[[Asked], bool], body: bytes = b"No.") -> None:
        self._status, self._which, self._body = status, which, body

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        if not self._which(asked):
            return truth(asked)
        headers = {"retry-after": "1"} if self._status == 503 else {}
        if self._body is LOGIN:
            headers = {"content-type": "text/html"}
        return Answered(self._status, b"" if self._status == 204 else self._body, headers)


class Drops(Fault):
    """Thanks for every deposit and throws it away."""

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        return Answered(204) if asked.is_deposit else truth(asked)


class Tampers(Fault):
    """One bit of every page."""

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        said = truth(asked)
        if asked.page is None or said.status != 200:
            return said
        place = len(said.body) // 3
        body = said.body[:place] + bytes([said.body[place] ^ 4]) + said.body[place + 1 :]
        return Answered(200, body, said.headers)


class Truncates(Fault):
    """The last cell of every page is missing."""

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        said = truth(asked)
        if asked.page is None or said.status != 200:
            return said
        return Answered(200, said.body[: -size_of(asked)], said.headers)


class TampersWithTheDirectory(Fault):
    """One bit of the directory, with an entity tag that fits."""

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        said = truth(asked)
        if not asked.is_directory:
            return said
        if said.status == 304:
            return Answered.tagged(b"\0" * 4_000, {})
        return Answered.tagged(said.body[:-1] + bytes([said.body[-1] ^ 1]), {})


class Rewrites(Fault):
    """Has another history: `rewrite` makes the pages that are listed and given of the true ones."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], list[bytes]] = {}

    def rewrite(self, reader: str, pages: list[list[bytes]]) -> list[list[bytes]]:
        """The cells of each page."""
        return pages

    def closed_at(self, true: int) -> int:
        return true

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        stream_path, _, rest = asked.path.partition("/pages")
        key = (asked.reader, stream_path)
        if asked.page is not None and key in self._made:
            made = self._made[key]
            return Answered(200, made[asked.page - 1]) if asked.page <= len(made) else Answered(404, b"No.")
        if not asked.is_index or rest:
            return truth(asked)
        return self._index(asked, key, truth)

    def _index(self, asked: Asked, key: tuple[str, str], truth: Truth) -> Answered:
        said = truth(replace(asked, headers={}))
        index = cbor2.loads(said.body)
        rows: Rows = index[wire.INDEX_PAGES]
        pages = []
        for number in range(1, len(rows) + 1):
            single = Asked(asked.reader, "GET", f"{key[1]}/pages/{number}", {}, b"")
            pages.append(cells_of(truth(single).body, size_of(asked)))
        made = [page_of(cells) for cells in self.rewrite(asked.reader, pages) if cells]
        times = [row[2] for row in rows] or [0]
        index[wire.INDEX_PAGES] = [
            [len(body) // size_of(asked), digest, self.closed_at(times[min(place, len(times) - 1)])]
            for place, (body, digest) in enumerate(made)
        ]
        self._made[key] = [body for body, _ in made]
        return Answered.tagged(cbor2.dumps(index, canonical=True), {"content-type": "application/cbor"})


class Reorders(Rewrites):
    """The last page first."""

    def rewrite(self, reader: str, pages: list[list[bytes]]) -> list[list[bytes]]:
        return pages[::-1]


class Replays(Rewrites):
    """Everything twice, and once more all in one page."""

    def rewrite(self, reader: str, pages: list[list[bytes]]) -> list[list[bytes]]:
        return [*pages, *pages, [cell for page in pages for cell in page][: wire.CELLS_PER_PAGE]]


class RollsBack(Rewrites):
    """As it was some pages ago."""

    def rewrite(self, reader: str, pages: list[list[bytes]]) -> list[list[bytes]]:
        return pages[: len(pages) // 2]


class Freezes(Rewrites):
    """Nothing has come since it first was asked."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[tuple[str, int], list[list[bytes]]] = {}

    def rewrite(self, reader: str, pages: list[list[bytes]]) -> list[list[bytes]]:
        size = len(pages[0][0]) if pages else 0
        return self._first.setdefault((reader, size), pages)


class Withholds(Rewrites):
    """The first half of every page's cells is not there and never was."""

    def rewrite(self, reader: str, pages: list[list[bytes]]) -> list[list[bytes]]:
        return [page[len(page) // 2 :] for page in pages]


class Forks(Rewrites):
    """One reader is shown every other page, the other one the rest."""

    def rewrite(self, reader: str, pages: list[list[bytes]]) -> list[list[bytes]]:
        return pages[sum(reader.encode()) % 2 :: 2]


class WrongClock(Rewrites):
    """Its pages closed forty days from now."""

    def closed_at(self, true: int) -> int:
        return true + 40 * 86_400
