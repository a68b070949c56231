from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import decode, encode
from crypto.enrolment import (
    INVITATION_PREFIX,
    MAX_WELCOME_BYTES,
    REPLY_PREFIX,
    Invitation,
    Reply,
    Welcome,
    digits,
    require_digits,
    transcript,
)
from crypto.errors import (
    DigitsDifferError,
    EncodingError,
    InvitationRefusedError,
    ReplyRefusedError,
    WelcomeRefusedError,
)
from crypto.invitations import read_text
from crypto.primitives import hkdf, hmac_sha256
from crypto.reply_cells import REPLY_CELL_BYTES, ReplyCell, ReplyKind, seal_reply
from crypto.roster import Role
from tests.crypto.people import (
    DESK,
    NOW,
    ORG,
    OTHER_DESK,
    OTHER_ORG,
    POOL,
    WEEK,
    device,
    epoch_key,
    flips,
    identity,
    officer,
    pair,
    seed,
)

INVITATION = Invitation(
    org=ORG,
    root_hash=seed("root"),
    relay="https://relay.example",
    pool=POOL,
    secret=seed("invitation secret"),
    role=Role.INTAKE,
    desk=DESK,
    label="Blue-7",
    first_token_seed=seed("first"),
    token_epoch=1,
    gap_seconds=20,
    deposits=4,
    expires_at=NOW + 86_400,
)
FOR_HANDLER = replace(INVITATION, role=Role.HANDLER)
FOR_OFFICER = replace(INVITATION, role=Role.OFFICER)
TOKEN = "t" * 43


def reply(invitation: Invitation = INVITATION, name: str = "phone", **changes: Any) -> bytes:
    key = epoch_key(name)
    handler, office = invitation.role.admitted is Role.HANDLER, invitation.role is Role.OFFICER
    made = Reply(
        invitation=invitation.id,
        identity=identity(name).public,
        kem=pair(name + "-kem").sealing_key.public,
        epoch=WEEK if handler else None,
        epoch_key=key.key.public if handler else None,
        epoch_certificate=key.certify(identity(name), org=ORG) if handler else None,
        at=NOW,
        officer=officer(name).public if office else None,
        officer_kem=pair(name + "-officer-kem").sealing_key.public if office else None,
    )
    made = replace(made, **changes)
    key = officer(name) if made.officer == officer(name).public else None
    return made.seal(secret=invitation.secret, by=identity(name), officer_key=key)


SEALED_REPLY = reply()
TRANSCRIPT = transcript(INVITATION.encode(), SEALED_REPLY)
WELCOME = Welcome(
    org=ORG,
    root_hash=seed("root"),
    device=device("phone"),
    role=Role.INTAKE,
    desk=DESK,
    slot=None,
    label="Blue-7",
    directory_key=seed("directory key"),
    prefix=207,
    token_seed=seed("token"),
    token_epoch=1,
    tokens_per_week=1_024,
)


def welcome(said: Welcome = WELCOME) -> bytes:
    return said.seal(transcript_hash=TRANSCRIPT, secret=INVITATION.secret, to=pair("phone-kem").sealing_key)


def opened(cell: bytes, **changes: Any) -> Welcome:
    how = {"key": pair("phone-kem"), "invitation": INVITATION, "transcript_hash": TRANSCRIPT, **changes}
    return Welcome.open(cell, **how)


# --- invitation ---------------------------------------------------------------------------------------------


def test_an_invitation_comes_back_from_its_text_however_it_was_wrapped() -> None:
    text = INVITATION.to_text()
    assert text.startswith(INVITATION_PREFIX)
    assert Invitation.from_text(text) == INVITATION
    lines = "\n".join(text[start : start + 60] for start in range(0, len(text), 60))
    assert Invitation.from_text(f"  {lines}\r\n") == INVITATION
    assert Invitation.from_text(replace(INVITATION, label=None).to_text()).label is None


