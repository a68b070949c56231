"""Officers, revocation, desks and replies by relay, with the commands that people type."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Organisation, Said, kantha, until
from tests.cli.test_bad_input import refused
from tests.cli.test_journey import RECORD


def invite(made: Organisation, role: str, label: str, *, desk: str = "main") -> tuple[Path, dict[str, Any]]:
    out = made.folder / f"{label}.invitation"
    said = made.at_desk(
        "invite", "--role", role, "--desk", desk, "--label", label, "--out", str(out), "--json"
    )
    return out, said.json()


def enrol(made: Organisation, role: str, label: str) -> Path:
    """A device that belongs, by the reply's file."""
    home, reply = made.folder / label, made.folder / f"{label}.reply"
    invitation, _said = invite(made, role, label)
    joined = kantha(home, "join", str(invitation), "--out", str(reply), "--json").json()
    admitted = made.at_desk("admit", str(reply), "--confirm", joined["check"], "--json").json()
    assert admitted["waits"] is False
    until(lambda: kantha(home, "sync", "--json").json()["joined"])
    return home


def device(made: Organisation, label: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = made.at_desk("org", "show", "--json").json()["devices"]
    return next(one for one in found if one["label"] == label)


def test_a_reply_comes_by_the_relay_and_no_file_is_carried(organisation: Organisation) -> None:
    home = organisation.folder / "Green-3"
    invitation, said = invite(organisation, "intake", "Green-3")
    reply = organisation.folder / "unused.reply"
    joined = kantha(home, "join", str(invitation), "--out", str(reply), "--json").json()
    reply.unlink()
    waiting = kantha(home, "sync", "--json").json()
    assert waiting["joined"] is False
    assert "welcome has not come" in kantha(home, "sync").out

    def came() -> list[dict[str, Any]]:
        organisation.at_desk("sync", "--json").json()
        found: list[dict[str, Any]] = organisation.at_desk("org", "replies", "--json").json()
        return found

    until(lambda: bool(came()))
    (row,) = organisation.at_desk("org", "replies", "--json").json()
    assert (row["check"], row["label"], row["invitation"]) == (joined["check"], "Green-3", said["id"])
    assert organisation.at_desk("org", "show", "--json").json()["replies"] == 1
    refused(organisation.at_desk("admit", "Green-3", "--confirm", "1" * 30), "digits are not the same")
    organisation.at_desk("admit", said["id"], "--confirm", joined["check"], "--json").json()
    until(lambda: kantha(home, "sync", "--json").json()["joined"])
    assert organisation.at_desk("org", "replies", "--json").json() == []
    refused(organisation.at_desk("admit", "Green-3", "--confirm", joined["check"]))


def test_a_reply_may_be_pasted_instead_of_its_file(organisation: Organisation) -> None:
    home, reply = organisation.folder / "Green-4", organisation.folder / "Green-4.reply"
    invitation, _said = invite(organisation, "intake", "Green-4")
    joined = kantha(home, "join", str(invitation), "--out", str(reply), "--json").json()
    admitted = organisation.at_desk("admit", reply.read_text(), "--confirm", joined["check"], "--json").json()
    assert admitted["label"] == "Green-4"
    refused(organisation.at_desk("admit", "KANTHA1-REPLY:" + "A" * 9_000, "--confirm", joined["check"]))
    refused(organisation.at_desk("admit", "x" * 9_000, "--confirm", joined["check"]))


def test_one_command_revokes_and_the_others_go_on(organisation: Organisation) -> None:
    home = enrol(organisation, "intake", "Lost-1")
    source = organisation.record_file(RECORD)
    before = time.monotonic()
    said = organisation.at_desk("org", "revoke", "Lost-1", "--reason", "seized", "--yes", "Lost-1", "--json")
    took = time.monotonic() - before
    assert said.json() == {
        "device": device(organisation, "Lost-1")["id"],
        "label": "Lost-1",
        "waiting": 0,
        "published": True,
        "officer_waits": False,
    }
    assert took < 60
    assert device(organisation, "Lost-1")["state"] == "revoked"
    assert device(organisation, "Lost-1")["reason"] == "seized"
    kantha(home, "complaint", "new", "--from", str(source), "--finish", "--json").json()
    refused(kantha(home, "sync"), "probably revoked it", "officer")
    organisation.on_phone("complaint", "new", "--from", str(source), "--finish", "--json").json()
    assert organisation.on_phone("sync", "--json").json()["waiting"] == 0


def test_a_revocation_asks_for_the_label_and_does_nothing_on_another(organisation: Organisation) -> None:
    enrol(organisation, "intake", "Kept-1")
    revoke = ("org", "revoke", "Kept-1")
    refused(organisation.at_desk(*revoke, "--reason", "lost", "--yes", "Kept-2"), "not the label")
    refused(organisation.at_desk(*revoke, "--reason", "lost"), "--yes", status=2)
    refused(organisation.at_desk(*revoke, "--yes", "Kept-1"), "--reason", status=2)
    refused(organisation.at_desk(*revoke, "--reason", "angry", "--yes", "Kept-1"), status=2)
    refused(
        organisation.at_desk("org", "revoke", "Nobody", "--reason", "lost", "--yes", "Nobody"), "no device"
    )
    refused(organisation.at_desk("org", "revoke", "Desk-1", "--reason", "left", "--yes", "Desk-1"), "itself")
    refused(
        organisation.on_phone("org", "revoke", "Kept-1", "--reason", "lost", "--yes", "Kept-1"), "officer"
    )
    assert device(organisation, "Kept-1")["state"] == "active"


def test_desks_windows_and_keys_are_changed_from_the_shell(organisation: Organisation) -> None:
    made = organisation.at_desk("org", "add-desk", "private", "--json").json()
    assert made["in_force"] is True
    assert made["published"] is True
    names = [desk["name"] for desk in organisation.at_desk("org", "show", "--json").json()["desks"]]
    assert names == ["main", "private"]
    refused(organisation.at_desk("org", "add-desk", "Private"), "already")
    assert organisation.at_desk("org", "rotate", "--json").json() == {"published": True}
    closed = organisation.at_desk("org", "close-window", "Blue-7", "--json").json()
    assert closed["published"] is True
    assert device(organisation, "Blue-7")["closed_at"] is not None
    refused(organisation.at_desk("org", "close-window", "Desk-1"), "window")
    organisation.on_phone("sync", "--json").json()


def test_two_officers_sign_from_two_shells(organisation: Organisation) -> None:
    second = enrol(organisation, "officer", "Officer-2")
    until(lambda: len(kantha(second, "org", "show", "--json").json()["officers"]) == 2)
    assert organisation.at_desk("org", "threshold", "2", "--json").json()["in_force"] is True
    kantha(second, "sync", "--json").json()
    waits = organisation.at_desk("org", "policy", "--handler-officers", "2", "--json").json()
    assert (waits["in_force"], waits["have"], waits["needed"]) == (False, 1, 2)
    carried = organisation.folder / "policy.change"
    organisation.at_desk("org", "export", waits["id"], "--out", str(carried), "--json").json()
    carried.with_suffix(".bent").write_bytes(carried.read_bytes()[:-1])
    refused(
        kantha(second, "org", "take", str(carried.with_suffix(".bent"))), "no change of this organisation"
    )
    taken = kantha(second, "org", "take", str(carried), "--json").json()
    assert (taken["in_force"], taken["have"], taken["needed"]) == (False, 1, 2), "taking it signs nothing"
    (row,) = kantha(second, "org", "proposals", "--json").json()
    assert row["kind"] == "root"
    assert {"what": "policy", "value": "handler_officers 2"} in row["changes"]
    assert "handler_officers 2" in kantha(second, "org", "proposals").out
    assert kantha(second, "org", "sign", row["id"][:12], "--json").json()["in_force"] is True
    organisation.at_desk("sync", "--json").json()

    home, reply = organisation.folder / "Desk-3", organisation.folder / "Desk-3.reply"
    invitation, _said = invite(organisation, "handler", "Desk-3")
    joined = kantha(home, "join", str(invitation), "--out", str(reply), "--json").json()
    welcome = organisation.folder / "Desk-3.welcome"
    admitted = organisation.at_desk(
        "admit", str(reply), "--confirm", joined["check"], "--out", str(welcome), "--json"
    ).json()
    assert admitted["waits"] is True
    assert not welcome.exists()
    kantha(second, "sync", "--json").json()
    (row,) = kantha(second, "org", "proposals", "--json").json()
    refused(kantha(second, "org", "sign", row["id"]), "digits")
    refused(kantha(second, "org", "sign", row["id"], "--confirm", "1 2 3"), "digits")
    refused(kantha(second, "org", "sign", "ffffffff", "--confirm", joined["check"]), "Nothing with this id")
    assert kantha(second, "org", "sign", row["id"], "--confirm", joined["check"], "--json").json()["in_force"]
    assert kantha(second, "org", "proposals", "--json").json() == []
    organisation.at_desk("sync", "--json").json()
    until(lambda: kantha(home, "sync", "--json").json()["joined"])

    invitation, _said = invite(organisation, "handler", "Desk-4")
    waiting = kantha(
        organisation.folder / "Desk-4", "join", str(invitation), "--out", str(reply), "--json"
    ).json()
    organisation.at_desk("admit", str(reply), "--confirm", waiting["check"], "--json").json()
    (row,) = organisation.at_desk("org", "proposals", "--json").json()
    organisation.at_desk("org", "withdraw", row["id"][:12], "--json").json()
    assert organisation.at_desk("org", "proposals", "--json").json() == []
    refused(organisation.at_desk("org", "withdraw", row["id"]), "Nothing with this id")

    refused(organisation.at_desk("org", "remove-officer", "Blue-7"), "not an officer's")
    refused(organisation.at_desk("org", "remove-officer", "Desk-1"), "themselves")
    assert organisation.at_desk("org", "remove-officer", "Officer-2", "--json").json()["in_force"] is False


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("org", "threshold", "0"), 2),
        (("org", "threshold", "many"), 2),
        (("org", "threshold", "99"), 1),
        (("org", "policy"), 1),
        (("org", "policy", "--handler-officers", "0"), 2),
        (("org", "policy", "--handler-officers", "99"), 1),
        (("org", "policy", "--key-days", "1"), 1),
        (("org", "policy", "--window-days", "4000"), 1),
        (("org", "sign", "xyz"), 1),
        (("org", "sign"), 2),
        (("org", "add-desk", ""), 1),
        (("org", "add-desk", "x" * 61), 1),
        (("org", "close-window", "nobody"), 1),
        (("org", "remove-officer", "nobody"), 1),
        (("org", "nothing"), 2),
        (("org", "use-token", "too-short"), 1),
        (("org", "take", "/no/such/file"), 1),
        (("org", "export", "xyz", "--out", "/no/such/folder/file"), 1),
        (("admit", "nothing-that-came", "--confirm", "1"), 1),
        (("admit", "/no/such/file", "--confirm", "1"), 1),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    organisation: Organisation, arguments: tuple[str, ...], status: int
) -> None:
    refused(organisation.at_desk(*arguments), status=status)


def test_every_table_is_readable_without_json(organisation: Organisation) -> None:
    for arguments in (("org", "show"), ("org", "proposals"), ("org", "replies")):
        said: Said = organisation.at_desk(*arguments)
        assert said.status == 0, said.err
        assert said.out.strip()
        assert not said.out.lstrip().startswith(("{", "["))
    assert json.dumps(organisation.on_phone("org", "proposals", "--json").json()) == "[]"
