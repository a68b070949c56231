"""The first run: join with an invitation, start an organisation, or restore a desk. Looks like any notebook
until then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import flet as ft

from app.actions import device as devices
from app.actions import enrolment, organisation
from app.screens.parts.buttons import button, main_button, outlined_button
from app.screens.parts.fields import field
from app.screens.parts.press import press
from app.screens.parts.states import problem, working
from app.screens.parts.type import heading, text
from app.screens.settings.brand import square
from app.screens.settings.faults import said
from app.screens.settings.languages import language_line
from app.screens.settings.passphrase_fields import new_passphrase, strength
from app.screens.state import AppModel

_LARGEST_INVITATION = 200_000


@ft.component
def FirstRun(model: AppModel) -> ft.Control:
    """Three ways in."""
    way, set_way = ft.use_state("")
    if way == "start":
        return StartOrganisation(model, lambda: set_way(""))
    if way == "join":
        return JoinOrganisation(model, lambda: set_way(""))
    if way == "restore":
        # Imported here so that a phone does not load it.
        from app.screens.settings.restore import RestoreDesk

        return RestoreDesk(model, lambda: set_way(""))
    tr = model.tr
    return sheet(
        [
            ft.Container(height=48),
            ft.Row([square(54)], alignment=ft.MainAxisAlignment.CENTER),
            text(tr("Notes"), "headline_small", bold=False, align=ft.TextAlign.CENTER),
            text(
                tr("This device is new here."), color=ft.Colors.ON_SURFACE_VARIANT, align=ft.TextAlign.CENTER
            ),
            ft.Container(height=24),
            main_button(
                tr("Join with an invitation"),
                on_click=lambda _: set_way("join"),
                key="join",
                icon=ft.Icons.MAIL_ROUNDED,
            ),
            outlined_button(tr("Start an organisation"), on_click=lambda _: set_way("start"), key="start"),
            button(tr("Restore a desk"), kind="plain", on_click=lambda _: set_way("restore"), key="restore"),
            ft.Container(height=24),
            language_line(model),
        ]
    )


def sheet(parts: Sequence[ft.Control], *, foot: Sequence[ft.Control] = ()) -> ft.Control:
    """A page of the set-up: as wide as a hand on any screen."""
    inside = ft.Column(
        [
            ft.Column(
                [
                    ft.Container(
                        padding=ft.Padding.symmetric(horizontal=20, vertical=16),
                        content=ft.Column(
                            list(parts), spacing=12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
                        ),
                    )
                ],
                scroll=ft.ScrollMode.AUTO,
                expand=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            *(
                [
                    ft.Container(
                        padding=ft.Padding.only(left=20, right=20, top=4, bottom=16),
                        content=ft.Column(
                            list(foot),
                            spacing=8,
                            tight=True,
                            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                        ),
                    )
                ]
                if foot
                else []
            ),
        ],
        spacing=0,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Row(
        [ft.Container(inside, width=480, expand=True, expand_loose=True)],
        alignment=ft.MainAxisAlignment.CENTER,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        expand=True,
    )


def back_line(model: AppModel, on_back: Callable[[], None]) -> ft.Control:
    """*Back* at the top of a page of the set-up."""
    tr = model.tr
    words = ft.Row(
        [ft.Icon(ft.Icons.ARROW_BACK_ROUNDED, size=24, color=ft.Colors.ON_SURFACE),
         text(tr("Back"), "title_large")],
        spacing=12,
        tight=True,
    )  # fmt: skip
    return ft.Row(
        [press(words, on_click=lambda _: on_back(), label=tr("Back"), key="back", radius=12, padding=8)]
    )


@ft.component
def StartOrganisation(model: AppModel, on_back: Callable[[], None]) -> ft.Control:
    """Name, relay, pool, publish token, passphrase. This device becomes the officer's."""
    tr = model.tr
    # Written into without drawing again: the fields show it already.
    typed, _ = ft.use_state(dict.fromkeys(("name", "relay", "pool", "token", "first", "again"), ""))

    def line(name: str, label: str, *, help: str | None = None) -> ft.Control:
        def keep(value: str) -> None:
            typed[name] = value

        return field(
            key=f"field-{name}", label=label, value=typed[name], on_change=keep, lang=model.lang, help=help
        )

    def passphrase(first: str, again: str) -> None:
        typed["first"], typed["again"] = first, again

    async def make() -> None:
        device = await model.off_loop(
            organisation.create,
            model.session.home,
            typed["first"],
            name=typed["name"],
            relay=typed["relay"].strip(),
            pool=typed["pool"].strip(),
            publish_token=typed["token"].strip(),
        )
        model.opened(device)

    return _form(
        model,
        on_back,
        title=tr("Start an organisation"),
        help=tr("This device becomes the first desk and the officer’s."),
        parts=[
            line("name", tr("Name of the organisation"), help=tr("Only devices that you admit see it.")),
            line("relay", tr("Address of the relay")),
            line("pool", tr("Pool")),
            line("token", tr("Publish token")),
            new_passphrase(key="passphrase", tr=tr, on_change=passphrase),
        ],
        check=lambda: passphrase_problem(model, typed["first"], typed["again"]),
        work=make,
        action=tr("Start"),
        waiting=tr("Making the keys. This takes a moment."),
    )


