"""The main journey on the command line: taken on a phone, read at the desk, asked, answered, added to,
made a case.
"""

from __future__ import annotations

import json
from typing import Any

from app.domain import record as records
from tests.cli.conftest import Organisation, until

RECORD: dict[str, Any] = {
    "language": "bn",
    "narrative": "আমাদের তিন মাসের বেতন দেওয়া হয়নি। ទទួលប្រាក់ខែយឺត។ Wages for March were not paid.",
    "happened": {"from": "2019-03", "to": None, "ongoing": "yes"},
    "facility": {"name": "Padma Knit", "country": "BD"},
    "issues": ["W1"],
    "danger": {"now": "no"},
    "retaliation": {"feared": "yes"},
    "claims": [{"head": "wages", "currency": "BDT", "amount": "19500"}],
    "consent": {"record": "yes", "union": "yes", "media": "refused"},
}


def filled(record: dict[str, Any]) -> Any:
    return records.fill(records.parse(record))


def test_a_complaint_goes_from_the_phone_to_the_desk_and_the_answer_comes_back(
    organisation: Organisation,
) -> None:
    phone, desk = organisation.on_phone, organisation.at_desk
    source = organisation.record_file(RECORD)

    taken = phone("complaint", "new", "--from", str(source), "--finish", "--json").json()
    assert list(taken) == ["codes"]
    (code,) = taken["codes"]

    sealed = phone("complaint", "show", code, "--json").json()
    assert sealed["code"] == code
    assert sealed["record"] is None
    assert [item["code"] for item in phone("outbox", "--json").json()["items"]] == [code]

    report = phone("sync", "--json").json()
    assert {"deposited", "received", "waiting", "missing"} <= report.keys()
    assert report["deposited"] == 32
    assert report["waiting"] == 0

    until(lambda: desk("sync", "--json").status == 0 and len(desk("inbox", "--json").json()) == 1)
    (line,) = desk("inbox", "--json").json()
    assert {"code", "received", "device", "issues", "facility", "danger", "screened"} <= line.keys()
    assert (line["code"], line["issues"], line["danger"]) == (code, ["W1"], "no")
    assert line["screened"] is False

    shown = desk("complaint", "show", code, "--json").json()
    assert {"code", "status", "received", "device", "authentic", "record", "attachments", "messages"} <= (
        shown.keys()
    )
    assert shown["record"] == filled(RECORD)
    assert shown["authentic"] is True
    assert shown["attachments"] == []
    assert shown["messages"] == []

    assert desk("ask", code, "Which months? কোন মাস?").status == 0
    desk("sync", "--json").json()

    def asked() -> bool:
        phone("sync", "--json").json()
        return bool(phone("complaint", "show", code, "--json").json()["messages"])

    until(asked)
    (question,) = phone("complaint", "show", code, "--json").json()["messages"]
    assert {"id", "from", "text", "at"} <= question.keys()
    assert (question["from"], question["text"]) == ("desk", "Which months? কোন মাস?")

    assert phone("reply", code, "January to March. ខែមករា").status == 0
    assert phone("complaint", "add", code, "--text", "She found the payslip.").status == 0
    phone("sync", "--json").json()

    def told() -> list[tuple[str, str]]:
        desk("sync", "--json").json()
        return [(m["from"], m["text"]) for m in desk("complaint", "show", code, "--json").json()["messages"]]

    until(lambda: len(told()) == 3)
    assert set(told()) == {
        ("desk", "Which months? কোন মাস?"),
        ("device", "January to March. ខែមករា"),
        ("device", "She found the payslip."),
    }

    def confirmed() -> bool:
        desk("sync", "--json").json()
        phone("sync", "--json").json()
        return {item["state"] for item in phone("outbox", "--json").json()["items"]} <= {"confirmed"}

    until(confirmed)

    case = desk("case", "new", code, "--title", "Wages of March", "--json").json()
    number = case["number"]
    assert (
        desk("case", "set", number, "--status", case["allowed_statuses"][0], "--json").json()["status"]
        == (case["allowed_statuses"][0])
    )
    assert desk("case", "note", number, "Called the factory.", "--json").json()["notes"][0]["text"] == (
        "Called the factory."
    )
    handler = case["handlers"][0]
    assert desk("case", "assign", number, handler["id"], "--json").json()["assignee"] == handler["id"]
    assert [row["number"] for row in desk("case", "list", "--json").json()] == [number]
    assert [row["code"] for row in desk("case", "show", number, "--json").json()["complaints"]] == [code]


def test_every_result_is_readable_without_json(organisation: Organisation) -> None:
    for arguments in (
        ("org", "show"),
        ("inbox",),
        ("complaint", "list"),
        ("case", "list"),
        ("vault", "check"),
    ):
        said = organisation.at_desk(*arguments)
        assert said.status == 0, said.err
        assert said.out.strip()
        assert not said.out.lstrip().startswith(("{", "["))


def test_the_organisation_names_its_devices(organisation: Organisation) -> None:
    shown = organisation.at_desk("org", "show", "--json").json()
    assert shown["name"] == "Stitch Union"
    assert "Blue-7" in [device["label"] for device in shown["devices"]]
    assert "main" in [desk["name"] for desk in shown["desks"]]


def test_the_schema_accepts_what_is_taken(organisation: Organisation) -> None:
    said = organisation.on_phone("schema", "complaint", passphrase=None)
    assert said.status == 0
    assert json.loads(said.out)["$schema"].startswith("https://json-schema.org/")


def test_a_vault_is_whole_after_all_that(organisation: Organisation) -> None:
    assert organisation.on_phone("vault", "check", "--json").json() == {"whole": True}
    assert organisation.at_desk("vault", "check", "--json").json() == {"whole": True}
