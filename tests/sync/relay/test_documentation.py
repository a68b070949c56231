"""docs/relay.md says what the relay does."""

from __future__ import annotations

import re
from pathlib import Path

from sync import wire
from sync.relay import app, batches, connections, errors, requests, serve
from sync.relay.errors import Refusal

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "relay.md").read_text(encoding="utf-8")


def test_every_refusal_is_in_the_table_and_no_other() -> None:
    documented = set(re.findall(r"^\| (\d{3}) \| (.+) \|$", PAGE, re.MULTILINE))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    assert documented == {(str(kind.status), kind.sentence) for kind in kinds if kind is not Refusal}


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"`phone`) or {wire.DIRECTORY_PARTS['handler']:,}" in PAGE
    assert f"At most {wire.DIRECTORY_PARTS['phone']:,}" in PAGE
    assert f"8 cells of {wire.CELL_BYTES:,}" in PAGE
    assert f"4 of {wire.REPLY_CELL_BYTES:,}" in PAGE
    assert f"when {wire.CELLS_PER_PAGE:,} cells are in" in PAGE
    assert f"to {app.WEEKS_AHEAD} ahead" in PAGE
    assert f"| deposits being read or stored at once | {app.DEPOSITS_IN_FLIGHT}," in PAGE
    assert f"| time for a body | {requests.BODY_SECONDS:.0f} s |" in PAGE
    assert f"| time for the headers of a request | {connections.HEAD_SECONDS:.0f} s |" in PAGE
    assert f"| questions at once about tokens of no set in memory | {app.CHECKS_IN_FLIGHT}," in PAGE
    assert (
        f"more than {connections.MANY:,} connections are open | {connections.HEAD_SECONDS_OF_MANY:.0f} s"
        in PAGE
    )
    assert f"given up after {connections.STALL_SECONDS:.0f} s |" in PAGE
    assert f"above {serve.CONNECTIONS:,}\nconnections" in PAGE
    assert f"| deposits in one commit | at most {batches.BATCH_ITEMS} |" in PAGE
    assert f"`--page-seconds` ({wire.PAGE_SECONDS:.0f})" in PAGE
    assert f"`--reply-page-seconds` ({wire.REPLY_PAGE_SECONDS:.0f})" in PAGE
    kept = wire.RETENTION_DAYS_OF
    assert f"| complaints {kept['complaints']} days, replies {kept['replies']} |" in PAGE


def test_every_status_of_the_calls_has_a_sentence_or_is_a_success() -> None:
    calls = PAGE.split("## The calls")[1].split("Every refusal")[0]
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    known = {str(kind.status) for kind in kinds} | {"200", "204", "206", "304"}
    assert set(re.findall(r"\*\*(\d{3})\*\*", calls)) <= known
