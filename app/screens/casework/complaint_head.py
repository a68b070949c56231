"""The head of a complaint: its code, its state, the phone that it came from and whether that is proven."""

from __future__ import annotations

import flet as ft

from app.actions.views import ComplaintView, InboxRow
from app.i18n import Translator
from app.screens.casework import day_words, urgency
from app.screens.casework.mark_line import mark_line
from app.screens.casework.record_words import told
from app.screens.casework.state_chips import complaint_chip
from app.screens.parts.code_badge import code_badge
from app.screens.parts.type import text


def sender(view: ComplaintView, tr: Translator) -> ft.Control:
    """`from Blue-7, checked`; where it is not proven, it says so. A handler who was there before this one
    may vouch for it.
    """
    label = view.device_label or tr("an unknown phone")
    if view.authentic:
        icon, words = ft.Icons.VERIFIED_USER_ROUNDED, tr("from {phone}, checked", phone=label)
    elif view.authentic is None and view.attested_by:
        icon = ft.Icons.HOW_TO_REG_ROUNDED
        words = tr(
            "from {phone}, {handler} was there and vouches for it", phone=label, handler=view.attested_by
        )
    elif view.authentic is None:
        icon, words = ft.Icons.SHIELD_OUTLINED, tr("from {phone}, not checked yet", phone=label)
    else:
        icon, words = ft.Icons.GPP_MAYBE_ROUNDED, tr("not proven that {phone} sent it", phone=label)
    ink = ft.Colors.TERTIARY if view.authentic is False else ft.Colors.ON_SURFACE_VARIANT
    return ft.Row(
        [ft.Icon(icon, size=18, color=ink), text(words, "label_medium", color=ink)], spacing=5, tight=True
    )


def complaint_head(view: ComplaintView, row: InboxRow | None, tr: Translator) -> ft.Control:
    """Two lines: code, state and sender; marks, who spoke and when it arrived."""
    first: list[ft.Control] = [code_badge(view.code, slot="headline_small", desk=True, key="code")]
    first[0].style.size = 20  # type: ignore[attr-defined]
    if row is not None:
        first.append(complaint_chip(row, tr))
    top = ft.Row(
        [ft.Row(first, spacing=10, tight=True), sender(view, tr)],
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        wrap=True,
        run_spacing=2,
    )
    lines: list[ft.Control] = [top]
    marks = [mark_line(mark, tr, added=row.added) for mark in urgency.marks(row)] if row else []
    if marks:
        lines.append(ft.Row(marks, spacing=12, wrap=True, run_spacing=2))
    arrived = tr("arrived {when}", when=day_words.long(view.received, tr)) if view.received else ""
    said = tr.join([told(view.record, tr) if view.record else "", arrived])
    lines.append(text(said, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT))
    return ft.Column(lines, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
