"""Nothing finished in time is ever unreadable: any schedule of finishing, sending, being away and reseeding.

In one process, with pages in a list and clocks that only move when they are told to. The desk publishes,
reseeds and forgets as a publisher does; phone and desk are the real ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto.desk_keys import DeskSeed, EpochKey, day_of
from crypto.directory import HandlerEntry, Head, PhoneDirectory, PhonePart
from crypto.parcels import ParcelContent, ParcelKind, seal_parcel
from crypto.roster import Role, Roster
from sync.announcing import Announcing
from sync.answers import Answers
from sync.deskkeys import (
    RESEED_DAYS,
    Generation,
    forget_past,
    load_epoch_keys,
    load_generations,
    newest,
    renew_epoch_key,
    save_generations,
)
from sync.inbox import Inbox
from sync.integrity import Line, bitmap, counters_in, forks, missing
from sync.membership import INCARNATION, Self
from sync.outbox import Outbox
from sync.windows import first_day_kept, note_page_day, sealing_key
from tests.crypto import people
from tests.crypto.people import DESK, NOW, ORG
from tests.sync.stores import Hands, member, new_state
from tests.sync.test_inbox import Shelf

DAY = 86_400
RETENTION = 14
ROOT = people.first_root()
POLICY = ROOT.policy
PHONE = people.device("phone")
ROSTER = Roster.verify(
    [people.signed_admission("handler", Role.HANDLER), people.signed_admission("phone", Role.INTAKE)],
    root=ROOT,
    org=ORG,
)


@dataclass
class Pages:
    """The relay: pages in order, with the day on which they were closed by its own clock."""

    kept: list[tuple[int, int, bytes]] = field(default_factory=list)
    closed: int = 0

    def close(self, now: float, body: bytes) -> None:
        self.closed += 1
        self.kept.append((self.closed, int(now), body))

    def after(self, number: int, now: float) -> list[tuple[int, int, bytes]]:
        return [page for page in self.kept if page[0] > number and page[1] > now - RETENTION * DAY]


class Desk:
    """A handler who publishes."""

    def __init__(self) -> None:
        self.clock = Hands()
        self.state = new_state(self.clock)
        me, mine = Self(people.identity("handler")), member("handler", Role.HANDLER)
        self.answers = Answers(self.state, me, mine, Outbox(self.state, me, mine))
        self.me, self.member, self.shelf = me, mine, Shelf()
        self.number = self.read = self.unreadable = 0
        self.version = 0
        self.published = self.publish()

    def publish(self) -> PhoneDirectory:
        """What a publisher does in its session: keys turned, days published."""
        today, generations = day_of(self.clock()), load_generations(self.state)
        latest = newest(generations, DESK)
        if latest is None or latest.chain.day > today or today - latest.started >= RESEED_DAYS:
            self.number += 1
            chain = DeskSeed.generate(DESK, generation=self.number, day=today - 1)
            latest = Generation(chain, today, today + POLICY.ahead_days)
            generations.append(latest)
        start = max(latest.chain.day, today - 1)
        days = latest.chain.at(start).public_days(today + POLICY.ahead_days - start + 1)
        grown = replace(latest, last=max(latest.last, days[-1].day))
        save_generations(self.state, [grown if entry is latest else entry for entry in generations])
        renew_epoch_key(
            self.state, me=self.me.id, identity=self.me.identity, org=ORG, key_days=POLICY.key_days
        )
        epoch, key = load_epoch_keys(self.state)[0]
        epoch_key = EpochKey(self.me.id, epoch, key.sealing_key)
        signed = people.signed_admission("handler", Role.HANDLER)
        entry = HandlerEntry(
            people.admission("handler", Role.HANDLER), signed, epoch_key,
            epoch_key.certify(self.me.identity, org=ORG),
        )  # fmt: skip
        part = PhonePart((), tuple(days), (entry,), ((DESK, self.first_kept()),))
        self.version += 1
        now = int(self.clock())
        head = Head(ORG, self.version, bytes(32), now, now + 49 * DAY, bytes(32), bytes(32), 1, self.me.id)
        return PhoneDirectory(head, ROOT, part)

    def first_kept(self) -> int:
        return first_day_kept(self.state, roster=ROSTER, policy=POLICY, desk=DESK)

    def session(self, pages: Pages, now: float) -> None:
        """`now`: the relay's time."""
        self.published = self.publish()
        pages.close(now, b"")  # what it deposits itself; the time at the relay goes on without the phone
        found = pages.after(self.read, now)
        if pages.kept:
            note_page_day(self.state, day_of(pages.kept[-1][1]))
        inbox = Inbox(self.state, self.me, self.member, self.published, ROSTER, self.answers, self.shelf)
        for number, closed_at, body in found:
            with self.state.transaction():
                self.unreadable += inbox.take_page(body, closed_at=closed_at).unreadable
            self.read = number
        forget_past(self.state, {DESK: self.first_kept()})


