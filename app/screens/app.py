"""The root of both screens: what a folder holds decides what is shown.

An empty folder shows the set-up, a folder that has joined and was not welcomed yet shows the wait, a vault
shows the
lock, and behind the lock is the phone or the desk, after the role of the device. Lock and idle time work on
every
page of the process. No place is ever part of the page's address.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flet as ft

from app.screens.state import AppModel, Session, run_on

_HIDDEN = frozenset({ft.AppLifecycleState.HIDE, ft.AppLifecycleState.PAUSE, ft.AppLifecycleState.DETACH})


def make_main(home: Path, *, session: Session | None = None) -> Callable[[ft.Page], None]:
    """The entry of Flet for the vault in `home`. All pages that it serves share one session.

    `session`: give one to unlock before the first page is shown (the demo does).
    """
    shared = session or Session(home)

    def main(page: ft.Page) -> None:
        chosen = shared.preferences()
        model = AppModel(
            session=shared,
            page=page,
            lang=chosen.lang,
            brightness=chosen.brightness,
            auto_advance=chosen.auto_advance,
        )
        shared.models.append(model)
        _hear_everything(page, shared)

        def hidden(event: ft.AppLifecycleStateChangeEvent) -> None:
            # A desk stays open behind another window; a phone that was put away is a phone that was taken.
            if event.state in _HIDDEN and shared.device is not None and shared.device.role == "intake":
                shared.lock()

        def closed(_: object) -> None:
            if model in shared.models:
                shared.models.remove(model)

        page.on_app_lifecycle_state_change = hidden
        page.on_close = closed
        model.show_stage()
        run_on(page, shared.watch, model)
        page.render(Root, model)

    return main


def _hear_everything(page: ft.Page, session: Session) -> None:
    """Any event of a page counts as somebody being there. Flet has no hook for it, so its dispatcher is
    wrapped."""
    dispatch = page.session.dispatch_event

    async def heard(control_id: int, event_name: str, event_data: Any) -> None:
        if event_name not in ("app_lifecycle_state_change", "resize", "media_change", "disconnect", "close"):
            session.touch()
        await dispatch(control_id, event_name, event_data)

    page.session.dispatch_event = heard  # type: ignore[method-assign]


@ft.component
def Root(model: AppModel) -> ft.Control:
    """What can be shown now, edge to edge."""
    return ft.SafeArea(_content(model), expand=True)


def _content(model: AppModel) -> ft.Control:
    # Imported here so that a phone never loads the desk's screens, nor a desk the interview.
    if model.stage == "empty":
        from app.screens.settings.first_run import FirstRun

        return FirstRun(model)
    if model.stage == "joining":
        from app.screens.settings.joining import Joining

        return Joining(model)
    if model.stage == "locked":
        from app.screens.settings.unlock import Unlock

        return Unlock(model)
    if model.device.role == "intake":
        from app.screens.intake.shell import PhoneShell

        return PhoneShell(model)
    from app.screens.casework.shell import DeskShell

    return DeskShell(model)
