from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import primitives
from crypto.desk_keys import EpochKey, generation_limit
from crypto.directory import (
    MAX_PHONE_BYTES,
    PhoneDirectory,
    PhonePart,
    Seen,
    UntrustedPhoneDirectory,
    content_hash,
    require_newer,
    seal_phone_part,
    sign_head,
)
from crypto.encoding import decode, encode
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError
from crypto.ids import OfficerId
from crypto.primitives import OFFICER_SIGNATURE_BYTES
from crypto.root import root_hash
from crypto.roster import LABEL as ROSTER
from crypto.roster import Role
from crypto.signed import Countersigned, Signed
from tests.crypto.people import (
    DESK,
    NOW,
    ORG,
    OTHER_DESK,
    OTHER_ORG,
    TODAY,
    WEEK,
    admission,
    desk_seed,
    device,
    epoch_key,
    first_root,
    flips,
    identity,
    next_root,
    officer,
    published,
    seed,
    signed_admission,
    signed_root,
)

KEY = seed("directory key")
ROOT = first_root()


def sealed_phone(version: int = 5, label: str = "") -> bytes:
    made = published(version, label=label)
    return seal_phone_part(made.phone, made.signed_head, key=KEY, org=ORG)


def fetched(data: bytes, *, seen: Seen | None = None, now: float = NOW) -> PhoneDirectory:
    untrusted = UntrustedPhoneDirectory.open(data, key=KEY, org=ORG)
    return untrusted.verify(org=ORG, seen=seen or Seen(), now=now)


def verified(
    content: bytes,
    head: Signed | None = None,
    *,
    seen: Seen | None = None,
    now: float = NOW,
    pinned: bytes | None = None,
) -> PhoneDirectory:
    return UntrustedPhoneDirectory(head or head_for(content), content).verify(
        org=ORG, seen=seen or Seen(), now=now, pinned=pinned
    )


def head_for(content: bytes, by: str = "publisher", **changes: Any) -> Signed:
    head = replace(published().head, phone_hash=content_hash("phone", content), **changes)
    return sign_head(head, by=identity(by))


# --- the phone part -----------------------------------------------------------------------------------------


def test_a_phone_part_comes_back() -> None:
    found = fetched(sealed_phone())
    assert found.part == published().phone
    assert found.head == published().head
    assert found.root == ROOT


def test_its_size_is_a_multiple_of_64_kib_and_at_most_512() -> None:
    sizes = set()
    for days in (1, 3, 40, 90):
        made = published(5, days=days)
        data = seal_phone_part(made.phone, made.signed_head, key=KEY, org=ORG)
        assert len(data) % 65_536 == 0
        assert len(data) <= MAX_PHONE_BYTES
        assert fetched(data).part.days == made.phone.days
        sizes.add(len(data))
    assert sizes == {65_536, 131_072}
    many = published(5, days=440)
    with pytest.raises(ValueError, match="larger"):
        seal_phone_part(many.phone, many.signed_head, key=KEY, org=ORG)


def signed_by_many(body: bytes, count: int) -> Countersigned:
    """As large as the real thing."""
    names = [OfficerId(bytes([n]) * 16) for n in range(count)]
    return Countersigned(body, dict.fromkeys(names, bytes(OFFICER_SIGNATURE_BYTES)))


def test_a_full_desk_admitted_by_two_officers_each_and_three_roots_of_ten_officers_fit() -> None:
    made = published(5, days=42)
    entry = made.phone.handlers[0]
    admitted = signed_by_many(entry.signed_admission.body, 2)
    body = first_root(tuple(f"officer-{n}" for n in range(10)), 3).encode()
    part = replace(
        made.phone,
        handlers=(replace(entry, signed_admission=admitted),) * 32,
        roots=(signed_by_many(body, 3),) * 3,
    )
    assert len(seal_phone_part(part, made.signed_head, key=KEY, org=ORG)) > MAX_PHONE_BYTES // 2


def test_a_change_of_any_sampled_bit_another_key_or_organisation_is_refused() -> None:
    data = sealed_phone()
    for changed in [*flips(data, sampled=150), data[:-1], data + b"\0", data[:40], b""]:
        with pytest.raises(DirectoryRefusedError):
            fetched(changed)
    for key, org in ((seed("other"), ORG), (KEY, OTHER_ORG)):
        with pytest.raises(DirectoryRefusedError):
            UntrustedPhoneDirectory.open(data, key=key, org=org)