def test_its_id_does_not_give_away_its_secret() -> None:
    assert len(INVITATION.id) == 16
    assert INVITATION.id not in INVITATION.secret
    assert replace(INVITATION, secret=seed("x")).id != INVITATION.id


@pytest.mark.parametrize(
    "text",
    [
        "",
        INVITATION_PREFIX,
        "hello",
        INVITATION.to_text().replace("INVITATION", "REPLY"),
        INVITATION.to_text().lower(),
        INVITATION.to_text() + "=",
        INVITATION.to_text() + "A",
        INVITATION.to_text()[:-1],
        INVITATION.to_text()[:-5] + "!!!!!",
        INVITATION_PREFIX + "A" * 16_000,
        INVITATION_PREFIX + "আমার",
    ],
)
def test_another_text_is_no_invitation(text: str) -> None:
    with pytest.raises(InvitationRefusedError):
        Invitation.from_text(text)


@pytest.mark.parametrize(
    "change",
    [
        {1: bytes(31)},
        {3: "ftp://relay.example"},
        {3: "http://" + "a" * 300},
        {4: bytes(15)},
        {6: 0},
        {6: 4},
        {8: 5},
        {11: 2**20},
        {12: 0},
        {12: 65},
        {13: -1},
        {14: 0},
    ],
)
def test_a_malformed_invitation_is_refused(change: dict[int, Any]) -> None:
    with pytest.raises(InvitationRefusedError):
        Invitation.decode(encode({**decode(INVITATION.encode()), **change}))


# --- reply --------------------------------------------------------------------------------------------------


def test_the_limits_of_an_invitation_are_those_of_the_protocol() -> None:
    parts = decode(INVITATION.encode())
    long = "https://" + "r" * 292
    for change in (
        {3: long},
        {8: "l" * 60},
        {10: 2**32 - 1},
        {11: 2**20 - 1},
        {12: 1},
        {12: 64},
        {13: 2**40 - 1},
    ):
        assert decode(Invitation.decode(encode({**parts, **change})).encode()) == {**parts, **change}
    for change in ({3: long + "r"}, {8: "l" * 61}, {10: 2**32}, {11: 2**20}, {12: 0}, {12: 65}, {13: 2**40}):
        with pytest.raises(InvitationRefusedError):
            Invitation.decode(encode({**parts, **change}))


def test_a_text_has_at_most_sixteen_thousand_characters() -> None:
    assert len(read_text("p" * 20 + "A" * 15_980, "p" * 20)) == 15_980 * 3 // 4
    with pytest.raises(EncodingError):
        read_text("p" * 21 + "A" * 15_980, "p" * 21)


def test_a_reply_is_believed_with_its_invitation() -> None:
    found = Reply.verify(SEALED_REPLY, invitation=INVITATION)
    assert found.device == device("phone")
    assert Reply.claimed_invitation(SEALED_REPLY) == INVITATION.id
    assert Reply.from_text(Reply.to_text(SEALED_REPLY)) == SEALED_REPLY
    handlers = Reply.verify(reply(FOR_HANDLER, "handler"), invitation=FOR_HANDLER)
    assert handlers.epoch == WEEK


def test_a_reply_to_another_invitation_or_without_its_secret_is_refused() -> None:
    for other in (
        replace(INVITATION, secret=seed("x")),
        replace(INVITATION, secret=seed("invitation secret"), role=Role.HANDLER),
    ):
        with pytest.raises(ReplyRefusedError):
            Reply.verify(SEALED_REPLY, invitation=other)
    with pytest.raises(ReplyRefusedError):
        Reply.verify(reply(invitation=replace(INVITATION, secret=seed("x"))), invitation=INVITATION)
    foreign = Reply(INVITATION.id, identity("phone").public, pair("phone-kem").sealing_key.public, None, None,
                    None, NOW).seal(secret=seed("guessed"), by=identity("phone"))  # fmt: skip
    with pytest.raises(ReplyRefusedError):
        Reply.verify(foreign, invitation=INVITATION)


