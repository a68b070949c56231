"""The program and the independent decoder answer alike about hostile values that are well signed and sealed.

What a forger without keys can send is refused by every signature; here the forger has the keys: an officer, a
publisher or a device that lies. Each good value is changed in one place, signed and sealed again, and both
are asked about it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pytest

from crypto import primitives
from crypto.announcements import read_announcement
from crypto.cells import open_cell
from crypto.directory import UntrustedPhoneDirectory
from crypto.enrolment import Welcome
from crypto.errors import EncodingError
from crypto.handler_part import open_handler_part
from crypto.heads import Seen
from crypto.invitations import Invitation
from crypto.operations import SignedOperation
from crypto.parcels import Parcel, open_parcel
from crypto.primitives import OpeningKey, seal_secret
from crypto.replies import Reply
from crypto.reply_cells import open_reply
from tests.crypto import people
from tests.crypto.people import ORG, identity, pair, seed
from tests.crypto.test_page import hkdf, mac, opened, sha
from tests.interop.hostile import encoded, variants
from tests.interop.test_differences import differences, vectors


@dataclass(frozen=True)
class Case:
    """A good inner value, how it is signed and sealed, how the program reads it, what the decoder is told."""

    good: bytes
    seal: Callable[[bytes], bytes]
    read: Callable[[bytes], object]
    most: int = 250
    context: dict[str, Any] = field(default_factory=dict)


def unhex(document: dict[str, Any], *names: str) -> bytes:
    value: Any = document
    for name in names:
        value = value[name]
    return bytes.fromhex(value)


def head_over(part: str, content: bytes) -> bytes:
    """A head that names this content, signed by the publisher."""
    fields = cbor2.loads(unhex(vectors("directory"), "head", "body"))
    fields[6 if part == "phone" else 7] = sha(f"kantha/v1/directory-{part}\0".encode() + content)
    body = encoded(fields)
    return encoded([body, identity("publisher").sign(b"kantha/v1/directory-head\0" + body)])


def framed(part: str, content: bytes) -> bytes:
    plain = encoded([head_over(part, content), content])
    plain = len(plain).to_bytes(4, "big") + plain
    return plain + bytes(-(len(plain) + 48) % 65_536)


def phone() -> Case:
    key = unhex(vectors("directory"), "directory_key")
    info = encoded(["kantha/v1/directory", ORG, "phone"])

    def read(data: bytes) -> object:
        return UntrustedPhoneDirectory.open(data, key=key, org=ORG).verify(org=ORG, seen=Seen(), now=0)

    return Case(
        unhex(vectors("directory"), "sealed", "phone-content"),
        lambda content: seal_secret(key, framed("phone", content), info=info),
        read, context={"org": ORG.hex(), "key": key.hex()}, most=60,
    )  # fmt: skip


def handler_part() -> Case:
    epoch, part_key = pair("handler-epoch"), seed("a part key")
    info = encoded(["kantha/v1/directory", ORG, "handler-key"])
    keys = [epoch.sealing_key] + [pair(f"thrown away {number}").sealing_key for number in range(31)]
    wraps = b"".join(sorted(key.seal(part_key, info=info) for key in keys))
    inner = encoded(["kantha/v1/directory", ORG, "handler"])

    def seal(content: bytes) -> bytes:
        return encoded([wraps, seal_secret(part_key, framed("handler", content), info=inner)])

    def read(data: bytes) -> object:
        return open_handler_part(data, keys=[epoch], org=ORG, root=people.first_root())

    root = people.first_root().encode()
    return Case(
        unhex(vectors("directory"), "sealed", "handler-content"), seal, read,
        context={"org": ORG.hex(), "seed": epoch.seed.hex(), "root": root.hex()}, most=60,
    )  # fmt: skip


def reply() -> Case:
    document = vectors("enrolment")
    invitation = Invitation.decode(unhex(document, "invitation", "bytes"))
    device = primitives.DeviceSigningKey(unhex(document, "reply", "identity_seed"))

    def seal(body: bytes) -> bytes:
        signature = device.sign(b"kantha/v1/reply-signature\0" + body)
        code = mac(hkdf(invitation.secret, b"kantha/v1/reply-mac"), body + signature)
        return encoded([body, signature, code])

    return Case(
        cbor2.loads(unhex(document, "reply", "bytes"))[0], seal,
        lambda data: Reply.verify(data, invitation=invitation),
        context={"invitation": document["invitation"]["bytes"]}, most=400,
    )  # fmt: skip


def welcome() -> Case:
    document = vectors("enrolment")
    invitation = Invitation.decode(unhex(document, "invitation", "bytes"))
    kem, transcript = OpeningKey(unhex(document, "reply", "kem_seed")), unhex(document, "transcript")
    key = hkdf(invitation.secret, b"kantha/v1/welcome-mac")

    def seal(body: bytes) -> bytes:
        content = mac(key, transcript + body) + body
        plain = b"\1\1" + len(content).to_bytes(2, "big") + content
        return kem.sealing_key.seal(plain.ljust(2_960, b"\0"), info=encoded(["kantha/v1/reply", ORG, 1]))

    def read(data: bytes) -> object:
        return Welcome.open(data, key=kem, invitation=invitation, transcript_hash=transcript)

    plain = opened(unhex(document, "sealed", "welcome"), kem.seed, "kantha/v1/reply", ORG, 1)
    return Case(
        plain[36 : 4 + int.from_bytes(plain[2:4], "big")], seal, read, most=150,
        context={
            "invitation": document["invitation"]["bytes"], "seed": kem.seed.hex(),
            "transcript": transcript.hex(),
        },
    )  # fmt: skip


def parcel() -> Case:
    day, where = people.desk_seed().opening_key, (ORG, people.DESK, 3, people.TODAY, 0)
    info = encoded(["kantha/v1/parcel", *where])

    def seal(content: bytes) -> bytes:
        plain = len(content).to_bytes(4, "big") + content
        return day.key.sealing_key.seal(plain + bytes(-len(plain) % 1_024), info=info)

    def read(data: bytes) -> object:
        return open_parcel(Parcel(bytes(16), people.DESK, 3, people.TODAY, data), key=day, org=ORG)

    good = encoded({1: 1, 2: "207-4193-6", 3: people.NOW, 4: {"text": "কথা"}})
    return Case(good, seal, read, context=place())


def place() -> dict[str, Any]:
    return {
        "org": ORG.hex(), "desk": people.DESK.hex(), "generation": 3, "day": people.TODAY,
        "seed": people.desk_seed().seed.hex(),
    }  # fmt: skip


def announcement(body: dict[int, Any]) -> Case:
    device = identity("handler")

    def seal(body: bytes) -> bytes:
        return encoded([body, device.sign(b"kantha/v1/announce\0" + body)])

    def read(data: bytes) -> object:
        return read_announcement(data, identity_public=device.public, org=ORG)

    return Case(
        encoded(body), seal, read, most=250, context={"org": ORG.hex(), "identity": device.public.hex()}
    )


def introductions() -> Case:
    said = cbor2.loads(unhex(vectors("announcements"), "introductions", "body"))[0]
    return announcement(cbor2.loads(said))


def reply_key() -> Case:
    return announcement({1: 2, 2: ORG, 3: 2, 4: pair("a reply key").sealing_key.public})


def epoch_key() -> Case:
    return announcement({1: 3, 2: ORG, 3: 2_968, 4: pair("an epoch key").sealing_key.public, 5: bytes(64)})


def receipts() -> Case:
    return announcement({1: 4, 2: ORG, 3: people.DESK, 4: [[bytes(16), bytes(16), bytes(32)]]})


def chain_head() -> Case:
    return announcement({1: 5, 2: ORG, 3: people.DESK, 4: 7, 5: bytes(32)})


def operation() -> Case:
    device = identity("handler")
    good = {1: people.device("handler"), 2: 1, 3: bytes(32), 4: {"k": "note.add"}}

    def seal(body: bytes) -> bytes:
        return encoded([body, device.sign(b"kantha/v1/operation\0" + body)])

    def read(data: bytes) -> object:
        link = SignedOperation.read(data, identity_public=device.public)
        # The inbox takes only the sender's own, counted from 1.
        if link.device != people.device("handler") or link.counter < 1:
            raise EncodingError
        return link

    return Case(encoded(good), seal, read, context={"identity": device.public.hex()}, most=250)


ANNOUNCED = (introductions, reply_key, epoch_key, receipts, chain_head)
CASES = {made.__name__: made for made in (phone, handler_part, reply, welcome, parcel, operation, *ANNOUNCED)}


@pytest.mark.parametrize("name", CASES)
def test_a_liar_with_keys_is_believed_by_both_or_by_neither(name: str) -> None:
    case = CASES[name]()
    asked = "announcement" if name in {one.__name__ for one in ANNOUNCED} else name
    values = list(dict.fromkeys([case.good, *(encoded(one) for one in variants(cbor2.loads(case.good)))]))
    chosen = [case.good, *random.Random(4).sample(values, min(case.most, len(values)))]
    sealed = {case.seal(value): value for value in chosen}
    found = differences(asked, case.read, sealed, **case.context)
    shown = [(ours, theirs, cbor2.loads(sealed[bytes.fromhex(data)])) for data, ours, theirs in found[:3]]
    assert shown == []


def test_the_wrapped_part_keys_may_come_in_any_order_and_number() -> None:
    case = handler_part()
    wraps, sealed = cbor2.loads(case.seal(case.good))
    pieces = [wraps[at : at + 1_168] for at in range(0, len(wraps), 1_168)]
    shuffled = random.Random(6).sample(pieces, len(pieces))
    joined = [pieces, shuffled, pieces[1:], pieces[:-1], [*pieces, pieces[0]], [*pieces, b"more"], [], [b""]]
    values = [encoded([b"".join(some), sealed]) for some in joined]
    assert differences("handler_part", case.read, values, **case.context) == []


def plaintexts(good: bytes, edges: tuple[int, ...]) -> list[bytes]:
    """A fixed-size plaintext, changed at these offsets and by its length."""
    changed = [
        good[:at] + bytes([value]) + good[at + 1 :]
        for at in edges
        for value in {0, 1, 2, 5, 6, 7, 0x39, 0x70, 0x71, 0x80, 0xFF}
    ]
    return [good, *dict.fromkeys(changed), good[:-1], good + b"\0", b""]


def test_a_cells_plaintext_is_read_by_both_or_by_neither() -> None:
    document, day = vectors("cells"), people.desk_seed().opening_key
    info = ("kantha/v1/cell", ORG, people.DESK, 3, people.TODAY, 0)
    values = []
    for name in ("parcel", "heartbeat", "dummy"):
        plain = opened(unhex(document, "sealed", name), day.key.seed, *info)
        values += plaintexts(
            plain, (0, 1, 2, 17, 18, 21, 22, 23, 24, 29, 30, 31, 32, 543, 544, 547, 548, 15_247)
        )
    sealed = [day.key.sealing_key.seal(value, info=encoded(list(info))) for value in values]
    found = differences("cell", lambda data: open_cell(data, key=day, org=ORG), sealed, **place())
    shown = [
        (ours, theirs, values[sealed.index(bytes.fromhex(data))][:40].hex()) for data, ours, theirs in found
    ]
    assert shown == []


def test_a_reply_cells_plaintext_is_read_by_both_or_by_neither() -> None:
    document = vectors("reply_cells")
    key, info = OpeningKey(unhex(document, "reply_seed")), ("kantha/v1/reply", ORG, 1)
    plain = opened(unhex(document, "sealed", "question"), key.seed, *info)
    length = 4 + int.from_bytes(plain[2:4], "big")
    values = plaintexts(plain, (0, 1, 2, 3, 4, length - 1, length, 2_959))
    sealed = [key.sealing_key.seal(value, info=encoded(list(info))) for value in values]
    found = differences(
        "reply_cell",
        lambda data: open_reply(data, key=key, org=ORG),
        sealed,
        org=ORG.hex(),
        seed=key.seed.hex(),
    )
    shown = [
        (ours, theirs, values[sealed.index(bytes.fromhex(data))][:8].hex()) for data, ours, theirs in found
    ]
    assert shown == []
