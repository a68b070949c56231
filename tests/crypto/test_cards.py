"""An officer's card, on paper and back."""

from __future__ import annotations

import io
import random
from dataclasses import replace

import pytest
import segno

from crypto import cards
from crypto.cards import LETTERS, TITLE, RecoveryCard, from_text, to_lines, to_qr_text, to_text
from crypto.encoding import decode, encode
from crypto.errors import CardDamagedError, CardPassphraseError, WeakPassphraseError
from crypto.ids import OrganisationId
from crypto.passphrases import MINIMUM_MEMORY_KIB

PASSPHRASE = "the loom stands by the window"
CARD = RecoveryCard(
    org=OrganisationId(b"O" * 32),
    relay="https://relay.example.org/kantha",
    pool=b"P" * 16,
    root_hash=b"R" * 32,
    signing_seed=b"S" * 32,
    kem_seed=b"K" * 32,
    token_master=b"M" * 32,
    publish_token="t" * 43,
    directory_key=b"D" * 32,
    at=1_795_348_800,
)


@pytest.fixture(scope="module")
def locked() -> bytes:
    return CARD.lock(PASSPHRASE, memory_kib=MINIMUM_MEMORY_KIB)


def test_a_card_opens_with_its_passphrase_alone(locked: bytes) -> None:
    assert RecoveryCard.unlock(locked, PASSPHRASE) == CARD
    assert RecoveryCard.unlock(locked, "  the  loom stands by the window ") == CARD
    with pytest.raises(CardPassphraseError):
        RecoveryCard.unlock(locked, "the loom stands by the door")


def test_nothing_of_it_can_be_read_without(locked: bytes) -> None:
    for secret in (CARD.org, CARD.relay.encode(), CARD.signing_seed, CARD.kem_seed, b"t" * 43):
        assert secret not in locked
    assert repr(CARD.signing_seed) not in repr(CARD)
    assert "t" * 43 not in repr(CARD)


def test_its_keys_are_the_officers() -> None:
    assert CARD.officer == cards.officer_id(CARD.signing_key.public)
    assert CARD.opening_key.seed == CARD.kem_seed


def test_a_weak_passphrase_makes_no_card() -> None:
    for weak in ("short", "passwordpassword1"):
        with pytest.raises(WeakPassphraseError):
            CARD.lock(weak)


def test_the_parameters_are_bound(locked: bytes) -> None:
    parts = decode(locked)
    for key, value in ((2, 2 * MINIMUM_MEMORY_KIB), (3, 1), (4, 1), (5, bytes(16))):
        with pytest.raises(CardPassphraseError):
            RecoveryCard.unlock(encode({**parts, key: value}), PASSPHRASE)
    for key, value in ((1, 2), (2, 8), (2, 2**30), (3, 0), (3, 1_000), (4, 0), (5, b"x"), (6, "x"), (7, 1)):
        with pytest.raises(CardDamagedError):
            RecoveryCard.unlock(encode({**parts, key: value}), PASSPHRASE)
    for data in (b"", b"\xa0", locked[:-1], locked + b"\0"):
        with pytest.raises(CardDamagedError):
            RecoveryCard.unlock(data, PASSPHRASE)


def test_a_card_with_other_content_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecoveryCard, "_encode", lambda self: encode({1: self.org}))
    locked = CARD.lock(PASSPHRASE, memory_kib=MINIMUM_MEMORY_KIB)
    with pytest.raises(CardDamagedError):
        RecoveryCard.unlock(locked, PASSPHRASE)


def test_every_changed_bit_of_what_is_sealed_is_refused(locked: bytes) -> None:
    sealed = decode(locked)[6]
    key = cards._key(PASSPHRASE, decode(locked)[5], (MINIMUM_MEMORY_KIB, 3, 4))
    info = cards._info(decode(locked)[5], (MINIMUM_MEMORY_KIB, 3, 4))
    assert cards.primitives.open_secret(key, sealed, info=info)
    for place in range(len(sealed)):
        wrong = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(cards.primitives.OpenError):
            cards.primitives.open_secret(key, wrong, info=info)


# --- on paper -------------------------------------------------------------------------------------------


def test_it_fits_half_a_page_and_comes_back(locked: bytes) -> None:
    lines = to_lines(locked)
    assert len(lines) <= 24
    assert all(len(line) <= 60 for line in lines)
    assert set("".join(line[3:] for line in lines)) <= {*LETTERS, " "}
    assert from_text(to_text(locked)) == locked
    assert to_text(locked).split("\n") == [TITLE, *lines, ""]