def test_a_reply_that_names_another_invitation_than_its_secret_is_refused() -> None:
    other = replace(Reply.verify(SEALED_REPLY, invitation=INVITATION), invitation=bytes(16))
    with pytest.raises(ReplyRefusedError):
        Reply.verify(other.seal(secret=INVITATION.secret, by=identity("phone")), invitation=INVITATION)


def test_a_reply_signed_by_another_key_than_it_names_is_refused() -> None:
    with pytest.raises(ReplyRefusedError):
        Reply.verify(reply(identity=identity("thief").public), invitation=INVITATION)


def test_a_handler_gives_an_epoch_key_and_a_phone_none() -> None:
    with pytest.raises(ReplyRefusedError):
        Reply.verify(reply(epoch=WEEK, epoch_key=pair("x").sealing_key.public, epoch_certificate=bytes(64)),
                     invitation=INVITATION)  # fmt: skip
    for missing in ({"epoch": None}, {"epoch_key": None}, {"epoch_certificate": None}):
        with pytest.raises(ReplyRefusedError):
            Reply.verify(reply(FOR_HANDLER, "handler", **missing), invitation=FOR_HANDLER)


@pytest.mark.parametrize("key", [b"\xff" * 1_216, pair("x").sealing_key.public[:1_184] + bytes(32), bytes(5)])
def test_a_key_to_which_no_welcome_can_be_sealed_is_refused(key: bytes) -> None:
    with pytest.raises(ReplyRefusedError):
        Reply.verify(reply(kem=key), invitation=INVITATION)
    with pytest.raises(ReplyRefusedError):
        Reply.verify(reply(FOR_HANDLER, "handler", epoch_key=key), invitation=FOR_HANDLER)


def test_a_change_anywhere_in_a_reply_is_refused() -> None:
    for changed in [*flips(SEALED_REPLY, sampled=400), SEALED_REPLY[:-1], SEALED_REPLY + b"\0", b""]:
        with pytest.raises(ReplyRefusedError):
            Reply.verify(changed, invitation=INVITATION)


@given(st.binary(max_size=100), st.text(max_size=50))
def test_any_bytes_and_any_text_are_refused_with_the_documented_errors(data: bytes, text: str) -> None:
    with pytest.raises(ReplyRefusedError):
        Reply.verify(data, invitation=INVITATION)
    with pytest.raises(ReplyRefusedError):
        Reply.from_text(text)
    with pytest.raises(InvitationRefusedError):
        Invitation.from_text(INVITATION_PREFIX + text)
    with pytest.raises(InvitationRefusedError):
        Invitation.decode(data)
    with pytest.raises(WelcomeRefusedError):
        opened(data)
    assert REPLY_PREFIX != INVITATION_PREFIX


# --- digits -------------------------------------------------------------------------------------------------


def test_the_digits_are_six_groups_of_five() -> None:
    groups = digits(TRANSCRIPT).split(" ")
    assert [len(group) for group in groups] == [5] * 6
    assert "".join(groups).isdecimal()


def test_swapping_anything_on_the_way_changes_the_digits() -> None:
    seen = {digits(TRANSCRIPT)}
    changes: list[dict[str, Any]] = [
        {"org": OTHER_ORG},
        {"root_hash": seed("other root")},
        {"relay": "https://relay.evil"},
        {"pool": bytes(16)},
        {"secret": seed("other secret")},
        {"role": Role.HANDLER},
        {"desk": OTHER_DESK},
        {"label": "Blue-8"},
        {"label": None},
        {"first_token_seed": seed("other first")},
        {"token_epoch": 2},
        {"gap_seconds": 21},
        {"deposits": 16},
        {"expires_at": NOW},
    ]
    for change in changes:
        seen.add(digits(transcript(replace(INVITATION, **change).encode(), SEALED_REPLY)))
    for answer in (
        reply(name="thief"),
        reply(kem=pair("thief-kem").sealing_key.public),
        reply(at=NOW + 1),
        reply(replace(INVITATION, secret=seed("other secret"))),
        *flips(SEALED_REPLY, sampled=40),
    ):
        seen.add(digits(transcript(INVITATION.encode(), answer)))
    assert len(seen) >= 1 + len(changes) + 4 + 40


