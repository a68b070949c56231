"""A process that is killed at one of its calls to the relay, as its network client sees it."""

from __future__ import annotations

from typing import Any

from sync.relayanswer import Answer
from sync.transport import RelayClient


class KilledError(BaseException):
    """The process ended here: nothing may catch it."""


class Dying(RelayClient):
    """The network client of a process that is killed at its n-th call, before or after the relay got it."""

    left = 0
    after = False

    def _call(self, *given: Any, **named: Any) -> Answer:
        Dying.left -= 1
        if Dying.left == 0 and not Dying.after:
            raise KilledError
        answer = super()._call(*given, **named)
        if Dying.left == 0:
            raise KilledError
        return answer
