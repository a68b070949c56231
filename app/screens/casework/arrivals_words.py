"""What came and what is missing, in words: never *lost* before it is expired, never an accusation."""

from __future__ import annotations

from collections.abc import Sequence

from app.actions.views import DeviceView, MissingView
from app.i18n import Translator
from app.screens.casework import day_words

QUIET_DAYS = 7
"""A phone that was not heard for a week is worth a call; before that silence is normal."""


def parcels(missing: Sequence[MissingView]) -> int:
    """How many numbers are open."""
    return sum(one.to - one.from_ + 1 for one in missing)


def of_device(missing: Sequence[MissingView], device: str) -> list[MissingView]:
    """The gaps of one device."""
    return [one for one in missing if one.device == device]


def devices_heard(devices: Sequence[DeviceView]) -> list[DeviceView]:
    """Phones and desks that send, those in use first, by label."""
    return sorted((one for one in devices), key=lambda one: (one.state == "revoked", one.label.casefold()))


def label_of(devices: Sequence[DeviceView], device: str, tr: Translator) -> str:
    """The label of a device, or words for one that is not in the roster."""
    return next((one.label for one in devices if one.id == device and one.label), "") or tr(
        "an unknown phone"
    )


def headline(missing: Sequence[MissingView], devices: Sequence[DeviceView], tr: Translator) -> str:
    """`2 parcels from Blue-7 have not arrived since Tuesday.` for the banner; several phones are counted."""
    n = parcels(missing)
    who = list(dict.fromkeys(one.device for one in missing))
    since = day_words.long(min(one.since for one in missing), tr)
    if len(who) == 1:
        label = label_of(devices, who[0], tr)
        return tr.count(
            "{n} parcels from {phone} have not arrived since {when}.",
            n,
            one="One parcel from {phone} has not arrived since {when}.",
            phone=label,
            when=since,
        )
    return tr("{n} parcels from {m} phones have not arrived since {when}.", n=n, m=len(who), when=since)


def advice(missing: Sequence[MissingView], devices: Sequence[DeviceView], tr: Translator) -> str:
    """What is safe and what to do."""
    if all(one.state == "expired" for one in missing):
        return tr("The relay no longer keeps them. Ask whether the phone still has them.")
    who = list(dict.fromkeys(one.device for one in missing))
    if len(who) == 1:
        return tr("Nothing is lost on the phone. Ask for {phone} to connect once.",
                  phone=label_of(devices, who[0], tr))  # fmt: skip
    return tr("Nothing is lost on the phones. Ask for each to connect once.")