def test_invitation_and_reply_cannot_run_into_each_other() -> None:
    assert transcript(b"ab", b"c") != transcript(b"a", b"bc")
    assert transcript(b"a", b"b") != transcript(b"b", b"a")


def in_script(zero: str) -> str:
    return "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in digits(TRANSCRIPT))


@pytest.mark.parametrize(
    "read",
    [
        digits(TRANSCRIPT),
        in_script("০"),
        in_script("០"),
        in_script("٠"),
        digits(TRANSCRIPT).replace(" ", ""),
        digits(TRANSCRIPT).replace(" ", "-"),
        "\n" + digits(TRANSCRIPT).replace(" ", "\n") + "\u00a0 ",
    ],
)
def test_the_right_digits_are_taken_in_the_readers_own_numerals(read: str) -> None:
    require_digits(TRANSCRIPT, read)


def test_one_wrong_digit_is_refused_wherever_it_is() -> None:
    right = digits(TRANSCRIPT)
    for place, digit in enumerate(right):
        if digit == " ":
            continue
        wrong = right[:place] + str((int(digit) + 1) % 10) + right[place + 1 :]
        with pytest.raises(DigitsDifferError):
            require_digits(TRANSCRIPT, wrong)


@pytest.mark.parametrize("change", ["", "x", "1", ".", "½", "²", "一", "\x00"])
def test_anything_more_or_less_than_the_digits_is_refused(change: str) -> None:
    right = digits(TRANSCRIPT)
    for wrong in (
        (right + change, change + right, right[:-1] + change) if change else ("", right[:-1], right[6:])
    ):
        with pytest.raises(DigitsDifferError):
            require_digits(TRANSCRIPT, wrong)


@given(st.text(max_size=40))
def test_any_text_is_refused_with_the_documented_error(text: str) -> None:
    with pytest.raises(DigitsDifferError):
        require_digits(TRANSCRIPT, text)


# --- welcome ------------------------------------------------------------------------------------------------


def test_a_welcome_is_one_reply_cell_and_comes_back() -> None:
    cell = welcome()
    assert len(cell) == REPLY_CELL_BYTES
    assert opened(cell) == WELCOME


def test_a_welcome_for_another_device_invitation_or_transcript_is_refused() -> None:
    cell = welcome()
    for wrong in (
        {"key": pair("other-kem")},
        {"transcript_hash": seed("x")},
        {"invitation": replace(INVITATION, secret=seed("x"))},
        {"invitation": replace(INVITATION, org=OTHER_ORG)},
        {"invitation": replace(INVITATION, role=Role.HANDLER)},
    ):
        with pytest.raises(WelcomeRefusedError):
            opened(cell, **wrong)


def test_a_welcome_made_without_the_invitations_secret_is_refused() -> None:
    """Somebody who only saw the reply knows the key to which a welcome is sealed."""
    forged = WELCOME.seal(
        transcript_hash=TRANSCRIPT, secret=seed("guessed"), to=pair("phone-kem").sealing_key
    )
    with pytest.raises(WelcomeRefusedError):
        opened(forged)


def test_a_change_anywhere_in_a_welcome_is_refused() -> None:
    cell = welcome()
    for changed in [*flips(cell, sampled=300), cell[:-1], cell + b"\0", b""]:
        with pytest.raises(WelcomeRefusedError):
            opened(changed)


def sealed_body(body: bytes, kind: ReplyKind = ReplyKind.WELCOME) -> bytes:
    key = hkdf(INVITATION.secret, info=b"kantha/v1/welcome-mac")
    mac = hmac_sha256(key, TRANSCRIPT + body)
    return seal_reply(ReplyCell(kind, mac + body), to=pair("phone-kem").sealing_key, org=ORG)


