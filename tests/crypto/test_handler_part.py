from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import primitives
from crypto.desk_keys import EpochKey
from crypto.directory import (
    HandlerPart,
    Head,
    PublisherBox,
    UntrustedPhoneDirectory,
    content_hash,
    open_handler_part,
    seal_handler_part,
    sign_head,
)
from crypto.encoding import decode, encode
from crypto.errors import DirectoryRefusedError, EncodingError
from crypto.primitives import XWING_OVERHEAD_BYTES, OpenError
from crypto.signed import Countersigned
from tests.crypto.people import (
    NOW,
    ORG,
    OTHER_ORG,
    WEEK,
    device,
    epoch_key,
    first_root,
    flips,
    identity,
    next_root,
    officer,
    pair,
    published,
    seed,
    signed_root,
)

KEY = seed("directory key")
ROOT = first_root()
TOKEN = "p" * 43


def sealed_handler(handlers: int = 1, part: HandlerPart | None = None) -> bytes:
    made = published()
    keys = [epoch_key(f"handler{n}" if n else "handler") for n in range(handlers)]
    return seal_handler_part(part or made.handler, made.signed_head, to=keys, org=ORG)


def opened_handler(data: bytes, key: str = "handler-epoch") -> tuple[Head, HandlerPart]:
    return open_handler_part(data, keys=[pair("other"), pair(key)], org=ORG, root=ROOT)


def test_a_handler_part_comes_back_to_every_handler_and_to_nobody_else() -> None:
    data = sealed_handler(3)
    for key in ("handler-epoch", "handler1-epoch", "handler2-epoch"):
        assert opened_handler(data, key) == (published().head, published().handler)
    for keys in ([], [pair("stranger")]):
        with pytest.raises(DirectoryRefusedError):
            open_handler_part(data, keys=keys, org=ORG, root=ROOT)
    with pytest.raises(DirectoryRefusedError):
        open_handler_part(data, keys=[pair("handler-epoch")], org=OTHER_ORG, root=ROOT)


def test_handlers_can_be_neither_counted_nor_ordered() -> None:
    sizes = {len(sealed_handler(count)) for count in (0, 1, 2, 31, 32)}
    assert len(sizes) == 1
    assert len(decode(sealed_handler(33))[0]) == 2 * len(decode(sealed_handler(32))[0])
    wraps = decode(sealed_handler(3))[0]
    size = 32 + XWING_OVERHEAD_BYTES
    pieces = [wraps[start : start + size] for start in range(0, len(wraps), size)]
    assert len(pieces) == 32
    assert pieces == sorted(pieces)


def test_a_changed_or_truncated_handler_part_is_refused() -> None:
    data = sealed_handler()
    wraps, body = decode(data)
    for changed in flips(body, sampled=60):
        with pytest.raises(DirectoryRefusedError):
            opened_handler(encode([wraps, changed]))
    for changed in (
        data[:-1],
        b"",
        encode([wraps]),
        encode([wraps, body, b""]),
        encode([b"", body]),
        encode({}),
    ):
        with pytest.raises(DirectoryRefusedError):
            opened_handler(changed)


def test_a_handler_part_that_its_head_does_not_name_is_refused() -> None:
    """A new part with an old head, or one part's content with the other part's hash."""
    other = HandlerPart(published().handler.statements[:1], ())
    with pytest.raises(DirectoryRefusedError):
        opened_handler(sealed_handler(part=other))
    made = published()
    swapped = replace(made.head, handler_hash=made.head.phone_hash, phone_hash=made.head.handler_hash)
    data = seal_handler_part(
        made.handler, sign_head(swapped, by=identity("publisher")), to=[epoch_key("handler")], org=ORG
    )
    with pytest.raises(DirectoryRefusedError):
        opened_handler(data)
    assert content_hash("phone", b"x") != content_hash("handler", b"x")


def test_a_handler_cannot_publish() -> None:
    made = published()
    for by, changes in (("handler", {}), ("handler", {"publisher": device("handler")})):
        head = sign_head(replace(made.head, **changes), by=identity(by))
        data = seal_handler_part(made.handler, head, to=[epoch_key("handler")], org=ORG)
        with pytest.raises(DirectoryRefusedError):
            opened_handler(data)


@given(st.binary(max_size=120))
def test_any_bytes_are_refused_with_the_documented_error(data: bytes) -> None:
    with pytest.raises(DirectoryRefusedError):
        opened_handler(data)
    with pytest.raises(DirectoryRefusedError):
        UntrustedPhoneDirectory.open(data, key=KEY, org=ORG)


# --- what is in it ------------------------------------------------------------------------------------------


def box(name: str = "handler") -> PublisherBox:
    return PublisherBox.make(TOKEN, to=epoch_key(name), org=ORG)


def full() -> HandlerPart:
    proposal = next_root(ROOT, name="next").sign([officer()])
    return replace(
        published().handler,
        proposals=(proposal,),
        token_state=(7, seed("state")),
        boxes=(box(), box("other")),
    )


def republished(part: HandlerPart, root_named: str = "publisher") -> bytes:
    """A part that a publisher really signed."""
    head = replace(published().head, handler_hash=content_hash("handler", part.encode()))
    signed = sign_head(head, by=identity(root_named))
    return seal_handler_part(part, signed, to=[epoch_key("handler")], org=ORG)


def test_everything_in_it_comes_back() -> None:
    part = full()
    assert HandlerPart.decode(part.encode()) == part
    assert opened_handler(republished(part))[1] == part


