"""The lists of the desk, read from the vault in one go, and moving in one of them by keys."""

from __future__ import annotations

from typing import TypeAlias

from app.actions import casework, organisation
from app.actions.device import Device
from app.actions.gaps import GapView, gaps
from app.actions.views import CaseRow, InboxRow, OrganisationView

Read: TypeAlias = tuple[tuple[InboxRow, ...], tuple[CaseRow, ...], OrganisationView, tuple[GapView, ...]]


def read(device: Device) -> Read:
    """Inbox, cases, the organisation, and what is missing."""
    return (
        tuple(casework.inbox(device)),
        tuple(casework.cases(device)),
        organisation.show(device),
        tuple(gaps(device)),
    )


def moved(keys: list[str], present: str | None, by: int) -> str | None:
    """The key so many lines further, within the list; the first or second where none was chosen."""
    if not keys:
        return None
    if present not in keys:
        return keys[0] if present is None and by < 0 else keys[min(1 if by > 0 else 0, len(keys) - 1)]
    return keys[max(0, min(len(keys) - 1, keys.index(present) + by))]