class Phone:
    """An intake device that is confirmed whatever the desk has shown to be its own."""

    def __init__(self, desk: Desk) -> None:
        self.clock = Hands()
        self.state = new_state(self.clock)
        self.me, self.member = Self(people.identity("phone")), member("phone", Role.INTAKE)
        self.outbox = Outbox(self.state, self.me, self.member)
        self.directory = desk.published
        self.finished: dict[str, int] = {}

    def finish(self) -> None:
        code = f"207-{len(self.finished):04d}-0"
        key = sealing_key(self.directory, DESK, self.clock())
        assert key is not None
        content = ParcelContent(ParcelKind.COMPLAINT, code, int(self.clock()), {"text": code})
        parcel = seal_parcel(content, to=key, org=ORG)
        with self.state.transaction():
            self.outbox.put_parcel(parcel, kind=content.kind, code=code)
        self.finished[code] = parcel.day

    def session(self, desk: Desk, pages: Pages, now: float, *, deposits: int = 1) -> None:
        if pages.kept:
            note_page_day(self.state, day_of(pages.kept[-1][1]))
        if self.clock() <= desk.published.head.expires_at:
            self.directory = desk.published
        else:
            return  # its session ends with a sentence
        self.outbox.note_readable(DESK, self.directory.part.first_readable(DESK))
        announcing = Announcing(self.state, self.me, self.member, self.outbox)
        announcing.announce(self.directory)
        key = sealing_key(self.directory, DESK, self.clock())
        assert key is not None
        issued = day_of(self.directory.head.issued_at)
        for number in range(deposits):
            slots = announcing.slot_keys(self.directory)
            deposit = self.outbox.pack({DESK: key}, slots, last=number == deposits - 1, issued=issued)
            pages.close(now, deposit.body)
            self.outbox.left(deposit)

    def hear(self, desk: Desk) -> None:
        below, bits = bitmap(desk.state, Line(PHONE, DESK, INCARNATION))
        up_to = self.outbox.highest_counter(DESK)
        came = counters_in(below, bits, up_to=up_to)
        if came:  # as `read_word` does: this handler has the keys that were introduced to it
            self.state.db.execute("UPDATE sync_introduced SET confirmed = 1")
        self.outbox.confirm(DESK, came)


STEPS = st.one_of(
    st.tuples(st.just("finish"), st.just(0)),
    st.tuples(st.just("phone"), st.integers(-2, 2)),
    st.tuples(st.just("desk"), st.sampled_from([0, 0, 0, 0, 3, 60, -3])),
    st.tuples(st.just("hear"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 50)),
)


@settings(max_examples=40, deadline=None)
@example(steps=[("finish", 0), ("wait", 50), ("desk", 0), ("wait", 40), ("desk", 0)])
@example(steps=[("finish", 0), ("phone", 0), ("desk", 60), ("finish", 0), ("phone", 0), ("desk", 60)])
@example(steps=[("finish", 0), *[("wait", 44), ("desk", 0)] * 4])
@example(steps=[("finish", 0), *[("wait", 40)] * 3, ("wait", 1)])
@given(steps=st.lists(STEPS, min_size=4, max_size=24))
def test_whatever_the_schedule_what_is_finished_in_time_is_read_and_nothing_is_lost_in_silence(
    steps: list[tuple[str, int]],
) -> None:
    desk, pages, today = Desk(), Pages(), 0
    phone = Phone(desk)

    def at(device: Desk | Phone, wrong: int = 0) -> float:
        device.clock.now = float(NOW + (today + wrong) * DAY)
        return float(NOW + today * DAY)

    for step, value in [*steps, ("desk", 0), ("phone", 0), ("desk", 0), ("hear", 0)]:
        match step:
            case "finish":
                at(phone)
                phone.finish()
            case "phone":
                phone.session(desk, pages, at(phone, value))
            case "desk":
                desk.session(pages, at(desk, value))
            case "hear":
                at(phone)
                phone.hear(desk)
            case "wait":
                today += value
    for _ in range(8):  # until all that can leave has left, been read and been confirmed
        today += 4
        desk.session(pages, at(desk))
        phone.session(desk, pages, at(phone), deposits=4)
        desk.session(pages, at(desk))
        phone.hear(desk)
    read = {one.code for one in desk.shelf.parcels if one.authentic}
    late = {item.code for item in phone.outbox.items() if item.too_late}
    assert read | late == set(phone.finished), "read, or said to be too late"
    for code in late - read:
        age = day_of(NOW) + today - phone.finished[code]
        assert age > POLICY.window_days, "only after its window"
    assert {item.code for item in phone.outbox.items()} <= late, "what was read is confirmed and forgotten"
    assert desk.unreadable <= len(late - read), "what is finished in time is never unreadable"
    assert forks(desk.state) == []
    assert sum(run.last - run.first + 1 for run in missing(desk.state)) <= len(late)
