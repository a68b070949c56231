"""Hand something to another device: copy it as text, or save it as a file where the person says."""

from __future__ import annotations

import flet as ft

from app.screens.casework.model import DeskModel
from app.screens.parts.buttons import button
from app.screens.parts.type import text


def handing_over(
    desk: DeskModel,
    payload: str,
    *,
    copy: str,
    save: str,
    file_name: str,
    data: bytes | None = None,
    shown: bool = True,
) -> ft.Control:
    """`payload` as text; `data` is what the file holds when it is not the text. File names never name a
    person.
    """
    tall = 48 if desk.narrow else 36

    async def copy_text() -> None:
        desk.acted()
        await ft.Clipboard().set(payload)
        desk.app.page.show_dialog(
            ft.SnackBar(text(desk.tr("Copied."), "body_medium", color=ft.Colors.ON_INVERSE_SURFACE))
        )

    async def save_file() -> None:
        desk.acted()
        await ft.FilePicker().save_file(file_name=file_name, src_bytes=data or payload.encode())

    parts: list[ft.Control] = []
    if payload and shown:
        parts.append(
            ft.Container(
                bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
                border_radius=10,
                padding=12,
                content=text(payload, "label_medium", selectable=True, max_lines=4, key="payload"),
            )
        )
    buttons: list[ft.Control] = []
    if payload:
        buttons.append(
            button(
                copy,
                kind="outlined",
                icon=ft.Icons.CONTENT_COPY_ROUNDED,
                desk=True,
                tall=tall,
                on_click=lambda _: desk.app.page.run_task(copy_text),
                key="copy",
            )
        )
    buttons.append(
        button(
            save,
            kind="outlined",
            icon=ft.Icons.SAVE_ALT_ROUNDED,
            desk=True,
            tall=tall,
            on_click=lambda _: desk.app.page.run_task(save_file),
            key="save-file",
        )
    )
    parts.append(ft.Row(buttons, spacing=8, run_spacing=8, wrap=True))
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
