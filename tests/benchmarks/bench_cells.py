"""Sealing and opening one cell, and a handler's day of fifty phones, against the bare HPKE call.

    python -m tests.benchmarks.bench_cells

One cell is counted in processor time of this thread, since nothing in it waits; a day in real time, since its
writes to the vault are synced. The day goes through `sync.inbox` into a real vault, once as the app takes it
(each complaint is parsed and gets its line in the inbox), once only kept as it came.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import assets
from app.actions import organisation
from app.actions.device import Device
from app.actions.sending import session_of
from app.domain.codes import format_code
from app.domain.record import fill, parse
from app.vault import arrived as arrivals
from app.vault.arrived import Arrived
from app.vault.vault import Vault
from crypto import primitives
from crypto.cells import (
    MAX_BODY_BYTES,
    PLAIN_BYTES,
    Cell,
    CellKind,
    dummy_cell,
    heartbeat_body,
    open_cell,
    seal_cell,
)
from crypto.desk_keys import DayKey, DayOpeningKey, day_of
from crypto.encoding import encode
from crypto.ids import DeviceId, device_id
from crypto.parcels import ParcelContent, ParcelKind, cut, seal_parcel
from crypto.primitives import DeviceSigningKey, OfficerSigningKey, sha256
from crypto.roster import Admission, Role, sign_statement
from crypto.slot_chains import SlotChain
from sync.deskkeys import load_generations, newest
from sync.directory import keep_statement
from sync.inbox import ArrivedParcel, Inbox, Sink
from sync.membership import INCARNATION
from sync.pairwise import SlotKeys, take_introduction
from sync.wire import CELL_BYTES, CELLS_PER_PAGE
from tests.benchmarks.harness import Target, interleaved, median_ratio, report

PHONES, CELLS_A_PHONE, SESSIONS_A_DAY = 50, 96, 3
REAL = PHONES * CELLS_A_PHONE // 10
DAYS = 3
CALLS, PAIRS = 5, 300


# --- one cell -----------------------------------------------------------------------------------------------


def bare_open(key: DayOpeningKey) -> Callable[[bytes, bytes], bytes]:
    """The library's own call with the key object made before, as a program without our layer does it."""
    private = key.key._private
    return lambda sealed, info: primitives._SUITE.decrypt(sealed, private, info)


def timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        before = time.thread_time()
        for _ in range(CALLS):
            work()
        return time.thread_time() - before

    return run


def one_cell(device: Device, key: DayKey, opening: DayOpeningKey) -> None:
    org, info = device.member.org, b"kantha bench"
    keys = {slot: os.urandom(32) for slot in range(32)}
    cell = Cell(CellKind.PARCEL, DeviceId(os.urandom(16)), INCARNATION, 1, os.urandom(MAX_BODY_BYTES))
    sealed = seal_cell(cell, to=key, org=org, slot_keys=keys)
    public, plain = primitives._xwing_public(key.key.public), os.urandom(PLAIN_BYTES)
    bare = primitives._SUITE.encrypt(plain, public, info)
    opens = bare_open(opening)
    times = interleaved(
        PAIRS,
        seal=timed(lambda: seal_cell(cell, to=key, org=org, slot_keys=keys)),
        bare_seal=timed(lambda: primitives._SUITE.encrypt(plain, public, info)),
        open=timed(lambda: open_cell(sealed, key=opening, org=org)),
        bare_open=timed(lambda: opens(bare, info)),
    )
    for name, target in (("seal", 2.0), ("open", 1.3)):
        report(
            f"{name} one cell / bare HPKE on {PLAIN_BYTES:,} bytes",
            median_ratio(times[name], times[f"bare_{name}"]),
            "x",
            Target(at_most=target),
            bare_us=round(statistics.median(times[f"bare_{name}"]) / CALLS * 1e6, 1),
        )


# --- a day of fifty phones ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phone:
    """An admitted phone that has introduced itself to the handler in slot 0."""

    id: DeviceId
    prefix: int
    slot_seed: bytes


