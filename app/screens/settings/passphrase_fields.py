"""A new passphrase, typed twice, with its strength said while it is typed."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.i18n import Translator
from app.screens.parts.fields import field
from app.screens.parts.type import text
from crypto.errors import WeakPassphraseError
from crypto.passphrases import MINIMUM_CHARACTERS, check_strength, normal_form


@ft.component
def new_passphrase(
    *, tr: Translator, on_change: Callable[[str, str], None], key: str | None = None
) -> ft.Control:
    """Both fields. `on_change` gets what stands in the first and in the second."""
    first, set_first = ft.use_state("")
    again, set_again = ft.use_state("")

    def typed(value: str) -> None:
        set_first(value)
        on_change(value, again)

    def repeated(value: str) -> None:
        set_again(value)
        on_change(first, value)

    good, sentence = strength(tr, first)
    if good and again:
        good, sentence = first == again, tr("Both are the same.") if first == again else tr("The two differ.")
    return ft.Column(
        [
            field(
                key="new-passphrase",
                label=tr("New passphrase"),
                value=first,
                on_change=typed,
                password=True,
                lang=tr.lang,
            ),
            field(
                key="new-passphrase-again",
                label=tr("The same once more"),
                value=again,
                on_change=repeated,
                password=True,
                lang=tr.lang,
            ),
            ft.Row(
                [
                    ft.Icon(
                        ft.Icons.CHECK_CIRCLE_ROUNDED if good else ft.Icons.INFO_OUTLINE_ROUNDED,
                        size=20,
                        color=ft.Colors.ON_SURFACE_VARIANT,
                    ),
                    text(sentence, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, expand=True),
                ],
                spacing=8,
            ),
        ],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def strength(tr: Translator, passphrase: str) -> tuple[bool, str]:
    """Whether it is strong enough, and the sentence that says so or what it still needs."""
    missing = MINIMUM_CHARACTERS - len(normal_form(passphrase))
    if not passphrase:
        return False, tr("Five or six words that have nothing to do with you.")
    if missing > 0:
        return False, tr.count("{n} letters more.", missing, one="{n} letter more.")
    try:
        check_strength(passphrase)
    except WeakPassphraseError as weak:
        return False, tr(str(weak))
    return True, tr("Long enough. Do not write it down where others look.")
