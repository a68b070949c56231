"""Not finished: what was begun and not sealed. A list never says what it is about; only its number and
when."""

from __future__ import annotations

import flet as ft

from app.actions import intake
from app.actions.views import DraftSummary
from app.screens.intake import steps
from app.screens.intake.page import page
from app.screens.intake.reading import use_reading
from app.screens.intake.sheets import discard_question, over
from app.screens.intake.steps import STITCH, STITCHES
from app.screens.moments import ago
from app.screens.parts import stitch
from app.screens.parts.buttons import button, madder_button, outlined_button
from app.screens.parts.cards import card
from app.screens.parts.code_badge import code_badge
from app.screens.parts.states import empty, problem
from app.screens.parts.type import text
from app.screens.settings.faults import said
from app.screens.state import AppModel


@ft.component
def Unfinished(model: AppModel) -> ft.Control:
    """Each draft with its stitches: go on, or throw it away."""
    tr = model.tr
    found, fault = use_reading(model, intake.drafts)
    asked, set_asked = ft.use_state("")
    wrong, set_wrong = ft.use_state("")
    body: list[ft.Control] = [problem(one) for one in (fault, wrong) if one]
    if found is not None and not found:
        body.append(
            empty(
                tr("Nothing is left open."),
                action=tr("New complaint"),
                on_action=lambda _: model.replace("interview"),
            )
        )
    body += [_draft(model, draft, lambda one: set_asked(one.id)) for draft in found or ()]
    shown = page(model, tr("Not finished"), body)
    chosen = next((draft for draft in found or () if draft.id == asked), None)
    if chosen is None:
        return shown

    async def away(_: object) -> None:
        try:
            await model.off_loop(intake.discard_draft, model.device, chosen.id)
        except Exception as error:
            set_wrong(said(tr, error))
        set_asked("")
        model.seen += 1

    return over(
        shown,
        discard_question(
            title=tr("Throw this away?"),
            sentence=tr(
                "What was written under {code} goes from this phone and does not come back.",
                code=tr.code(chosen.code),
            ),
            keep=outlined_button(tr("Keep it"), on_click=lambda _: set_asked(""), key="discard-keep"),
            away=madder_button(tr("Throw it away"), on_click=away, key="discard-yes"),
        ),
    )


def _draft(model: AppModel, draft: DraftSummary, on_discard: object) -> ft.Control:
    tr = model.tr
    number = STITCH[steps.at(draft.step)]
    said_place = tr("{number} of {all}", number=number, all=STITCHES)
    return card(
        ft.Column(
            [
                ft.Row(
                    [
                        code_badge(draft.code),
                        text(said_place, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT),
                    ],
                    alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
                ),
                ft.Row(
                    [
                        stitch.progress(
                            number - 1,
                            STITCHES,
                            spoken=tr("Question {number} of {all}", number=number, all=STITCHES),
                        )
                    ]
                ),
                text(
                    tr("Kept {when}", when=ago(tr, draft.saved_at)),
                    "body_medium",
                    color=ft.Colors.ON_SURFACE_VARIANT,
                ),
                ft.Row(
                    [
                        outlined_button(
                            tr("Throw away"),
                            on_click=lambda _: on_discard(draft),  # type: ignore[operator]
                            expand=1,
                            tall=50,
                            spoken=tr("Throw away {code}", code=tr.code(draft.code)),
                            key=f"discard-{draft.code}",
                        ),
                        button(
                            tr("Go on"),
                            on_click=lambda _: model.go("interview", draft.id),
                            kind="second",
                            expand=1,
                            tall=50,
                            spoken=tr("Go on with {code}", code=tr.code(draft.code)),
                            key=f"open-{draft.code}",
                        ),
                    ],
                    spacing=8,
                ),
            ],
            spacing=8,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    )
