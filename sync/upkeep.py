"""What follows from what is published: the publishing token and the token sets at the relay, and calls under
whichever publishing token the relay takes. protocol.md 8.4.7, 8.4.8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sync import rights, tokensets
from sync.directory import DirectoryClient
from sync.edition import Editor
from sync.errors import DirectoryMissingError, PublishRefusedError
from sync.merging import merge
from sync.state import State
from sync.transport import RelayClient
from sync.wire import PHONE_PART

_SET_TRIES: Final = 3

T = TypeVar("T")


@dataclass(frozen=True)
class Upkeep:
    """Keeps token and sets of one pool. `token`: the publishing token to try first."""

    directory: DirectoryClient
    token: str = field(repr=False)

    @property
    def state(self) -> State:
        return self.directory.state

    def finish(self, relay: RelayClient, *, looked: bool) -> None:
        """Steps 8.4.7 and 8.4.8: the publishing token, then the sets. `looked`: the directory at the relay is
        known to be this organisation's, and as it is here.
        """
        if rights.change_due(self.state):
            self._change_token(relay)
        for _attempt in range(_SET_TRIES):
            known = tokensets.known_state(self.state)
            if known is None or not tokensets.weeks_due(self.state, known.epoch):
                return
            if not looked:
                # Another organisation's pool, given by mistake, must keep its tokens; and a log-in page that
                # says yes to everything must not be taken for a relay.
                merge(self.directory, relay)
            editor = Editor(self.directory)
            root = editor.root()
            tokensets.put_sets(
                self.state,
                roster=editor.roster(root),
                root=root,
                put=lambda week, hashes: self.authorised(
                    relay, lambda token: relay.put_tokens(week, hashes, publish_token=token)
                ),
            )
            # Eight sets take minutes on a slow line: those of a publisher who raised the epoch meanwhile
            # may have been overwritten.
            if self._is_still_there(relay):
                return
            looked = False

    def _is_still_there(self, relay: RelayClient) -> bool:
        try:
            return relay.get_directory(PHONE_PART, etag=self.directory.etag(PHONE_PART)) is None
        except DirectoryMissingError:
            return True  # nobody has published yet

    def _change_token(self, relay: RelayClient) -> None:
        wanted = rights.wanted_token(self.state)
        assert wanted is not None
        others = [token for token in rights.candidates(self.state, first=self.token) if token != wanted]
        for old in others or [wanted]:
            try:
                relay.change_publish_token(old, wanted)
            except PublishRefusedError:
                continue
            with self.state.transaction():
                rights.accepted(self.state, wanted)
            return
        raise PublishRefusedError

    def authorised(self, relay: RelayClient, call: Callable[[str], T]) -> T:
        """Make a call under the first token that the relay takes; look for a fresh one if it takes none."""
        tried: set[str] = set()
        for look in (False, True):
            if look:
                merge(self.directory, relay)
            for token in rights.candidates(self.state, first=self.token):
                if token in tried:
                    continue
                tried.add(token)
                try:
                    result = call(token)
                except PublishRefusedError:
                    continue
                with self.state.transaction():
                    rights.accepted(self.state, token)
                return result
        raise PublishRefusedError
