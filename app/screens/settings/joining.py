"""Joined, not yet welcomed: hand over the reply, read the digits aloud, say whether they are the same, wait.

The digits are what stands between the officer and an impostor, so they are read by voice or shown side by
side, never sent by the way that carried the reply. *No* explains what that means and erases this beginning.
"""

from __future__ import annotations

import flet as ft

from app.actions import enrolment, sending
from app.actions.views import JoinedView
from app.screens.intake.reading import use_reading
from app.screens.parts import stitch
from app.screens.parts.buttons import main_button, outlined_button
from app.screens.parts.cards import card
from app.screens.parts.states import problem, working
from app.screens.parts.type import heading, text
from app.screens.settings.digits_card import digits_card
from app.screens.settings.faults import said
from app.screens.settings.first_run import sheet
from app.screens.settings.hand_over import hand_over
from app.screens.settings.lock_button import lock_button
from app.screens.settings.not_the_same import NotTheSame
from app.screens.state import AppModel


@ft.component
def Joining(model: AppModel) -> ft.Control:
    """Which of the three: comparing, not the same, waiting."""
    view, fault = use_reading(model, enrolment.joining)
    answer, set_answer = ft.use_state("")
    if answer == "no":
        return NotTheSame(model, lambda: set_answer(""))
    return Comparing(
        model,
        view,
        fault,
        same=answer == "yes",
        on_yes=lambda: set_answer("yes"),
        on_no=lambda: set_answer("no"),
    )


@ft.component
def Comparing(
    model: AppModel, view: JoinedView | None, fault: str, *, same: bool, on_yes: object, on_no: object
) -> ft.Control:
    """The reply, the digits, the question; after *Yes* the wait for the welcome."""
    tr = model.tr
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")
    news, set_news = ft.use_state("")

    def after() -> None:
        set_busy(False)
        if model.session.device is not None and model.session.device.joined:
            model.session.show_all()
        elif same:
            set_news(tr("The welcome has not come yet. It comes once the officer has said yes."))
        else:
            set_news(tr("Your reply was sent. The officer sees it with the next connection."))

    async def look(_: object) -> None:
        if busy:
            return
        set_busy(True)
        set_wrong("")
        set_news("")
        try:
            await model.off_loop(sending.sync, model.device)
        except Exception as error:
            set_busy(False)
            if model.session.device is not None:
                set_wrong(said(tr, error))
            return
        after()

    async def open_welcome(_: object) -> None:
        set_wrong("")
        files = await ft.FilePicker().pick_files(with_data=True)
        if not files or files[0].bytes is None:
            return
        try:
            await model.off_loop(enrolment.import_bundle, model.device, files[0].bytes)
        except Exception as error:
            set_wrong(said(tr, error))
            return
        after()

    body: list[ft.Control] = [
        ft.Row([ft.Container(expand=True), lock_button(model)]),
        heading(tr("Read these numbers to your officer")),
        text(tr("By voice or side by side, never in a message.")),
    ]
    if fault:
        body.append(problem(fault))
    if view is not None:
        body.append(card(digits_card(tr, view.check)))
        if view.officer_check:
            body += [
                text(tr("For other officers, who sign after the first"), "title_medium"),
                card(digits_card(tr, view.officer_check)),
            ]
        if not same:
            body += hand_over(model, view, on_news=set_news)
    foot: list[ft.Control] = []
    if wrong:
        foot.append(problem(wrong))
    if news:
        foot.append(ft.Semantics(content=text(news), live_region=True))
    if busy:
        foot.append(working(tr("Connecting. This takes a moment.")))
    elif same:
        foot += _waiting(model, look=look, open_welcome=open_welcome)
    else:
        foot += _asked(model, on_yes=on_yes, on_no=on_no, send=look)
    return sheet(body, foot=foot)


def _asked(model: AppModel, *, on_yes: object, on_no: object, send: object) -> list[ft.Control]:
    """Send the reply; then the question that only the person can answer."""
    tr = model.tr
    return [
        outlined_button(
            tr("Send my reply over the network"),
            on_click=send,  # type: ignore[arg-type]
            icon=ft.Icons.SYNC_ROUNDED,
            tall=50,
            key="send-reply",
        ),
        text(tr("Are they the same on the officer’s screen?"), "title_medium"),
        ft.Row(
            [
                outlined_button(tr("No"), on_click=lambda _: on_no(), expand=1, key="digits-differ"),  # type: ignore[operator]
                main_button(
                    tr("Yes, all six"),
                    on_click=lambda _: on_yes(),  # type: ignore[operator]
                    icon=ft.Icons.DONE_ALL_ROUNDED,
                    expand=2,
                    key="digits-same",
                ),
            ],
            spacing=8,
        ),
    ]


def _waiting(model: AppModel, *, look: object, open_welcome: object) -> list[ft.Control]:
    tr = model.tr
    return [
        ft.Row(
            [
                stitch.progress(1, 3, width=26, spoken=""),
                text(tr("Waiting for your officer"), "body_large", expand=True),
            ],
            spacing=12,
        ),
        ft.Row(
            [
                outlined_button(tr("Open a file"), on_click=open_welcome, expand=1, key="open-welcome"),  # type: ignore[arg-type]
                main_button(
                    tr("Look for it now"),
                    on_click=look,  # type: ignore[arg-type]
                    icon=ft.Icons.SYNC_ROUNDED,
                    expand=1,
                    key="send-now",
                ),
            ],
            spacing=8,
        ),
    ]
