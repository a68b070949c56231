"""Vectors of the directory: both parts, the head, and what a client refuses although it is signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crypto import primitives
from crypto.desk_keys import generation_limit
from crypto.directory import (
    HandlerPart,
    Head,
    PhonePart,
    PublisherBox,
    Seen,
    UntrustedPhoneDirectory,
    content_hash,
    open_handler_part,
    seal_handler_part,
    seal_phone_part,
    sign_head,
)
from crypto.encoding import decode, encode
from crypto.handler_part import _part_key
from crypto.heads import unframe
from crypto.root import LABEL as ROOT_LABEL
from crypto.root import root_hash
from crypto.roster import LABEL, Reason, Revocation, Role
from crypto.signed import Signed
from crypto.tokens import token_state
from tests.crypto import people
from tests.crypto.people import NOW, ORG, TODAY, seed
from tests.vectors.belonging import OFFICER, SECOND, first_signed, keep_signed, three_roots
from tests.vectors.frozen import Frozen

KEY = seed("directory key")
TOKEN = "publishing-token-of-forty-three-characters-"
REFUSED = "DirectoryRefusedError"
READABLE = TODAY - 44
JUMPS: dict[str, dict[str, int]] = {
    "a version that jumps": {"version": 6 + 2**20},
    "a token epoch that jumps": {"version": 7, "token_epoch": 8 + 2**16},
}
FIRST, SECOND_ROOT, THIRD = three_roots()


def _parts(frozen: Frozen) -> tuple[bytes, bytes]:
    """Both contents, under the first root."""
    one = first_signed(frozen)
    handler = people.admission("handler", Role.HANDLER)
    admitted = keep_signed(frozen, "admission of the handler", handler.encode(), by=[OFFICER], label=LABEL)
    phone_admitted = keep_signed(
        frozen,
        "admission of the phone",
        people.admission("phone", Role.INTAKE).encode(),
        by=[OFFICER],
        label=LABEL,
    )
    revoked = Revocation(ORG, people.device("phone"), NOW, Reason.LOST).encode()
    pending = keep_signed(frozen, "proposed root", SECOND_ROOT.encode(), by=[OFFICER], label=ROOT_LABEL)
    revocation = keep_signed(frozen, "revocation of the phone", revoked, by=[OFFICER], label=LABEL)
    entry = replace(people.published().phone.handlers[0], signed_admission=admitted)
    phone = PhonePart((one,), people.published().phone.days, (entry,), ((people.DESK, READABLE),))
    epoch = people.epoch_key("handler")
    part = HandlerPart(
        statements=(admitted, phone_admitted, revocation),
        wraps=people.published().handler.wraps,
        proposals=(pending,),
        roots=(one,),
        token_state=(3, token_state((0, 1, 0, 0), per_slot=20)),
        boxes=(PublisherBox.make(TOKEN, to=epoch, org=ORG),),
    )
    handler_content = frozen.keep(
        "handler-content",
        make=part.encode,
        good=lambda data: (
            replace(HandlerPart.decode(data), wraps=part.wraps, boxes=part.boxes) == part
            and HandlerPart.decode(data).boxes[0].open(people.pair("handler-epoch"), org=ORG) == TOKEN
        ),
    )
    return phone.encode(), handler_content


def _head(phone_content: bytes, handler_content: bytes, **changes: Any) -> Signed:
    hashes = {"phone_hash": content_hash("phone", phone_content),
              "handler_hash": content_hash("handler", handler_content),
              "previous": seed("the head before")}  # fmt: skip
    head = replace(people.published().head, **{**hashes, **changes})
    return sign_head(head, by=people.identity("publisher"))


def _keep_phone(frozen: Frozen, what: str, part: PhonePart, handler_content: bytes, **changes: Any) -> None:
    head, content = _head(part.encode(), handler_content, **changes), part.encode()
    frozen.keep(
        what,
        make=lambda: seal_phone_part(part, head, key=KEY, org=ORG),
        good=lambda data: (
            UntrustedPhoneDirectory.open(data, key=KEY, org=ORG) == UntrustedPhoneDirectory(head, content)
        ),
    )


def directory() -> dict[str, Any]:
    frozen = Frozen("directory")
    phone_content, handler_content = _parts(frozen)
    frozen.used["phone-content"] = phone_content.hex()
    signed = _head(phone_content, handler_content)
    part = UntrustedPhoneDirectory(signed, phone_content).verify(org=ORG, seen=Seen(), now=NOW).part
    _keep_phone(frozen, "phone-part", part, handler_content)
    two = keep_signed(frozen, "root-2", SECOND_ROOT.encode(), by=[OFFICER], label=ROOT_LABEL)
    three = keep_signed(frozen, "root-3", THIRD.encode(), by=[OFFICER, SECOND], label=ROOT_LABEL)
    _keep_phone(frozen, "phone-part-of-a-late-chain", replace(part, roots=(two, three)), handler_content)
    jump = JUMPS["a version that jumps"]
    _keep_phone(
        frozen, "a late version that jumps", replace(part, roots=(two, three)), handler_content, **jump
    )
    for what, readable in (
        ("a desk twice", ((people.DESK, READABLE), (people.DESK, READABLE))),
        ("readable from tomorrow", ((people.DESK, TODAY + 1),)),
    ):
        _keep_phone(frozen, what, replace(part, readable=readable), handler_content)
    numbered = tuple(replace(day, generation=generation_limit(1)) for day in part.days)
    _keep_phone(frozen, "a generation too many", replace(part, days=numbered), handler_content)
    for what, changes in JUMPS.items():
        _keep_phone(frozen, what, part, handler_content, **changes)
    by_two = replace(part.handlers[0].admission, label="unsigned")
    other = replace(
        part.handlers[0], signed_admission=replace(part.handlers[0].signed_admission, body=by_two.encode())
    )
    _keep_phone(frozen, "a handler nobody admitted", replace(part, handlers=(other,)), handler_content)
    _keep_handler(frozen, "handler-part", HandlerPart.decode(handler_content), signed, handler_content)
    _handler_refusals(frozen, phone_content, handler_content)
    head = Head.decode(signed.body)
    late = root_hash(SECOND_ROOT.encode()).hex()
    return {
        "section": "4.3",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "directory_key": KEY.hex(),
        "epoch_seed": people.pair("handler-epoch").seed.hex(),
        "head": {"signed": signed.to_wire().hex(), "body": signed.body.hex(), "hash": head.hash.hex(),
                 "version": head.version, "previous": head.previous.hex(), "expires_at": head.expires_at,
                 "phone_hash": head.phone_hash.hex(), "handler_hash": head.handler_hash.hex()},
        "days": [{"desk": day.desk.hex(), "generation": day.generation, "day": day.day,
                  "public": day.key.public.hex()} for day in part.days],
        "handlers": [people.device("handler").hex()],
        "readable": [[desk.hex(), day] for desk, day in part.readable],
        "statements": 3,
        "proposals": 1,
        "roots": 1,
        "token_state": {"epoch": 3, "tokens_per_week": 20, "uses": [0, 1, 0, 0],
                        "digest": HandlerPart.decode(handler_content).token_state[1].hex()},
        "box": {"device": people.device("handler").hex(), "token": TOKEN},
        "accepted": [
            {"name": "the same again", "sealed": "phone-part", "seen_version": head.version,
             "seen_hash": head.hash.hex()},
            {"name": "the next", "sealed": "phone-part", "seen_version": head.version - 1,
             "seen_hash": head.previous.hex()},
            {"name": "versions were skipped", "sealed": "phone-part", "seen_version": head.version - 2,
             "seen_hash": seed("another").hex()},
            {"name": "a late chain with the root seen", "sealed": "phone-part-of-a-late-chain",
             "seen_root_version": 2, "seen_root": late},
            {"name": "a lower number under a newer root", "sealed": "phone-part-of-a-late-chain",
             "seen_version": head.version + 2, "seen_hash": seed("another").hex(), "seen_root_version": 2,
             "seen_root": late},
            {"name": "a number that jumps under a newer root", "sealed": "a late version that jumps",
             "seen_version": head.version, "seen_hash": seed("another").hex(), "seen_root_version": 2,
             "seen_root": late},
            {"name": "a late chain with the root of the invitation", "sealed": "phone-part-of-a-late-chain",
             "pinned": late},
        ],
        "refused": _refusals(head, late),
    }  # fmt: skip


def _keep_handler(frozen: Frozen, what: str, part: HandlerPart, head: Signed, content: bytes) -> None:
    epoch = people.pair("handler-epoch")

    def good(data: bytes) -> bool:
        found = open_handler_part(data, keys=[epoch], org=ORG, root=FIRST)
        return (found[0].encode(), found[1].encode()) == (head.body, content)

    frozen.keep(
        what,
        make=lambda: seal_handler_part(part, head, to=[people.epoch_key("handler")], org=ORG),
        good=good,
    )


def _handler_refusals(frozen: Frozen, phone_content: bytes, handler_content: bytes) -> None:
    """Parts that a publisher signed and nobody takes."""
    part = HandlerPart.decode(handler_content)
    twin = replace(FIRST, issued_at=NOW + 1)
    other = keep_signed(frozen, "another organisation's root", twin.encode(), by=[OFFICER], label=ROOT_LABEL)
    for what, roots in (
        ("roots of another organisation", (other,)),
        ("roots from a later one", part.proposals),
    ):
        bad = replace(part, roots=roots)
        head = _head(phone_content, bad.encode())
        _keep_bad(frozen, what, bad, head)


def _keep_bad(frozen: Frozen, what: str, bad: HandlerPart, head: Signed) -> None:
    epoch = people.pair("handler-epoch")

    def good(data: bytes) -> bool:
        wraps, body = decode(data)
        key = _part_key(wraps, keys=[epoch], org=ORG)
        info = encode(["kantha/v1/directory", ORG, "handler"])
        return unframe(primitives.open_secret(key, body, info=info)) == (head, bad.encode())

    keys = [people.epoch_key("handler")]
    frozen.keep(what, make=lambda: seal_handler_part(bad, head, to=keys, org=ORG), good=good)


def _refusals(head: Head, late: str) -> list[dict[str, Any]]:
    return [
        {"name": "another bit", "sealed": "phone-part", "flip": [40_000, 1], "error": REFUSED},
        {"name": "another bit", "sealed": "handler-part", "flip": [60_000, 1], "error": REFUSED},
        {"name": "older than seen", "sealed": "phone-part", "seen_version": head.version + 1,
         "error": REFUSED},
        {"name": "another one of this version seen", "sealed": "phone-part", "seen_version": head.version,
         "seen_hash": seed("another").hex(), "error": REFUSED},
        {"name": "it does not follow the one seen", "sealed": "phone-part", "seen_version": head.version - 1,
         "seen_hash": seed("another").hex(), "error": REFUSED},
        {"name": "too late", "sealed": "phone-part", "now": head.expires_at + 1,
         "error": "DirectoryExpiredError"},
        {"name": "a late chain without a known root", "sealed": "phone-part-of-a-late-chain",
         "error": REFUSED},
        {"name": "a late chain without the root seen", "sealed": "phone-part-of-a-late-chain", "pinned": late,
         "seen_root_version": 1, "seen_root": ORG.hex(), "error": REFUSED},
        {"name": "an older root than seen", "sealed": "phone-part", "seen_root_version": 2, "seen_root": late,
         "error": REFUSED},
        {"name": "a lower number under the root seen", "sealed": "phone-part-of-a-late-chain",
         "seen_version": head.version + 2, "seen_root_version": 3, "seen_root": late, "error": REFUSED},
        {"name": "not the invitation's root", "sealed": "phone-part", "pinned": late, "error": REFUSED},
        *({"name": what, "sealed": what, "error": REFUSED}
          for what in ("a desk twice", "readable from tomorrow", "a handler nobody admitted",
                       "a generation too many")),
        *({"name": what, "sealed": what, "seen_version": head.version, "seen_hash": head.hash.hex(),
           "error": REFUSED} for what in JUMPS),
        *({"name": what, "sealed": what, "part": "handler", "error": REFUSED}
          for what in ("roots of another organisation", "roots from a later one")),
    ]  # fmt: skip