@given(st.binary(max_size=100), st.integers(0, 3))
def test_any_plaintext_under_the_directory_key_is_refused_with_the_documented_error(
    body: bytes, n: int
) -> None:
    """Every enrolled device has the key, so this is what a stolen phone can serve."""
    good = encode([published().signed_head.to_wire(), body])
    plain = (body, len(body).to_bytes(4, "big") + body, len(good).to_bytes(4, "big") + good + bytes(7), b"")[
        n
    ]
    data = primitives.seal_secret(KEY, plain, info=encode(["kantha/v1/directory", ORG, "phone"]))
    with pytest.raises(DirectoryRefusedError):
        fetched(data)


def test_a_padding_that_is_not_zeros_or_a_length_beyond_the_end_is_refused() -> None:
    """Else whoever has the key could hide words of its own behind what a publisher signed."""
    info = encode(["kantha/v1/directory", ORG, "phone"])
    framed = primitives.open_secret(KEY, sealed_phone(), info=info)
    assert fetched(primitives.seal_secret(KEY, framed, info=info)).head == published().head
    for other in (framed[:-1] + b"\1", framed + b"\1", b"\xff" + framed[1:], framed[:200]):
        with pytest.raises(DirectoryRefusedError):
            fetched(primitives.seal_secret(KEY, other, info=info))


def test_a_device_with_the_key_cannot_change_a_word() -> None:
    made = published()
    content = made.phone.encode()
    for changed in flips(content, sampled=100):
        with pytest.raises(DirectoryRefusedError):
            verified(changed, made.signed_head)
    for body in flips(made.signed_head.body, sampled=100):
        with pytest.raises(DirectoryRefusedError):
            verified(content, Signed(body, made.signed_head.signature))


def test_only_a_device_with_the_publish_right_signs_a_head() -> None:
    content = published().phone.encode()
    assert verified(content).head.publisher == device("publisher")
    with pytest.raises(DirectoryRefusedError):
        verified(content, head_for(content, by="handler"))
    with pytest.raises(DirectoryRefusedError):
        verified(content, head_for(content, by="handler", publisher=device("handler")))
    with pytest.raises(DirectoryRefusedError):
        verified(content, head_for(content, org=OTHER_ORG))


def test_an_older_directory_is_refused_and_the_same_one_is_not() -> None:
    seen = Seen(version=5, head_hash=published().head.hash)
    assert fetched(sealed_phone(), seen=seen).head.version == 5
    assert fetched(sealed_phone(6), seen=seen).head.version == 6
    with pytest.raises(DirectoryRefusedError, match="older directory"):
        fetched(sealed_phone(4), seen=seen)


def test_numbers_that_are_absurdly_high_are_refused_by_whoever_has_seen_any() -> None:
    content = published().phone.encode()
    step = Seen(version=5, head_hash=bytes(32))
    assert verified(content, head_for(content, version=5 + 2**20), seen=step)
    assert verified(content, head_for(content, version=7, token_epoch=7 + 2**16), seen=step)
    near_the_end = Seen(version=2**47 - 2, head_hash=bytes(32))
    for seen, changes in (
        (step, {"version": 6 + 2**20}),
        (step, {"version": 7, "token_epoch": 8 + 2**16}),
        (near_the_end, {"version": 2**47}),
        (near_the_end, {"version": 2**47 - 1, "token_epoch": 2**31}),
    ):
        with pytest.raises(DirectoryRefusedError, match=r"absurdly|does not follow"):
            verified(content, head_for(content, **changes), seen=seen)


