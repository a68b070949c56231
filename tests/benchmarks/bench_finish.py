"""How long a person waits when a complaint is finished: from the press to "saved", against the limit of
100 ms.

On a real device of a real organisation, with drafts that were saved at every step of the interview;
sealing, the transaction and the scrub of the vault included, the derivation of the key not. A limit, so
the ratio to it is the figure.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from app import assets
from app.actions import device as devices
from app.actions import enrolment, intake, organisation, sending
from app.actions.device import Device
from tests.benchmarks.harness import Target, report
from tests.sync.relay.running import start_relay

LIMIT_MS = 100.0
STEPS = 12
RUNS = 40
PASSPHRASE = "seven rivers carry the quilt home"
SMALL_ARGON_KIB = 65_536


def admitted_phone(folder: Path, relay: str, pool: str, publish_token: str) -> Device:
    """A phone that belongs to an organisation and knows the keys of its desk."""
    desk = organisation.create(
        folder / "desk",
        PASSPHRASE,
        name="Bench",
        relay=relay,
        pool=pool,
        publish_token=publish_token,
        gap_seconds=0,
        argon_memory_kib=SMALL_ARGON_KIB,
    )
    try:
        invitation = enrolment.invite(desk, role="intake", desk="main", label="Blue-7")
        joined = enrolment.join(folder / "phone", PASSPHRASE, invitation.text)
        admitted = enrolment.admit(desk, joined.reply_text, confirm=joined.check)
    finally:
        desk.lock()
    phone = devices.unlock(folder / "phone", PASSPHRASE)
    enrolment.import_bundle(phone, admitted.welcome)
    sending.sync(phone)
    return phone


def told(record: dict[str, Any], *, times: int) -> dict[str, Any]:
    """The record with a narrative that is this many times as long."""
    return record | {"narrative": record["narrative"] * times}


def finish_ms(phone: Device, record: dict[str, Any]) -> tuple[float, float]:
    """(finish, one autosave) of one complaint, in milliseconds."""
    draft = intake.new_draft(phone)
    saved = []
    for step in range(STEPS):
        start = perf_counter()
        intake.save_draft(phone, draft.id, record, step)
        saved.append((perf_counter() - start) * 1000)
    start = perf_counter()
    intake.finish(phone, draft.id)
    return (perf_counter() - start) * 1000, statistics.median(saved)


def main() -> None:
    """Print a figure for an ordinary complaint and one for an hour of talking."""
    samples = json.loads(assets.path("samples/complaints.json").read_text("utf-8"))
    record = next(sample for sample in samples if sample.get("narrative"))
    with tempfile.TemporaryDirectory() as folder, start_relay(Path(folder) / "relay") as relay:
        pool = relay.create_pool()
        phone = admitted_phone(Path(folder), relay.url, pool.name, pool.publish_token)
        try:
            for name, times in (("a complaint", 1), ("a complaint of 60,000 characters", 60_000)):
                length = max(1, times // len(record["narrative"])) if times > 1 else 1
                runs = [finish_ms(phone, told(record, times=length)) for _ in range(RUNS)]
                finished = sorted(run[0] for run in runs)
                report(
                    f"finish {name} / limit of 100 ms",
                    statistics.median(finished) / LIMIT_MS,
                    "x",
                    Target(at_most=1.0),
                    median_ms=round(statistics.median(finished), 2),
                    worst_ms=round(finished[-1], 2),
                    autosave_ms=round(statistics.median(run[1] for run in runs), 2),
                )
        finally:
            phone.lock()


if __name__ == "__main__":
    main()
