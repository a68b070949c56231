from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import log2

import pytest

from crypto.cells import CELL_BYTES
from crypto.encoding import decode, encode
from crypto.enrolment import MAX_TEXT, Reply, open_reply_cell, seal_reply_cell
from crypto.errors import ReplyRefusedError
from crypto.primitives import hkdf, hmac_sha256, random_bytes, seal_secret
from crypto.roster import Role
from tests.crypto.people import device, flips, identity, officer, pair, seed
from tests.crypto.test_enrolment import FOR_HANDLER, FOR_OFFICER, INVITATION, SEALED_REPLY, reply

OFFICERS_REPLY = reply(FOR_OFFICER, "second")


def with_parts(*parts: bytes, secret: bytes = FOR_OFFICER.secret) -> bytes:
    """[body, signature, …] with the MAC that belongs to the first two in the third place."""
    body, signature, *others = parts
    key = hkdf(secret, info=b"kantha/v1/reply-mac")
    return encode([body, signature, hmac_sha256(key, body + signature), *others])


def signed_body(body: bytes, *others: bytes) -> bytes:
    return with_parts(body, identity("second").sign(b"kantha/v1/reply-signature\0" + body), *others)


def test_an_officers_reply_proves_its_officer_keys() -> None:
    found = Reply.verify(OFFICERS_REPLY, invitation=FOR_OFFICER)
    assert (found.officer, found.device) == (officer("second").public, device("second"))
    assert found.officer_kem == pair("second-officer-kem").sealing_key.public
    assert len(decode(OFFICERS_REPLY)) == 4
    text = Reply.to_text(OFFICERS_REPLY)
    assert 8_000 < len(text) <= MAX_TEXT
    assert Reply.from_text(text) == OFFICERS_REPLY


def test_nobody_gives_another_officers_keys_as_their_own() -> None:
    body, signature, _mac, own = decode(OFFICERS_REPLY)
    thief = decode(body)
    thief[8] = officer("victim").public
    stolen = encode(thief)
    for other in (
        own,
        officer("second").sign(b"kantha/v1/officer-reply\0" + stolen),
        officer("victim").sign(b"kantha/v1/officer-reply\0" + body),
    ):
        with pytest.raises(ReplyRefusedError):
            Reply.verify(signed_body(stolen, other), invitation=FOR_OFFICER)
    for bad in (
        b"",
        own[:64],
        own[:64] + bytes(3_309),
        bytes(64) + own[64:],
        officer("second").sign(b"kantha/v1/reply-signature\0" + body),
        officer("second").sign(body),
    ):
        with pytest.raises(ReplyRefusedError):
            Reply.verify(with_parts(body, signature, bad), invitation=FOR_OFFICER)
    with pytest.raises(ReplyRefusedError):
        Reply.verify(with_parts(body, signature), invitation=FOR_OFFICER)
    with pytest.raises(ReplyRefusedError):
        Reply.verify(with_parts(body, signature, own, b""), invitation=FOR_OFFICER)
    assert Reply.verify(with_parts(body, signature, own), invitation=FOR_OFFICER).device == device("second")


def test_only_an_officer_gives_officer_keys_and_every_officer_does() -> None:
    for invitation, name in ((INVITATION, "phone"), (FOR_HANDLER, "handler")):
        keys = {"officer": officer(name).public, "officer_kem": pair("x").sealing_key.public}
        with pytest.raises(ReplyRefusedError):
            Reply.verify(reply(invitation, name, **keys), invitation=invitation)
        added = encode([*decode(reply(invitation, name)), officer(name).sign(b"x")])
        with pytest.raises(ReplyRefusedError):
            Reply.verify(added, invitation=invitation)
    for missing in (
        {"officer": None, "officer_kem": None},
        {"officer": None},
        {"officer_kem": None},
        {"epoch": None, "epoch_key": None, "epoch_certificate": None},
    ):
        with pytest.raises(ReplyRefusedError):
            Reply.verify(reply(FOR_OFFICER, "second", **missing), invitation=FOR_OFFICER)
    with pytest.raises(ValueError, match="officer keys that it names"):
        replace(Reply.verify(OFFICERS_REPLY, invitation=FOR_OFFICER), officer=officer("x").public).seal(
            secret=FOR_OFFICER.secret, by=identity("second"), officer_key=officer("second")
        )


@pytest.mark.parametrize("key", [b"\xff" * 1_216, pair("x").sealing_key.public[:1_184] + bytes(32), bytes(5)])
def test_an_officers_key_to_which_nothing_could_be_sealed_is_refused(key: bytes) -> None:
    with pytest.raises(ReplyRefusedError):
        Reply.verify(reply(FOR_OFFICER, "second", officer_kem=key), invitation=FOR_OFFICER)


