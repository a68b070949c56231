"""Codes of complaints: given on this device, and read when somebody types one."""

from __future__ import annotations

from app.actions.errors import (
    CodeMalformedError,
    CodesUsedUpError,
    CodeUnknownError,
    NotAdmittedError,
    NotFinishedError,
    NotThisRoleError,
)
from app.actions.ports import DevicePort
from app.domain.codes import format_code, parse_code
from app.domain.errors import CodeError
from app.vault import code_series, complaints, drafts
from app.vault.complaints import FinishedComplaint


def allot(device: DevicePort) -> str:
    """A code that this device never gave before, inside the caller's transaction."""
    prefix = device.code_prefix
    if prefix is None:
        raise (
            NotAdmittedError
            if device.role == "intake"
            else NotThisRoleError("Complaints are not taken on this device.")
        )
    try:
        return format_code(prefix, code_series.next_number(device.vault, prefix))
    except code_series.SeriesEndedError as error:
        raise CodesUsedUpError from error


def read(text: str) -> str:
    """A typed code as it is written: hyphens may be left out, digits may be Bengali or Khmer."""
    try:
        return parse_code(text)
    except CodeError as error:
        raise CodeMalformedError(str(error)) from error


def finished_here(device: DevicePort, text: str) -> FinishedComplaint:
    """The finished complaint of this device that a typed code means."""
    code = read(text)
    found = complaints.find(device.vault.db, code)
    if found is not None:
        return found
    if drafts.find_by_code(device.vault.db, code) is not None:
        raise NotFinishedError
    prefix, number = int(code[:3]), int(code[4:8])
    if code_series.was_given(device.vault, prefix, number):
        raise CodeUnknownError("The complaint with this number was begun here and discarded.")
    raise CodeUnknownError(
        "The complaint with this number was not taken on this device.",
        next_step="Add it on the device where it was taken, or tell the desk.",
    )
