"""What an archive says of the organisation is read strictly, and believed of its own organisation only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crypto.directory import DirectoryRefusedError, UntrustedPhoneDirectory
from crypto.encoding import decode, encode
from crypto.errors import ArchiveRefusedError
from crypto.roster import Role
from sync.directory import DirectoryClient
from sync.ground import published_roots
from sync.known import Known
from sync.membership import Self
from tests.crypto import people
from tests.crypto.people import DESK, ORG
from tests.sync.stores import member, new_state

KNOWN = Known(
    ORG, (people.signed_root(),), (people.signed_admission("handler", Role.HANDLER),), 7, 2, ((DESK, 3),)
)


def changed(place: int, value: Any) -> bytes:
    return encode({**decode(KNOWN.encode()), place: value})


def test_what_was_written_is_read() -> None:
    assert Known.decode(KNOWN.encode()) == KNOWN
    assert Known.decode(changed(6, [[DESK, 0], [DESK, 2**32 - 1]])).generations[1] == (DESK, 2**32 - 1)


def test_before_its_first_directory_a_device_knows_nothing() -> None:
    mine = member("handler", Role.HANDLER)
    assert Known.of(DirectoryClient(new_state(), Self(people.identity("handler")), mine)) is None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (2, [5]), (2, [["root"]]), (2, [b"no root"]), (3, ["statement"]), (3, [b"no statement"]), (4, -1),
        (6, [DESK]), (6, [[DESK]]), (6, [[DESK, 3, 0]]), (6, [[DESK[:7], 3]]), (6, [["desk-one", 3]]),
        (6, [[DESK, -1]]), (6, [[DESK, 2**32]]), (6, [[DESK, True]]), (6, [[DESK, "3"]]), (7, b"more"),
    ],
)  # fmt: skip
def test_what_has_another_form_is_refused(place: int, value: Any) -> None:
    with pytest.raises(ArchiveRefusedError):
        Known.decode(changed(place, value))


def test_an_archive_of_another_organisation_is_refused_though_everything_in_it_holds() -> None:
    assert KNOWN.verify(org=ORG, anchors={KNOWN.newest_hash})[0] == people.first_root()
    with pytest.raises(ArchiveRefusedError):
        replace(KNOWN, org=people.OTHER_ORG).verify(org=ORG, anchors={KNOWN.newest_hash})
    with pytest.raises(ArchiveRefusedError):
        KNOWN.verify(org=people.OTHER_ORG, anchors={KNOWN.newest_hash})


def test_an_archive_without_a_chain_has_no_newest_root_and_is_refused() -> None:
    empty = replace(KNOWN, chain=())
    assert empty.newest_hash == b""
    with pytest.raises(ArchiveRefusedError):
        empty.verify(org=ORG, anchors={b""})


def test_the_chain_of_a_phone_part_is_read_before_anything_of_it_is_believed() -> None:
    made = people.published()
    assert published_roots(None) == []
    found = UntrustedPhoneDirectory(made.signed_head, made.phone.encode())
    assert published_roots(found) == [people.signed_root()]
    for content in (b"", encode(5), encode([]), encode({2: []}), encode({1: 5}), encode({1: [5]})):
        with pytest.raises(DirectoryRefusedError):
            published_roots(replace(found, content=content))
