"""*Waiting for another officer*: what it means in words, the digits to compare, *Sign*.

Guarantees: nothing is signed where digits belong to it before they were typed or confirmed group by group;
what this officer signed already says so and cannot be signed twice.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions import officers
from app.actions.views import ProposalView, SignedView
from app.domain.digits import to_western
from app.screens.casework import day_words
from app.screens.casework.desk_field import DeskField
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import one_pane
from app.screens.officer.digits import digit_groups
from app.screens.officer.proposal_words import have_words, meaning, title
from app.screens.officer.withdrawing import WITHDRAW, withdraw_question
from app.screens.parts import states, stitch
from app.screens.parts.buttons import button
from app.screens.parts.cards import card
from app.screens.parts.options import option
from app.screens.parts.type import text
from app.screens.settings.faults import said


@ft.component
def Proposals(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """Everything that waits for signatures, oldest first."""
    tr, device = desk.tr, desk.app.device
    found = use_loaded(lambda: officers.proposals(device) if device.officer else [], [desk.app.seen])
    news, set_news = ft.use_state("")
    nobody: ProposalView | None = None
    leaving, set_leaving = ft.use_state(nobody)
    ft.use_dialog(withdraw_question(desk, leaving))
    if not device.officer:
        return ft.Container(states.no_right(tr("Officers can read and sign this.")), padding=20)

    def signed(view: SignedView) -> None:
        words = (
            tr("Signed. It is in force now.")
            if view.in_force
            else tr("Signed: {have} of {needed} officers so far.", have=view.have, needed=view.needed)
        )
        if not view.published:
            words += " " + tr("It goes to the relay with the next connection.")
        set_news(words)

    def withdraw(one: ProposalView) -> None:
        desk.acted()
        desk.problem = None
        set_leaving(one)
        desk.dialog = WITHDRAW

    parts: list[ft.Control] = []
    if desk.problem and desk.dialog is None:
        parts.append(states.problem(desk.problem))
    if found.fault is not None:
        parts.append(states.problem(said(tr, found.fault)))
    if news:
        parts.append(ft.Semantics(content=states.connected(news), live_region=True))
    if found.value is None:
        parts.append(states.working(tr("Looking for what waits.")))
    elif not found.value:
        parts.append(states.empty(tr("Nothing waits for another officer.")))
    else:
        parts.append(
            text(
                tr(
                    "Another officer began this. Sign only what you talked about with that officer; what you"
                    " do not sign has no effect."
                ),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            )
        )
        parts += [Proposal(desk, one, signed, withdraw, key=f"proposal-{one.id}") for one in found.value]
    return one_pane(desk, parts)


@ft.component
def Proposal(
    desk: DeskModel,
    one: ProposalView,
    on_signed: Callable[[SignedView], None],
    on_withdraw: Callable[[ProposalView], None],
    *,
    key: str | None = None,
) -> ft.Control:
    """One of them. A device that waits can be withdrawn by any officer; a change of the rules cannot."""
    tr = desk.tr
    typed, set_typed = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    tall = 48 if desk.narrow else 36
    back = any(change.what == "return_officer" for change in one.changes)
    may_return, set_may_return = ft.use_state(False)
    compared = one.digits is None or len(to_western(typed).replace(" ", "").replace("-", "")) == 30
    ready = compared and (may_return or not back)

    async def sign() -> None:
        if busy or not ready:
            return
        set_busy(True)
        confirm = to_western(typed) if one.digits else None
        view = await desk.do(officers.sign, one.id, confirm=confirm, returning=may_return)
        set_busy(False)
        if view is not None:
            on_signed(view)

    parts: list[ft.Control] = [
        ft.Row(
            [
                text(title(one, tr), "title_medium", expand=True),
                stitch.progress(one.have, one.needed, current=False, width=18, spoken=have_words(one, tr)),
            ],
            spacing=12,
        ),
        *(text(words, "body_large") for words in meaning(one, tr)),
        text(
            f"{have_words(one, tr)} {day_words.long(one.at, tr) if one.at else ''}".strip(),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        ),
    ]
    if one.signed_by_me:
        parts.append(states.connected(tr("You have signed. It waits for another officer.")))
        if one.kind == "admission":
            parts.append(ft.Row([_withdraw(desk, one, on_withdraw)]))
        return card(_column(parts), desk=True)
    if one.digits is not None:
        parts += [
            text(
                tr("Let the person who holds {label} read its six groups to you. If one digit differs, do"
                   " not sign.", label=one.label),
                "body_large",
            ),
            digit_groups(one.digits, tr, narrow=desk.narrow),
            DeskField(
                desk, f"digits-{one.id}", label=tr("The digits that the other device shows"), value=typed,
                on_change=lambda words: set_typed(words), key=f"digits-{one.id}",
            ),
        ]  # fmt: skip
    if back:
        parts.append(
            option(
                tr("It may belong again"), chosen=may_return, key=f"may-return-{one.id}",
                on_click=lambda _: set_may_return(not may_return),
            )
        )  # fmt: skip
    buttons: list[ft.Control] = []
    if one.digits is not None:
        digits = one.digits
        buttons.append(
            button(
                tr("All six groups are the same"), kind="second", icon=ft.Icons.DONE_ALL_ROUNDED, desk=True,
                tall=tall, on_click=lambda _: set_typed(digits), key=f"same-{one.id}",
            )
        )  # fmt: skip
    buttons.append(
        button(
            tr("Sign"), kind="main" if ready else "outlined",
            icon=ft.Icons.DRAW_ROUNDED, desk=True, tall=tall, disabled=not ready,
            on_click=lambda _: desk.app.page.run_task(sign), key=f"sign-{one.id}",
            spoken=tr.join([tr("Sign"), title(one, tr)]),
        )
    )  # fmt: skip
    if one.kind == "admission":
        buttons.append(_withdraw(desk, one, on_withdraw))
    if busy:
        parts.append(states.working(tr("Signing it and telling the relay.")))
    else:
        parts.append(ft.Row(buttons, spacing=8, run_spacing=8, wrap=True))
    return card(_column(parts), desk=True)


def _withdraw(desk: DeskModel, one: ProposalView, on_withdraw: Callable[[ProposalView], None]) -> ft.Control:
    tr = desk.tr
    return button(
        tr("Withdraw…"), kind="plain", desk=True, tall=48 if desk.narrow else 36, key=f"withdraw-{one.id}",
        spoken=tr.join([tr("Withdraw…"), title(one, tr)]),
        on_click=lambda _: on_withdraw(one),
    )  # fmt: skip


def _column(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
