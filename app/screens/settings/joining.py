"""Joined, not yet welcomed: the six groups of digits to read aloud, the reply to hand over, and the wait.

The digits are what stands between the officer and an impostor, so they are read by voice or shown side by
side,
never sent by the way that carried the reply.
"""

from __future__ import annotations

import flet as ft

from app.actions import enrolment, sending
from app.screens.intake.reading import use_reading
from app.screens.parts import stitch
from app.screens.parts.buttons import main_button, outlined_button
from app.screens.parts.cards import card
from app.screens.parts.states import problem, working
from app.screens.parts.type import heading, text
from app.screens.settings.faults import said
from app.screens.settings.first_run import sheet
from app.screens.settings.lock_button import lock_button
from app.screens.state import AppModel


@ft.component
def Joining(model: AppModel) -> ft.Control:
    """Read the digits, hand over the reply, wait for the welcome."""
    tr = model.tr
    view, fault = use_reading(model, enrolment.joining)
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")
    news, set_news = ft.use_state("")

    async def look(_: object) -> None:
        if busy:
            return
        set_busy(True)
        set_wrong("")
        set_news("")
        try:
            await model.off_loop(sending.sync, model.device)
        except Exception as error:
            set_wrong(said(tr, error))
        _after(set_busy, set_news)

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
        _after(set_busy, set_news)

    def _after(*_: object) -> None:
        set_busy(False)
        if model.session.device is not None and model.session.device.joined:
            model.session.show_all()
        elif not wrong:
            set_news(tr("The welcome has not come yet. It comes once the officer has said yes."))

    async def copy(_: object) -> None:
        if view is not None:
            await ft.Clipboard().set(view.reply_text)
            set_news(tr("The reply is copied."))

    async def save(_: object) -> None:
        if view is not None:
            await ft.FilePicker().save_file(file_name="notes-reply.txt", src_bytes=view.reply_text.encode())

    body: list[ft.Control] = [
        ft.Row([ft.Container(expand=True), lock_button(model)]),
        heading(tr("Read these numbers to your officer")),
        text(tr("By voice or side by side. Only if all are the same, the officer says yes.")),
    ]
    if fault:
        body.append(problem(fault))
    if view is not None:
        body += [
            card(_digits(model, view.check)),
            text(tr("Your reply"), "title_medium"),
            text(tr("Hand it to the officer: show the picture, or give the text or the file.")),
            *_picture(tr("Your reply as a picture"), view.reply_text),
            ft.Row(
                [
                    outlined_button(
                        tr("Copy the text"),
                        on_click=copy,
                        icon=ft.Icons.CONTENT_COPY_ROUNDED,
                        tall=50,
                        expand=1,
                        key="copy-reply",
                    ),
                    outlined_button(
                        tr("Save a file"),
                        on_click=save,
                        icon=ft.Icons.DOWNLOAD_ROUNDED,
                        tall=50,
                        expand=1,
                        key="save-reply",
                    ),
                ],
                spacing=8,
            ),
        ]
    foot: list[ft.Control] = []
    if wrong:
        foot.append(problem(wrong))
    if news:
        foot.append(ft.Semantics(content=text(news), live_region=True))
    foot += [
        ft.Row(
            [
                stitch.progress(1, 3, width=26, spoken=""),
                text(tr("Waiting for your officer"), "body_large", expand=True),
            ],
            spacing=12,
        ),
        working(tr("Looking for the welcome"))
        if busy
        else ft.Row(
            [
                outlined_button(tr("Open a file"), on_click=open_welcome, expand=1, key="open-welcome"),
                main_button(
                    tr("Send now"), on_click=look, icon=ft.Icons.SYNC_ROUNDED, expand=1, key="send-now"
                ),
            ],
            spacing=8,
        ),
    ]
    return sheet(body, foot=foot)


def _digits(model: AppModel, check: str) -> ft.Control:
    """Six groups in two columns, in Western digits and in the person's own."""
    tr = model.tr
    groups = check.split()

    def one(group: str) -> ft.Control:
        parts: list[ft.Control] = [
            text(group, "headline_small", no_wrap=True, spoken=" ".join(group), align=ft.TextAlign.CENTER)
        ]
        if tr.lang != "en":
            parts.append(
                text(tr.digits(group), "title_large", no_wrap=True, spoken="", align=ft.TextAlign.CENTER)
            )
        return ft.Container(
            ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER),
            expand=1,
            alignment=ft.Alignment.CENTER,
        )

    rows = [groups[index : index + 3] for index in range(0, len(groups), 3)]
    return ft.Column([ft.Row([one(group) for group in row]) for row in rows], spacing=12, tight=True)


def _picture(label: str, reply: str) -> list[ft.Control]:
    """The reply as a QR picture, on white in every scheme; left out when it is too long for one."""
    try:
        png = enrolment.qr_png(reply)
    except ValueError:
        return []
    return [
        ft.Row(
            [
                ft.Semantics(
                    label=label,
                    image=True,
                    content=ft.Container(
                        ft.Image(src=png, width=300, height=300, filter_quality=ft.FilterQuality.NONE),
                        bgcolor="#FFFFFF",
                        border_radius=12,
                        padding=8,
                    ),
                )
            ],
            alignment=ft.MainAxisAlignment.CENTER,
        )
    ]
