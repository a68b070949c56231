"""What one page of the desk shows: the lists that were read, what is chosen in them, and the last session.

Guarantees: every blocking action runs off the event loop; a refusal is kept as a sentence in `problem` and
nothing on show changes; lists keep their old content while they are read again; nothing that was read
outlives a lock, because the model is made anew behind it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import flet as ft

from app.actions import sending
from app.actions.gaps import GapView
from app.actions.views import CaseRow, DeviceView, InboxRow, OrganisationView
from app.i18n import Translator
from app.screens.casework import urgency
from app.screens.casework.reading import moved, read
from app.screens.casework.urgency import Filter
from app.screens.settings.faults import said
from app.screens.state import AppModel, in_page
from sync.errors import RelayBusyError, RelayUnreachableError, SyncError

T = TypeVar("T")

_SAME_ESCAPE_S = 0.5

NARROW = 600
"""Below this width the rail becomes a bar at the bottom and tables become cards."""

TWO_PANES = 1000
"""From this width on two panes stand side by side."""

TABLE_ALONE = 880
"""From this width on the seven columns of the inbox can be read where no pane stands beside them."""

TABLE_BESIDE_PANE = 1240
"""From this width on the inbox's seven columns fit beside the pane; below, its lines are cards there."""


def _read_again(model: AppModel) -> None:
    model.seen += 1


