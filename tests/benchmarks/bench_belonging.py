"""What belonging costs: a root of ten officers of whom three sign, 32 handlers of one desk, 250 phones.

Sizes of both parts of the directory, and the processor time to verify them from their bytes with nothing kept
from before, as ratios to the bare cost of the same number of signature checks. The handlers' admissions have
one signature, then two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import process_time

from crypto import directory, primitives
from crypto.desk_keys import EpochKey, SeedWrap
from crypto.directory import (
    MAX_HANDLER_BYTES,
    MAX_PHONE_BYTES,
    HandlerEntry,
    HandlerPart,
    Head,
    PhonePart,
    Seen,
    UntrustedPhoneDirectory,
    content_hash,
    open_handler_part,
    seal_handler_part,
    seal_phone_part,
    sign_head,
)
from crypto.ids import OrganisationId
from crypto.primitives import OpeningKey
from crypto.root import Policy, Root, root_hash
from crypto.roster import Role, Roster, sign_statement
from crypto.signed import Countersigned, Signed
from tests.benchmarks.harness import Target, interleaved, median_ratio, report
from tests.crypto import people

OFFICERS = tuple(f"officer-{n}" for n in range(10))
HANDLERS, PHONES, THRESHOLD = 32, 250, 3
DAYS, GENERATIONS = 42, 17
"""From yesterday to 40 days ahead; a seed a week for a window of 120 days."""
RUNS = 7
KEY = people.seed("directory key")
SIGNERS = [people.officer(name) for name in OFFICERS]


@dataclass(frozen=True)
class Organisation:
    """Both parts as the relay has them, and what was signed in them."""

    org: OrganisationId
    root: Root
    phone: bytes
    handler: bytes
    statements: tuple[Countersigned, ...]
    admissions: tuple[Countersigned, ...]
    signed_root: Countersigned
    head: Signed
    certificates: int


def organisation(signatures: int) -> Organisation:
    """With so many signatures under each handler's admission."""
    root = replace(people.first_root(OFFICERS, THRESHOLD), policy=Policy(handler_officers=signatures))
    org = OrganisationId(root_hash(root.encode()))
    signed_root = root.sign(SIGNERS[:THRESHOLD])
    entries = tuple(_handler(n, org, signatures) for n in range(HANDLERS))
    phones = tuple(
        sign_statement(
            people.admission(f"phone-{n}", Role.INTAKE, org=org, prefix=100 + n, token_slot=n),
            by=[SIGNERS[n % len(SIGNERS)]],
        )
        for n in range(PHONES)
    )
    admissions = tuple(entry.signed_admission for entry in entries)
    chain = people.desk_seed(day=people.TODAY - 1)
    phone = PhonePart(
        (signed_root,), tuple(chain.public_days(DAYS)), entries, ((people.DESK, people.TODAY - 44),)
    )
    wraps = tuple(
        SeedWrap(people.DESK, n, people.TODAY - 44, entry.admission.device, people.WEEK, bytes(1_168))
        for n in range(GENERATIONS) for entry in entries
    )  # fmt: skip
    part = HandlerPart((*admissions, *phones), wraps, roots=(signed_root,))
    head = sign_head(
        Head(
            org=org, version=1, previous=bytes(32), issued_at=people.NOW, expires_at=people.NOW + 49 * 86_400,
            phone_hash=content_hash("phone", phone.encode()),
            handler_hash=content_hash("handler", part.encode()), token_epoch=1,
            publisher=people.device("publisher"),
        ),
        by=people.identity("publisher"),
    )  # fmt: skip
    keys = [entry.epoch_key for entry in entries]
    return Organisation(
        org, root, seal_phone_part(phone, head, key=KEY, org=org),
        seal_handler_part(part, head, to=keys, org=org),
        part.statements, admissions, signed_root, head, len(entries),
    )  # fmt: skip


def _handler(n: int, org: OrganisationId, signatures: int) -> HandlerEntry:
    name = f"handler-{n}"
    admission = people.admission(name, Role.HANDLER, org=org, slot=n)
    key = EpochKey(people.device(name), people.WEEK, people.pair(name).sealing_key)
    signed = sign_statement(admission, by=SIGNERS[:signatures])
    return HandlerEntry(admission, signed, key, key.certify(people.identity(name), org=org))


def forget() -> None:
    """As if this process had just started."""
    primitives.officer_signature_holds.cache_clear()
    primitives.is_sealing_key.cache_clear()
    primitives._xwing_public.cache_clear()
    directory._verified.cache_clear()


def timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        forget()
        start = process_time()
        work()
        return process_time() - start

    return run


def bare(made: Organisation, signed: tuple[Countersigned, ...], *, label: str, devices: int) -> None:
    """Only the signature checks: every officer's signature under these bodies, and so many of devices."""
    publics = made.root.officer_publics()
    for entry in signed:
        message = label.encode() + b"\0" + entry.body
        for officer, signature in entry.signatures.items():
            assert primitives.officer_signature_holds(publics[officer], signature, message)
    publisher = people.identity("publisher").public
    for _ in range(devices):
        primitives.device_signature_holds(publisher, made.head.signature, made.head.body)


def phone_part(made: Organisation) -> None:
    found = UntrustedPhoneDirectory.open(made.phone, key=KEY, org=made.org)
    found.verify(org=made.org, seen=Seen(), now=people.NOW)


def handler_part(made: Organisation, key: OpeningKey) -> None:
    _head, part = open_handler_part(made.handler, keys=[key], org=made.org, root=made.root)
    assert len(Roster.verify(part.statements, root=made.root, org=made.org).members) == HANDLERS + PHONES


def measure(signatures: int) -> None:
    """Four figures."""
    made = organisation(signatures)
    name = f"32 handlers admitted by {signatures}"
    report(f"phone part, {name}", len(made.phone) / 1024, "KiB", Target(at_most=MAX_PHONE_BYTES / 1024))
    report(f"handler part, {name}", len(made.handler) / 1024, "KiB", Target(at_most=MAX_HANDLER_BYTES / 1024))
    own = people.pair("handler-31")
    roots = (made.signed_root,)
    times = interleaved(
        RUNS,
        phone=timed(lambda: phone_part(made)),
        phone_bare=timed(lambda: (bare(made, roots, label="kantha/v1/root", devices=1 + made.certificates),
                                  bare(made, made.admissions, label="kantha/v1/roster", devices=0))),
        handler=timed(lambda: handler_part(made, own)),
        handler_bare=timed(lambda: (bare(made, roots, label="kantha/v1/root", devices=1),
                                    bare(made, made.statements, label="kantha/v1/roster", devices=0))),
    )  # fmt: skip
    for part, target in (("phone", 2.0), ("handler", 2.0)):
        report(
            f"verify the {part} part, {name}", median_ratio(times[part], times[f"{part}_bare"]),
            "times its signature checks", Target(at_most=target),
            ms=round(1_000 * sorted(times[part])[RUNS // 2], 1),
        )  # fmt: skip


def main() -> None:
    for signatures in (1, 2):
        measure(signatures)


if __name__ == "__main__":
    main()
