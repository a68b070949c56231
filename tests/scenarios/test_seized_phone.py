"""A phone is seized with its passphrase known, and the relay with everything on it: what was finished is
in neither.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from app.actions import casework, intake
from app.vault import slots
from tests.sync.world import PASSPHRASE, World, record
from tests.vault import forensics

NAME, PHONE_NUMBER = "Rahima Khatun Planted", "01711-209345"
PLACE = "Planted Garments Limited"
TOLD = "The northern stairwell was padlocked; তালা দেওয়া ছিল; ជណ្តើរត្រូវបានចាក់សោ."
ADDED, ASKED, ANSWERED = "plantedpayslip", "plantedquestion", "plantedanswer"
FINISHED = [NAME, PHONE_NUMBER, PLACE, "northern stairwell", "তালা দেওয়া", "ជណ្តើរត្រូវបានចាក់សោ", ADDED, ANSWERED]


def planted(**more: Any) -> dict[str, Any]:
    return record(
        TOLD,
        person={"name": NAME, "phone": PHONE_NUMBER},
        facility={"name": PLACE, "country": "BD"},
        **more,
    )


def on_disk(home: Path, copies: Path, words: list[str]) -> list[tuple[str, str]]:
    """What an examiner finds in an image of the folder, who has the passphrase."""
    image = copies / f"image {len(list(copies.iterdir()))}"
    shutil.copytree(home, image)
    return forensics.where(image, slots.read(image / "slots.json", PASSPHRASE), words)


def test_of_what_was_finished_nothing_is_in_any_file_of_the_phone_or_the_relay(tmp_path: Path) -> None:
    copies = tmp_path / "images"
    copies.mkdir()
    with World(tmp_path / "world") as world:
        phone = world.phone()
        draft = intake.new_draft(phone)
        told: dict[str, Any] = {}
        for step, (name, value) in enumerate(planted().items()):
            told[name] = value
            intake.save_draft(phone, draft.id, told, step)
        assert on_disk(phone.home, copies, [NAME]), (
            "what is not finished can be found, so the examiner can see"
        )
        code = intake.finish(phone, draft.id)
        intake.new_complaints(phone, [planted(), planted()], finish=True)
        intake.add(phone, code, text=ADDED)
        assert on_disk(phone.home, copies, FINISHED) == [], "before anything left"

        world.sync(phone, world.desk)
        assert on_disk(phone.home, copies, FINISHED) == [], "after it left"
        casework.ask(world.desk, code, ASKED)
        world.sync(world.desk, phone)
        assert [question.text for question in intake.questions(phone)] == [ASKED]
        intake.reply(phone, code, ANSWERED)
        assert on_disk(phone.home, copies, [*FINISHED, ASKED]) == [], "after it was answered"
        world.sync(phone, world.desk, phone)
        assert on_disk(phone.home, copies, [*FINISHED, ASKED]) == [], "after it was confirmed"

        shown = intake.show(world.desk, code)
        assert shown.record is not None
        assert shown.record["person"]["name"] == NAME
        assert {message.text for message in shown.messages} == {ADDED, ASKED, ANSWERED}
        relay = world.root / "relay"
        stored = {path: path.read_bytes() for path in relay.rglob("*") if path.is_file()}
        assert stored
        for word in [*FINISHED, ASKED, "Blue-7", "Sramik", code, code.replace("-", "")]:
            assert not [
                path for path, data in stored.items() if any(form in data for form in forensics.forms(word))
            ]
        phone.lock()
        assert on_disk(phone.home, copies, [*FINISHED, ASKED]) == [], "after it was locked"
