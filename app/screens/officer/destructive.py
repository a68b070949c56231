"""What cannot be taken back, asked once: the points, the label to type, the reasons, *Cancel* and the madder
button; then what came of it, in the same place. What only has to be read has no label and a calm button.

Guarantees: nothing is done before the label stands there as it is written on the device; while it is being
done nothing can be pressed twice; a refusal is said where it happened, and nothing was changed then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import flet as ft

from app.screens.casework.desk_field import DeskField
from app.screens.casework.model import DeskModel
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.question import Point, points, question_title, reasons
from app.screens.parts.type import text

Done = Sequence[Point]
"""What came of it, in points."""


def fits(typed: str, label: str) -> bool:
    """Whether somebody typed this very label; spaces at the ends and capitals do not matter."""
    return bool(label) and typed.strip().casefold() == label.strip().casefold()


@ft.component
def Destructive(
    desk: DeskModel,
    *,
    title: str,
    done_title: str,
    icon: ft.IconData,
    label: str | None,
    follows: Sequence[Point],
    why: Sequence[tuple[str, str]],
    action: str,
    do: Callable[[str], Awaitable[Done | None]],
    ask: str | None = None,
    key: str | None = None,
) -> ft.Control:
    """`label` is typed to confirm (None: the points are only read); `ask` says so in other words. `why` are
    (value, word) of the reasons, or nothing; `do` gets the reason ("" for none) and gives the points of what
    came of it, or None when it was refused.
    """
    tr = desk.tr
    typed, set_typed = ft.use_state("")
    reason, set_reason = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    nothing: Done = ()
    done, set_done = ft.use_state(nothing)
    refused, set_refused = ft.use_state("")
    tall = 48 if desk.narrow else 40
    confirmed = label is None or fits(typed, label)
    ready = confirmed and (not why or bool(reason))

    async def now() -> None:
        if busy or not ready:
            return
        set_busy(True)
        set_refused("")
        outcome = await do(reason)
        set_busy(False)
        if outcome is None:
            set_refused(desk.problem or tr("That did not work. What was kept is still here. Try again."))
        else:
            set_done(outcome)

    if done:
        close = button(
            tr("Close"), hint=None if desk.narrow else "Esc", desk=True, tall=tall, autofocus=True,
            on_click=lambda _: desk.close_dialog(), key="close-question",
        )  # fmt: skip
        head = question_title(done_title, icon, calm=label is None)
        return _column(desk, [head, *points(done), _end([close])])
    parts: list[ft.Control] = [question_title(title, icon, calm=label is None), *points(follows)]
    if refused:
        parts.append(states.problem(refused))
    if label is not None:
        parts.append(
            DeskField(
                desk,
                "confirm-label",
                label=ask or tr("Type the label to confirm: {label}", label=label),
                value=typed,
                on_change=lambda words: set_typed(words),
                key="confirm-label",
            )
        )
    if why:
        parts.append(reasons(why, chosen=reason, on_choose=set_reason, question=tr("Why"), tall=desk.narrow))
    if busy:
        parts.append(states.working(tr("Signing it and telling the relay.")))
        return _column(desk, parts)
    if not ready:
        parts.append(
            text(
                tr("The button opens when the label stands there and a reason is chosen.")
                if why
                else tr("The button opens when this stands there.")
                if ask
                else tr("The button opens when the label stands there."),
                "label_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            )
        )
    cancel = button(
        tr("Cancel"), kind="plain", hint=None if desk.narrow else "Esc", desk=True, tall=tall,
        autofocus=True, on_click=lambda _: desk.close_dialog(), key="cancel",
    )  # fmt: skip
    act = button(
        action, kind="main" if label is None else "madder", desk=True, tall=tall, disabled=not ready,
        on_click=lambda _: desk.app.page.run_task(now), key="do-it",
    )  # fmt: skip
    return _column(desk, [*parts, _end([cancel, act])])


def _end(buttons: list[ft.Control]) -> ft.Control:
    return ft.Row(buttons, spacing=12, run_spacing=8, wrap=True, alignment=ft.MainAxisAlignment.END)


def _column(desk: DeskModel, parts: list[ft.Control]) -> ft.Control:
    return ft.Column(
        parts,
        spacing=9 if desk.narrow else 14,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
