"""What is open, in which language, and where the person is. One `Session` a process, one `AppModel` a page.

The session holds the unlocked device; every page of the process sees the same one, and a lock closes it for
all of
them at once. The model holds only what is on show, and is observable: a component that takes it draws again
when it changes. Places are not in the address of the page, so a browser's history says nothing of what was
read.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import flet as ft
import msgspec
from flet.controls.context import _context_page

from app.actions import device as devices
from app.actions.device import Device
from app.i18n import Lang, Translator
from app.screens.parts import theme
from app.screens.parts.palette import Brightness

T = TypeVar("T")
Stage = Literal["empty", "joining", "locked", "open"]

IDLE_MINUTES = 5
"""Long enough to think before an answer, short enough for a phone that is taken out of a hand."""

_CHECK_EVERY_S = 5.0


class Preferences(msgspec.Struct, frozen=True):
    """What must be known before the key: nothing that tells of the work."""

    lang: Lang = "en"
    brightness: Brightness = "system"
    auto_advance: bool = True


class Session:
    """The one open device of this process and the clock that locks it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.device: Device | None = None
        self.models: list[AppModel] = []
        self.idle_minutes = IDLE_MINUTES
        self._last_act = time.monotonic()

    def touch(self) -> None:
        """Somebody did something: the lock waits again."""
        self._last_act = time.monotonic()

    def seconds_left(self) -> float:
        """Seconds until the lock, if nothing is done."""
        return self.idle_minutes * 60 - (time.monotonic() - self._last_act)

    def lock(self) -> None:
        """Let every page keep its draft, close the device, and show the lock everywhere. Safe to repeat."""
        device, self.device = self.device, None
        for model in list(self.models):
            model.before_lock(device)
        self.show_all()
        if device is not None:
            device.lock()

    def show_all(self) -> None:
        """Let every page of this process show what can be shown now."""
        for model in list(self.models):
            in_page(model.page, model.show_stage)

    async def watch(self, model: AppModel) -> None:
        """Lock when nothing was done for `idle_minutes`. Runs as long as the page of `model` is open."""
        while model in self.models:
            await asyncio.sleep(_CHECK_EVERY_S)
            if self.device is not None and self.seconds_left() <= 0:
                self.lock()

    def preferences(self) -> Preferences:
        """What was chosen on this device; the defaults when nothing was, or when the file cannot be read."""
        try:
            return msgspec.json.decode((self.home / "screen.json").read_bytes(), type=Preferences)
        except (OSError, msgspec.DecodeError):
            return Preferences()

    def keep(self, preferences: Preferences) -> None:
        """Write the preferences; a disk that cannot be written to costs no more than the choice."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            fresh = self.home / "screen.json.new"
            fresh.write_bytes(msgspec.json.encode(preferences))
            fresh.replace(self.home / "screen.json")
        except OSError:
            return


@ft.observable
@dataclass
class AppModel:
    """What one page shows. `place` is a name, `what` the thing that it is about (a draft, a code, a
    question)."""

    session: Session = field(repr=False)
    page: ft.Page = field(repr=False)
    stage: Stage = "locked"
    place: str = "start"
    what: str | None = None
    lang: Lang = "en"
    brightness: Brightness = "system"
    auto_advance: bool = True
    reached: bool = False
    """Whether the last sending of this process went through."""
    seen: int = 0
    """Grows when something arrived or was sent, so that lists are read again."""

    def __post_init__(self) -> None:
        self._trail: list[tuple[str, str | None]] = []
        self._keepers: list[Callable[[Device], None]] = []

    # ------------------------------------------------------------------------------------------------ what
    # is open
    @property
    def device(self) -> Device:
        """The unlocked device. Only screens behind the lock ask for it."""
        if self.session.device is None:
            raise RuntimeError("the device is locked")
        return self.session.device

    @property
    def tr(self) -> Translator:
        """Words in the language on show."""
        return Translator(self.lang)

    def show_stage(self) -> None:
        """Read from the folder what can be shown now: set-up, the wait for the officer, the lock, or the
        work."""
        self._trail.clear()
        self._keepers.clear()
        self.place, self.what = "start", None
        if self.session.device is not None:
            stage: Stage = "open" if devices.state(self.session.home) == "ready" else "joining"
        else:
            stage = "empty" if devices.state(self.session.home) == "empty" else "locked"
        self.stage = stage
        self.style()

    def opened(self, device: Device) -> None:
        """A passphrase was right: show the work on every page of this process."""
        self.session.device = device
        self.session.touch()
        self.session.show_all()

    def lock(self) -> None:
        """Lock now, on all pages."""
        self.session.lock()

    def keep_before_lock(self, keeper: Callable[[Device], None]) -> Callable[[], None]:
        """Ask to be called before a lock closes the vault, to keep what was typed. Gives the call that
        takes it
        back. A keeper must be quick and must not raise for what it cannot keep."""
        self._keepers.append(keeper)

        def forget() -> None:
            if keeper in self._keepers:
                self._keepers.remove(keeper)

        return forget

    def before_lock(self, device: Device | None) -> None:
        """Let what is being typed be kept. Called by the session."""
        if device is not None:
            for keeper in list(self._keepers):
                keeper(device)

    # ----------------------------------------------------------------------------------------------- where
    # we are
    def go(self, place: str, what: str | None = None) -> None:
        """Show a place; `back` returns to the present one."""
        self._trail.append((self.place, self.what))
        self.place, self.what = place, what

    def replace(self, place: str, what: str | None = None) -> None:
        """Show a place to which the present one is only a step: `back` leads to the one before."""
        self.place, self.what = place, what

    def root(self, place: str) -> None:
        """Show one of the places of the navigation; there is nothing behind it."""
        self._trail.clear()
        self.place, self.what = place, None

    def back(self) -> None:
        """Show what was shown before."""
        self.place, self.what = self._trail.pop() if self._trail else ("start", None)

    # ------------------------------------------------------------------------------------------------- how
    # it looks
    def choose(
        self,
        *,
        lang: Lang | None = None,
        brightness: Brightness | None = None,
        auto_advance: bool | None = None,
    ) -> None:
        """Change how this device looks and speaks, and remember it."""
        self.lang = lang or self.lang
        self.brightness = brightness or self.brightness
        self.auto_advance = self.auto_advance if auto_advance is None else auto_advance
        self.session.keep(Preferences(self.lang, self.brightness, self.auto_advance))
        self.style()

    def style(self) -> None:
        """Set fonts, colours and the neutral title."""
        at_desk = self.session.device is not None and self.session.device.role != "intake"
        theme.apply(self.page, lang=self.lang, brightness=self.brightness, desk=at_desk)
        self.page.title = self.tr("Notes")
        self.page.update()

    async def off_loop(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        """Run a blocking action without holding up the screen."""
        return await asyncio.to_thread(work, *args, **more)


def in_page(page: ft.Page, work: Callable[..., T], *args: Any) -> T:
    """Call `work` with `page` as the present one: a change of its model is then drawn there and nowhere
    else."""

    def bound() -> T:
        _context_page.set(page)  # type: ignore[arg-type]
        return work(*args)

    return contextvars.copy_context().run(bound)


def run_on(page: ft.Page, work: Callable[..., Any], *args: Any) -> None:
    """Start a coroutine as a task of `page` without leaving that page as the caller's own."""
    in_page(page, page.run_task, work, *args)
