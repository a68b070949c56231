"""The officer's screens draw in every language at both widths, everything to press has a name, and who has no
right sees who has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft
import pytest
from flet.controls.base_control import BaseControl

from app.actions.views import ChangeView
from app.i18n import Translator
from app.screens.casework.model import DeskModel
from app.screens.officer import revoke_words
from app.screens.officer.add_desk import AddDesk
from app.screens.officer.admit import Admit
from app.screens.officer.admitted import admitted
from app.screens.officer.destructive import Destructive
from app.screens.officer.devices import Devices
from app.screens.officer.drill import Drill
from app.screens.officer.gone import Gone
from app.screens.officer.invite import Invite
from app.screens.officer.make_archive import MakeArchive
from app.screens.officer.make_card import MakeCard
from app.screens.officer.proposals import Proposal, Proposals
from app.screens.officer.rules import Rules
from app.screens.officer.withdrawing import WITHDRAW, withdraw_question
from tests.screens.drawing import draw
from tests.screens.officer.fakes import device, officers_desk, proposal

PAGES = [Devices, Invite, Admit, Proposals, Rules, AddDesk, Drill, MakeCard, MakeArchive, Gone]


def shown(desk: DeskModel, component: Callable[..., Any], *args: Any) -> list[BaseControl]:
    return draw(desk.app.page, component, desk, *args)  # type: ignore[arg-type]


def words_of(found: list[BaseControl]) -> str:
    return " ".join(control.value for control in found if isinstance(control, ft.Text))


def buttons_of(found: list[BaseControl]) -> dict[str, ft.TextButton]:
    named = {}
    for control in found:
        if isinstance(control, ft.TextButton):
            said = control.content
            assert isinstance(said, ft.Semantics), control
            assert said.label, control
            named[said.label] = control
    return named


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws_and_everything_to_press_has_a_name(page: Any, width: int, lang: str) -> None:
    desk = officers_desk(device(), device("Desk-1", role="handler", officer=True), lang=lang, width=width)
    desk.device = device().id
    found = shown(desk, page)
    assert found
    buttons_of(found)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in (Devices, Gone)])
def test_who_is_no_officer_sees_who_may_and_can_press_nothing(page: Any) -> None:
    found = shown(officers_desk(officer=False), page)
    assert "Officers" in words_of(found)
    assert not buttons_of(found)


def test_a_handler_sees_the_devices_and_cannot_revoke_any() -> None:
    desk = officers_desk(device(), officer=False)
    desk.device = device().id
    found = shown(desk, Devices)
    assert "Officers can revoke devices." in words_of(found)
    assert not [name for name in buttons_of(found) if "Revoke" in name]


def test_an_officer_revokes_another_device_and_not_the_one_in_use() -> None:
    desk = officers_desk(
        device(last_heard="2026-01-01T00:00:00Z"), device("Desk-3", id="07" * 16, role="handler")
    )
    desk.device = device().id
    assert {"Revoke…", "Stop waiting for this phone…"} <= buttons_of(shown(desk, Devices)).keys()
    desk.device = "07" * 16
    assert "Revoke…" not in buttons_of(shown(desk, Devices))


def question(desk: DeskModel) -> list[BaseControl]:
    one = device(missing=2)

    async def do(_: str) -> None:
        return None

    def asked(at: DeskModel) -> ft.Control:
        return Destructive(
            at,
            title="Revoke Blue-7?",
            done_title="Blue-7 is revoked",
            icon=ft.Icons.PHONELINK_ERASE_ROUNDED,
            label=one.label,
            follows=revoke_words.follows(one, at.tr, officer=False, more_officers=0),
            why=revoke_words.reasons(at.tr),
            action=at.tr("Revoke now"),
            do=do,
        )

    return shown(desk, ft.component(asked))


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_the_question_has_the_focus_on_cancel_and_its_button_shut(lang: str) -> None:
    tr = Translator(lang)
    buttons = buttons_of(question(officers_desk(lang=lang)))
    assert buttons[tr("Cancel")].autofocus
    assert buttons[tr("Revoke now")].disabled
    assert [name for name, button in buttons.items() if button.autofocus] == [tr("Cancel")]


@pytest.mark.parametrize("kind", ["admission", "root", "revocation", "window"])
@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_every_kind_of_proposal_draws(kind: str, lang: str) -> None:
    desk = officers_desk(lang=lang)
    found = shown(desk, Proposal, proposal(kind), lambda _: None, lambda _: None)
    assert any(name.startswith(desk.tr("Sign")) for name in buttons_of(found))


def test_a_device_is_not_signed_for_before_its_digits_were_typed() -> None:
    found = buttons_of(shown(officers_desk(), Proposal, proposal(), lambda _: None, lambda _: None))
    assert next(button for name, button in found.items() if name.startswith("Sign")).disabled
    without = buttons_of(
        shown(officers_desk(), Proposal, proposal("revocation"), lambda _: None, lambda _: None)
    )
    assert not next(button for name, button in without.items() if name.startswith("Sign")).disabled


def test_what_this_officer_signed_cannot_be_signed_again() -> None:
    found = shown(officers_desk(), Proposal, proposal(signed_by_me=True), lambda _: None, lambda _: None)
    assert "You have signed" in words_of(found)
    assert [name.split(" · ")[0] for name in buttons_of(found)] == ["Withdraw…"]


def test_what_lets_a_revoked_device_back_is_signed_only_once_somebody_said_that_it_may() -> None:
    one = proposal("root", changes=[ChangeView("return_officer", "Desk-9")])
    found = shown(officers_desk(), Proposal, one, lambda _: None, lambda _: None)
    assert "Desk-9 was revoked, and would belong again." in words_of(found)
    sign = next(button for name, button in buttons_of(found).items() if name.startswith("Sign"))
    assert sign.disabled
    assert "It may belong again" in buttons_of(found)


@pytest.mark.parametrize("kind", ["root", "revocation", "window"])
def test_only_a_device_that_waits_can_be_withdrawn(kind: str) -> None:
    for signed in (True, False):
        found = shown(
            officers_desk(), Proposal, proposal(kind, signed_by_me=signed), lambda _: None, lambda _: None
        )
        assert not [name for name in buttons_of(found) if name.startswith("Withdraw")]


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_a_withdrawal_is_read_before_it_is_done(lang: str) -> None:
    desk = officers_desk(lang=lang)
    assert withdraw_question(desk, proposal()) is None
    desk.dialog = WITHDRAW
    dialog = []

    def asking(at: DeskModel) -> ft.Control:
        dialog.append(withdraw_question(at, proposal()))
        assert dialog[0] is not None
        assert isinstance(dialog[0].content, ft.Container)
        assert dialog[0].content.content is not None
        return dialog[0].content.content

    found = shown(desk, ft.component(asking))
    assert any("Desk-4" in words for words in words_of(found).split("\n"))
    buttons = buttons_of(found)
    assert buttons[desk.tr("Cancel")].autofocus
    assert not buttons[desk.tr("Withdraw")].disabled


def test_a_device_that_waits_for_another_officer_is_not_said_to_be_admitted() -> None:
    from app.actions.views import AdmittedView

    desk = officers_desk()
    view = AdmittedView(device="aa", label="Desk-4", welcome=b"", published=True, waits=True)
    found = shown(desk, ft.component(lambda at: admitted(at, view)))
    assert "is admitted" not in words_of(found)
    assert "another officer" in words_of(found)
