"""The right to publish at the relay: the publishing token, and how a fresh one reaches the other publishers.

A fresh token is kept here before anybody else learns of it. It is published in boxes that only the remaining
publishers can open, then the relay is told. So whoever is killed, at whichever step: everybody who belongs
knows the token that is, or the one that comes, and whoever comes next tells the relay. A device that was
revoked gets no box. protocol.md 8.4.7.
"""

from __future__ import annotations

import base64
import re
from typing import Final

from crypto.primitives import random_bytes
from sync.state import State

_PRESENT: Final = "publish-token"
_WANTED: Final = "publish-token-wanted"
_KNOWN: Final = "publish-tokens-known"
_OWN: Final = "publish-token-own"
_REFUSED: Final = "publish-refused"
_MOST: Final = 8
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def publish_token(state: State) -> str | None:
    """The token that the relay accepted last, if this device has the right."""
    value = state.keys.get(_PRESENT)
    return None if value is None else value.decode()


def candidates(state: State, *, first: str = "") -> list[str]:
    """Tokens that the relay may accept now, the likeliest first."""
    known = [first or publish_token(state), wanted_token(state), *(state.secret(_KNOWN) or [])]
    return list(dict.fromkeys(token for token in known if token))


def wanted_token(state: State) -> str | None:
    """The token that should be the relay's: another one than `publish_token` while a change is under way."""
    value = state.keys.get(_WANTED)
    return publish_token(state) if value is None else value.decode()


def change_due(state: State) -> bool:
    """Whether the relay has to be told of another token, which the directory's boxes already hold."""
    return wanted_token(state) != publish_token(state) and not state.place(_OWN)


def renew_token(state: State) -> None:
    """Want a fresh token at the relay. One that is wanted already and was never published stays. Inside a
    transaction.
    """
    if publish_token(state) is None or state.place(_OWN):
        return
    fresh = base64.urlsafe_b64encode(random_bytes(32)).rstrip(b"=").decode()
    state.keys.put(_WANTED, fresh.encode())
    state.set_place(_OWN, True)


def published(state: State, token: str) -> None:
    """Boxes with this token are in the directory: from now on another publisher's may follow it."""
    if wanted_token(state) == token:
        state.set_place(_OWN, False)


def accepted(state: State, token: str) -> None:
    """The relay took this token. Inside a transaction."""
    before, wanted = publish_token(state), wanted_token(state)
    if state.place(_REFUSED) is not None:
        state.set_place(_REFUSED, None)
    if before == token:
        return
    state.keys.put(_PRESENT, token.encode())
    _remember(state, [before])
    if wanted == before:
        state.keys.put(_WANTED, token.encode())


def take_box(state: State, token: str) -> bool:
    """A publisher's box in the directory says this token. True if it is new here. Inside a transaction."""
    if not _FORM.fullmatch(token) or token == wanted_token(state):
        return False
    new = token not in candidates(state)
    _remember(state, [token, wanted_token(state)])
    if not state.place(_OWN):  # an own fresh one was not published yet: it comes after this one
        state.keys.put(_WANTED, token.encode())
    return new


def note_known(state: State, token: str) -> bool:
    """A token that the relay may have, from a box that is not believed or from the relay's owner: tried,
    never wanted. False for what is none. Inside a transaction.
    """
    if not _FORM.fullmatch(token):
        return False
    if token not in candidates(state):
        _remember(state, [token])
    return True


def use_given(state: State, token: str) -> bool:
    """Go on with a token that the relay's owner gave, and want a fresh one, which only publishers will know.
    False for what is none. Inside a transaction.
    """
    if not note_known(state, token):
        return False
    renew_token(state)
    return True


def note_refused(state: State) -> None:
    """The relay took no token that this device knows."""
    if state.place(_REFUSED) is None:
        state.set_place(_REFUSED, state.now())


def refused_since(state: State) -> int | None:
    """Unix seconds since when the relay refuses this device's publishing token; None if it does not."""
    value = state.place(_REFUSED)
    return None if value is None else int(value)


def _remember(state: State, tokens: list[str | None]) -> None:
    kept = dict.fromkeys([*(token for token in tokens if token), *(state.secret(_KNOWN) or [])])
    state.set_secret(_KNOWN, list(kept)[:_MOST])