def test_under_a_newer_root_a_directory_is_newer_whatever_its_number() -> None:
    two = next_root(ROOT, name="New name")
    content = replace(published().phone, roots=(signed_root(), two.sign([officer()]))).encode()
    for number in (1, 7 + 2**20, 2**47 - 2):
        seen = Seen(number, bytes(32), root_version=1, root_hash=root_hash(ROOT.encode()))
        for version in (3, 2**47 - 1):
            if version != number + 1:
                assert verified(content, head_for(content, version=version), seen=seen).root.version == 2
        same = replace(seen, root_version=2, root_hash=root_hash(two.encode()))
        for version in {number - 1, number + 2**20 + 1} - {0}:
            with pytest.raises(DirectoryRefusedError, match=r"older|absurdly"):
                verified(content, head_for(content, version=version), seen=same)
    seen = Seen(1, bytes(32), root_version=1, root_hash=root_hash(ROOT.encode()))
    for changes in ({"version": 2**47}, {"version": 7, "token_epoch": 8 + 2**16}):
        with pytest.raises(DirectoryRefusedError, match="absurdly"):
            verified(content, head_for(content, **changes), seen=seen)


def test_a_generation_beyond_what_the_root_allows_is_refused_also_by_whoever_has_seen_nothing() -> None:
    part = published().phone
    most = generation_limit(ROOT.version) - 1

    def with_generation(number: int) -> bytes:
        return replace(part, days=tuple(replace(day, generation=number) for day in part.days)).encode()

    content = with_generation(most)
    assert {day.generation for day in verified(content, head_for(content)).part.days} == {most}
    for above in (most + 1, 2**32 - 1):
        content = with_generation(above)
        with pytest.raises(DirectoryRefusedError):
            verified(content, head_for(content))
    newer = replace(part, roots=(signed_root(), next_root(ROOT, name="New name").sign([officer()])))
    content = replace(newer, days=tuple(replace(day, generation=most + 1) for day in newer.days)).encode()
    assert verified(content, head_for(content)).root.version == 2


def test_two_directories_under_one_number_are_a_fork() -> None:
    seen = Seen(version=5, head_hash=published().head.hash)
    with pytest.raises(DirectoryRefusedError, match="two different"):
        fetched(sealed_phone(5, label="fork"), seen=seen)
    with pytest.raises(DirectoryRefusedError, match="two different"):
        require_newer(published(5, label="fork").head, seen)


def test_a_directory_or_a_root_that_has_expired_is_refused_as_such() -> None:
    data, head = sealed_phone(), published().head
    assert fetched(data, now=head.expires_at).head == head
    with pytest.raises(DirectoryExpiredError):
        fetched(data, now=head.expires_at + 1)
    content = published().phone.encode()
    late = head_for(content, expires_at=ROOT.expires_at + 100)
    with pytest.raises(DirectoryExpiredError):
        verified(content, late, now=ROOT.expires_at + 1)


def test_a_rolled_back_or_forked_root_is_refused_although_everything_is_signed() -> None:
    second = next_root(ROOT, name="New name")
    fork = next_root(ROOT, name="Other name")
    newer = replace(published().phone, roots=(signed_root(), second.sign([officer()])))
    seen = Seen(root_version=2, root_hash=root_hash(second.encode()))
    assert verified(newer.encode(), seen=seen).root == second
    with pytest.raises(DirectoryRefusedError, match="older organisation"):
        fetched(sealed_phone(), seen=seen)
    other = replace(newer, roots=(signed_root(), fork.sign([officer()])))
    assert verified(other.encode()).root == fork
    with pytest.raises(DirectoryRefusedError, match="another organisation"):
        verified(other.encode(), seen=seen)
    longer = replace(other, roots=(*other.roots, next_root(fork).sign([officer()])))
    with pytest.raises(DirectoryRefusedError, match="another organisation"):
        verified(longer.encode(), seen=seen)


def test_the_next_directory_must_name_the_one_seen() -> None:
    """A relay cannot lead a device from one line of directories to another, even with a publisher's help."""
    seen = Seen(version=5, head_hash=published().head.hash)
    assert published(6).head.previous == seen.head_hash
    assert fetched(sealed_phone(6), seen=seen).head.version == 6
    content = published().phone.encode()
    for previous in (seed("another"), bytes(32), published(4).head.hash):
        other = head_for(content, version=6, previous=previous)
        with pytest.raises(DirectoryRefusedError, match="does not follow"):
            verified(content, other, seen=seen)
        assert verified(content, other).head.version == 6
    skipped = head_for(content, version=7, previous=seed("another"))
    assert verified(content, skipped, seen=seen).head.version == 7


# --- a chain that begins late -------------------------------------------------------------------------------

