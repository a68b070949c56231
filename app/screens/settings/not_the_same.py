"""The digits differ: what that means, and erasing this beginning, which costs nothing that was told."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions.giving_up import give_up
from app.screens.parts.buttons import madder_button, outlined_button
from app.screens.parts.states import problem, working
from app.screens.parts.type import heading, text
from app.screens.settings.faults import said
from app.screens.settings.first_run import sheet
from app.screens.settings.lock_button import lock_button
from app.screens.state import AppModel


@ft.component
def NotTheSame(model: AppModel, on_back: Callable[[], None]) -> ft.Control:
    """Compare once more, or erase and begin anew."""
    tr = model.tr
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")

    async def erase(_: object) -> None:
        if busy or model.session.device is None:
            return
        set_busy(True)
        device, model.session.device = model.session.device, None
        try:
            await model.off_loop(give_up, device)
        except Exception as error:
            model.session.device = device
            set_wrong(said(tr, error))
            set_busy(False)
            return
        model.session.show_all()

    body: list[ft.Control] = [
        ft.Row([ft.Container(expand=True), lock_button(model)]),
        heading(tr("They are not the same")),
        text(tr("Read them once more, slowly, all six groups. It is easy to misread one.")),
        text(
            tr(
                "If they differ again, somebody may have changed what you were given. Tell the officer to"
                " admit nothing. Then ask for a new invitation, and take it from the officer in person."
            )
        ),
        text(tr("Erasing removes what was made on this device so far. You then begin anew.")),
    ]
    foot: list[ft.Control] = [problem(wrong)] if wrong else []
    if busy:
        foot.append(working(tr("Erasing it.")))
    else:
        foot += [
            madder_button(
                tr("Erase and begin anew"),
                on_click=erase,
                icon=ft.Icons.DELETE_FOREVER_ROUNDED,
                key="erase-beginning",
            ),
            outlined_button(
                tr("Compare once more"), on_click=lambda _: on_back(), key="compare-again", autofocus=True
            ),
        ]
    return sheet(body, foot=foot)
