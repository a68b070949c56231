"""A relay that refuses one call of a publication (somebody else changed the publishing token just then): the
next sessions put everything right. What becomes of a publisher that is killed there is in test_revoking.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from crypto.errors import CryptoError
from sync.errors import PublishRefusedError, SyncError
from sync.publish import Publisher, publish_token
from sync.relayanswer import Answer
from sync.revoking import rotate
from sync.rights import change_due, refused_since
from sync.transport import RelayClient
from sync.wire import PHONE_PART
from tests.sync.agreeing import agree
from tests.sync.offices import Hands, Office
from tests.sync.relay.running import start_relay

CALLS = {"phone part": 2, "publishing token": 3, "last set": 12}


class Refusing(RelayClient):
    """Some calls under a publishing token are refused, counted from 1."""

    refused: range
    calls = 0

    def _call(self, method: str, *given: Any, **named: Any) -> Answer:
        self.calls += method == "PUT"
        if method == "PUT" and self.calls in self.refused:
            raise PublishRefusedError
        return super()._call(method, *given, **named)


def test_whichever_call_is_refused_the_next_sessions_put_it_right(tmp_path: Path) -> None:
    with start_relay(tmp_path) as relay:
        office = Office(relay, clock=Hands())
        office.session("A")
        office.officer("B")
        office.join("H")
        office.session("A", "B", "H")
        office.settle("A", "B")
        for what, call in CALLS.items():
            rotate(office.client("A"))
            epoch = office.phone_part("A").head.token_epoch
            token = publish_token(office.states["A"]) or ""
            with Refusing(office.relay.url, office.pool.name) as refusing:
                assert isinstance(refusing, Refusing)
                refusing.refused = range(call, call + 20)  # under every token that it knows
                with contextlib.suppress(SyncError, CryptoError):
                    Publisher(office.client("A"), token).maintain(refusing)
                assert refusing.calls >= call, what
            assert refused_since(office.states["A"]) is not None, what
            office.session("B", "A")
            office.settle("B", "A")
            office.session("H")
            agree(office, "A", "B", "H")
            assert office.phone_part("H").head.token_epoch > epoch, what
            assert not change_due(office.states["A"]), what
            assert refused_since(office.states["A"]) is None, what
            with office.http() as http, pytest.raises(PublishRefusedError):
                http.put_directory(PHONE_PART, b"", publish_token=token, if_match=None)
