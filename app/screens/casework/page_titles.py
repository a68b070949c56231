"""The title over each page and the few words beside it. Never a person's name, and never what a case is
about.
"""

from __future__ import annotations

from app.screens.casework import urgency
from app.screens.casework.model import DeskModel


def page_title(desk: DeskModel) -> tuple[str, str]:
    """(title, subtitle)"""
    tr, what = desk.tr, desk.app.what or ""
    place = desk.place
    if place == "inbox":
        n = urgency.not_screened(desk.rows or ())
        return tr("Inbox"), tr.count("{n} not screened", n) if n else ""
    if place == "complaint":
        return f"{tr('Inbox')} › {what}", ""
    if place == "cases":
        n = len(desk.cases or ())
        return tr("Cases"), tr.count("{n} cases", n, one="{n} case") if n else ""
    if place == "case":
        return f"{tr('Cases')} › {what}", ""
    if place == "arrivals":
        return tr("Arrivals"), tr("what came, what is missing")
    if place == "devices":
        return tr("Devices and people"), desk.organisation.name if desk.organisation else ""
    titles = {
        "new_case": tr("New case from a complaint"),
        "join": tr("Join a case"),
        "invite": tr("Invite a device"),
        "admit": tr("Admit a device"),
        "proposals": tr("Waiting for another officer"),
        "drill": tr("Try the recovery"),
        "card": tr("Make a card"),
        "archive": tr("Make an archive"),
        "add_desk": tr("Add a desk"),
        "rules": tr("Officers and rules"),
        "settings": tr("Settings"),
    }
    return titles.get(place, tr("Inbox")), ""
