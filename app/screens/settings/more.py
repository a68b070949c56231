"""More: how the phone looks and speaks, what it does not protect, Lock."""

from __future__ import annotations

import flet as ft

from app.i18n import LANGUAGES, OWN_NAMES
from app.screens.intake.page import page
from app.screens.parts.buttons import outlined_button
from app.screens.parts.cards import list_row
from app.screens.parts.options import option, segments
from app.screens.parts.type import text
from app.screens.state import AppModel


@ft.component
def More(model: AppModel) -> ft.Control:
    """Settings of this phone. Each takes hold at once."""
    tr = model.tr

    def look(value: str) -> None:
        model.choose(brightness=value)  # type: ignore[arg-type]

    return page(
        model,
        tr("More"),
        [
            text(tr("Language"), "body_medium", bold=True),
            segments(
                [(lang, OWN_NAMES[lang]) for lang in LANGUAGES],
                chosen=model.lang,
                on_choose=lambda lang: model.choose(lang=lang),  # type: ignore[arg-type]
                key="language",
                group=tr("Language"),
            ),
            text(tr("Light"), "body_medium", bold=True),
            segments(
                [
                    ("system", tr("Auto")),
                    ("light", tr("Paper")),
                    ("dark", tr("Dark")),
                    ("sun", tr("Sun")),
                ],
                chosen=model.brightness,
                on_choose=look,
                key="brightness",
                group=tr("Light"),
            ),
            text(
                tr("Letters grow with the size that is set in the phone."),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
            option(
                tr("Go on by itself"),
                chosen=model.auto_advance,
                on_click=lambda _: model.choose(auto_advance=not model.auto_advance),
                key="auto-advance",
                below=tr("After a question with one answer"),
            ),
            list_row(
                tr("What this does not protect"),
                on_click=lambda _: model.go("limits"),
                icon=ft.Icons.SHIELD_ROUNDED,
                key="limits",
            ),
        ],
        foot=[
            text(
                tr.count("Locks by itself after {n} minutes.", model.session.idle_minutes),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
            outlined_button(
                tr("Lock"), on_click=lambda _: model.lock(), icon=ft.Icons.LOCK_ROUNDED, key="lock-more"
            ),
        ],
        back=False,
    )