def founded(home: Path) -> Device:
    """A desk of a new organisation whose relay nobody can reach."""
    return organisation.create(
        home, "jute thread and river water", name="Bench", relay="http://127.0.0.1:9", pool="0" * 32,
        publish_token="A" * 43, gap_seconds=0, argon_memory_kib=65_536,
    )  # fmt: skip


def admit_phones(device: Device) -> list[Phone]:
    member, now = device.member, int(device.now())
    officer = OfficerSigningKey(device.vault.get("officer") or b"")
    phones = []
    with device.vault.transaction():
        for number in range(PHONES):
            identity = DeviceSigningKey.generate().public
            phone = Phone(device_id(identity), 100 + number, os.urandom(32))
            statement = Admission(
                org=member.org, device=phone.id, role=Role.INTAKE, desk=member.desk, label=f"Phone-{number}",
                identity=identity, kem_hash=sha256(identity), slot=None, prefix=phone.prefix,
                token_slot=number, transcript=bytes(32), at=now,
            )  # fmt: skip
            keep_statement(device.state, sign_statement(statement, by=[officer]))
            take_introduction(device.state, phone.id, member.desk, seed=phone.slot_seed, first=1)
            phones.append(phone)
    return phones


def day_of_cells(device: Device, phones: list[Phone], key: DayKey) -> list[bytes]:
    """What the phones deposit in a day, as the relay's pages have it: 480 complaints, heartbeats, dummies."""
    org, desk, now = device.member.org, device.member.desk, int(device.now())
    samples: list[Any] = json.loads(assets.path("samples/complaints.json").read_text(encoding="utf-8"))
    records = [fill(parse(sample)) for sample in samples]
    cells: list[bytes] = []
    for phone in phones:
        seeds = {0: phone.slot_seed} | {slot: os.urandom(32) for slot in range(1, 8)}
        slots = SlotKeys({slot: (SlotChain.begin(seed, first=1),) for slot, seed in seeds.items()})
        bodies: list[bytes] = []
        own = REAL * (phone.prefix - 99) // PHONES - REAL * (phone.prefix - 100) // PHONES
        while len(bodies) < own:
            code = format_code(phone.prefix, len(bodies) + 1)
            payload = {"desk": "main", "record": records[len(cells) % len(records)], "finished": "2026-11-22"}
            content = ParcelContent(ParcelKind.COMPLAINT, code, now, payload)
            bodies += [chunk.to_body() for chunk in cut(seal_parcel(content, to=key, org=org))]
        said = [
            Cell(CellKind.PARCEL, phone.id, INCARNATION, n, body) for n, body in enumerate(bodies, start=1)
        ]
        since = heartbeat_body(day_of(now))
        said += [Cell(CellKind.HEARTBEAT, phone.id, INCARNATION, len(bodies), since)] * SESSIONS_A_DAY
        sealed = [
            seal_cell(
                cell, to=key, org=org, slot_keys=slots.at(cell.counter + (cell.kind is CellKind.HEARTBEAT))
            )
            for cell in said
        ]
        cells += sealed + [dummy_cell(to=key, org=org) for _ in range(CELLS_A_PHONE - len(sealed))]
    assert desk == key.desk
    random.shuffle(cells)
    pages = [cells[start : start + CELLS_PER_PAGE] for start in range(0, len(cells), CELLS_PER_PAGE)]
    return [b"".join(sorted(page, key=lambda cell: sha256(cell))) for page in pages]


@dataclass(frozen=True)
class Spent:
    """Seconds of real time, and of this thread's processor time, which other programs disturb less."""

    real_s: float
    busy_s: float


