"""Opening officer by officer: what each hands on, and what is refused on the way."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from crypto.encoding import encode
from crypto.errors import DigitsDifferError, HandoverRefusedError
from crypto.handover import HandoverRequest, is_key, piece_from_text, piece_to_text
from crypto.ids import DeskId, OfficerId, OrganisationId
from crypto.primitives import OpeningKey, sha256
from crypto.quorum import Piece

ORG, DESK, ARCHIVE = OrganisationId(b"O" * 32), DeskId(b"D" * 8), b"A" * 32
MACHINE = OpeningKey(sha256(b"machine"))
REQUEST = HandoverRequest(ORG, DESK, ARCHIVE, MACHINE.sealing_key.public)
PIECE = Piece(ORG, DESK, (OfficerId(b"1" * 16), OfficerId(b"2" * 16)), 1, b"sealed")


def text(title: str, value: object) -> str:
    return title + base64.urlsafe_b64encode(encode(value)).decode().rstrip("=")


def test_the_key_reaches_the_machine_that_asked_and_no_other() -> None:
    given = REQUEST.give(b"k" * 32)
    assert is_key(given)
    assert REQUEST.take(given, by=MACHINE) == b"k" * 32
    assert (
        REQUEST.take("\n".join(given[i : i + 60] for i in range(0, len(given), 60)), by=MACHINE) == b"k" * 32
    )
    with pytest.raises(HandoverRefusedError):
        REQUEST.take(given, by=OpeningKey(sha256(b"another machine")))
    for other in (
        replace(REQUEST, org=OrganisationId(b"P" * 32)),
        replace(REQUEST, desk=DeskId(b"E" * 8)),
        replace(REQUEST, archive=b"B" * 32),
    ):
        with pytest.raises(HandoverRefusedError):
            other.take(given, by=MACHINE)


def test_every_part_of_the_request_is_in_its_digits() -> None:
    REQUEST.require(REQUEST.digits)
    for other in (
        replace(REQUEST, org=OrganisationId(b"P" * 32)),
        replace(REQUEST, desk=DeskId(b"E" * 8)),
        replace(REQUEST, archive=b"B" * 32),
        replace(REQUEST, machine=OpeningKey(sha256(b"another machine")).sealing_key.public),
    ):
        with pytest.raises(DigitsDifferError):
            other.require(REQUEST.digits)


def test_a_request_and_a_piece_travel_as_text() -> None:
    assert HandoverRequest.from_text(REQUEST.to_text()) == REQUEST
    assert piece_from_text(piece_to_text(PIECE, archive=ARCHIVE), request=REQUEST) == PIECE


GOOD = [ORG, DESK, ARCHIVE, [b"1" * 16, b"2" * 16], 1, b"sealed"]


@pytest.mark.parametrize(
    "row",
    [
        [b"P" * 32, *GOOD[1:]],
        [ORG, b"E" * 8, *GOOD[2:]],
        [ORG, DESK, b"B" * 32, *GOOD[3:]],
        [*GOOD[:3], [b"2" * 16, b"1" * 16], 1, b"sealed"],
        [*GOOD[:3], [b"1" * 16, b"1" * 16], 1, b"sealed"],
        [*GOOD[:3], [b"1" * 15], 0, b"sealed"],
        [*GOOD[:3], [b"1" * 17], 0, b"sealed"],
        [*GOOD[:3], ["1" * 16], 0, b"sealed"],
        [*GOOD[:3], 5, 1, b"sealed"],
        [*GOOD[:3], "text", 1, b"sealed"],
        [*GOOD[:3], {1: 2}, 0, b"sealed"],
        [*GOOD, 1],
        [*GOOD[:3], [], 0, b"sealed"],
        [*GOOD[:3], [b"1" * 16], 1, b"sealed"],
        [*GOOD[:3], [b"1" * 16], -1, b"sealed"],
        [*GOOD[:3], [bytes([number]) * 16 for number in range(17)], 1, b"sealed"],
        [*GOOD[:4], "1", b"sealed"],
        [*GOOD[:5], "sealed"],
        GOOD[:5],
        {1: 2},
        5,
        "sixsix",
    ],
)
def test_a_piece_that_is_none_is_refused(row: object) -> None:
    with pytest.raises(HandoverRefusedError):
        piece_from_text(text("KANTHA1-PIECE:", row), request=REQUEST)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "KANTHA1-HANDOVER:",
        "KANTHA1-HANDOVER:!!!!",
        "KANTHA1-PIECE:" + REQUEST.to_text().split(":")[1],
        REQUEST.to_text() + "=",
        REQUEST.to_text() + "A",
        REQUEST.to_text() + " " * 64_000,
        "KANTHA2-HANDOVER:" + REQUEST.to_text().split(":")[1],
        text("KANTHA1-HANDOVER:", 5),
        text("KANTHA1-HANDOVER:", [ORG[1:], DESK, ARCHIVE, REQUEST.machine]),
        text("KANTHA1-HANDOVER:", [ORG, DESK[1:], ARCHIVE, REQUEST.machine]),
        text("KANTHA1-HANDOVER:", [ORG, DESK, ARCHIVE + b"A", REQUEST.machine]),
        text("KANTHA1-HANDOVER:", [ORG, DESK, ARCHIVE]),
        text("KANTHA1-HANDOVER:", [ORG, DESK, ARCHIVE, REQUEST.machine, 1]),
        text("KANTHA1-HANDOVER:", [ORG, DESK, ARCHIVE, list(REQUEST.machine)]),
        text("KANTHA1-HANDOVER:", [ORG, DESK, ARCHIVE, b"short"]),
        text("KANTHA1-HANDOVER:", [ORG, DESK, ARCHIVE, b"\xff" * 1_216]),
    ],
)
def test_a_request_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(HandoverRefusedError):
        HandoverRequest.from_text(said)


def test_a_subset_of_sixteen_officers_is_the_largest_and_its_first_place_counts() -> None:
    sixteen = tuple(OfficerId(bytes([number]) * 16) for number in range(16))
    for position in (0, 15):
        piece = Piece(ORG, DESK, sixteen, position, b"sealed")
        assert piece_from_text(piece_to_text(piece, archive=ARCHIVE), request=REQUEST) == piece


def test_a_text_has_at_most_sixty_four_thousand_characters() -> None:
    said = REQUEST.to_text()
    assert HandoverRequest.from_text(said.ljust(64_000)) == REQUEST
    with pytest.raises(HandoverRefusedError):
        HandoverRequest.from_text(said.ljust(64_001))


def test_a_text_that_means_the_same_and_is_written_otherwise_is_refused() -> None:
    # The last letter carries bits that decoding drops.
    said = piece_to_text(PIECE, archive=ARCHIVE)
    other = said[:-1] + chr(ord(said[-1]) + 1)
    one, two = (base64.urlsafe_b64decode(each.split(":")[1] + "==") for each in (said, other))
    assert one == two
    with pytest.raises(HandoverRefusedError):
        piece_from_text(other, request=REQUEST)


def test_only_the_key_is_a_key() -> None:
    assert is_key("  KANTHA1-\nKEY:abc")
    for other in (REQUEST.to_text(), piece_to_text(PIECE, archive=ARCHIVE), "", "KEY:"):
        assert not is_key(other)


def test_a_key_that_is_none_is_refused() -> None:
    good = REQUEST.give(b"k" * 32)
    for said in (
        "",
        "rubbish",
        "KANTHA1-KEY:",
        "KANTHA1-KEY:!!!!",
        "KANTHA2" + good[7:],
        good + "=",
        good[:-4],
    ):
        with pytest.raises(HandoverRefusedError):
            REQUEST.take(said, by=MACHINE)
