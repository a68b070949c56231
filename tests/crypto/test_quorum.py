"""Every t officers open it, no t - 1 do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest

from crypto.errors import EncodingError, QuorumRefusedError, QuorumTooLargeError
from crypto.ids import DeskId, OfficerId, OrganisationId
from crypto.primitives import XWING_PUBLIC_BYTES, OpeningKey, sha256
from crypto.quorum import MAX_SUBSETS, Piece, open_together, require_few, seal_to_quorum, subsets

ORG, DESK = OrganisationId(b"O" * 32), DeskId(b"D" * 8)
SECRET = b"archive key".ljust(75, b".")


@cache
def officers(count: int) -> dict[OfficerId, OpeningKey]:
    """Officers whose ids are not in the order in which they were named."""
    return {
        OfficerId(sha256(b"officer %d" % number)[:16]): OpeningKey(sha256(b"kem %d" % number))
        for number in range(count)
    }


def pieces(count: int, threshold: int) -> list[Piece]:
    publics = {officer: key.sealing_key.public for officer, key in officers(count).items()}
    blobs = seal_to_quorum(SECRET, org=ORG, desk=DESK, officers=publics, threshold=threshold)
    chosen = list(subsets(publics, threshold=threshold))
    assert len(blobs) == len(chosen)
    return [Piece(ORG, DESK, subset, 0, blob) for subset, blob in zip(chosen, blobs, strict=True)]


CASES = [(count, threshold) for count in range(1, 6) for threshold in range(1, count + 1)]


@pytest.mark.parametrize(("count", "threshold"), CASES)
def test_every_t_officers_open_it_and_no_smaller_group_does(count: int, threshold: int) -> None:
    made, keys = pieces(count, threshold), officers(count)
    for size in range(count + 1):
        for group in combinations(keys, size):
            held = {officer: keys[officer] for officer in group}
            if size >= threshold:
                assert open_together(made, keys=held) == SECRET
            else:
                with pytest.raises(QuorumRefusedError):
                    open_together(made, keys=held)


@pytest.mark.parametrize(("count", "threshold"), [case for case in CASES if case[1] > 1])
def test_no_smaller_group_opens_a_layer_that_is_not_theirs(count: int, threshold: int) -> None:
    # Not by the rules of `open_together` but by trying every key that the group has on what it can reach.
    keys = officers(count)
    for piece in pieces(count, threshold):
        for group in combinations(keys, threshold - 1):
            reached = piece
            while not reached.last and reached.waits_for in group:
                reached = reached.peel(keys[reached.waits_for])
            missing = reached.waits_for
            assert missing not in group
            for officer in group:
                with pytest.raises(QuorumRefusedError):
                    (reached.reveal if reached.last else reached.peel)(keys[officer])


def test_officers_open_one_after_the_other() -> None:
    keys = officers(3)
    for piece in pieces(3, 2):
        first, second = piece.subset
        half = piece.peel(keys[first])
        assert half.waits_for == second
        assert SECRET not in half.sealed
        assert half.reveal(keys[second]) == SECRET
        assert open_together([half], keys={second: keys[second]}) == SECRET
        with pytest.raises(QuorumRefusedError):
            piece.reveal(keys[first])
        with pytest.raises(ValueError, match="last layer"):
            half.peel(keys[second])


def test_every_layer_is_bound_to_organisation_desk_officers_and_place() -> None:
    keys = officers(3)
    piece = pieces(3, 2)[0]
    stranger = next(officer for officer in keys if officer not in piece.subset)
    for wrong in (
        replace(piece, org=OrganisationId(b"P" * 32)),
        replace(piece, desk=DeskId(b"E" * 8)),
        replace(piece, subset=(piece.subset[0], stranger)),
        replace(piece, subset=(*piece.subset, stranger)),
    ):
        with pytest.raises(QuorumRefusedError):
            wrong.peel(keys[piece.subset[0]])
    half = piece.peel(keys[piece.subset[0]])
    for wrong in (replace(half, org=OrganisationId(b"P" * 32)), replace(half, desk=DeskId(b"E" * 8))):
        with pytest.raises(QuorumRefusedError):
            wrong.reveal(keys[piece.subset[1]])


def test_a_layer_does_not_open_at_another_place() -> None:
    # One key at both places would be one person counted twice.
    key = OpeningKey(sha256(b"the same key"))
    ids = sorted(officers(2))
    publics = dict.fromkeys(ids, key.sealing_key.public)
    (blob,) = seal_to_quorum(SECRET, org=ORG, desk=DESK, officers=publics, threshold=2)
    with pytest.raises(QuorumRefusedError):
        Piece(ORG, DESK, tuple(ids), 1, blob).reveal(key)


def test_every_changed_bit_is_refused() -> None:
    keys = officers(2)
    (piece,) = pieces(2, 2)
    for place in [*range(0, len(piece.sealed), 37), len(piece.sealed) - 1]:
        wrong = bytearray(piece.sealed)
        wrong[place] ^= 1 << place % 8
        with pytest.raises(QuorumRefusedError):
            open_together([replace(piece, sealed=bytes(wrong))], keys=keys)


def test_too_many_choices_are_refused_with_a_sentence() -> None:
    assert require_few(officers=3, threshold=2) == 3
    assert require_few(officers=16, threshold=12) == 1_820
    with pytest.raises(QuorumTooLargeError) as refused:
        require_few(officers=16, threshold=8)
    assert "officers" in str(refused.value)
    assert refused.value.next_step
    assert require_few(officers=16, threshold=4) <= MAX_SUBSETS
    for officers_, threshold in ((0, 0), (2, 3), (2, 0)):
        with pytest.raises(ValueError, match="threshold"):
            require_few(officers=officers_, threshold=threshold)


def test_a_key_to_which_nothing_can_be_sealed_is_refused() -> None:
    with pytest.raises(EncodingError):
        seal_to_quorum(
            SECRET, org=ORG, desk=DESK, threshold=1,
            officers={OfficerId(bytes(16)): b"\xff" * XWING_PUBLIC_BYTES},
        )  # fmt: skip


def test_a_single_choice_too_many_is_refused() -> None:
    assert require_few(officers=2_000, threshold=1) == 2_000
    with pytest.raises(QuorumTooLargeError):
        require_few(officers=2_001, threshold=1)


@pytest.mark.parametrize(
    ("threshold", "error"), [(0, ValueError), (17, ValueError), (8, QuorumTooLargeError)]
)
def test_nothing_is_sealed_for_nobody_or_for_too_many_choices(threshold: int, error: type[Exception]) -> None:
    # No key is read before the count is checked; a threshold of nobody would give the secret as it is.
    unread = {OfficerId(bytes([number]) * 16): b"no key" for number in range(16)}
    with pytest.raises(error):
        seal_to_quorum(SECRET, org=ORG, desk=DESK, officers=unread, threshold=threshold)
