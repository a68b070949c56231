"""Sessions with a relay that lies: nothing false is accepted, nothing is lost, and one sentence says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.actions import casework, intake, sending
from app.actions.device import Device
from app.actions.sending import session_of
from crypto.directory import seal_phone_part
from crypto.errors import CryptoError, DirectoryExpiredError, DirectoryRefusedError
from crypto.root import Policy
from sync.errors import (
    DepositConflictError,
    PageDamagedError,
    RelayBusyError,
    RelayUnreachableError,
    SyncError,
    TokenRefusedError,
)
from sync.integrity import forks
from sync.outbox import RESEND_AFTER_S
from sync.pageindex import Index
from sync.publish import Publisher, publish_token
from sync.session import Outcome
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART
from tests.sync import lying_relay as lies
from tests.sync.world import DAY, Clock, World, no_sleep, record

POLICY = Policy(token_slots=40)
"""A phone for each test, and one desk for all."""


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("lies"), clock=clock, policy=POLICY) as world:
        yield world


@pytest.fixture
def phone(world: World, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Device]:
    clock.ahead = 0.0
    label = f"P{len(world.devices)}"
    phone = world.phone(label)
    yield phone
    clock.ahead = 0.0


def run(world: World, device: Device, lie: type[RelayClient], *, deposits: int | None = None) -> Outcome:
    """A session with a relay that lies. Undoes nothing."""
    world.settle()
    with lie(world.relay.url, world.pool.name) as relay:
        outcome = session_of(device, sleep=no_sleep).run(relay, deposits=deposits)
    device.reload()
    return outcome


def since(lie: type[lies.Rearranges], number: int) -> type[lies.Rearranges]:
    """The same lie, told of the pages after this one."""
    return type(lie.__name__, (lie,), {"since": number})


def refused(world: World, device: Device, lie: type[RelayClient], error: type[Exception]) -> Exception:
    """The session ends with one sentence, and what waits is what waited before."""
    waiting = [(item.code, item.kind) for item in sending.outbox(device).items]
    with pytest.raises(error) as caught:
        run(world, device, lie)
    assert [(item.code, item.kind) for item in sending.outbox(device).items] == waiting
    assert_sentence(caught.value)
    return caught.value


def assert_sentence(error: Exception) -> None:
    assert isinstance(error, SyncError | CryptoError)
    assert 10 < len(str(error)) < 160
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    assert error.next_step.endswith(".")


def finish(phone: Device, count: int = 1) -> list[str]:
    return intake.new_complaints(phone, [record(f"number {n}") for n in range(count)], finish=True)


def arrived(world: World, codes: list[str]) -> None:
    """Each is at the desk once, and was made by the phone that says so."""
    inbox = [row.code for row in casework.inbox(world.desk)]
    for code in codes:
        assert inbox.count(code) == 1
        assert intake.show(world.desk, code).authentic is True


def missing_from(world: World, phone: Device) -> list[tuple[int, int]]:
    return [(gap.from_, gap.to) for gap in sending.missing_at(world.desk) if gap.device == phone.id.hex()]


# --- deposits ------------------------------------------------------------------------------


def test_deposits_that_were_acknowledged_and_thrown_away_are_noticed_and_sent_again(
    world: World, clock: Clock, phone: Device
) -> None:
    world.round(phone)
    codes = finish(phone, 20)

    class DropsTwo(lies.Drops):
        drops = frozenset({0, 1})

    first = phone.outbox.first_to_leave(phone.member.desk)
    run(world, phone, DropsTwo)
    assert len(sending.outbox(phone).items) == 20, "it was not confirmed, so it is kept"
    world.sync(world.desk)
    assert missing_from(world, phone) == [(first, first + 15)], "and the desk can say what is missing"
    world.sync(world.desk)
    world.sync(phone)
    assert len(sending.outbox(phone).items) == 16
    clock.ahead = RESEND_AFTER_S + 60
    world.round(phone)
    arrived(world, codes)
    assert sending.outbox(phone).items == []
    assert missing_from(world, phone) == []


def test_when_everything_is_thrown_away_the_next_heartbeat_shows_it(
    world: World, clock: Clock, phone: Device
) -> None:
    world.round(phone)
    (code,) = finish(phone)

    class DropsAll(lies.Drops):
        drops = frozenset(range(9))

    run(world, phone, DropsAll)
    world.sync(world.desk)
    assert missing_from(world, phone) == []
    world.sync(phone, world.desk)
    assert len(missing_from(world, phone)) == 1
    clock.ahead = RESEND_AFTER_S + 60
    world.sync(phone, world.desk)
    arrived(world, [code])


@pytest.mark.parametrize("stores", [True, False])
@pytest.mark.parametrize("works", [0, 1, 3])
def test_a_connection_that_breaks_during_a_deposit_loses_and_doubles_nothing(
    world: World, phone: Device, works: int, stores: bool
) -> None:
    codes = finish(phone, 20)

    class Breaks(lies.Stumbles):
        pass

    Breaks.works, Breaks.stores = works, stores
    refused(world, phone, Breaks, RelayUnreachableError)
    (kept,) = phone.outbox.unsent()
    sent: list[tuple[bytes, bytes, bytes]] = []

    class Records(lies.Records):
        seen = sent

    assert run(world, phone, Records).deposited == 32
    assert sent[0] == (kept.id, kept.token, kept.body), "a retry is exactly the pair that was stored"
    assert len({one[0] for one in sent}) == len({one[1] for one in sent}) == 4
    assert phone.outbox.unsent() == []
    world.round(phone)
    arrived(world, codes)
    assert sending.outbox(phone).items == []
    assert missing_from(world, phone) == []
    assert forks(world.desk.state) == []


def test_after_a_conflict_it_is_sealed_afresh_under_another_number_and_token(
    world: World, phone: Device
) -> None:
    codes = finish(phone, 3)
    sent: list[tuple[bytes, bytes, bytes]] = []

    class Conflicts(lies.RefusesOnce):
        def __init__(self, *args: str) -> None:
            super().__init__(*args)
            self.seen = sent

    assert run(world, phone, Conflicts).deposited == 32
    assert len(sent) == 5
    assert (
        len({one[0] for one in sent}) == len({one[1] for one in sent}) == len({one[2] for one in sent}) == 5
    )
    world.sync(world.desk)
    arrived(world, codes)


def test_a_relay_that_refuses_every_token_is_believed_after_a_few(world: World, phone: Device) -> None:
    codes = finish(phone, 2)
    refused(world, phone, lies.Refuses, TokenRefusedError)
    world.sync(phone, world.desk)
    arrived(world, codes)


def test_a_relay_with_a_conflict_every_time_is_given_up(world: World, phone: Device) -> None:
    codes = finish(phone, 2)

    class Always(lies.Refuses):
        answer = DepositConflictError

    refused(world, phone, Always, DepositConflictError)
    world.sync(phone, world.desk)
    arrived(world, codes)


def test_a_relay_that_is_always_busy_is_given_up_with_the_very_same_deposit_kept(
    world: World, phone: Device
) -> None:
    codes, sent = finish(phone, 2), list[tuple[bytes, bytes, bytes]]()

    class Busy(lies.IsBusy):
        def __init__(self, *args: str) -> None:
            super().__init__(*args)
            self.seen = sent

    refused(world, phone, Busy, RelayBusyError)
    assert len(set(sent)) == 1, "busy is no refusal: the pair is retried exactly"
    assert [(one.id, one.token, one.body) for one in phone.outbox.unsent()] == sent[:1]
    world.sync(phone, world.desk)
    arrived(world, codes)


# --- pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lie", lies.PAGE_LIES, ids=lambda lie: lie.__name__)
def test_pages_that_lie_bring_nothing_false_and_the_truth_arrives_once(
    world: World, clock: Clock, phone: Device, lie: type[lies.Rearranges]
) -> None:
    world.round(phone)
    codes = finish(phone, 10)
    before = {row.code for row in casework.inbox(world.desk)}
    world.sync(phone, deposits=1)
    world.sync(phone, deposits=1)
    place = int(world.desk.state.place("page-complaints"))
    run(world, world.desk, since(lie, place))
    got = {row.code for row in casework.inbox(world.desk)} - before
    assert got <= set(codes)
    for code in got:
        assert intake.show(world.desk, code).record["narrative"].startswith("number")  # type: ignore[index]
    clock.ahead = RESEND_AFTER_S + 60
    world.desk.state.set_place("page-complaints", place)
    world.sync(phone, world.desk)
    arrived(world, codes)
    assert missing_from(world, phone) == []
    assert forks(world.desk.state) == []


@pytest.mark.parametrize("lie", lies.PAGE_LIES, ids=lambda lie: lie.__name__)
def test_answers_that_lie_ask_nothing_false_and_forget_nothing_unconfirmed(
    world: World, phone: Device, lie: type[lies.Rearranges]
) -> None:
    codes = finish(phone, 2)
    world.sync(phone, world.desk)
    casework.ask(world.desk, codes[0], "When?")
    world.sync(world.desk)
    while world.desk.answers.waiting():  # four cells a session, and other tests' phones wait too
        world.sync(world.desk)
    before = int(phone.state.place("page-replies"))
    run(world, phone, since(lie, before))
    asked = [question.text for question in intake.questions(phone)]
    assert asked in ([], ["When?"])
    assert {item.code for item in sending.outbox(phone).items} in (set(), set(codes))
    if asked == []:
        assert lie not in (lies.Reverses, lies.Replays), "all of it came, only in another order"
    phone.state.set_place("page-replies", before)
    world.sync(phone)
    assert [question.text for question in intake.questions(phone)] == ["When?"]
    assert sending.outbox(phone).items == []


def test_a_page_that_is_not_what_the_index_promised_is_not_taken(world: World, phone: Device) -> None:
    codes = finish(phone, 2)
    world.sync(phone)

    class Bends(RelayClient):
        def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
            true = super().index(stream, chunk=chunk, etag=etag)
            if true is None:
                return None
            bent = tuple(replace(entry, digest=entry.digest[::-1]) for entry in true.entries)
            return replace(true, entries=bent)

    before = [row.code for row in casework.inbox(world.desk)]
    refused(world, world.desk, Bends, PageDamagedError)
    assert [row.code for row in casework.inbox(world.desk)] == before
    world.sync(world.desk)
    arrived(world, codes)


# --- directories -------------------------------------------------------------------------------


def publish(world: World) -> None:
    world.desk.state.set_place("publish-due", True)
    with world.client() as relay:
        Publisher(world.desk.directory_client, publish_token(world.desk.state) or "").maintain(relay)


def parts(world: World) -> dict[str, tuple[bytes, str]]:
    with world.client() as relay:
        found = {part: relay.get_directory(part) for part in (PHONE_PART, HANDLER_PART)}
    return {part: answer for part, answer in found.items() if answer is not None}


def showing(shown: dict[str, tuple[bytes, str]]) -> type[RelayClient]:
    return type("Shows", (lies.ShowsDirectory,), {"parts": shown})


def test_an_older_directory_is_refused_and_nothing_is_sent_under_it(world: World, phone: Device) -> None:
    old = parts(world)
    publish(world)
    world.sync(phone)
    known = phone.directory()
    codes = finish(phone)
    error = refused(world, phone, showing({PHONE_PART: old[PHONE_PART]}), DirectoryRefusedError)
    assert "older" in str(error)
    assert phone.directory() == known
    assert phone.outbox.unsent() == []
    world.sync(phone, world.desk)
    arrived(world, codes)


def test_an_older_handler_part_is_refused(world: World, phone: Device) -> None:
    other = world.handler(f"H{len(world.devices)}")
    other.state.set_place("page-complaints", world.desk.state.place("page-complaints"))
    old = parts(world)
    publish(world)
    world.sync(other)
    refused(world, other, showing({HANDLER_PART: old[HANDLER_PART]}), DirectoryRefusedError)
    world.sync(other)


def test_two_directories_under_one_number_are_refused(world: World, clock: Clock, phone: Device) -> None:
    with world.desk.vault.transaction():
        world.desk.state.set_place("publish-due", True)
    forked = world.desk.directory_client
    current = forked.current()
    assert current is not None
    publish(world)
    world.sync(phone)
    seen = phone.directory()
    assert seen is not None
    clock.ahead = 30  # another moment of issue: another head under the same number
    from sync.edition import Editor

    edition = Editor(forked).build()
    head = replace(
        seen.head, issued_at=seen.head.issued_at + 1, phone_hash=edition_hash(edition.phone.encode())
    )
    from crypto.directory import sign_head

    signed = sign_head(head, by=world.desk.me.identity)
    assert world.desk.member.directory_key is not None
    sealed = seal_phone_part(
        edition.phone, signed, key=world.desk.member.directory_key, org=world.desk.member.org
    )
    error = refused(world, phone, showing({PHONE_PART: (sealed, "0" * 64)}), DirectoryRefusedError)
    assert "two different" in str(error)
    assert phone.directory() == seen


def edition_hash(content: bytes) -> bytes:
    from crypto.directory import content_hash

    return content_hash("phone", content)


def test_a_directory_of_nobody_is_refused(world: World, phone: Device) -> None:
    true, etag = parts(world)[PHONE_PART]
    seen = phone.directory()
    for bent in (b"", b"x" * 300, true[:-1], true[:100] + b"\0" + true[101:], true + b"\0", bytes(len(true))):
        refused(world, phone, showing({PHONE_PART: (bent, etag)}), DirectoryRefusedError)
        assert phone.directory() == seen
    for bent in (b"", b"x" * 300, true):
        refused(world, world.desk, showing({HANDLER_PART: (bent, "1" * 64)}), DirectoryRefusedError)
    world.sync(world.desk)


def test_another_organisations_directory_is_refused(
    world: World, phone: Device, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from app.actions import organisation
    from tests.sync.world import MEMORY_KIB, PASSPHRASE

    pool = world.relay.create_pool()
    other = organisation.create(
        tmp_path_factory.mktemp("other") / "desk", PASSPHRASE, name="Sramik Union", relay=world.relay.url,
        pool=pool.name, publish_token=pool.publish_token, gap_seconds=0, argon_memory_kib=MEMORY_KIB,
    )  # fmt: skip
    world.devices.append(other)
    foreign = other.directory()
    assert foreign is not None
    with RelayClient(world.relay.url, pool.name) as relay:
        answer = relay.get_directory(PHONE_PART)
    assert answer is not None
    refused(world, phone, showing({PHONE_PART: answer}), DirectoryRefusedError)
    resealed = seal_phone_part(
        foreign.part, other.directory_client.current() and signed_head_of(other),
        key=world.desk.member.directory_key or b"", org=world.desk.member.org,
    )  # fmt: skip
    refused(world, phone, showing({PHONE_PART: (resealed, "2" * 64)}), DirectoryRefusedError)


def signed_head_of(device: Device):  # type: ignore[no-untyped-def]
    from crypto.signed import Signed

    return Signed.from_wire(device.state.place("directory-phone")[1])


def test_a_frozen_relay_is_noticed_when_its_directory_is_over(
    world: World, clock: Clock, phone: Device
) -> None:
    (code,) = finish(phone)
    clock.ahead = 50 * DAY
    refused(world, phone, lies.NeverChanges, DirectoryExpiredError)
    clock.ahead = 0.0
    world.sync(phone, world.desk)
    arrived(world, [code])
