"""The numbers that a device and a relay must agree on. Nothing here opens, seals or signs anything.

This is the only module that `sync.relay` shares with the rest: the relay sees sizes, names of streams and
hashes, and could not decrypt a cell if it wanted to. `docs/protocol.md` is the authority for every value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

# Cells. One complaint cell carries a whole written complaint; eight of them fill one deposit, so that a
# deposit is 128 KiB, which a slow 3G link carries in seconds. Replies are short, and every phone downloads
# all of them: 4 KiB.
CELL_BYTES: Final = 16_384
CELLS_PER_DEPOSIT: Final = 8
REPLY_CELL_BYTES: Final = 4_096
REPLY_CELLS_PER_DEPOSIT: Final = 4

COMPLAINTS: Final = "complaints"
REPLIES: Final = "replies"
STREAMS: Final = (COMPLAINTS, REPLIES)

CELL_BYTES_OF: Final = {COMPLAINTS: CELL_BYTES, REPLIES: REPLY_CELL_BYTES}
DEPOSIT_BYTES_OF: Final = {
    COMPLAINTS: CELL_BYTES * CELLS_PER_DEPOSIT,
    REPLIES: REPLY_CELL_BYTES * REPLY_CELLS_PER_DEPOSIT,
}

# Names of things at the relay.
POOL_BYTES: Final = 16  # written as 32 hexadecimal digits
DEPOSIT_ID_BYTES: Final = 16  # written as 32 hexadecimal digits
DIGEST_BYTES: Final = 32  # SHA-256, everywhere

# Tokens: the device sends 32 bytes, the relay keeps and compares the first 16 bytes of their SHA-256. A hash
# that is short enough for weekly sets of many thousands, and long enough that nobody finds a second token for
# it.
TOKEN_BYTES: Final = 32
TOKEN_HASH_BYTES: Final = 16
PUBLISH_TOKEN_BYTES: Final = 32
TOKEN_SET_MAX_BYTES: Final = 8 * 1024 * 1024

WEEK_SECONDS: Final = 604_800
# A phone whose clock is some days wrong must still be able to deposit: last week's and next week's tokens
# count.
WEEKS_EITHER_SIDE: Final = 1

# Pages: batches of cells that never change once they are closed.
PAGES_PER_CHUNK: Final = 1_000
CELLS_PER_PAGE: Final = 1_024
PAGE_SECONDS: Final = 60.0
REPLY_PAGE_SECONDS: Final = 21_600.0

# Handlers catch up within 14 days; a phone may be away for 30 and keeps its reply keys 35 (PROTOCOL section
# 5).
RETENTION_DAYS_OF: Final = {COMPLAINTS: 14, REPLIES: 35}

# Directory parts and their greatest size. The phone part is padded to at most 512 KiB, plus what sealing
# adds.
PHONE_PART: Final = "phone"
HANDLER_PART: Final = "handler"
DIRECTORY_PARTS: Final = {PHONE_PART: 524_288 + 64, HANDLER_PART: 8 * 1024 * 1024}

# Keys of the index map (deterministic CBOR). The last two change over time, so a full chunk, which is
# cacheable for ever, does not carry them.
INDEX_FIRST: Final = 1  # number of the chunk's first page
INDEX_PAGES: Final = 2  # [[number of cells, digest of the page, closed at (unix s)], ...]
INDEX_LOWEST: Final = 3  # lowest page number that is still kept
INDEX_HIGHEST_CHUNK: Final = 4  # highest chunk number

# The two answers 404 that a client has to tell apart.
NO_SUCH_POOL: Final = "There is no such pool here."
NOTHING_THERE: Final = "There is nothing here yet."


def page_digest(hashes: Iterable[bytes]) -> bytes:
    """What stands for a page: SHA-256 over the SHA-256 of each of its cells, in the page's order.

    Not over the cells themselves: a relay hashes each cell as it comes, and need not do it a second time.
    """
    return hashlib.sha256(b"".join(hashes)).digest()


def week_of(unix_s: float) -> int:
    """Number of the week since 1970 in which this moment lies."""
    return int(unix_s // WEEK_SECONDS)


def weeks_accepted(unix_s: float) -> tuple[int, ...]:
    """Weeks whose tokens the relay takes at this moment, this week's first."""
    week = week_of(unix_s)
    return (week, week - WEEKS_EITHER_SIDE, week + WEEKS_EITHER_SIDE)