SECOND = next_root(ROOT, name="second")
THIRD = next_root(SECOND, name="third")
LATE = (SECOND.sign([officer()]), THIRD.sign([officer()]))


def late(*roots: Countersigned) -> bytes:
    return replace(published().phone, roots=roots or LATE).encode()


def test_a_late_chain_needs_the_newest_root_seen() -> None:
    for version, known in ((2, SECOND), (3, THIRD)):
        seen = Seen(root_version=version, root_hash=root_hash(known.encode()))
        assert verified(late(), seen=seen).root == THIRD
    for seen in (
        Seen(),
        Seen(root_version=1, root_hash=root_hash(ROOT.encode())),
        Seen(root_version=2, root_hash=seed("another")),
    ):
        with pytest.raises(DirectoryRefusedError):
            verified(late(), seen=seen)


def test_before_anything_was_seen_the_invitations_root_must_be_in_the_chain() -> None:
    first, second, third = (root_hash(root.encode()) for root in (ROOT, SECOND, THIRD))
    whole = (signed_root(), *LATE)
    for pinned in (second, third):
        assert verified(late(), pinned=pinned).root == THIRD
        assert verified(late(*whole), pinned=pinned).root == THIRD
    assert verified(late(*whole), pinned=first).root == THIRD
    for roots, pinned in ((LATE, first), (LATE, seed("another")), (whole, seed("another"))):
        with pytest.raises(DirectoryRefusedError):
            verified(late(*roots), pinned=pinned)
    with pytest.raises(DirectoryRefusedError, match="the invitation named"):
        verified(late(*whole), pinned=seed("another"))


def test_once_a_root_was_seen_the_invitations_is_not_enough() -> None:
    fork = next_root(ROOT, name="fork")
    seen = Seen(root_version=2, root_hash=root_hash(fork.encode()))
    with pytest.raises(DirectoryRefusedError):
        verified(late(), seen=seen, pinned=root_hash(SECOND.encode()))
    known = Seen(root_version=2, root_hash=root_hash(SECOND.encode()))
    assert verified(late(), seen=known, pinned=root_hash(ROOT.encode())).root == THIRD


def test_what_was_verified_for_one_device_is_not_believed_by_another() -> None:
    """The same bytes, another anchor: what is kept from the first time must not answer the second."""
    assert verified(late(), pinned=root_hash(SECOND.encode())).root == THIRD
    with pytest.raises(DirectoryRefusedError):
        verified(late())


def test_a_removed_publisher_or_a_handler_that_no_longer_holds_is_refused() -> None:
    gone = next_root(ROOT, publishers=())
    content = late(signed_root(), gone.sign([officer()]))
    with pytest.raises(DirectoryRefusedError):
        verified(content)
    other = replace(ROOT.officers[0], public=officer("second").public, device=device("second"))
    replaced = late(signed_root(), next_root(ROOT, officers=(other,)).sign([officer()]))
    with pytest.raises(DirectoryRefusedError):
        verified(replaced)
    over = published().phone.handlers[0].signed_admission.add(label=ROSTER, by=officer("second"))
    entry = replace(published().phone.handlers[0], signed_admission=over)
    roots = (signed_root(), next_root(ROOT, officers=(other,)).sign([officer()]))
    assert verified(replace(published().phone, roots=roots, handlers=(entry,)).encode()).part.handlers == (
        entry,
    )


# --- the first day that can still be read -------------------------------------------------------------------


def test_the_first_readable_day_of_each_desk_is_said() -> None:
    part = replace(published().phone, readable=((DESK, TODAY - 44), (OTHER_DESK, TODAY - 90)))
    found = verified(part.encode()).part
    assert found == part
    assert [found.first_readable(desk) for desk in (DESK, OTHER_DESK)] == [TODAY - 44, TODAY - 90]
    assert published().phone.first_readable(DESK) == 0


def test_no_later_day_is_believed_than_what_every_handler_keeps() -> None:
    """Else one publisher could call everything too late that waits on phones."""
    readable = ((DESK, TODAY), (OTHER_DESK, TODAY - 90))
    found = verified(replace(published().phone, readable=readable).encode()).part
    most = published().head.issued_at // 86_400 - ROOT.policy.key_days
    assert [found.first_readable(desk) for desk in (DESK, OTHER_DESK)] == [most, TODAY - 90]