BODY: dict[int, Any] = {
    1: ORG, 2: seed("root"), 3: device("phone"), 4: 1, 5: DESK, 6: None, 7: "Blue-7",
    8: seed("directory key"), 9: 207, 10: seed("token"), 11: 1, 12: 1_024, 13: None, 14: None,
}  # fmt: skip


def test_the_body_of_a_welcome_is_what_the_specification_says() -> None:
    assert opened(sealed_body(encode(BODY))) == WELCOME


@pytest.mark.parametrize(
    "change",
    [
        {1: OTHER_ORG},
        {4: 2},
        {4: 3},
        {6: 0},
        {9: None},
        {9: 99},
        {9: 1_000},
        {4: 2, 6: 32, 9: None},
        {7: "a" * 61},
        {8: None},
        {11: 2**32},
        {12: 2**20},
        {13: 0},
        {13: seed("master")},
        {14: TOKEN},
        {15: 0},
    ],
)
def test_a_malformed_welcome_is_refused(change: dict[int, Any]) -> None:
    with pytest.raises(WelcomeRefusedError):
        opened(sealed_body(encode({**BODY, **change})))


def officers_welcome(**changes: Any) -> Welcome:
    said = replace(
        WELCOME, role=Role.OFFICER, slot=3, prefix=None, token_master=seed("m"), publish_token=TOKEN
    )
    return opened(welcome(replace(said, **changes)), invitation=FOR_OFFICER)


def test_an_officers_welcome_brings_what_officers_share() -> None:
    found = officers_welcome()
    assert (found.token_master, found.publish_token, found.slot) == (seed("m"), TOKEN, 3)
    assert officers_welcome(publish_token=None).publish_token is None
    assert officers_welcome(token_master=None).token_master is None
    assert repr(seed("m")) not in repr(found)
    assert TOKEN not in repr(found)
    for bad in (
        {"token_master": bytes(31)},
        {"token_master": b""},
        {"publish_token": "t" * 42},
        {"publish_token": ""},
        {"publish_token": "ক" * 43},
        {"publish_token": "t" * 40 + "ক"},
        {"slot": None},
        {"prefix": 207},
        {"role": Role.HANDLER},
    ):
        with pytest.raises(WelcomeRefusedError):
            officers_welcome(**bad)


def test_a_handler_is_given_nothing_that_officers_share() -> None:
    for shared in ({"token_master": seed("m")}, {"publish_token": TOKEN}):
        said = replace(WELCOME, role=Role.HANDLER, slot=3, prefix=None, **shared)
        with pytest.raises(WelcomeRefusedError):
            opened(welcome(said), invitation=FOR_HANDLER)


def test_a_cell_of_another_kind_is_no_welcome() -> None:
    for kind in (ReplyKind.DUMMY, ReplyKind.CONFIRM, ReplyKind.QUESTION):
        with pytest.raises(WelcomeRefusedError):
            opened(sealed_body(encode(BODY), kind))
    with pytest.raises(WelcomeRefusedError):
        opened(seal_reply(ReplyCell(ReplyKind.WELCOME, b"short"), to=pair("phone-kem").sealing_key, org=ORG))


def test_the_largest_welcome_fits_its_cell() -> None:
    largest = replace(WELCOME, label="ক" * 60, token_epoch=2**32 - 1, tokens_per_week=2**20 - 1)
    assert opened(welcome(largest)) == largest
    with pytest.raises(ValueError, match="does not fit"):
        welcome(replace(WELCOME, label="a" * MAX_WELCOME_BYTES))
    room = 2_900 - len(encode({**BODY, 7: "a" * 300})) + 300
    assert len(welcome(replace(WELCOME, label="a" * room))) == REPLY_CELL_BYTES
    with pytest.raises(ValueError, match="does not fit"):
        welcome(replace(WELCOME, label="a" * (room + 1)))
