"""The questions over *Officers and rules*: what would change, read or typed before it is signed.

Guarantees: a threshold and an officer's removal need something typed; a refusal changes nothing and is said
in the question; afterwards it is said whether the change is in force or waits for other officers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import flet as ft

from app.actions import officers, revocation
from app.actions.device import Device
from app.actions.officers import OfficersReturnError
from app.actions.views import SignedView
from app.screens.casework.model import DeskModel
from app.screens.officer import revoke_words, rules_words
from app.screens.officer.destructive import Destructive, Done
from app.screens.parts.question import Point, question
from crypto.root import Policy, Root

DIALOG = "rules"
"""The name under which the desk knows that such a question stands open."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to change: kind threshold, admitting, numbers, remove or rotate."""

    kind: str
    number: int = 0
    numbers: tuple[tuple[str, int], ...] = ()
    device: str = ""
    label: str = ""
    warned: list[str] = field(default_factory=list, compare=False, repr=False)
    """Devices about whose officer it was said that somebody revoked would belong again."""


Ask = Callable[[Asked], object]
"""Opens the question about it."""


def question_on_show(desk: DeskModel, asked: Asked | None, root: Root | None) -> ft.AlertDialog | None:
    """The dialog that stands open; None for none."""
    if asked is None or root is None or desk.dialog != DIALOG:
        return None
    make = {
        "threshold": _threshold,
        "admitting": _admitting,
        "numbers": _numbers,
        "remove": _remove,
        "rotate": _rotate,
    }[asked.kind]
    return question(make(desk, asked, root), screen_width=desk.width, on_close=desk.close_dialog)


def _threshold(desk: DeskModel, asked: Asked, root: Root) -> ft.Control:
    tr, of = desk.tr, len(root.officers)
    return _change(
        desk,
        title=tr("{t} of {n} officers must sign?", t=asked.number, n=of),
        icon=ft.Icons.GROUPS_ROUNDED,
        label=root.name,
        ask=tr("Type the name of the organisation to confirm: {name}", name=root.name),
        follows=rules_words.signing_follows(tr, now=root.threshold, then=asked.number, of=of),
        do=_signed(desk, officers.set_threshold, asked.number),
        key=f"threshold-{asked.number}",
    )


def _admitting(desk: DeskModel, asked: Asked, root: Root) -> ft.Control:
    tr = desk.tr
    return _change(
        desk,
        title=tr("Change who admits a machine that reads?"),
        icon=ft.Icons.HOW_TO_REG_ROUNDED,
        follows=rules_words.admitting_follows(tr, now=root.threshold, then=asked.number),
        do=_signed(desk, officers.set_policy, handler_officers=asked.number),
        key=f"admitting-{asked.number}",
    )


def _numbers(desk: DeskModel, asked: Asked, root: Root) -> ft.Control:
    tr, wanted = desk.tr, dict(asked.numbers)
    policy: Policy = root.policy
    return _change(
        desk,
        title=tr("Change these rules?"),
        icon=ft.Icons.TUNE_ROUNDED,
        follows=rules_words.numbers_follow(tr, before=policy, wanted=wanted, now=root.threshold),
        do=_signed(desk, officers.set_policy, **wanted),
        key="numbers",
    )


def _remove(desk: DeskModel, asked: Asked, root: Root) -> ft.Control:
    tr = desk.tr
    return _change(
        desk,
        title=tr("{label} is no longer an officer?", label=asked.label),
        icon=ft.Icons.VPN_KEY_OFF_ROUNDED,
        label=asked.label,
        follows=rules_words.removing_follows(
            tr, label=asked.label, now=root.threshold, of=len(root.officers)
        ),
        do=_signed(desk, remove, asked),
        key=f"remove-{asked.device}",
    )


def remove(device: Device, asked: Asked) -> SignedView:
    """Remove an officer. Where a revocation goes with them it is refused and said once; whoever presses
    again has read it, and the device may belong again.
    """
    if asked.device in asked.warned:
        return officers.remove_officer(device, asked.device, returning=True)
    try:
        return officers.remove_officer(device, asked.device)
    except OfficersReturnError:
        asked.warned.append(asked.device)
        raise


def _rotate(desk: DeskModel, asked: Asked, root: Root) -> ft.Control:
    tr = desk.tr

    async def do(_: str) -> Done | None:
        view = await desk.do(revocation.rotate)
        if view is None:
            return None
        return revoke_words.came_of_it(tr, label="", published=view.published, officer_waits=False, waiting=0)

    return _change(
        desk,
        title=tr("Make fresh keys?"),
        icon=ft.Icons.VPN_KEY_ROUNDED,
        follows=rules_words.rotating_follows(tr),
        action=tr("Make fresh keys"),
        done=tr("The fresh keys are made"),
        do=do,
        key="rotate",
    )


def _change(
    desk: DeskModel,
    *,
    title: str,
    icon: ft.IconData,
    follows: Sequence[Point],
    do: Callable[[str], Awaitable[Done | None]],
    key: str,
    label: str | None = None,
    ask: str | None = None,
    action: str | None = None,
    done: str | None = None,
) -> ft.Control:
    return Destructive(
        desk,
        title=title,
        done_title=done or desk.tr("Signed on this machine"),
        icon=icon,
        label=label,
        ask=ask,
        follows=follows,
        why=(),
        action=action or desk.tr("Sign this change"),
        do=do,
        key=key,
    )


def _signed(
    desk: DeskModel, work: Callable[..., SignedView], *args: object, **more: int
) -> Callable[[str], Awaitable[Done | None]]:
    """Do it and say what came of it."""

    async def do(_: str) -> Done | None:
        view = await desk.do(work, *args, **more)
        return None if view is None else rules_words.came_of_it(desk.tr, view)

    return do
