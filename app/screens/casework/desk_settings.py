"""Settings of this desk: language, brightness, the lock, and what this does not protect."""

from __future__ import annotations

import asyncio

import flet as ft

from app.i18n import LANGUAGES, OWN_NAMES
from app.screens.casework import lock_minutes
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import scrolling
from app.screens.parts import stitch
from app.screens.parts.buttons import button
from app.screens.parts.type import text


@ft.component
def DeskSettings(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The page. Every choice acts at once."""
    tr, app = desk.tr, desk.app
    minutes, set_minutes = ft.use_state(app.session.idle_minutes)

    def lock_after(value: str) -> None:
        app.session.idle_minutes = int(value)
        app.session.touch()
        set_minutes(int(value))
        app.page.run_task(asyncio.to_thread, lock_minutes.keep, app.device, int(value))

    brightness = [
        ("system", tr("As the system")),
        ("light", tr("Light")),
        ("dark", tr("Dark")),
        ("sun", tr("Sun")),
    ]
    choices = sorted({*lock_minutes.CHOICES, minutes})
    parts: list[ft.Control] = [
        _group(
            desk,
            tr("Language"),
            tr("What was told stays in the language in which it was told."),
            [(lang, OWN_NAMES[lang]) for lang in LANGUAGES],
            app.lang,
            lambda value: app.choose(lang=value),
            "language",
        ),
        _group(
            desk,
            tr("Light and dark"),
            "",
            brightness,
            app.brightness,
            lambda value: app.choose(brightness=value),
            "brightness",
        ),
        _group(
            desk,
            tr("Lock when nobody does anything"),
            tr("Ctrl L locks at once. The passphrase opens it again; drafts of notes are not kept."),
            [(str(n), tr.count("{n} minutes", n)) for n in choices],
            str(minutes),
            lock_after,
            "lock-minutes",
        ),
        ft.Row(
            [
                button(
                    tr("Lock"),
                    kind="outlined",
                    icon=ft.Icons.LOCK_ROUNDED,
                    hint=None if desk.narrow else "Ctrl L",
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: app.lock(),
                    key="lock-here",
                )
            ]
        ),
        stitch.divider(inset=0),
        text(tr("What this does not protect"), "title_medium"),
        *(_point(words) for words in not_protected(desk)),
    ]
    return scrolling([ft.Container(ft.Column(parts, spacing=18, tight=True), width=720)])


def not_protected(desk: DeskModel) -> list[str]:
    """The honest list, in the words of the shop floor."""
    tr = desk.tr
    return [
        tr("A desk that is open: whoever sits before it reads all that it shows."),
        tr("A machine with a spying program on it. It sees what you see and every key."),
        tr("A passphrase that is short, written down or given away under force."),
        tr("Somebody of your own who copies words or photographs the screen."),
        tr(
            "That this machine speaks to a relay, and at which hours."
            " What is sent, how much, and by whom stays hidden."
        ),
        tr("What was printed, exported or said aloud."),
        tr(
            "Words that were finished on a phone before it was taken stay closed; drafts on it do not, if its"
            " passphrase falls."
        ),
    ]


def _group(
    desk: DeskModel,
    title: str,
    help_line: str,
    options: list[tuple[str, str]],
    chosen: str,
    on_choose: object,
    key: str,
) -> ft.Control:
    parts: list[ft.Control] = [
        text(title, "title_medium"),
        filter_chips(options, chosen=chosen, on_choose=on_choose, tall=desk.narrow, key=key),  # type: ignore[arg-type]
    ]
    if help_line:
        parts.append(text(help_line, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT))
    return ft.Column(parts, spacing=8, tight=True)


def _point(words: str) -> ft.Control:
    return ft.Row(
        [
            ft.Container(
                width=14, height=2, bgcolor=ft.Colors.OUTLINE, border_radius=1, margin=ft.Margin.only(top=11)
            ),
            text(words, "body_large", expand=True),
        ],
        spacing=10,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
