"""What a desk archives, and how it comes back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain import operations as ops
from app.domain.operations import Operation
from app.vault import archive, arrived, asked, operations
from app.vault.archive import ARRIVAL, ASKED, OPERATION
from app.vault.arrived import Arrived
from app.vault.asked import Asked
from app.vault.operations import StoredOperation
from app.vault.vault import Vault
from crypto.archives import MAX_RECORD_BYTES
from crypto.errors import ArchiveRefusedError
from sync.schema import MIGRATIONS
from tests.vault.conftest import PASSPHRASE, SMALL_ARGON_KIB

GOOD = Arrived(b"d" * 16, "118-2206-6", "complaint", b"p" * 16, "main", True, 1_795_348_000, '{"record": {}}')
QUESTION = Asked(b"q" * 16, "118-2206-6", 1_795_348_100, "Still so?")


def operation(number: int = 1) -> StoredOperation:
    made = Operation(
        id=number.to_bytes(16, "big"), case=b"c" * 16, at_ms=number, device=b"d" * 16, counter=number,
        kind=ops.NOTE_ADD, value={"text": "a note"},
    )  # fmt: skip
    body = msgspec.msgpack.encode(ops.encode(made))
    return StoredOperation(made.id, made.case, made.device, made.counter, made.at_ms, body)


def fill(vault: Vault, count: int = 3) -> None:
    with vault.transaction() as db:
        for number in range(count):
            one = msgspec.structs.replace(GOOD, parcel=number.to_bytes(16, "big"), code=f"118-{number:04d}-6")
            arrived.keep(db, one)
            operations.keep(db, operation(number))
        asked.keep(db, QUESTION)


def contents(vault: Vault) -> list[tuple[int, list[Any]]]:
    return list(archive.rows(vault.db))


@pytest.fixture
def other(tmp_path: Path) -> Any:
    vault = Vault.create(tmp_path / "other", PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB)
    yield vault
    vault.close()


def test_everything_comes_back_and_twice_is_the_same_as_once(vault: Vault, other: Vault) -> None:
    fill(vault, 70)
    for _ in range(2):
        with other.transaction() as db:
            for kind, values in archive.rows(vault.db):
                archive.keep(db, kind, values)
        assert contents(other) == contents(vault)
    assert len(contents(vault)) == 141


def test_a_row_that_no_archive_may_hold_is_counted_and_costs_no_other_row(vault: Vault) -> None:
    fill(vault, 40)
    arrived.keep(vault.db, msgspec.structs.replace(GOOD, code=""))
    asked.keep(vault.db, msgspec.structs.replace(QUESTION, id=b"q" * 40))
    large = json.dumps({"x": "y" * MAX_RECORD_BYTES})
    arrived.keep(vault.db, msgspec.structs.replace(GOOD, payload=large))
    operations.keep(vault.db, msgspec.structs.replace(operation(99), body=b"\xc1"))
    left_out = Counter[int]()
    assert len(list(archive.rows(vault.db, left_out=left_out))) == 81
    assert left_out == {ARRIVAL: 2, ASKED: 1, OPERATION: 1}


def test_what_comes_in_while_it_is_read_is_for_the_next_archive(vault: Vault) -> None:
    fill(vault, 2)
    reading = archive.rows(vault.db)
    first = next(reading)
    fill(vault, 5)
    assert len([first, *reading]) == 5


def test_an_unknown_authenticity_becomes_known_and_never_the_other_way(vault: Vault, other: Vault) -> None:
    arrived.keep(other.db, msgspec.structs.replace(GOOD, authentic=None))
    arrived.keep(vault.db, GOOD)
    ((kind, values),) = archive.rows(vault.db)
    archive.keep(other.db, kind, values)
    assert contents(other) == contents(vault)
    archive.keep(other.db, kind, [*values[:5], None, *values[6:]])
    assert contents(other) == contents(vault)


ARCHIVED = {"arrival", "asked", "operation"}
MADE_AGAIN = {"received", "case_index", "case_complaint", "unfolded"}
NEVER = {
    "setting": "keys and settings of one machine",
    "code_series": "a phone's",
    "draft": "a phone's",
    "complaint": "a phone's",
    "question": "a phone's",
    "schema_version": "of the file",
}


def test_every_table_of_the_vault_is_archived_made_again_or_left_out_on_purpose(vault: Vault) -> None:
    names = {
        row[0]
        for row in vault.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row[0].startswith(("sqlite_", "sync_"))
    }
    assert names == ARCHIVED | MADE_AGAIN | NEVER.keys()
    assert set(archive.tables()) == ARCHIVED
    assert MIGRATIONS  # the sync layer's tables hold keys, tokens and sealed cells: none of them is archived


REFUSED: dict[str, tuple[int, list[Any]]] = {
    "an unknown kind": (99, []),
    "too few values": (ARRIVAL, [b"d" * 16]),
    "too many values": (ASKED, [b"q" * 16, "118-2206-6", 5, "text", 1]),
    "a short device": (ARRIVAL, [b"d", "1", "complaint", b"p" * 16, "main", 1, 1, "{}"]),
    "a long code": (ARRIVAL, [b"d" * 16, "1" * 17, "complaint", b"p" * 16, "main", 1, 1, "{}"]),
    "another kind of parcel": (ARRIVAL, [b"d" * 16, "1", "rumour", b"p" * 16, "main", 1, 1, "{}"]),
    "no desk": (ARRIVAL, [b"d" * 16, "1", "complaint", b"p" * 16, "", 1, 1, "{}"]),
    "another trust": (ARRIVAL, [b"d" * 16, "1", "complaint", b"p" * 16, "main", 2, 1, "{}"]),
    "true for one": (ARRIVAL, [b"d" * 16, "1", "complaint", b"p" * 16, "main", True, 1, "{}"]),
    "a time before time": (ARRIVAL, [b"d" * 16, "1", "complaint", b"p" * 16, "main", 1, -1, "{}"]),
    "what is no JSON": (ARRIVAL, [b"d" * 16, "1", "complaint", b"p" * 16, "main", 1, 1, "{"]),
    "JSON that is no map": (ARRIVAL, [b"d" * 16, "1", "complaint", b"p" * 16, "main", 1, 1, "[]"]),
    "a bomb": (ARRIVAL, [b"d" * 16, "1", "complaint", b"p" * 16, "main", 1, 1, "[" * 100_000]),
    "bytes for text": (ASKED, [b"q" * 16, "118-2206-6", 5, b"text"]),
    "a long question": (ASKED, [b"q" * 16, "118-2206-6", 5, "x" * 100_001]),
    "no operation": (OPERATION, [b"\xc0"]),
    "broken MessagePack": (OPERATION, [b"\xc1"]),
    "an operation's bomb": (OPERATION, [b"\x91" * 100_000]),
    "an operation with another id": (OPERATION, [operation().body.replace(b"\x01", b"", 1)]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_this_vault_would_not_have_written_is_refused(name: str, vault: Vault) -> None:
    kind, values = REFUSED[name]
    with pytest.raises(ArchiveRefusedError):
        archive.keep(vault.db, kind, values)
    assert contents(vault) == []


def test_the_lines_that_are_to_be_made_again_are_named_once(
    vault: Vault, new_vault: Callable[[], Vault]
) -> None:
    fill(vault, 600)
    arrived.keep(
        vault.db, msgspec.structs.replace(GOOD, code="118-0000-6", kind="addition", parcel=b"a" * 16)
    )
    found = list(archive.complaints(vault.db))
    assert len(found) == len(set(found)) == 600
