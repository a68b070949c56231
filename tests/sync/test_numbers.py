"""No publisher can use up the numbers: what is absurdly high is not followed, and honest ones go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crypto.desk_keys import DeskSeed, SeedWrap, generation_limit
from crypto.errors import DirectoryRefusedError
from crypto.heads import sign_head
from crypto.roster import Reason, Role
from sync.deskkeys import load_generations
from sync.deskplan import Plan
from sync.due import mark_due
from sync.edition import Edition, Editor
from sync.merging import There
from sync.revoking import revoke, rotate
from sync.rootchange import countersign, open_proposals
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


@pytest.mark.parametrize("field", ["version", "token_epoch"])
def test_who_followed_an_absurd_number_as_a_newcomer_goes_on_under_the_next_root(
    office: Office, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    build, most = Editor.build, {"version": 2**47 - 1, "token_epoch": 2**31 - 1}[field]

    def absurd(editor: Editor, there: There = There()) -> Edition:  # noqa: B008 - frozen
        made = build(editor, there)
        head = replace(made.version, **{field: most})  # type: ignore[arg-type]
        return replace(made, head=sign_head(head, by=editor.directory.me.identity))

    office.join("P", role=Role.INTAKE)  # a phone and a handler that have seen nothing yet
    office.join("N")
    office.session("A", "B", "H")
    before = office.phone_part("H").head
    with monkeypatch.context() as patch:
        patch.setattr(Editor, "build", absurd)
        mark_due(office.states["B"])
        with pytest.raises(DirectoryRefusedError, match="absurdly"):
            office.publish("B")
    office.session("P", "N")
    assert getattr(office.phone_part("P").head, field) == most
    with pytest.raises(DirectoryRefusedError, match="absurdly"):
        office.session("H")
    revoke(office.client("A"), device=office.client("B").me.id, reason=Reason.SEIZED)
    office.session("A", "H", "P", "N")
    for name in ("H", "P", "N"):
        head = office.phone_part(name).head
        assert before.version < head.version < before.version + 1_000
        assert head.token_epoch < before.token_epoch + 10
    assert office.tokens_taken("P") == [True]
    assert generation_of(office, "N") in {e.chain.generation for e in load_generations(office.states["N"])}


def test_a_publisher_who_followed_an_absurd_number_publishes_under_the_next_root(office: Office) -> None:
    """Nobody else is left: its own count begins again, and whoever had seen less follows."""
    state = office.states["A"]
    head = office.phone_part("A").head
    follow(office, "A")
    mark_due(state)
    with pytest.raises(DirectoryRefusedError):
        office.publish("A")
    revoke(office.client("A"), device=office.client("B").me.id, reason=Reason.SEIZED)
    office.session("A", "H")
    assert office.phone_part("H").root.version > 1
    assert office.phone_part("H").head.version < head.version + 1_000
    mark_due(state)
    office.session("A", "H")


def test_a_publisher_who_followed_an_absurd_number_takes_over_what_others_publish_under_the_next_root(
    office: Office,
) -> None:
    follow(office, "A")
    office.propose("B", lambda root: replace(root, name="Sramik Sangha"))
    office.session("B")
    published = office.phone_part("B").head
    mark_due(office.states["A"])
    office.session("A", "B", "H")
    for name in ("A", "B", "H"):
        assert office.phone_part(name).root.name == "Sramik Sangha"
        assert office.phone_part(name).head.version == published.version + 1


def test_a_handler_part_that_came_before_its_phone_part_counts_under_that_root(office: Office) -> None:
    """Else an older one would be newer, since a newer root makes every number newer."""
    state = office.states["H"]
    state.set_place("directory-handler", [*state.place("directory-handler")[:3], 0])
    assert office.client("H").handler_seen().root_version == 0
    office.session("H")
    assert office.client("H").handler_seen().root_version == office.phone_part("H").root.version


def follow(office: Office, name: str) -> None:
    """As if this device had seen nothing before an absurd number."""
    state = office.states[name]
    for place, at in (("directory-seen", 0), ("directory-handler", 1)):
        kept = list(state.place(place))
        state.set_place(place, [*kept[:at], 2**47 - 1, *kept[at + 1 :]])


def test_an_edition_that_no_reader_would_accept_is_not_put(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = office.version()
    monkeypatch.setattr(Editor, "_place", lambda editor, there, root: (2**46, bytes(32)))
    mark_due(office.states["A"])
    with pytest.raises(DirectoryRefusedError, match="absurdly"):
        office.publish("A")
    monkeypatch.undo()
    assert office.version() == before
    office.session("H")


def test_a_publisher_who_uses_up_a_desks_generations_stops_nobody_for_long(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as readers follow: then nothing fresh is made, and what is not keys is published all the same;
    the root without that publisher has room again.
    """
    office.set_threshold("A", 2)
    office.settle("A", "B")
    with monkeypatch.context() as patch:
        patch.setattr(Plan, "next_number", lambda plan, desk: generation_limit(plan.root.version) - 1)
        rotate(office.client("B"))
        assert office.publish("B")
    office.session("H", "A")
    assert generation_of(office, "H") == generation_limit(office.root("A").version) - 1
    rotate(office.client("A"))
    office.join("P", role=Role.INTAKE)
    office.session("A", "H")
    assert office.client("P").me.id in office.roster("H").members, "what is not keys is published"
    assert generation_of(office, "H") == generation_limit(office.root("A").version) - 1
    office.propose("A", lambda root: replace(root, threshold=1))
    for one in open_proposals(office.states["B"], org=office.org):
        countersign(office.states["B"], one.hash)
    office.settle("A", "B")
    for one in open_proposals(office.states["B"], org=office.org):
        countersign(office.states["B"], one.hash)
    office.settle("B", "A")
    office.session("H")
    assert office.root("A").threshold == 1
    assert generation_of(office, "H") == generation_limit(office.root("A").version - 1)
    held = load_generations(office.states["H"])
    assert generation_of(office, "H") in {entry.chain.generation for entry in held}


def generation_of(office: Office, name: str) -> int:
    return max(day.generation for day in office.phone_part(name).part.days)


def test_a_wrap_of_a_generation_that_the_root_does_not_allow_is_not_kept_or_counted_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    beyond = generation_limit(office.root("A").version + 1) - 1

    def wraps(editor: Editor, *given: Any) -> list[SeedWrap]:
        seed = DeskSeed.generate(office.desk(), generation=beyond, day=1)
        keys = [entry.epoch_key for entry in editor.entries(editor.root())]
        return [*honest(editor, *given), *(SeedWrap.make(seed, to=key, org=office.org) for key in keys)]

    honest = Editor._wraps
    with monkeypatch.context() as patch:
        patch.setattr(Editor, "_wraps", wraps)
        mark_due(office.states["B"])
        assert office.publish("B")
    office.session("A", "H")
    for name in ("A", "H"):
        assert beyond not in {entry.chain.generation for entry in load_generations(office.states[name])}
    rotate(office.client("A"))
    office.session("A", "H")
    assert generation_of(office, "H") < 100


def test_a_token_epoch_that_only_a_handler_part_names_is_not_followed(office: Office) -> None:
    client, state = office.client("A"), office.states["A"]
    epoch = client.member.tokens.epoch
    note_state(state, 2**32 - 1, bytes(32))
    root = office.root("A")
    made = next_state(state, roster=office.roster("A"), root=root, epoch=epoch)
    assert made.epoch == epoch + 1
