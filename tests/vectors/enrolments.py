"""Vectors of enrolment: an intake device and an officer, each from invitation to welcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crypto.encoding import decode, encode
from crypto.enrolment import (
    Invitation,
    Reply,
    Welcome,
    digits,
    open_reply_cell,
    seal_reply_cell,
    transcript,
)
from crypto.primitives import officer_signature_holds
from crypto.root import Officer
from crypto.roster import Role
from crypto.welcome_file import LABEL, WelcomeFile
from sync.admission import officer_digits
from tests.crypto import people
from tests.crypto.people import NOW, ORG, seed
from tests.vectors.frozen import Frozen

INVITATION = Invitation(
    org=ORG, root_hash=ORG, relay="https://relay.example", pool=people.POOL, secret=seed("invitation"),
    role=Role.INTAKE, desk=people.DESK, label="নীল-৭", first_token_seed=seed("first"), token_epoch=1,
    gap_seconds=20, deposits=4, expires_at=NOW + 86_400,
)  # fmt: skip
FOR_OFFICER = replace(INVITATION, role=Role.OFFICER, secret=seed("an officer's invitation"), label="Desk-2")
WELCOME = Welcome(
    org=ORG, root_hash=ORG, device=people.device("phone"), role=Role.INTAKE, desk=people.DESK, slot=None,
    label="নীল-৭", directory_key=seed("directory key"), prefix=207, token_seed=seed("token"),
    token_epoch=1, tokens_per_week=1_024,
)  # fmt: skip
FOR_AN_OFFICER = replace(
    WELCOME, device=people.device("second"), role=Role.OFFICER, slot=1, prefix=None, label="Desk-2",
    token_master=seed("master"), publish_token="publishing-token-of-forty-three-characters-",
)  # fmt: skip


def _officers_reply() -> Reply:
    key = people.epoch_key("second")
    return Reply(
        FOR_OFFICER.id, people.identity("second").public, people.pair("second-kem").sealing_key.public,
        key.epoch, key.key.public, key.certify(people.identity("second"), org=ORG), NOW,
        officer=people.officer("second").public,
        officer_kem=people.pair("second-officer-kem").sealing_key.public,
    )  # fmt: skip


def enrolment() -> dict[str, Any]:
    frozen = Frozen("enrolment")
    kem = people.pair("phone-kem")
    phone = people.identity("phone")
    reply = Reply(INVITATION.id, phone.public, kem.sealing_key.public, None, None, None, NOW).seal(
        secret=INVITATION.secret, by=phone
    )
    said = transcript(INVITATION.encode(), reply)
    _keep_welcome(frozen, "welcome", WELCOME, invitation=INVITATION, said=said, kem="phone-kem")
    frozen.keep(
        "reply-cell",
        make=lambda: seal_reply_cell(reply, secret=INVITATION.secret),
        good=lambda data: open_reply_cell(data, secret=INVITATION.secret) == reply,
    )
    shown = digits(said)
    return {
        "section": "4.4",
        "sealed": frozen.used,
        "invitation": {"bytes": INVITATION.encode().hex(), "text": INVITATION.to_text(),
                       "secret": INVITATION.secret.hex(), "id": INVITATION.id.hex()},
        "reply": {"bytes": reply.hex(), "text": Reply.to_text(reply), "device": people.device("phone").hex(),
                  "identity_seed": phone.seed.hex(), "kem_seed": kem.seed.hex(), "at": NOW},
        "transcript": said.hex(),
        "digits": shown,
        "confirmed": [shown, shown.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")),
                      shown.translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")).replace(" ", "-")],
        "welcome": {"directory_key": WELCOME.directory_key.hex(), "token_seed": WELCOME.token_seed.hex(),
                    "prefix": WELCOME.prefix, "label": WELCOME.label},
        "refused": [
            {"reply_flip": [5, 0], "error": "ReplyRefusedError"},
            {"reply_flip": [len(reply) - 1, 0], "error": "ReplyRefusedError"},
            {"digits": shown[:-1] + str((int(shown[-1]) + 1) % 10), "error": "DigitsDifferError"},
            {"digits": shown[:-1], "error": "DigitsDifferError"},
            {"invitation_text": INVITATION.to_text()[:-1], "error": "InvitationRefusedError"},
            {"invitation_text": Reply.to_text(reply), "error": "InvitationRefusedError"},
            {"welcome_flip": [2_000, 0], "error": "WelcomeRefusedError"},
            {"welcome_transcript": seed("another").hex(), "error": "WelcomeRefusedError"},
        ],
        "refused_cells": [
            {"name": "a bit of the share", "flip": [0, 0], "error": "ReplyRefusedError"},
            {"name": "a bit of the salt", "flip": [1_120, 7], "error": "ReplyRefusedError"},
            {"name": "the last bit", "flip": [16_383, 0], "error": "ReplyRefusedError"},
            {"name": "cut", "cut": 16_383, "error": "ReplyRefusedError"},
            {"name": "another invitation", "secret": seed("another").hex(), "error": "ReplyRefusedError"},
        ],
        "officer": _officer(frozen),
        **_files(bytes.fromhex(frozen.used["welcome"])),
    }  # fmt: skip


def _files(cell: bytes) -> dict[str, Any]:
    """The welcome as a file. In the hex the cell, also without its last byte, stands by its name."""
    made = {
        "alone": WelcomeFile(cell),
        "with the phone part": WelcomeFile(cell, b"phone"),
        "with both parts": WelcomeFile(cell, b"phone", b"handler"),
    }
    refused = {
        "another label": {1: "kantha/v2/welcome", 2: cell},
        "no cell": {1: LABEL},
        "a cell that is cut": {1: LABEL, 2: cell[:-1]},
        "a part that is no byte string": {1: LABEL, 2: cell, 3: "phone"},
        "an entry more": {1: LABEL, 2: cell, 5: b""},
    }

    def short(data: bytes) -> str:
        return data.hex().replace(cell.hex(), "CELL").replace(cell[:-1].hex(), "CUT")

    return {
        "files": [{"name": name, "bytes": short(one.encode()), "phone": (one.phone or b"").hex(),
                   "handler": (one.handler or b"").hex()} for name, one in made.items()],
        "refused_files": [{"name": name, "bytes": short(encode(fields)), "error": "EncodingError"}
                          for name, fields in refused.items()],
    }  # fmt: skip


def _officer(frozen: Frozen) -> dict[str, Any]:
    made = _officers_reply()
    identity, key = people.identity("second"), people.officer("second")
    reply = frozen.keep(
        "officer-reply",
        make=lambda: made.seal(secret=FOR_OFFICER.secret, by=identity, officer_key=key),
        good=lambda data: Reply.verify(data, invitation=FOR_OFFICER) == made,
    )
    said = transcript(FOR_OFFICER.encode(), reply)
    _keep_welcome(
        frozen, "officer-welcome", FOR_AN_OFFICER, invitation=FOR_OFFICER, said=said, kem="second-kem"
    )
    frozen.keep(
        "officer-reply-cell",
        make=lambda: seal_reply_cell(reply, secret=FOR_OFFICER.secret),
        good=lambda data: open_reply_cell(data, secret=FOR_OFFICER.secret) == reply,
    )
    body, signature, mac, officer = decode(reply)
    handler = replace(made, officer=None, officer_kem=None).seal(secret=FOR_OFFICER.secret, by=identity)
    other = people.officer("third")
    foreign = frozen.keep(
        "another officer's signature",
        make=lambda: other.sign(b"kantha/v1/officer-reply\0" + body),
        good=lambda data: officer_signature_holds(other.public, data, b"kantha/v1/officer-reply\0" + body),
    )
    refused = {
        "without the officer's signature": encode([body, signature, mac]),
        "five parts": encode([body, signature, mac, officer, b""]),
        "a handler's reply": handler,
        "another's signature": encode([body, signature, mac, foreign]),
        "the classical half alone": encode([body, signature, mac, officer[:64] + bytes(3_309)]),
        "an officer's signature under a handler's reply": encode([*decode(handler), officer]),
    }
    return {
        "invitation": {"bytes": FOR_OFFICER.encode().hex(), "text": FOR_OFFICER.to_text(),
                       "secret": FOR_OFFICER.secret.hex(), "id": FOR_OFFICER.id.hex()},
        "reply": {"sealed": "officer-reply", "device": made.device.hex(),
                  "officer": key.public.hex(), "officer_kem": (made.officer_kem or b"").hex(),
                  "text_length": len(Reply.to_text(reply))},
        "kem_seed": people.pair("second-kem").seed.hex(),
        "transcript": said.hex(),
        "digits": digits(said),
        "officer_digits": officer_digits(Officer(key.public, made.officer_kem or b"", made.device)),
        "welcome": {"slot": FOR_AN_OFFICER.slot, "token_master": (FOR_AN_OFFICER.token_master or b"").hex(),
                    "publish_token": FOR_AN_OFFICER.publish_token},
        "refused": [{"name": name, "reply": data.hex(), "error": "ReplyRefusedError"}
                    for name, data in sorted(refused.items())],
    }  # fmt: skip


def _keep_welcome(
    frozen: Frozen, what: str, welcome: Welcome, *, invitation: Invitation, said: bytes, kem: str
) -> None:
    pair, secret = people.pair(kem), invitation.secret
    frozen.keep(
        what,
        make=lambda: welcome.seal(transcript_hash=said, secret=secret, to=pair.sealing_key),
        good=lambda data: (
            Welcome.open(data, key=pair, invitation=invitation, transcript_hash=said) == welcome
        ),
    )
