"""What came and what is missing, in words: never *lost* before it is expired, never an accusation."""

from __future__ import annotations

from collections.abc import Sequence

from app.actions.gaps import GapView
from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.casework import day_words

QUIET_DAYS = 7
"""A phone that was not heard for a week is worth a call; before that silence is normal."""


def parcels(missing: Sequence[GapView]) -> int:
    """How many numbers are open; what came twice is not missing."""
    return sum(one.to - one.from_ + 1 for one in missing if one.state != "fork")


def of_device(missing: Sequence[GapView], device: str) -> list[GapView]:
    """The gaps and forks of one device."""
    return [one for one in missing if one.device == device]


def forked(missing: Sequence[GapView], device: str) -> bool:
    """Whether two different things came from it under one number."""
    return any(one.state == "fork" for one in of_device(missing, device))


def devices_heard(devices: Sequence[DeviceView]) -> list[DeviceView]:
    """Phones and desks that send, those in use first, by label."""
    return sorted((one for one in devices), key=lambda one: (one.state == "revoked", one.label.casefold()))


def label_of(devices: Sequence[DeviceView], device: str, tr: Translator) -> str:
    """The label of a device, or words for one that is not in the roster."""
    return next((one.label for one in devices if one.id == device and one.label), "") or tr(
        "an unknown phone"
    )


def headline(missing: Sequence[GapView], devices: Sequence[DeviceView], tr: Translator) -> str:
    """`2 parcels from Blue-7 have not arrived since Tuesday.` for the banner; several devices are counted.
    Phones, case work, the relay's pages and forks have a sentence each.
    """
    said: list[str] = []
    for kind in ("cell", "operation", "page"):
        open_now = [one for one in missing if one.kind == kind and one.state != "fork"]
        if open_now:
            said.append(_not_arrived(kind, open_now, devices, tr))
    for device in dict.fromkeys(one.device for one in missing if one.state == "fork"):
        label = label_of(devices, device, tr)
        said.append(tr("Two different things came from {label} under one number.", label=label))
    return " ".join(said)


def _not_arrived(kind: str, missing: Sequence[GapView], devices: Sequence[DeviceView], tr: Translator) -> str:
    n = parcels(missing)
    who = list(dict.fromkeys(one.device for one in missing))
    since = day_words.long(min(one.since for one in missing), tr)
    if kind == "page":
        return tr.count(
            "{n} pages that the relay lists were not given since {when}.",
            n,
            one="One page that the relay lists was not given since {when}.",
            when=since,
        )
    label = label_of(devices, who[0], tr)
    if kind == "operation":
        if len(who) > 1:
            return tr(
                "{n} steps of case work from {m} machines have not arrived since {when}.",
                n=n,
                m=len(who),
                when=since,
            )
        return tr.count(
            "{n} steps of case work from {label} have not arrived since {when}.",
            n,
            one="One step of case work from {label} has not arrived since {when}.",
            label=label,
            when=since,
        )
    if len(who) == 1:
        return tr.count(
            "{n} parcels from {phone} have not arrived since {when}.",
            n,
            one="One parcel from {phone} has not arrived since {when}.",
            phone=label,
            when=since,
        )
    return tr("{n} parcels from {m} phones have not arrived since {when}.", n=n, m=len(who), when=since)


def advice(missing: Sequence[GapView], devices: Sequence[DeviceView], tr: Translator) -> str:
    """What is safe and what to do, for the most urgent of it."""
    if any(one.state == "fork" for one in missing):
        return tr("A copy of that device may be in use. Both are kept. Tell an officer, who can revoke it.")
    if all(one.state == "expired" for one in missing):
        return tr("The relay no longer keeps them. Ask whether the phone still has them.")
    kinds = {one.kind for one in missing}
    who = list(dict.fromkeys(one.device for one in missing))
    label = label_of(devices, who[0], tr)
    if kinds == {"page"}:
        return tr("Try again. If it stays, tell an officer: the relay may be damaged or may be lying.")
    if "operation" in kinds:
        machine = next(one.device for one in missing if one.kind == "operation")
        return tr(
            "Ask for {label} to connect once, and compare the case with what is seen there.",
            label=label_of(devices, machine, tr),
        )
    if len(who) == 1:
        return tr("Nothing is lost on the phone. Ask for {phone} to connect once.", phone=label)
    return tr("Nothing is lost on the phones. Ask for each to connect once.")
