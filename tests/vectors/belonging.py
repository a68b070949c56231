"""Vectors of root, roster, directory and enrolment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crypto.directory import (
    HandlerPart,
    Head,
    PhoneDirectory,
    Seen,
    UntrustedPhoneDirectory,
    content_hash,
    open_handler_part,
    seal_handler_part,
    seal_phone_part,
    sign_head,
)
from crypto.enrolment import Invitation, Reply, Welcome, digits, transcript
from crypto.root import Root, root_hash, verify_chain
from crypto.roster import Revocation, Role, Roster, read_statement, sign_statement
from crypto.signed import Countersigned, Signed
from tests.crypto import people
from tests.crypto.people import NOW, ORG, seed
from tests.vectors.frozen import Frozen

OFFICER = people.officer()
BOTH = [people.officer(), people.officer("second")]


def _signed_root(frozen: Frozen, what: str, root: Root, chain: list[Countersigned], by: Any) -> Countersigned:
    def good(data: bytes) -> bool:
        signed = Countersigned.from_wire(data)
        return signed.body == root.encode() and verify_chain([*chain, signed], org=ORG) == root

    return Countersigned.from_wire(frozen.keep(what, make=lambda: root.sign(by).to_wire(), good=good))


def first_signed(frozen: Frozen) -> Countersigned:
    """Version 1, signed; every file that needs it freezes its own."""
    return _signed_root(frozen, "root-1", people.first_root(), [], [OFFICER])


def root() -> dict[str, Any]:
    frozen = Frozen("root")
    first = people.first_root()
    second = people.next_root(
        first, officers=people.first_root(("officer", "second"), 2).officers, threshold=2
    )
    third = people.next_root(second, name="নতুন নাম")
    one = first_signed(frozen)
    two = _signed_root(frozen, "root-2", second, [one], [OFFICER])
    _signed_root(frozen, "root-3", third, [one, two], BOTH)
    frozen.keep(
        "root-3-one-officer",
        make=lambda: third.sign([OFFICER]).to_wire(),
        good=lambda data: Countersigned.from_wire(data).body == third.encode(),
    )
    return {
        "section": "4.1",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "roots": [
            {"sealed": f"root-{entry.version}", "body": entry.encode().hex(),
             "hash": root_hash(entry.encode()).hex(), "version": entry.version, "name": entry.name,
             "threshold": entry.threshold, "officers": [officer.id.hex() for officer in entry.officers],
             "policy": entry.policy.to_wire()}
            for entry in (first, second, third)
        ],
        "chains": [["root-1"], ["root-1", "root-2"], ["root-1", "root-2", "root-3"]],
        "refused": [
            {"chain": [], "error": "RootRefusedError"},
            {"chain": ["root-2"], "error": "RootRefusedError"},
            {"chain": ["root-1", "root-3"], "error": "RootRefusedError"},
            {"chain": ["root-1", "root-1"], "error": "RootRefusedError"},
            {"chain": ["root-1", "root-2", "root-3-one-officer"], "error": "RootRefusedError"},
        ],
    }  # fmt: skip


def roster() -> dict[str, Any]:
    frozen = Frozen("roster")
    statements = {
        "phone": people.admission("phone", Role.INTAKE),
        "handler": people.admission("handler", Role.HANDLER),
        "revocation": Revocation(ORG, people.device("phone"), NOW + 5),
    }
    for name, statement in statements.items():
        frozen.keep(
            name,
            make=lambda statement=statement: sign_statement(statement, by=[OFFICER]).to_wire(),  # type: ignore[misc]
            good=lambda data, statement=statement: (  # type: ignore[misc]
                read_statement(Countersigned.from_wire(data), root=people.first_root(), org=ORG) == statement
            ),
        )
    stranger = people.officer("stranger")
    frozen.keep(
        "by a stranger",
        make=lambda: sign_statement(statements["phone"], by=[stranger]).to_wire(),
        good=lambda data: Countersigned.from_wire(data).body == statements["phone"].encode(),
    )
    return {
        "section": "4.2",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "root": people.first_root().encode().hex(),
        "vectors": [
            {"sealed": name, "body": statement.encode().hex(), "device": statement.device.hex()}
            for name, statement in statements.items()
        ],
        "refused": [
            {"sealed": "by a stranger", "error": "SignatureRefusedError"},
            {"sealed": "phone", "flip": [10, 0], "error": "SignatureRefusedError"},
            {"sealed": "handler", "flip": [200, 0], "error": "SignatureRefusedError"},
        ],
    }


def directory() -> dict[str, Any]:
    frozen = Frozen("directory")
    key = seed("directory key")
    roots = first_signed(frozen)
    phone_content = frozen.keep(
        "phone-content",
        make=lambda: replace(people.published().phone, roots=(roots,)).encode(),
        good=lambda data: _phone(data, _signed_head(data, b"")).part.roots == (roots,),
    )
    handler_content = frozen.keep(
        "handler-content",
        make=lambda: people.published().handler.encode(),
        good=lambda data: len(_roster(data).members) == 2,
    )
    signed = _signed_head(phone_content, handler_content)
    frozen.keep(
        "phone-part",
        make=lambda: seal_phone_part(_phone(phone_content, signed).part, signed, key=key, org=ORG),
        good=lambda data: (
            UntrustedPhoneDirectory.open(data, key=key, org=ORG)
            == UntrustedPhoneDirectory(signed, phone_content)
        ),
    )
    epoch = people.pair("handler-epoch")
    frozen.keep(
        "handler-part",
        make=lambda: seal_handler_part(
            HandlerPart.decode(handler_content), signed, to=[people.epoch_key("handler")], org=ORG
        ),
        good=lambda data: (
            open_handler_part(data, keys=[epoch], org=ORG, root=people.first_root())
            == (Head.decode(signed.body), HandlerPart.decode(handler_content))
        ),
    )
    head = Head.decode(signed.body)
    return {
        "section": "4.3",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "directory_key": key.hex(),
        "epoch_seed": epoch.seed.hex(),
        "head": {"signed": signed.to_wire().hex(), "body": signed.body.hex(), "hash": head.hash.hex(),
                 "version": head.version, "expires_at": head.expires_at,
                 "phone_hash": head.phone_hash.hex(), "handler_hash": head.handler_hash.hex()},
        "days": [{"desk": day.desk.hex(), "generation": day.generation, "day": day.day,
                  "public": day.key.public.hex()} for day in people.published().phone.days],
        "handlers": [people.device("handler").hex()],
        "statements": len(people.published().handler.statements),
        "refused": [
            {"name": "another bit", "sealed": "phone-part", "flip": [40_000, 1],
             "error": "DirectoryRefusedError"},
            {"name": "another bit", "sealed": "handler-part", "flip": [60_000, 1],
             "error": "DirectoryRefusedError"},
            {"name": "older than seen", "sealed": "phone-part", "seen_version": head.version + 1,
             "error": "DirectoryRefusedError"},
            {"name": "another one of this version seen", "sealed": "phone-part", "seen_version": head.version,
             "seen_hash": seed("another").hex(), "error": "DirectoryRefusedError"},
            {"name": "too late", "sealed": "phone-part", "now": head.expires_at + 1,
             "error": "DirectoryExpiredError"},
        ],
    }  # fmt: skip


def _signed_head(phone_content: bytes, handler_content: bytes) -> Signed:
    hashes = {"phone_hash": content_hash("phone", phone_content),
              "handler_hash": content_hash("handler", handler_content),
              "previous": seed("the head before")}  # fmt: skip
    return sign_head(replace(people.published().head, **hashes), by=people.identity("publisher"))


def _roster(content: bytes) -> Roster:
    return Roster.verify(HandlerPart.decode(content).statements, root=people.first_root(), org=ORG)


def _phone(content: bytes, head: Signed) -> PhoneDirectory:
    return UntrustedPhoneDirectory(head, content).verify(org=ORG, seen=Seen(), now=NOW)


def enrolment() -> dict[str, Any]:
    frozen = Frozen("enrolment")
    invitation = Invitation(
        org=ORG, root_hash=ORG, relay="https://relay.example", pool=people.POOL, secret=seed("invitation"),
        role=Role.INTAKE, desk=people.DESK, label="নীল-৭", first_token_seed=seed("first"), token_epoch=1,
        gap_seconds=20, deposits=4, expires_at=NOW + 86_400,
    )  # fmt: skip
    kem = people.pair("phone-kem")
    reply = Reply(
        invitation.id, people.identity("phone").public, kem.sealing_key.public, None, None, None, NOW
    ).seal(secret=invitation.secret, by=people.identity("phone"))
    said = transcript(invitation.encode(), reply)
    welcome = Welcome(
        org=ORG, root_hash=ORG, device=people.device("phone"), role=Role.INTAKE, desk=people.DESK, slot=None,
        label="নীল-৭", directory_key=seed("directory key"), prefix=207, token_seed=seed("token"),
        token_epoch=1, tokens_per_week=1_024,
    )  # fmt: skip
    frozen.keep(
        "welcome",
        make=lambda: welcome.seal(transcript_hash=said, secret=invitation.secret, to=kem.sealing_key),
        good=lambda data: Welcome.open(data, key=kem, invitation=invitation, transcript_hash=said) == welcome,
    )
    shown = digits(said)
    return {
        "section": "4.4",
        "sealed": frozen.used,
        "invitation": {"bytes": invitation.encode().hex(), "text": invitation.to_text(),
                       "secret": invitation.secret.hex(), "id": invitation.id.hex()},
        "reply": {"bytes": reply.hex(), "text": Reply.to_text(reply), "device": people.device("phone").hex(),
                  "identity_seed": people.identity("phone").seed.hex(), "kem_seed": kem.seed.hex(),
                  "at": NOW},
        "transcript": said.hex(),
        "digits": shown,
        "confirmed": [shown, shown.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")),
                      shown.translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")).replace(" ", "-")],
        "welcome": {"directory_key": welcome.directory_key.hex(), "token_seed": welcome.token_seed.hex(),
                    "prefix": welcome.prefix, "label": welcome.label},
        "refused": [
            {"reply_flip": [5, 0], "error": "ReplyRefusedError"},
            {"reply_flip": [len(reply) - 1, 0], "error": "ReplyRefusedError"},
            {"digits": shown[:-1] + str((int(shown[-1]) + 1) % 10), "error": "DigitsDifferError"},
            {"digits": shown[:-1], "error": "DigitsDifferError"},
            {"invitation_text": invitation.to_text()[:-1], "error": "InvitationRefusedError"},
            {"invitation_text": Reply.to_text(reply), "error": "InvitationRefusedError"},
            {"welcome_flip": [2_000, 0], "error": "WelcomeRefusedError"},
            {"welcome_transcript": seed("another").hex(), "error": "WelcomeRefusedError"},
        ],
    }  # fmt: skip
