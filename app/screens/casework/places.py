"""The places of the desk that exist: their words, pictures and keys, and what the foot of each page lists."""

from __future__ import annotations

from dataclasses import dataclass

import flet as ft

from app.i18n import Translator


@dataclass(frozen=True)
class Place:
    """One place of the rail."""

    name: str
    word: str
    icon: ft.IconData
    chosen_icon: ft.IconData
    keys: str


WITHIN = {
    "complaint": "inbox",
    "new_case": "cases",
    "join": "cases",
    "case": "cases",
    "invite": "devices",
    "admit": "devices",
    "proposals": "devices",
    "drill": "devices",
    "card": "devices",
    "archive": "devices",
    "add_desk": "devices",
    "rules": "devices",
}
"""Pages behind a place: the rail keeps its place chosen."""


def places(tr: Translator) -> list[Place]:
    """The places in the order of the rail, without Settings and Lock, which stand at its foot."""
    return [
        Place("inbox", tr("Inbox"), ft.Icons.INBOX_OUTLINED, ft.Icons.INBOX_ROUNDED, "g i"),
        Place("cases", tr("Cases"), ft.Icons.FOLDER_OUTLINED, ft.Icons.FOLDER_ROUNDED, "g c"),
        Place("arrivals", tr("Arrivals"), ft.Icons.RULE_ROUNDED, ft.Icons.RULE_ROUNDED, "g a"),
        Place("devices", tr("Devices"), ft.Icons.DEVICES_ROUNDED, ft.Icons.DEVICES_ROUNDED, "g d"),
    ]


def settings(tr: Translator) -> Place:
    """The place at the foot of the rail."""
    return Place("settings", tr("Settings"), ft.Icons.SETTINGS_ROUNDED, ft.Icons.SETTINGS_ROUNDED, "g s")


def rail_place(place: str) -> str:
    """The place of the rail to which a page belongs."""
    return WITHIN.get(place, place)


def foot_keys(place: str, tr: Translator) -> list[tuple[tuple[str, ...], str]]:
    """The keys of a page: (keys, what they do)."""
    here: dict[str, list[tuple[tuple[str, ...], str]]] = {
        "inbox": [
            (("j", "k"), tr("move")),
            (("Enter",), tr("open")),
            (("c",), tr("new case")),
            (("m",), tr("join")),
            (("q",), tr("ask")),
        ],
        "complaint": [(("c",), tr("new case")), (("m",), tr("join")), (("q",), tr("ask"))],
        "new_case": [(("Ctrl Enter",), tr("save"))],
        "cases": [(("j", "k"), tr("move")), (("Enter",), tr("open"))],
        "case": [(("1", "2"), tr("choose a value")), (("a",), tr("assign")), (("n",), tr("note"))],
        "arrivals": [(("j", "k"), tr("device")), (("g i",), tr("inbox"))],
        "devices": [
            (("j", "k"), tr("device")),
            (("i",), tr("invite")),
            (("m",), tr("admit")),
            (("Del",), tr("revoke, asks first")),
        ],
    }
    leave = (
        [] if place in ("inbox", "cases", "arrivals", "devices", "settings") else [(("Esc",), tr("leave"))]
    )
    return [*here.get(place, []), *leave, (("?",), tr("all keys"))]


def all_keys(tr: Translator) -> list[tuple[str, str]]:
    """Everything that the keyboard does, for the sheet of `?`."""
    return [
        ("g i", tr("Inbox")),
        ("g c", tr("Cases")),
        ("g a", tr("Arrivals")),
        ("g d", tr("Devices")),
        ("g s", tr("Settings")),
        ("j  k", tr("move in a list")),
        ("Enter", tr("open what is chosen")),
        ("Esc", tr("leave, one step back")),
        ("c", tr("accept, new case")),
        ("m", tr("join a case; at Devices: admit")),
        ("q", tr("ask the phone")),
        ("a", tr("assign the case")),
        ("n", tr("write a note")),
        ("1  2", tr("keep a value in a conflict")),
        ("i", tr("invite a device")),
        ("Del", tr("revoke a device, asks first")),
        ("Ctrl Enter", tr("save, send")),
        ("Ctrl L", tr("lock")),
        ("?", tr("all keys")),
    ]
