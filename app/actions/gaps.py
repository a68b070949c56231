"""What was counted and is not here, and what came twice and differs: of phones, of handlers' case work,
and of the relay's own pages.

A gap says that something was sent or is still on the device; a fork says that two different things carry one
number. Neither says who did it.
"""

from __future__ import annotations

from app.actions import moments
from app.actions.device import Device
from app.actions.membership_views import MissingView
from sync.integrity import forks, missing


class GapView(MissingView, frozen=True):
    """Numbers of one device. ``kind``: cell (a phone's or a handler's parcels), operation (case work) or page
    (the relay lists it and does not give it; no device). ``state`` may also be fork: two things, one number.
    """

    kind: str = "cell"


def gaps(device: Device) -> list[GapView]:
    """All of them: what is missing first, then what came twice."""
    phone = device.directory()
    names = {desk.id: desk.name for desk in phone.root.desks} if phone else {}
    found = [
        GapView(
            device=gap.device.hex(),
            desk=names.get(gap.desk, gap.desk.hex()),
            from_=gap.first,
            to=gap.last,
            since=moments.iso(gap.since),
            state="expired" if gap.expired else "missing",
            kind=gap.kind,
        )
        for gap in missing(device.state)
    ]
    return found + [
        GapView(
            device=fork.device.hex(),
            desk=names.get(fork.desk, fork.desk.hex()),
            from_=fork.counter,
            to=fork.counter,
            since="",
            state="fork",
            kind=fork.kind,
        )
        for fork in forks(device.state)
    ]