def test_its_roots_go_back_to_the_first_and_contain_the_phone_parts() -> None:
    second = next_root(ROOT, name="second")
    both = (signed_root(), second.sign([officer()]))
    assert opened_handler(republished(replace(full(), roots=both)))[1].roots == both
    ahead = republished(replace(full(), roots=both))
    found = open_handler_part(ahead, keys=[pair("handler-epoch")], org=ORG, root=second)
    assert found[1].roots == both
    twin = replace(ROOT, issued_at=NOW + 1)
    fork = next_root(ROOT, name="fork")
    for roots, root in (
        (both[1:], second),
        (both[:1], second),
        ((twin.sign([officer()]),), ROOT),
        ((signed_root(), fork.sign([officer()])), second),
        ((signed_root(), second.sign([officer("stranger")])), second),
        (both[::-1], ROOT),
    ):
        data = republished(replace(full(), roots=roots))
        with pytest.raises(DirectoryRefusedError):
            open_handler_part(data, keys=[pair("handler-epoch")], org=ORG, root=root)


def test_a_statement_or_proposal_without_effect_does_not_refuse_the_part() -> None:
    rubbish = Countersigned(b"anything", {})
    part = replace(full(), statements=(rubbish,), proposals=(rubbish,))
    assert opened_handler(republished(part))[1] == part


@pytest.mark.parametrize(
    "change",
    [
        {1: [5]},
        {1: [b"x"]},
        {2: [[]]},
        {3: [b"x"]},
        {3: [Countersigned(b"", {}).to_wire()] * 65},
        {4: [5]},
        {5: []},
        {5: [1]},
        {5: [1, bytes(31)]},
        {5: [2**32, bytes(32)]},
        {5: [-1, bytes(32)]},
        {5: [1, bytes(32), 0]},
        {6: [5]},
        {6: [[bytes(16), 1]]},
        {6: [[bytes(15), 1, bytes(1_179)]]},
        {6: [[bytes(16), 2**32, bytes(1_179)]]},
        {6: [[bytes(16), 1, bytes(1_178)]]},
        {6: [[bytes(16), 1, bytes(1_179), 0]]},
        {6: [[bytes(16), 1, bytes(1_179)]] * 17},
        {7: 0},
    ],
)
def test_a_malformed_content_is_refused_even_if_a_publisher_signs_it(change: dict[int, Any]) -> None:
    content = encode({**decode(full().encode()), **change})
    with pytest.raises(EncodingError):
        HandlerPart.decode(content)
    head = sign_head(
        replace(published().head, handler_hash=content_hash("handler", content)), by=identity("publisher")
    )
    plain = encode([head.to_wire(), content])
    body = primitives.seal_secret(
        KEY, len(plain).to_bytes(4, "big") + plain, info=encode(["kantha/v1/directory", ORG, "handler"])
    )
    wrap = epoch_key("handler").key.seal(KEY, info=encode(["kantha/v1/directory", ORG, "handler-key"]))
    with pytest.raises(DirectoryRefusedError):
        opened_handler(encode([wrap, body]))


def test_each_missing_entry_is_refused() -> None:
    value = decode(full().encode())
    for missing in value:
        with pytest.raises(EncodingError):
            HandlerPart.decode(encode({key: entry for key, entry in value.items() if key != missing}))


@pytest.mark.parametrize(
    ("entries", "limit"),
    [("statements", 4_096), ("wraps", 4_096), ("proposals", 64), ("roots", 1_024), ("boxes", 16)],
)
def test_a_part_that_its_readers_would_refuse_is_not_made(entries: str, limit: int) -> None:
    """Else one edition with an entry too many would shut every handler out."""
    one = {"wraps": published().handler.wraps[0], "boxes": box()}.get(entries, Countersigned(b"", {}))
    for count, fits in ((limit, True), (limit + 1, False)):
        part = replace(published().handler, **{entries: (one,) * count})
        assert part.fits is fits
        if fits:
            assert len(getattr(HandlerPart.decode(part.encode()), entries)) == limit
            continue
        with pytest.raises(EncodingError):
            HandlerPart.decode(part.encode())
        with pytest.raises(ValueError, match="readers"):
            republished(part)


def test_a_part_larger_than_a_relay_takes_is_not_made() -> None:
    heavy = Countersigned(bytes(5_000_000), {})
    part = replace(full(), statements=(heavy, heavy))
    with pytest.raises(ValueError, match="larger"):
        republished(part)


# --- the publishing token -----------------------------------------------------------------------------------


def test_a_box_opens_for_its_publisher_and_nobody_else() -> None:
    made = box()
    assert len(made.sealed) == 43 + XWING_OVERHEAD_BYTES
    assert (made.device, made.epoch) == (device("handler"), WEEK)
    assert made.open(pair("handler-epoch"), org=ORG) == TOKEN
    for other in (
        replace(made, device=device("other")),
        replace(made, epoch=WEEK + 1),
        *(replace(made, sealed=changed) for changed in flips(made.sealed, sampled=40)),
    ):
        with pytest.raises(OpenError):
            other.open(pair("handler-epoch"), org=ORG)
    with pytest.raises(OpenError):
        made.open(pair("other-epoch"), org=ORG)
    with pytest.raises(OpenError):
        made.open(pair("handler-epoch"), org=OTHER_ORG)


def test_only_a_tokens_text_goes_into_a_box() -> None:
    for token in ("", "p" * 42, "p" * 44, "ক" * 43):
        with pytest.raises(ValueError, match="publishing token"):
            PublisherBox.make(token, to=epoch_key("handler"), org=ORG)
    key = EpochKey(device("handler"), WEEK, pair("handler-epoch").sealing_key)
    info = encode(["kantha/v1/publisher-box", ORG, device("handler"), WEEK])
    strange = PublisherBox(device("handler"), WEEK, key.key.seal(b"\xff" * 43, info=info))
    with pytest.raises(OpenError):
        strange.open(pair("handler-epoch"), org=ORG)