def test_a_day_to_come_is_refused_else_a_publisher_could_call_everything_too_late() -> None:
    for readable in (((DESK, TODAY + 1),), ((DESK, 5), (DESK, 6)), ((DESK, 5), (OTHER_DESK, TODAY + 1))):
        with pytest.raises(DirectoryRefusedError):
            verified(replace(published().phone, readable=readable).encode())


def test_another_organisations_root_is_refused() -> None:
    twin = replace(ROOT, issued_at=NOW + 1)
    content = replace(published().phone, roots=(twin.sign([officer()]),)).encode()
    with pytest.raises(DirectoryRefusedError):
        verified(content)
    with pytest.raises(DirectoryRefusedError):
        verified(replace(published().phone, roots=()).encode())


def test_a_publisher_can_add_no_handler_that_officers_did_not_admit() -> None:
    entry = published().phone.handlers[0]
    stranger = signed_admission("phone", Role.INTAKE)
    key = epoch_key("phone")
    forged = [
        replace(entry, signed_admission=stranger),
        replace(
            entry,
            signed_admission=stranger,
            epoch_key=key,
            certificate=key.certify(identity("phone"), org=ORG),
        ),
        replace(entry, epoch_key=key, certificate=key.certify(identity("phone"), org=ORG)),
        replace(entry, epoch_key=EpochKey(device("handler"), WEEK + 1, entry.epoch_key.key)),
        replace(entry, certificate=bytes(64)),
    ]
    for other in forged:
        with pytest.raises(DirectoryRefusedError):
            verified(replace(published().phone, handlers=(other,)).encode())


def test_an_epoch_key_to_which_nothing_can_be_sealed_is_refused() -> None:
    value = decode(published().phone.encode())
    bad = value[3][0][2][:1_184] + bytes(32)
    value[3][0][2] = bad
    message = encode(["kantha/v1/epoch-key", ORG, device("handler"), WEEK, bad])
    value[3][0][3] = identity("handler").sign(message)
    with pytest.raises(DirectoryRefusedError):
        verified(encode(value))


@pytest.mark.parametrize(
    "change",
    [
        {1: 5},
        {1: [5]},
        {1: [b"x"]},
        {2: [5]},
        {2: [{}]},
        {3: [5]},
        {3: [[b"", 0, b"", b""]]},
        {3: [{}]},
        {4: 0},
        {4: [5]},
        {4: [[DESK]]},
        {4: [[DESK, 5, 5]]},
        {4: [[DESK[:7], 5]]},
        {4: [[DESK, -1]]},
        {4: [[bytes([n]) * 8, 5] for n in range(17)]},
        {5: 0},
        {1: [b""] * 65},
    ],
)
def test_a_malformed_content_is_refused_even_if_a_publisher_signs_it(change: dict[int, Any]) -> None:
    with pytest.raises(DirectoryRefusedError):
        verified(encode({**decode(published().phone.encode()), **change}))


def test_today_is_read_from_the_newest_generation_or_the_nearest_day() -> None:
    old = desk_seed(generation=2, day=TODAY - 5).public_days(30)
    new = desk_seed(generation=3, day=TODAY - 1).public_days(10)
    part = PhonePart((), (*old, *new), ())
    places = {
        today: (key.generation, key.day)
        for today in (TODAY - 9, TODAY - 1, TODAY, TODAY + 8, TODAY + 99)
        if (key := part.day_key(DESK, today=today)) is not None
    }
    assert places == {
        TODAY - 9: (3, TODAY - 1),
        TODAY - 1: (3, TODAY - 1),
        TODAY: (3, TODAY),
        TODAY + 8: (3, TODAY + 8),
        TODAY + 99: (3, TODAY + 8),
    }
    assert part.day_key(OTHER_DESK, today=TODAY) is None
    assert published().phone.desk_handlers(OTHER_DESK) == []


def test_no_intake_device_is_named_in_the_phone_part() -> None:
    content = published().phone.encode()
    phone = admission("phone", Role.INTAKE)
    assert phone.device not in content
    assert phone.identity not in content
    assert phone.device in published().handler.encode()
