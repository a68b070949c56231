"""What was asked and what came back under a code, the oldest first."""

from __future__ import annotations

import flet as ft

from app.actions.views import ComplaintView, MessageView
from app.i18n import Translator
from app.screens.casework import day_words
from app.screens.parts.palette import CARD
from app.screens.parts.type import text

_TALK = frozenset({"question", "answer"})


def conversation(view: ComplaintView, tr: Translator) -> ft.Control:
    """Questions on the right in indigo, answers on the left on paper; who and when above each."""
    said = [message for message in view.messages if message.kind in _TALK]
    parts: list[ft.Control] = [text(tr("Conversation"), "label_large")]
    if not said:
        parts.append(
            text(
                tr("Nothing was asked yet. A question waits on the phone until she is there again."),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
            )
        )
    answered = {message.question for message in said if message.question}
    parts += [
        _message(
            message, view.device_label, tr, open_=message.kind == "question" and message.id not in answered
        )
        for message in said
    ]
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _message(message: MessageView, phone: str, tr: Translator, *, open_: bool) -> ft.Control:
    asked = message.kind == "question"
    who = tr("The desk asked {when}", when=day_words.long(message.at, tr))
    if not asked:
        who = tr(
            "{phone} answered {when}", phone=phone or tr("The phone"), when=day_words.long(message.at, tr)
        )
    lines: list[ft.Control] = [
        text(who, "label_medium", color=ft.Colors.ON_SURFACE_VARIANT),
        text(message.text, "body_large", selectable=True),
    ]
    if open_:
        lines.append(
            ft.Row(
                [
                    ft.Icon(ft.Icons.SCHEDULE_ROUNDED, size=16, color=ft.Colors.ON_SURFACE_VARIANT),
                    text(tr("no answer yet"), "label_medium", color=ft.Colors.ON_SURFACE_VARIANT),
                ],
                spacing=4,
            )
        )
    if message.authentic is False:
        lines.append(
            text(
                tr("It is not proven that her phone sent this."),
                "body_medium",
                desk=True,
                color=ft.Colors.TERTIARY,
            )
        )
    return ft.Container(
        bgcolor=ft.Colors.PRIMARY_CONTAINER if asked else CARD,
        border=None if asked else ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
        border_radius=12,
        padding=ft.Padding.symmetric(horizontal=14, vertical=10),
        margin=ft.Margin.only(left=32) if asked else ft.Margin.only(right=32),
        content=ft.Column(lines, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
    )
