"""One interview on the screen: the draft, the question on show, and what was kept of it.

Every answer is kept at once, every text a moment after the last letter, and all of it before a lock. What
cannot be
kept is said; nothing is thrown away because it could not be kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import flet as ft

from app.actions import intake
from app.actions.device import Device
from app.actions.errors import ActionError
from app.actions.views import Draft
from app.screens.intake import steps
from app.screens.intake.steps import Question, Record
from app.screens.settings.faults import said
from app.screens.state import AppModel, run_on

_SETTLE_S = 0.4
"""A pause in writing, after which what was written is kept."""

_ADVANCE_S = 0.4


@ft.observable
@dataclass
class Interview:
    """The state of one interview. `version` grows with every answer, so that the screen is drawn again."""

    model: AppModel = field(repr=False)
    draft_id: str = ""
    code: str = ""
    desk: str = ""
    question: Question = Question.SAFE
    two_lines: bool = False
    card_read: bool = False
    version: int = 0
    missing: tuple[str, ...] = ()
    problem: str = ""
    sheet: str = ""
    """"" or what lies over the question: danger, private, jump, discard."""

    def __post_init__(self) -> None:
        self._record: Record = {}
        self._unsaved = 0
        self._saved = 0
        self._moving = 0
        self._closed = False
        self._forget: Callable[[], None] | None = None

    @classmethod
    def of(cls, model: AppModel, draft: Draft) -> Interview:
        """Open a draft where it was left."""
        found = cls(model=model, draft_id=draft.id, code=draft.code, desk=draft.desk)
        found._record = {"language": model.lang, "received": "in_person"} | draft.record
        found.question = steps.at(draft.step)
        return found

    @property
    def record(self) -> Record:
        """What was told so far."""
        return self._record

    # -------------------------------------------------------------------------------------------------
    # answering
    def answer(self, record: Record, *, go_on: bool = False) -> None:
        """Take an answer and keep it. `go_on`: it was the only one to give, so the next question comes by
        itself."""
        self._record = record
        self.missing = ()
        self._unsaved += 1
        self.version += 1
        run_on(self.model.page, self._keep, self._unsaved)
        if go_on and self.model.auto_advance:
            self._moving += 1
            run_on(self.model.page, self._go_on, self._moving)

    def type(self, record: Record) -> None:
        """Take what is being written, without drawing again: the field shows it already."""
        self._record = record
        self._unsaved += 1
        run_on(self.model.page, self._keep_soon, self._unsaved)

    async def _go_on(self, moving: int) -> None:
        here = self.question
        await asyncio.sleep(_ADVANCE_S)
        if moving == self._moving and here is self.question and not self.sheet and not self._closed:
            await self.next()

    # ----------------------------------------------------------------------------------------------------
    # moving
    async def next(self) -> None:
        """The next question. Somebody in danger is brought to the card first."""
        self._moving += 1
        unread = not self.two_lines and not self.card_read
        if self.question is Question.DANGER and steps.in_danger(self.record) and unread:
            self.sheet = "danger"
            return
        await self.jump(steps.after(self.question, self.record, two_lines=self.two_lines))

    async def back(self) -> None:
        """The question before; before the first, out of the interview. The draft stays."""
        self._moving += 1
        question = steps.before(self.question, self.record, two_lines=self.two_lines)
        if question is None:
            await self.leave()
            return
        await self.jump(question)

    async def jump(self, question: Question) -> None:
        """Show a question, and keep where we are."""
        self.sheet, self.missing = "", ()
        self.question = question
        self._unsaved += 1
        await self._keep(self._unsaved)

    async def leave(self) -> None:
        """Out of the interview; what was told is kept, and a draft in which nothing was told goes."""
        if not self._record.keys() - {"language", "received"}:
            await self.discard()
            return
        await self._keep(self._unsaved)
        self._closed = True
        self.model.root("start")

    # ---------------------------------------------------------------------------------------------------
    # keeping
    async def _keep_soon(self, number: int) -> None:
        await asyncio.sleep(_SETTLE_S)
        if number == self._unsaved:
            await self._keep(number)

    async def _keep(self, number: int) -> None:
        if self._closed or self.model.session.device is None or number < self._unsaved:
            return
        try:
            await self.model.off_loop(self.keep_now, self.model.device)
            if self.problem:
                self.problem = ""
        except ActionError as fault:
            self.problem = said(self.model.tr, fault)
        except Exception as fault:
            if self.model.session.device is not None:
                self.problem = said(self.model.tr, fault)

    def watch_lock(self) -> None:
        """From now on, what was told is kept when a lock comes."""
        self._forget = self.model.keep_before_lock(self.keep_for_lock)

    def forget_lock(self) -> None:
        """The screen is gone."""
        if self._forget is not None:
            self._forget()

    def keep_for_lock(self, device: Device) -> None:
        """The last chance to keep it; what no record may hold has been said on the screen already."""
        with contextlib.suppress(ActionError):
            self.keep_now(device)

    def keep_now(self, device: Device) -> None:
        """Keep what is told so far, blocking. Called off the loop, and by the lock before the vault
        closes."""
        if self._closed or not self.draft_id or self._saved == self._unsaved:
            return
        number = self._unsaved
        intake.save_draft(device, self.draft_id, self._record, steps.step_of(self.question))
        self._saved = number

    # -------------------------------------------------------------------------------------------------
    # finishing
    async def finish(self) -> bool:
        """Seal it. What of the five required is missing is named in `missing`, and nothing is sealed then."""
        await self._keep(self._unsaved)
        try:
            lacking = await self.model.off_loop(lacks, self._record)
            if lacking:
                self.missing = tuple(lacking)
                return False
            code = await self.model.off_loop(intake.finish, self.model.device, self.draft_id)
        except Exception as fault:
            self.problem = said(self.model.tr, fault)
            return False
        self._closed = True
        self._record = {}
        self.model.seen += 1
        self.model.root("done")
        self.model.what = code
        return True

    async def discard(self) -> None:
        """Throw the draft away."""
        try:
            await self.model.off_loop(intake.discard_draft, self.model.device, self.draft_id)
        except Exception as fault:
            self.problem, self.sheet = said(self.model.tr, fault), ""
            return
        self._closed = True
        self._record = {}
        self.model.root("start")


def lacks(record: Record) -> list[str]:
    """Which of the five required things are missing in a partial record, by the name of the field."""
    from app.domain.record import missing_required, parse

    return missing_required(parse(record, draft=True))
