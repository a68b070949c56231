"""*Waiting for another officer*: what it means in words, the digits to compare, *Sign*.

Guarantees: nothing is signed where digits belong to it before they were typed or confirmed group by group;
what this officer signed already says so and cannot be signed twice.
"""

from __future__ import annotations

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
from app.screens.parts import states, stitch
from app.screens.parts.buttons import button
from app.screens.parts.cards import card
from app.screens.parts.type import text
from app.screens.settings.faults import said


@ft.component
def Proposals(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """Everything that waits for signatures, oldest first."""
    tr, device = desk.tr, desk.app.device
    found = use_loaded(lambda: officers.proposals(device) if device.officer else [], [desk.app.seen])
    news, set_news = ft.use_state("")
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

    parts: list[ft.Control] = []
    if desk.problem:
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
        parts += [Proposal(desk, one, signed, key=f"proposal-{one.id}") for one in found.value]
    return one_pane(desk, parts)


@ft.component
def Proposal(desk: DeskModel, one: ProposalView, on_signed: object, *, key: str | None = None) -> ft.Control:
    """One of them."""
    tr = desk.tr
    typed, set_typed = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    tall = 48 if desk.narrow else 36
    ready = one.digits is None or len(to_western(typed).replace(" ", "").replace("-", "")) == 30

    async def sign() -> None:
        if busy or not ready:
            return
        set_busy(True)
        view = await desk.do(officers.sign, one.id, confirm=to_western(typed) if one.digits else None)
        set_busy(False)
        if view is not None:
            on_signed(view)  # type: ignore[operator]

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
            tr("Sign"), kind="main" if one.digits is None or ready else "outlined",
            icon=ft.Icons.DRAW_ROUNDED, desk=True, tall=tall, disabled=not ready,
            on_click=lambda _: desk.app.page.run_task(sign), key=f"sign-{one.id}",
            spoken=tr.join([tr("Sign"), title(one, tr)]),
        )
    )  # fmt: skip
    if busy:
        parts.append(states.working(tr("Signing it and telling the relay.")))
    else:
        parts.append(ft.Row(buttons, spacing=8, run_spacing=8, wrap=True))
    return card(_column(parts), desk=True)


def _column(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
