"""An archive of this desk for its officers: one file that only enough of them open together."""

from __future__ import annotations

import tempfile
from pathlib import Path

import flet as ft

from app.actions import recovery
from app.actions.device import Device
from app.i18n import Translator
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import one_pane
from app.screens.officer.gone import quorum_words
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.type import text

FILE_NAME = "archive.kantha"


def archive_bytes(device: Device) -> tuple[bytes, int]:
    """The archive, made in a folder of its own that is removed again, and how many entries of the vault no
    archive may hold. It is sealed before it is written.
    """
    with tempfile.TemporaryDirectory(prefix="archive-", dir=device.home) as folder:
        out = Path(folder) / FILE_NAME
        left_out = recovery.archive(device, out).left_out
        return out.read_bytes(), left_out


@ft.component
def MakeArchive(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """What it holds, who opens it, and the button."""
    tr, organisation = desk.tr, desk.organisation
    busy, set_busy = ft.use_state(False)
    made, set_made = ft.use_state(b"")
    left_out, set_left_out = ft.use_state(0)
    if not desk.app.device.officer:
        return ft.Container(
            states.no_right(tr("Officers make cards and archives and try the recovery.")), padding=20
        )

    async def make() -> None:
        if busy:
            return
        set_busy(True)
        found = await desk.do(archive_bytes)
        set_busy(False)
        if found is not None:
            set_made(found[0])
            set_left_out(found[1])

    async def save() -> None:
        desk.acted()
        await ft.FilePicker().save_file(file_name=FILE_NAME, src_bytes=made)

    tall = 48 if desk.narrow else 36
    parts: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    parts += [
        text(tr("All complaints and cases of this desk, as they are now, in one file."), "body_large"),
        text(quorum_words(organisation, tr) if organisation else "", "body_large"),
        text(
            tr(
                "Fewer officers cannot open it. What comes later is not in it: make a new one every week and"
                " keep it outside this office."
            )
            if organisation and organisation.threshold > 1
            else tr(
                "Its officer alone can open it. What comes later is not in it: make a new one every week and"
                " keep it outside this office."
            ),
            "body_large",
        ),
    ]
    if busy:
        parts.append(states.working(tr("Locking everything into one file.")))
    elif made:
        size = tr.decimal(len(made) / 1_000_000, places=1)
        parts += [
            states.connected(tr("The archive is made: {size} MB. Save it now.", size=size)),
            *([states.problem(_left_out(left_out, tr), calm=True)] if left_out else []),
            ft.Row(
                [
                    button(
                        tr("Save the archive"),
                        icon=ft.Icons.SAVE_ALT_ROUNDED,
                        desk=True,
                        tall=tall,
                        on_click=lambda _: desk.app.page.run_task(save),
                        key="save-archive",
                    )
                ]
            ),
        ]
    else:
        parts.append(
            ft.Row(
                [
                    button(
                        tr("Make the archive"),
                        icon=ft.Icons.INVENTORY_2_OUTLINED,
                        desk=True,
                        tall=tall,
                        on_click=lambda _: desk.app.page.run_task(make),
                        key="make-archive",
                    )
                ]
            )
        )
    return one_pane(desk, parts)


def _left_out(entries: int, tr: Translator) -> str:
    """What the archive does not hold is said, so that nobody counts on it."""
    return tr.count(
        "{n} entries of this machine are not in it, because they do not have the form that an archive takes."
        " Look for them here before this machine is gone.",
        entries,
        one="One entry of this machine is not in it, because it does not have the form that an archive takes."
        " Look for it here before this machine is gone.",
    )
