"""No publisher can use up the numbers: what is absurdly high is not followed, and honest ones go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.errors import DirectoryRefusedError
from crypto.heads import sign_head
from crypto.roster import Reason
from sync.due import mark_due
from sync.edition import Edition, Editor
from sync.merging import There
from sync.revoking import revoke
from sync.tokensets import next_state, note_state
from tests.sync.offices import Hands, Office
from tests.sync.relay.running import start_relay


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with start_relay(tmp_path) as relay:
        made = Office(relay, clock=Hands())
        made.session("A")
        made.officer("B")
        made.join("H")
        made.session("A", "B", "H")
        yield made


@pytest.mark.parametrize("field", ["version", "token_epoch"])
def test_after_an_absurd_number_honest_publishers_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    build, before = Editor.build, office.phone_part("A").head

    def absurd(editor: Editor, there: There = There()) -> Edition:  # noqa: B008 - frozen
        made = build(editor, there)
        head = made.version
        most = {"version": 2**48 - 1, "token_epoch": 2**32 - 1}[field]
        head = replace(head, version=most) if field == "version" else replace(head, token_epoch=most)
        return replace(made, head=sign_head(head, by=editor.directory.me.identity))

    with monkeypatch.context() as patch:
        patch.setattr(Editor, "build", absurd)
        mark_due(office.states["B"])
        with pytest.raises(DirectoryRefusedError, match="absurdly"):
            office.publish("B")
    with pytest.raises(DirectoryRefusedError, match="absurdly"):
        office.session("H")
    revoke(office.client("A"), device=office.client("B").me.id, reason=Reason.SEIZED)
    office.session("A", "H")
    after = office.phone_part("H").head
    assert before.version < after.version < before.version + 1_000
    assert before.token_epoch <= after.token_epoch < before.token_epoch + 10


def test_an_edition_that_no_reader_would_accept_is_not_put(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = office.version()
    monkeypatch.setattr(Editor, "_place", lambda editor, there: (2**46, bytes(32)))
    mark_due(office.states["A"])
    with pytest.raises(DirectoryRefusedError, match="absurdly"):
        office.publish("A")
    monkeypatch.undo()
    assert office.version() == before
    office.session("H")


def test_a_token_epoch_that_only_a_handler_part_names_is_not_followed(office: Office) -> None:
    client, state = office.client("A"), office.states["A"]
    epoch = client.member.tokens.epoch
    note_state(state, 2**32 - 1, bytes(32))
    root = office.root("A")
    made = next_state(state, roster=office.roster("A"), root=root, epoch=epoch)
    assert made.epoch == epoch + 1