def test_it_may_be_typed_as_people_type(locked: bytes) -> None:
    lines = to_lines(locked)
    mixed = lines[:]
    random.Random(7).shuffle(mixed)
    assert from_text("\n".join(mixed)) == locked
    assert from_text(to_text(locked).lower().replace(" ", "")) == locked
    assert from_text(to_text(locked).replace("\n", "\r\n\r\n")) == locked
    assert from_text(f"Officer's card, keep it safe\n{to_text(locked)}\nend of page") == locked
    mistaken = [line[:3] + line[3:].replace("1", "l").replace("0", "o") for line in lines]
    assert from_text("\n".join(mistaken)) == locked
    assert from_text("\n".join([*lines, lines[3]])) == locked


def test_a_picture_says_what_the_paper_says(locked: bytes) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    image = pytest.importorskip("PIL.Image")
    picture = io.BytesIO()
    code = segno.make(to_qr_text(locked), error="m", micro=False)
    assert code.mode == "alphanumeric"
    code.save(picture, kind="png", scale=4, border=4)
    (read,) = zxingcpp.read_barcodes(image.open(picture))
    assert read.text.startswith(TITLE)
    assert from_text(read.text) == locked


def test_every_mistyped_letter_is_found_on_its_line(locked: bytes) -> None:
    lines = to_lines(locked)
    for number, line in enumerate(lines, start=1):
        for place in range(3, len(line)):
            if line[place] == " ":
                continue
            wrong = next(letter for letter in LETTERS if letter != line[place])
            typed = [*lines[: number - 1], line[:place] + wrong + line[place + 1 :], *lines[number:]]
            with pytest.raises(CardDamagedError) as refused:
                from_text("\n".join(typed))
            assert refused.value.line == number
            assert str(number) in str(refused.value)


def test_two_letters_exchanged_are_found_on_their_line(locked: bytes) -> None:
    lines = to_lines(locked)
    for number, line in enumerate(lines, start=1):
        swapped = line[:3] + line[4] + line[3] + line[5:]
        if swapped == line:
            continue
        with pytest.raises(CardDamagedError) as refused:
            from_text("\n".join([*lines[: number - 1], swapped, *lines[number:]]))
        assert refused.value.line == number


def test_a_line_that_is_missing_is_named(locked: bytes) -> None:
    lines = to_lines(locked)
    for number in range(1, len(lines) + 1):
        with pytest.raises(CardDamagedError) as refused:
            from_text("\n".join(lines[: number - 1] + lines[number:]))
        assert refused.value.line == number


def test_lines_of_two_cards_do_not_mix(locked: bytes) -> None:
    other = replace(CARD, at=1).lock(PASSPHRASE, memory_kib=MINIMUM_MEMORY_KIB)
    with pytest.raises(CardDamagedError) as refused:
        from_text(to_text(locked) + to_text(other))
    assert refused.value.line == 1
    mixed = "\n".join([*to_lines(locked)[:-1], to_lines(other)[-1]])
    with pytest.raises((CardPassphraseError, CardDamagedError)):
        RecoveryCard.unlock(from_text(mixed), PASSPHRASE)


def test_a_line_under_another_number_is_found(locked: bytes) -> None:
    lines = to_lines(locked)
    lines[1], lines[2] = "02" + lines[2][2:], "03" + lines[1][2:]
    with pytest.raises(CardDamagedError) as refused:
        from_text("\n".join(lines))
    assert refused.value.line == 2


def test_a_line_too_many_is_refused(locked: bytes) -> None:
    lines = to_lines(locked)
    longer = to_lines(locked + bytes(100))
    with pytest.raises(CardDamagedError):
        from_text("\n".join([*lines, longer[len(lines)]]))
    for nothing in ("", TITLE, "hello", "00", "ab cd"):
        with pytest.raises(CardDamagedError):
            from_text(nothing)


def lines_of(framed: bytes) -> list[str]:
    """Lines with true checks, whatever they say."""
    rows = [framed[start : start + 25] for start in range(0, len(framed), 25)]
    return [
        f"{number:02d}{cards._letters(row)}{cards._check(number, row)}"
        for number, row in enumerate(rows, start=1)
    ]


