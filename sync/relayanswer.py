"""What a relay's answer means whatever was asked: statuses that every call shares, and entity tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from sync import wire
from sync.errors import PoolUnknownError, RelayBusyError, RelayRefusedError, RelayRubbishError, SyncError

# Longest wait that a relay may ask for: an hour, then the device decides again by itself.
RETRY_MAX_S: Final = 3_600.0

_ETAG = re.compile(r'(?:W/)?"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `headers` must not care about upper and lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def refused(answer: Answer) -> NoReturn:
    """Statuses that mean the same for every call."""
    match answer.status:
        case 400 | 411 | 413 | 416 | 428:
            raise RelayRefusedError
        case 408 | 429 | 502 | 503 | 504:
            raise RelayBusyError(retry_after_s=_retry_after(answer))
    raise RelayRubbishError


def pool_or(answer: Answer, error: SyncError) -> NoReturn:
    """A 404: this error if the relay knows the pool, `PoolUnknownError` if it says that it does not."""
    if answer.body == wire.NOTHING_THERE.encode("ascii"):
        raise error
    pool_or_rubbish(answer)


def pool_or_rubbish(answer: Answer) -> NoReturn:
    """A 404 that can only mean an unknown pool. In any other words, it does not come from a relay."""
    if answer.body == wire.NO_SUCH_POOL.encode("ascii"):
        raise PoolUnknownError
    raise RelayRubbishError


def etag_of(answer: Answer) -> str:
    """The answer's entity tag without its quotes: always a SHA-256 in hexadecimal digits."""
    match = _ETAG.fullmatch(answer.headers.get("etag", ""))
    if match is None:
        raise RelayRubbishError
    return match[1]


def _retry_after(answer: Answer) -> float:
    value = answer.headers.get("retry-after", "")
    return min(float(value), RETRY_MAX_S) if value.isdecimal() and len(value) < 7 else 60.0
