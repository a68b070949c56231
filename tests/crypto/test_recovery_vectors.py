"""What is in the vectors of section 10A comes out, and what must be refused is refused as they say."""

from __future__ import annotations

from typing import Any

import pytest

from crypto import cards, errors
from crypto.cards import RecoveryCard
from crypto.encoding import decode
from crypto.handover import HandoverRequest, piece_from_text
from crypto.ids import DeskId, OfficerId, OrganisationId
from crypto.primitives import OpeningKey, sha256
from crypto.quorum import Piece, open_together
from tests.vectors import frozen, recovery

STREAM, QUORUM, ARCHIVE, CARD = (frozen.read(name) for name in ("stream", "quorum", "archive", "card"))


def case_of(file: dict[str, Any], case: dict[str, Any]) -> bytes:
    """The sealed bytes that a vector means."""
    data = bytes.fromhex(file["sealed"][case["sealed"]])
    if "flip" in case:
        data = frozen.flipped(data, *case["flip"])
    data = data[: len(data) - case.get("cut", 0)]
    return data + bytes.fromhex(case.get("append", ""))


def refused(case: dict[str, Any]) -> Any:
    return pytest.raises(getattr(errors, case["error"]))


def open_stream(case: dict[str, Any]) -> bytes:
    key, context = bytes.fromhex(STREAM["key"]), bytes.fromhex(STREAM["context"])
    return recovery.open_stream(case_of(STREAM, case), key=key, purpose=STREAM["purpose"], context=context)


@pytest.mark.parametrize("case", STREAM["vectors"], ids=lambda case: case["sealed"])
def test_streams_open(case: dict[str, Any]) -> None:
    assert sha256(open_stream(case)).hex() == case["sha256"]


@pytest.mark.parametrize("case", STREAM["refused"])
def test_streams_refuse(case: dict[str, Any]) -> None:
    with refused(case):
        open_stream(case)


def open_blob(case: dict[str, Any]) -> bytes:
    keys = {
        OfficerId(bytes.fromhex(one["id"])): OpeningKey(bytes.fromhex(one["kem_seed"]))
        for one in QUORUM["officers"]
    }
    subset = tuple(OfficerId(bytes.fromhex(one)) for one in case["subset"])
    org, desk = OrganisationId(bytes.fromhex(QUORUM["org"])), DeskId(bytes.fromhex(QUORUM["desk"]))
    return open_together([Piece(org, desk, subset, 0, case_of(QUORUM, case))], keys=keys)


@pytest.mark.parametrize("case", QUORUM["vectors"], ids=lambda case: case["sealed"])
def test_quorums_open(case: dict[str, Any]) -> None:
    assert open_blob(case).hex() == QUORUM["secret"]


@pytest.mark.parametrize("case", QUORUM["refused"])
def test_quorums_refuse(case: dict[str, Any]) -> None:
    with refused(case):
        open_blob(case)


def test_officer_by_officer() -> None:
    said = QUORUM["handover"]
    request = HandoverRequest.from_text(said["request"])
    assert request.digits == said["digits"]
    machine = OpeningKey(bytes.fromhex(said["machine_seed"]))
    assert request.take(said["text"], by=machine).hex() == said["key"]
    keys = {one["id"]: OpeningKey(bytes.fromhex(one["kem_seed"])) for one in QUORUM["officers"]}
    piece = piece_from_text(said["piece"], request=request)
    assert piece.reveal(keys[piece.waits_for.hex()]).hex() == QUORUM["secret"]


def open_archive(case: dict[str, Any]) -> list[list[Any]]:
    keys = {
        OfficerId(bytes.fromhex(one["id"])): OpeningKey(bytes.fromhex(one["kem_seed"]))
        for one in ARCHIVE["officers"][:2]
    }
    maker = bytes.fromhex(case.get("maker", ARCHIVE["maker"]))
    return recovery.read_archive(case_of(ARCHIVE, case), keys=keys, identity=maker)


def test_an_archive_opens() -> None:
    assert open_archive({"sealed": "archive"}) == [decode(bytes.fromhex(one)) for one in ARCHIVE["records"]]


@pytest.mark.parametrize("case", ARCHIVE["refused"])
def test_archives_refuse(case: dict[str, Any]) -> None:
    with refused(case):
        open_archive(case)


def test_a_card_opens() -> None:
    card = RecoveryCard.unlock(case_of(CARD, {"sealed": "card"}), CARD["passphrase"])
    assert card._encode().hex() == CARD["body"]
    assert card.officer.hex() == CARD["officer"]
    assert cards.from_text("\n".join(CARD["lines"])).hex() == CARD["sealed"]["card"]
    assert cards.from_text(CARD["qr"]).hex() == CARD["sealed"]["card"]


@pytest.mark.parametrize("case", CARD["refused"])
def test_cards_refuse(case: dict[str, Any]) -> None:
    with refused(case) as found:
        if "text" in case:
            cards.from_text(case["text"])
        else:
            RecoveryCard.unlock(case_of(CARD, case), case.get("passphrase", CARD["passphrase"]))
    if "line" in case:
        assert found.value.line == case["line"]
