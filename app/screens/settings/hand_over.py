"""The reply of a new device: as a picture where it fits one, as text, as a file."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions import enrolment
from app.actions.views import JoinedView
from app.screens.parts.buttons import outlined_button
from app.screens.parts.type import text
from app.screens.state import AppModel


def hand_over(model: AppModel, view: JoinedView, *, on_news: Callable[[str], object]) -> list[ft.Control]:
    """Ways to give it to the officer. It holds no secret; the digits show whether it arrived unchanged."""
    tr = model.tr

    async def copy(_: object) -> None:
        await ft.Clipboard().set(view.reply_text)
        on_news(tr("The reply is copied."))

    async def save(_: object) -> None:
        await ft.FilePicker().save_file(file_name="notes-reply.txt", src_bytes=view.reply_text.encode())

    parts: list[ft.Control] = [
        text(tr("The officer needs your reply first"), "title_medium"),
        text(
            tr("Show the picture, give the text or the file, or send it over the network below.")
            if view.fits_qr
            else tr("It is too long for a picture. Give the file, or send it over the network below."),
            "body_large",
        ),
    ]
    if view.fits_qr:  # an officer's reply is longer than any picture holds
        parts.append(_picture(tr("Your reply as a picture"), enrolment.qr_png(view.reply_text)))
    parts.append(
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
        )
    )
    return parts


def _picture(label: str, png: bytes) -> ft.Control:
    """The QR picture, on white in every scheme."""
    return ft.Row(
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