@ft.observable
@dataclass
class DeskModel:
    """One desk on one page. `app` says where we are and in which language."""

    app: AppModel = field(repr=False)
    rows: tuple[InboxRow, ...] | None = field(default=None, repr=False)
    cases: tuple[CaseRow, ...] | None = field(default=None, repr=False)
    organisation: OrganisationView | None = field(default=None, repr=False)
    missing: tuple[GapView, ...] = ()
    filter: Filter = Filter.TODO
    code: str | None = None
    """The line of the inbox that is chosen."""
    case: str | None = None
    """The line of the cases that is chosen."""
    device: str | None = None
    """The device that is chosen, by id."""
    syncing: bool = False
    last_sync: datetime | None = None
    offline: bool = False
    last_received: int = 0
    waiting: int = 0
    problem: str | None = None
    asking: bool = False
    """Whether the ask box of the chosen complaint is open."""
    keys_open: bool = False
    dialog: str | None = None
    """The question that stands open over the page: revoke, close_window, rules, withdraw."""
    width: float = 1440

    def __post_init__(self) -> None:
        # Not observed: nothing on show depends on them.
        self._acts = 0
        self._escape_heard = 0.0
        self._writing: set[str] = set()
        self._commands: Callable[[str], None] | None = None

    @property
    def tr(self) -> Translator:
        """Words in the language on show."""
        return self.app.tr

    @property
    def narrow(self) -> bool:
        """A screen of the width of a phone."""
        return self.width < NARROW

    @property
    def two_panes(self) -> bool:
        """Wide enough for two panes."""
        return self.width >= TWO_PANES

    @property
    def room_for_table(self) -> bool:
        """The inbox has room for its table: alone, or beside the pane on a wide screen."""
        return self.width >= (TABLE_BESIDE_PANE if self.two_panes else TABLE_ALONE)

    @property
    def place(self) -> str:
        """The place on show; the desk opens on its inbox."""
        return "inbox" if self.app.place == "start" else self.app.place

    @property
    def acts(self) -> int:
        """Counts what was done, so that Enter on a button is not taken as Enter on the list as well."""
        return self._acts

    @property
    def is_writing(self) -> bool:
        """Whether a field has the focus, so that letters are letters."""
        return bool(self._writing)

    def acted(self) -> None:
        """Somebody pressed something."""
        self._acts += 1

    def write_in(self, name: str, *, on: bool) -> None:
        """A field got or lost the focus."""
        (self._writing.add if on else self._writing.discard)(name)

    def on_commands(self, obey: Callable[[str], None] | None) -> None:
        """The page on show takes the keys that only it knows (save, note, keep a value)."""
        self._commands = obey

    def obey(self, command: str) -> None:
        """Hand a command to the page on show."""
        if self._commands is not None:
            self._commands(command)

    def go(self, place: str, what: str | None = None) -> None:
        """Show a place; Escape leads back."""
        self.acted()
        self.problem, self.asking, self.dialog = None, False, None
        self._leave_fields()
        self.app.go(place, what)

    def root(self, place: str) -> None:
        """Show one of the places of the rail."""
        self.acted()
        self.problem, self.asking, self.dialog = None, False, None
        self._leave_fields()
        self.app.root(place)

    def _leave_fields(self) -> None:
        self._writing.clear()
        self._commands = None

    def close_keys(self) -> None:
        """The sheet of all keys closed itself; where Escape did it, it comes as a key as well."""
        if self.keys_open:
            self._escape_heard = time.monotonic()
            self.keys_open = False

    def close_dialog(self) -> None:
        """The question over the page closed itself or was answered; Escape then closes nothing else."""
        if self.dialog is not None:
            self._escape_heard = time.monotonic()
            self.dialog = None
            self._writing.clear()

    def leave(self) -> None:
        """One step back; what stands open closes first."""
        if self.keys_open:
            self.keys_open = False
        elif self.dialog is not None:
            self.close_dialog()
        elif time.monotonic() - self._escape_heard < _SAME_ESCAPE_S:
            self._escape_heard = 0.0
        elif self.asking:
            self.asking = False
            self._writing.clear()
        elif self.place != "inbox":
            self.problem = None
            self._leave_fields()
            self.app.back()

    # ------------------------------------------------------------------------------------------------- lists
    def inbox(self) -> list[InboxRow]:
        """The lines under the chosen filter, urgent first."""
        return urgency.shown(self.rows or (), self.filter)

    def row(self, code: str | None) -> InboxRow | None:
        """The line with this code."""
        return next((row for row in self.rows or () if row.code == code), None)

    def chosen(self) -> InboxRow | None:
        """The line of the inbox that stands in the side pane: the one pressed last, else the first."""
        rows = self.inbox()
        return next((row for row in rows if row.code == self.code), rows[0] if rows else None)

    def select(self, code: str) -> None:
        """Choose a line; open it when it was chosen before, or where there is one pane."""
        self.acted()
        again = self.code == code
        self.code, self.asking, self.problem = code, False, None
        if again or not self.two_panes:
            self.go("complaint", code)

    def device_on_show(self) -> DeviceView | None:
        """The device that was chosen; None when none was."""
        known = self.organisation.devices if self.organisation else ()
        return next((one for one in known if one.id == self.device), None)

    def choose_filter(self, chosen: Filter) -> None:
        """Show the lines of a chip."""
        self.acted()
        self.filter = chosen

    def step(self, by: int) -> None:
        """Move in the list on show by so many lines."""
        if self.place == "inbox":
            self.code = moved([row.code for row in self.inbox()], self.code, by)
            self.asking = False
        elif self.place == "cases":
            self.case = moved([row.number for row in self.cases or ()], self.case, by)
        elif self.place in ("arrivals", "devices") and self.organisation is not None:
            self.device = moved([one.id for one in self.organisation.devices], self.device, by)

    # ----------------------------------------------------------------------------------------------- actions
    async def load(self) -> None:
        """Read the lists again."""
        device = self.app.session.device
        if device is None:
            return
        try:
            found = await asyncio.to_thread(read, device)
        except Exception as fault:  # a lock in the middle closes the vault; that is no fault
            if self.app.session.device is not None:
                self.problem = said(self.tr, fault)
            return
        self.rows, self.cases, self.organisation, self.missing = found

    async def do(self, work: Callable[..., T], *args: Any, **more: Any) -> T | None:
        """Do one action and read the lists again. None and a sentence in `problem` when it was refused."""
        self.acted()
        try:
            done = await self.app.off_loop(work, self.app.device, *args, **more)
        except Exception as fault:  # whatever it was, a person must read what is safe; `said` has the words
            if self.app.session.device is not None:
                self.problem = said(self.tr, fault)
            return None
        self.problem = None
        self.changed()
        return done

    def changed(self) -> None:
        """Something is different: every page of this process reads its lists again, and draws on itself: a
        question that stands open on one page is not shown on another.
        """
        for model in list(self.app.session.models):
            in_page(model.page, _read_again, model)

    async def sync(self, *, by_hand: bool = True) -> None:
        """One session with the relay. Without a network nothing is lost and nothing is shown in colour."""
        if self.syncing or self.app.session.device is None:
            return
        device = self.app.session.device
        if by_hand:
            self.acted()
            self.app.session.touch()
            self.syncing = True
        try:
            report = await asyncio.to_thread(sending.sync, device)
        except (RelayUnreachableError, RelayBusyError):
            self.offline = True
        except SyncError as refused:
            self.problem = said(self.tr, refused)
        except (
            Exception
        ) as fault:  # a lock in the middle closes the vault under the session; that is no fault
            if by_hand and self.app.session.device is not None:
                self.problem = said(self.tr, fault)
        else:
            self.offline = False
            self.last_sync = datetime.now(UTC)
            self.last_received, self.waiting = report.received, report.waiting
            self.changed()
        finally:
            self.syncing = False
