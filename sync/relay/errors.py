"""Every reason for which the relay refuses a request: one status and one short sentence each.

The docstring is the sentence that is sent. It never repeats anything of the request.
"""

from __future__ import annotations

from typing import ClassVar

from sync import wire


class Refusal(Exception):
    """The relay refused the request."""

    status: ClassVar[int] = 400
    headers: ClassVar[tuple[tuple[bytes, bytes], ...]] = ()
    sentence: ClassVar[str] = "The relay refused the request."

    def __init_subclass__(cls) -> None:
        if "sentence" not in cls.__dict__:
            cls.sentence = str(cls.__doc__)


class MalformedRefusal(Refusal):
    """The request is malformed."""


class SizeRefusal(Refusal):
    """The body does not have the size that it must have."""


class WeekRefusal(Refusal):
    """That week is too far from now."""


class TokenRefusal(Refusal):
    """The token is missing or not known here."""

    status = 401
    headers = ((b"www-authenticate", b"Bearer"),)


class NowhereRefusal(Refusal):
    """There is no such address here."""

    status = 404


class PoolRefusal(Refusal):
    """The pool is unknown; the words are on the wire, because a client acts on them."""

    status = 404
    sentence = wire.NO_SUCH_POOL


class NothingThereRefusal(Refusal):
    """The pool is known, this page or part is not; the words are on the wire as well."""

    status = 404
    sentence = wire.NOTHING_THERE


class MethodRefusal(Refusal):
    """This address does not take that method."""

    status = 405

    def __init__(self, allowed: bytes) -> None:
        super().__init__()
        self.allowed = allowed


class SlowRefusal(Refusal):
    """The body did not arrive in time."""

    status = 408


class ConflictRefusal(Refusal):
    """This deposit or its token was used for something else."""

    status = 409


class ExpiredRefusal(Refusal):
    """This page has been deleted because of its age."""

    status = 410


class LengthRefusal(Refusal):
    """The request must say the length of its body."""

    status = 411


class ChangedRefusal(Refusal):
    """This part of the directory has changed in the meantime."""

    status = 412


class TooLargeRefusal(Refusal):
    """The body is too large."""

    status = 413


class RangeRefusal(Refusal):
    """That range cannot be served."""

    status = 416

    def __init__(self, total_bytes: int) -> None:
        super().__init__()
        self.total_bytes = total_bytes


class UnconditionalRefusal(Refusal):
    """Say which version is replaced: If-Match, or If-None-Match: * for the first."""

    status = 428


class BusyRefusal(Refusal):
    """The relay is busy; try again later."""

    status = 503
    headers = ((b"retry-after", b"5"),)