@dataclass(frozen=True)
class Keeping:
    """A sink that keeps every parcel in the vault as it came, and does no more with it."""

    vault: Vault

    def take_parcel(self, arrived: ArrivedParcel) -> None:
        """One row, as the app's own arrivals write it."""
        kept = Arrived(
            device=arrived.device, code=arrived.code, kind=arrived.kind, parcel=arrived.id, desk="main",
            authentic=arrived.authentic, received=arrived.received_at,
            payload=json.dumps(arrived.payload, ensure_ascii=False),
        )  # fmt: skip
        arrivals.keep(self.vault.db, kept)

    def take_operation(self, device: DeviceId, operation: dict[str, Any]) -> None: ...

    def take_question(self, handler: DeviceId, body: dict[str, Any]) -> None: ...

    def take_left(self, code: str, kind: str) -> None: ...

    def take_confirmation(self, code: str, kind: str) -> None: ...


def a_day(device: Device, *, sink: Sink) -> tuple[list[Spent], list[Spent]]:
    """Seconds for each page: bare HPKE, and the inbox with its transaction."""
    phones = admit_phones(device)
    key, opening = todays_keys(device)
    pages = day_of_cells(device, phones, key)
    phone = device.directory()
    assert phone is not None
    inbox = Inbox(
        device.state, device.me, device.member, phone, device.directory_client.roster(phone),
        session_of(device).answers, sink,
    )  # fmt: skip
    opens = bare_open(opening)
    info = encode(["kantha/v1/cell", device.member.org, key.desk, key.generation, key.day, 0])
    bare: list[Spent] = []
    whole: list[Spent] = []
    received = 0
    for number, page in enumerate(pages):

        def by_hand(page: bytes = page) -> None:
            for start in range(0, len(page), CELL_BYTES):
                opens(page[start : start + CELL_BYTES], info)

        def by_inbox(page: bytes = page, number: int = number) -> None:
            nonlocal received
            with device.vault.transaction():
                received += inbox.take_page(page, closed_at=int(device.now())).parcels
                device.state.set_place("page-complaints", number + 1)

        for work, times in ((by_hand, bare), (by_inbox, whole))[:: 1 if number % 2 else -1]:
            before, busy = time.perf_counter(), time.thread_time()
            work()
            times.append(Spent(time.perf_counter() - before, time.thread_time() - busy))
    assert received == REAL, "every complaint must have been taken in"
    return bare, whole


def todays_keys(device: Device) -> tuple[DayKey, DayOpeningKey]:
    """Today's key as a phone has it from the directory, and as the desk derives it."""
    today = day_of(device.now())
    phone, chain = device.directory(), newest(load_generations(device.state), device.member.desk)
    assert phone is not None
    assert chain is not None
    public = phone.part.day_key(device.member.desk, today=today)
    opening = chain.chain.at(today).opening_key
    assert public is not None
    assert public.key == opening.key.sealing_key
    return public, opening


def main() -> None:
    """One cell, then days in turns: into the app, into the sync layer alone."""
    days: dict[str, tuple[list[Spent], list[Spent]]] = {"app": ([], []), "sync": ([], [])}
    with tempfile.TemporaryDirectory(prefix="kantha-bench-") as folder:
        for day in range(2 * DAYS):
            device = founded(Path(folder) / str(day))
            try:
                if day == 0:
                    one_cell(device, *todays_keys(device))
                into = "sync" if day % 2 else "app"
                bare, whole = a_day(
                    device, sink=session_of(device).sink if into == "app" else Keeping(device.vault)
                )
                days[into][0].extend(bare)
                days[into][1].extend(whole)
            finally:
                device.lock()
    name = f"a handler takes in a day of {PHONES} phones / bare HPKE open rate"
    for into, more in (("app", ""), ("sync", ", only kept as it came")):
        bare, whole = days[into]
        rate = round(DAYS * PHONES * CELLS_A_PHONE / sum(page.real_s for page in whole))
        report(
            name + more,
            median_ratio([page.real_s for page in bare], [page.real_s for page in whole]),
            "x",
            Target(at_least=0.6),
            processor_time_only=round(
                median_ratio([page.busy_s for page in bare], [page.busy_s for page in whole]), 3
            ),
            cells_per_s=rate,
        )


if __name__ == "__main__":
    main()