def test_an_officers_reply_answers_no_other_invitation() -> None:
    for other in (INVITATION, FOR_HANDLER, replace(FOR_OFFICER, secret=seed("x"))):
        with pytest.raises(ReplyRefusedError):
            Reply.verify(OFFICERS_REPLY, invitation=other)
    for answer, name in ((SEALED_REPLY, INVITATION), (reply(FOR_HANDLER, "handler"), FOR_HANDLER)):
        with pytest.raises(ReplyRefusedError):
            Reply.verify(answer, invitation=replace(name, role=Role.OFFICER))


def test_a_change_anywhere_in_an_officers_reply_is_refused() -> None:
    cuts = [OFFICERS_REPLY[:end] for end in range(0, len(OFFICERS_REPLY), 331)]
    for changed in [*flips(OFFICERS_REPLY, sampled=300), *cuts]:
        with pytest.raises(ReplyRefusedError):
            Reply.verify(changed, invitation=FOR_OFFICER)


# --- a reply by relay ---------------------------------------------------------------------------------------


def test_a_reply_travels_in_one_cell_whoever_joins() -> None:
    for answer in (SEALED_REPLY, OFFICERS_REPLY, b""):
        cell = seal_reply_cell(answer, secret=INVITATION.secret)
        assert len(cell) == CELL_BYTES
        assert open_reply_cell(cell, secret=INVITATION.secret) == answer
        assert seal_reply_cell(answer, secret=INVITATION.secret) != cell
    with pytest.raises(ValueError, match="does not fit"):
        seal_reply_cell(bytes(15_215), secret=INVITATION.secret)
    assert len(open_reply_cell(seal_reply_cell(bytes(15_214), secret=b"s"), secret=b"s")) == 15_214


def test_a_cell_to_another_invitation_or_a_changed_one_is_refused() -> None:
    cell = seal_reply_cell(SEALED_REPLY, secret=INVITATION.secret)
    with pytest.raises(ReplyRefusedError):
        open_reply_cell(cell, secret=seed("another invitation"))
    for changed in [*flips(cell, sampled=300), cell[:-1], cell + b"\0", b"", bytes(CELL_BYTES)]:
        with pytest.raises(ReplyRefusedError):
            open_reply_cell(changed, secret=INVITATION.secret)


def framed(plain: bytes, *, cell: bytes) -> bytes:
    """Another plaintext under the right key and the same share."""
    share, info = cell[:1_120], encode(["kantha/v1/reply-cell", cell[:1_120]])
    return share + seal_secret(hkdf(INVITATION.secret, info=b"kantha/v1/reply-cell"), plain, info=info)


def test_a_malformed_reply_cell_is_refused() -> None:
    cell = seal_reply_cell(b"", secret=INVITATION.secret)
    zeros = bytes(15_214)
    assert open_reply_cell(framed(bytes(2) + zeros, cell=cell), secret=INVITATION.secret) == b""
    wrong = (b"\x3b\x6f" + zeros, b"\xff\xff" + zeros, bytes(2) + zeros[:-1] + b"\1")
    for plain in (*wrong, bytes(2) + zeros[:-1], bytes(2) + zeros + b"\0", b"", b"\0"):
        with pytest.raises(ReplyRefusedError):
            open_reply_cell(framed(plain, cell=cell), secret=INVITATION.secret)


def likelihood_of_noise(cell: bytes) -> float:
    """How many bits the first 960 bytes speak for random bytes and against an ML-KEM ciphertext.

    Ten bits a coefficient; of 1,024 values 257 come from four residues modulo 3,329, the others from three.
    """
    bits = int.from_bytes(cell[:960], "little")
    weights = Counter((1_024 * residue + 1_664) // 3_329 % 1_024 for residue in range(3_329))
    values = ((bits >> 10 * place) & 1_023 for place in range(768))
    return sum(log2(1 / 1_024) - log2(weights[value] / 3_329) for value in values)


def test_a_relay_cannot_tell_a_reply_from_any_other_cell() -> None:
    """A cell that is sealed under a secret alone would begin with random bytes, and no other cell does."""
    kem = pair("desk")
    replies = [seal_reply_cell(SEALED_REPLY, secret=INVITATION.secret) for _ in range(40)]
    others = [kem.sealing_key.seal(bytes(100), info=b"") for _ in range(40)]
    noise = [random_bytes(960) for _ in range(40)]
    means = [sum(map(likelihood_of_noise, group)) / 40 for group in (replies, others, noise)]
    assert means[0] < -4
    assert means[1] < -4
    assert means[2] > 4
    assert all(cell[1_119] < 128 for cell in (*replies, *others))


def test_the_largest_numbers_of_a_reply_are_those_of_the_protocol() -> None:
    for taken in ({"at": 0}, {"at": 2**40 - 1}, {"epoch": 0}, {"epoch": 2**32 - 1}):
        assert Reply.claimed_invitation(reply(FOR_HANDLER, "handler", **taken)) == FOR_HANDLER.id
    for refused in ({"at": 2**40}, {"at": -1}, {"epoch": 2**32}, {"epoch": -1}):
        with pytest.raises(ReplyRefusedError):
            Reply.claimed_invitation(reply(FOR_HANDLER, "handler", **refused))