@ft.component
def JoinOrganisation(model: AppModel, on_back: Callable[[], None]) -> ft.Control:
    """The invitation as text or file, and a new passphrase for this device."""
    tr = model.tr
    typed, _ = ft.use_state(dict.fromkeys(("invitation", "first", "again"), ""))
    opened, set_opened = ft.use_state(0)
    wrong, set_wrong = ft.use_state("")

    def paste(value: str) -> None:
        typed["invitation"] = value

    def passphrase(first: str, again: str) -> None:
        typed["first"], typed["again"] = first, again

    async def open_file(_: object) -> None:
        set_wrong("")
        files = await ft.FilePicker().pick_files(with_data=True)
        if not files or files[0].bytes is None:
            return
        try:
            if files[0].size > _LARGEST_INVITATION:
                raise ValueError
            typed["invitation"] = files[0].bytes.decode("utf-8").strip()
        except ValueError:
            set_wrong(tr("This file is not an invitation. Open the one that the officer gave you."))
            return
        set_opened(opened + 1)

    async def make() -> None:
        first = typed["first"]
        await model.off_loop(enrolment.join, model.session.home, first, typed["invitation"].strip())
        model.opened(await model.off_loop(devices.unlock, model.session.home, first))

    def check() -> str:
        if not typed["invitation"].strip():
            return tr("Paste the invitation, or open its file.")
        return passphrase_problem(model, typed["first"], typed["again"])

    return _form(
        model,
        on_back,
        title=tr("Join with an invitation"),
        help=tr("The officer gives it to you as text, as a file or as a picture."),
        parts=[
            field(
                key=f"invitation-{opened}",
                label=tr("Invitation"),
                value=typed["invitation"],
                on_change=paste,
                lang="en",
                lines=3,
            ),
            outlined_button(
                tr("Open a file"),
                on_click=open_file,
                icon=ft.Icons.FOLDER_OPEN_ROUNDED,
                key="open-file",
                tall=50,
            ),
            *([problem(wrong)] if wrong else []),
            new_passphrase(key="passphrase", tr=tr, on_change=passphrase),
        ],
        check=check,
        work=make,
        action=tr("Join"),
        waiting=tr("Making the keys. This takes a moment."),
    )


def passphrase_problem(model: AppModel, first: str, again: str) -> str:
    """What is not right with a new passphrase that was typed twice; nothing if it can be taken."""
    tr = model.tr
    good, sentence = strength(tr, first)
    if not good:
        return f"{tr('The passphrase is not long enough yet.')} {sentence}"
    return "" if first == again else tr("The two passphrases differ. Type both again.")


@ft.component
def _form(
    model: AppModel,
    on_back: Callable[[], None],
    *,
    title: str,
    help: str,
    parts: list[ft.Control],
    check: Callable[[], str],
    work: Callable[[], Awaitable[None]],
    action: str,
    waiting: str,
) -> ft.Control:
    """A form of the set-up: its button says what is missing, and works off the loop."""
    tr = model.tr
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")

    async def go(_: object) -> None:
        if busy:
            return
        lacking = check()
        set_wrong(lacking)
        if lacking:
            return
        set_busy(True)
        try:
            await work()
        except Exception as fault:
            set_wrong(said(tr, fault))
            set_busy(False)

    foot: list[ft.Control] = [problem(wrong)] if wrong else []
    foot.append(working(waiting) if busy else main_button(action, on_click=go, key="go"))
    return sheet(
        [
            back_line(model, on_back),
            heading(title),
            text(help, color=ft.Colors.ON_SURFACE_VARIANT),
            *parts,
        ],
        foot=foot,
    )
