"""That something changed which the others must learn at the next publication."""

from __future__ import annotations

from typing import Final

from sync.state import State

_DUE: Final = "publish-due"
_ASKED: Final = "publish-asked"


def mark_due(state: State) -> None:
    """Something changed that the others must learn."""
    state.set_place(_DUE, True)
    state.set_place(_ASKED, asked(state) + 1)


def is_due(state: State) -> bool:
    return bool(state.place(_DUE))


def asked(state: State) -> int:
    """How often something was due: what is asked for while an edition is on its way is not in it."""
    return int(state.place(_ASKED) or 0)


def published(state: State, asked_before: int) -> None:
    """Everything asked for up to then is at the relay."""
    if asked(state) == asked_before:
        state.set_place(_DUE, False)