def test_what_fills_the_last_line_is_zeros_and_no_line_follows() -> None:
    framed = (10).to_bytes(2, "big") + bytes(range(1, 11)) + bytes(13)
    assert from_text("\n".join(lines_of(framed))) == bytes(range(1, 11))
    full = (23).to_bytes(2, "big") + bytes(range(1, 24))
    assert from_text("\n".join(lines_of(full))) == bytes(range(1, 24))
    for wrong in (framed[:-1] + b"\1", framed[:12] + b"\1" + framed[13:], framed + bytes(25)):
        with pytest.raises(CardDamagedError):
            from_text("\n".join(lines_of(wrong)))


def test_a_letter_that_no_card_has_and_a_line_too_long_or_short_are_found_on_their_line() -> None:
    (line,) = lines_of((23).to_bytes(2, "big") + bytes(23))
    assert from_text(line) == bytes(23)
    for wrong in (
        line[:10] + "U" + line[11:],
        line[:10] + "\u09ab" + line[11:],
        line[:-1],
        line + "0",
        "01",
        "01" + "Z" * 39,
    ):
        with pytest.raises(CardDamagedError, match="line 1") as refused:
            from_text(wrong)
        assert refused.value.line == 1


def test_a_line_that_begins_with_other_digits_is_none() -> None:
    (line,) = lines_of((23).to_bytes(2, "big") + bytes(23))
    assert from_text(f"\u09e7\u09e8 is twelve in Bengali\n{line}\n\u17e1\u17e2 in Khmer") == bytes(23)


def test_the_first_line_is_asked_for_first(locked: bytes) -> None:
    for none in ("", *to_lines(locked)[1:]):
        with pytest.raises(CardDamagedError, match="Line 1 is missing") as refused:
            from_text(none)
        assert refused.value.line == 1


def test_a_card_has_at_most_99_lines() -> None:
    assert len(to_lines(bytes(99 * 25 - 2))) == 99
    with pytest.raises(ValueError, match="99"):
        to_lines(bytes(99 * 25 - 1))


def test_the_limits_of_a_card_are_those_of_the_protocol() -> None:
    parts = {1: 1, 2: 65_536, 3: 1, 4: 1, 5: bytes(16), 6: b"sealed"}
    for lowest_or_highest in ({}, {2: 1_048_576, 3: 64, 4: 64}):
        taken = {**parts, **lowest_or_highest}
        assert cards._parts(encode(taken)) == (bytes(16), (taken[2], taken[3], taken[4]), b"sealed")
    for wrong in (
        {1: 0},
        {2: 65_535},
        {2: 1_048_577},
        {3: 0},
        {3: 65},
        {4: 0},
        {4: 65},
        {5: bytes(15)},
        {7: 1},
    ):
        with pytest.raises(CardDamagedError):
            cards._parts(encode({**parts, **wrong}))
    with pytest.raises(CardDamagedError, match="newer"):
        cards._parts(encode({**parts, 1: 2}))


@pytest.mark.parametrize("memory_kib", [65_536, 1_048_576])
def test_a_card_is_locked_with_the_memory_that_was_asked_for(
    memory_kib: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def quick(passphrase: bytes, **parameters: object) -> bytes:
        asked.append(parameters)
        return cards.primitives.sha256(passphrase)

    monkeypatch.setattr(cards.primitives, "argon2id", quick)
    locked = CARD.lock(PASSPHRASE, memory_kib=memory_kib)
    assert asked == [{"salt": decode(locked)[5], "memory_kib": memory_kib, "passes": 3, "lanes": 4}]
    assert RecoveryCard.unlock(locked, PASSPHRASE) == CARD
    for other in (65_535, 1_048_577):
        with pytest.raises(ValueError, match="memory"):
            CARD.lock(PASSPHRASE, memory_kib=other)


def test_every_entry_of_a_card_is_checked() -> None:
    parts = decode(CARD._encode())
    for good in ({2: "r" * 300}, {8: None}, {10: 0}, {10: 2**40 - 1}):
        assert decode(RecoveryCard._decode(encode({**parts, **good}))._encode()) == {**parts, **good}
    lengths = {1: 32, 3: 16, 4: 32, 5: 32, 6: 32, 7: 32, 9: 32}
    wrong: list[dict[int, object]] = [
        {key: bytes(length + more)} for key, length in lengths.items() for more in (-1, 1)
    ]
    for change in (*wrong, {2: "r" * 301}, {2: b"r"}, {8: b"t"}, {8: 1}, {10: 2**40}, {10: -1}, {11: 1}):
        with pytest.raises(CardDamagedError):
            RecoveryCard._decode(encode({**parts, **change}))
