"""`org recover` in processes of its own: card, archive, drill, status, restore, and what they refuse."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from app.cli.recovery_words import left_out_words
from tests.cli.conftest import KANTHA, PASSPHRASE, Organisation, Said, kantha, until

CARD_PASSPHRASE = "the loom stands by the window"


def recover(home: Path, *arguments: str, card: str = CARD_PASSPHRASE) -> Said:
    """A command with the cards' passphrase in the environment."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KANTHA_")}
    env |= {"KANTHA_HOME": str(home), "KANTHA_PASSPHRASE": PASSPHRASE, "KANTHA_CARD_PASSPHRASE": card}
    done = subprocess.run(
        [KANTHA, "org", "recover", *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def kept(organisation: Organisation) -> dict[str, Any]:
    """A card and an archive, made with the commands, after one complaint has arrived."""
    folder = organisation.folder
    source = organisation.record_file(
        {"consent": {"record": "yes"}, "danger": {"now": "no"}, "narrative": "the stairwell was padlocked",
         "facility": None, "happened": {"from": None, "to": None}}
    )  # fmt: skip
    (code,) = organisation.on_phone("complaint", "new", "--from", str(source), "--finish", "--json").json()[
        "codes"
    ]
    organisation.on_phone("sync", "--json").json()
    until(
        lambda: (
            organisation.at_desk("sync", "--json").status == 0
            and len(organisation.at_desk("inbox", "--json").json()) == 1
        )
    )
    card, archive = folder / "card.txt", folder / "archive"
    made = recover(
        organisation.desk, "card", "--out", str(card), "--qr", str(folder / "card.png"), "--json"
    ).json()
    assert made["card"] == str(card)
    view = recover(organisation.desk, "archive", str(archive), "--json").json()
    assert (view["complaints"], view["officers"], view["threshold"]) == (1, 1, 1)
    return {"card": card, "archive": archive, "code": code, "qr": folder / "card.png"}


def test_what_an_archive_does_not_hold_is_said() -> None:
    assert left_out_words(0) == ""
    assert left_out_words(1).startswith("\nOne entry of this vault is not in it")
    assert left_out_words(12).startswith("\n12 entries of this vault are not in it")


def test_card_and_archive_are_for_their_owner_alone(kept: dict[str, Any]) -> None:
    for name in ("card", "archive", "qr"):
        assert stat.S_IMODE(kept[name].stat().st_mode) == 0o600
    assert kept["card"].read_text().startswith("KANTHA1-CARD\n01 ")


def test_a_drill_says_that_it_works_and_the_status_remembers(
    organisation: Organisation, kept: dict[str, Any]
) -> None:
    before = recover(organisation.desk, "status", "--json").json()["now"]
    assert (before["drill_at"], before["drill_due"]) == (None, True)
    archive, card = str(kept["archive"]), str(kept["card"])
    view = recover(organisation.desk, "drill", archive, "--card", card, "--json").json()
    assert (view["complaints"], view["cards"]) == (1, 1)
    after = recover(organisation.desk, "status", "--json").json()["now"]
    assert (after["drill_worked"], after["drill_due"]) == (True, False)
    nowhere = recover(organisation.folder / "empty", "drill", archive, "--card", card, "--json").json()
    assert nowhere["complaints"] == 1
    assert not (organisation.folder / "empty").exists()


def test_wrong_cards_passphrases_and_files_are_refused_with_a_sentence(
    organisation: Organisation, kept: dict[str, Any], tmp_path: Path
) -> None:
    archive, card = str(kept["archive"]), str(kept["card"])
    wrong = recover(organisation.desk, "drill", archive, "--card", card, card="another passphrase altogether")
    assert (wrong.status, "passphrase" in wrong.err) == (1, True)
    lines = kept["card"].read_text().splitlines()
    lines[3] = lines[3][:4] + lines[3][5:6] + lines[3][4:5] + lines[3][6:]
    typed = tmp_path / "typed"
    typed.write_text("\n".join([*lines[:3], lines[3][:-1], *lines[4:]]))
    mistyped = recover(organisation.desk, "drill", archive, "--card", str(typed))
    assert (mistyped.status, "line 3" in mistyped.err) == (1, True)
    cut = tmp_path / "cut"
    cut.write_bytes(kept["archive"].read_bytes()[:-5])
    damaged = recover(organisation.desk, "drill", str(cut), "--card", card)
    assert (damaged.status, "damaged" in damaged.err) == (1, True)
    used = recover(organisation.desk, "restore", archive, "--card", card)
    assert (used.status, "something in this folder" in used.err) == (1, True)
    both = recover(tmp_path / "new", "restore", archive, "--card", card, "--lost", "x", "--none-lost")
    assert both.status == 2
    assert recover(organisation.desk, "open", archive).status == 2
    weak = recover(organisation.desk, "card", "--out", str(tmp_path / "weak"), card="short")
    assert (weak.status, (tmp_path / "weak").exists()) == (1, False)


NOBODY = "http://127.0.0.1:9"
"""A relay that does not answer: what is killed here tells nobody anything."""


def test_a_restoration_that_is_killed_leaves_nothing_half(
    organisation: Organisation, kept: dict[str, Any]
) -> None:
    home, whole = organisation.folder / "killed", 0
    command = ["restore", str(kept["archive"]), "--card", str(kept["card"]), "--relay", NOBODY]
    env = {name: value for name, value in os.environ.items() if not name.startswith("KANTHA_")}
    env |= {
        "KANTHA_HOME": str(home),
        "KANTHA_PASSPHRASE": PASSPHRASE,
        "KANTHA_CARD_PASSPHRASE": CARD_PASSPHRASE,
    }
    for delay in (0.3, 0.8, 1.2, 1.6, 2.0, 2.5, 3.0):
        process = subprocess.Popen(
            [KANTHA, "org", "recover", *command], env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(delay)
        process.kill()
        process.wait(20)
        if home.exists() and any(home.iterdir()):
            assert len(kantha(home, "inbox", "--json").json()) == 1  # all of it, or nothing
            shutil.rmtree(home)
            whole += 1
    assert whole < 7
    done = recover(home, *command[:-2], "--relay", NOBODY, "--json").json()
    assert (done["published"], done["complaints"]) == (False, 1)
    assert len(kantha(home, "inbox", "--json").json()) == 1
    assert not (organisation.folder / "killed.restoring").exists()


def test_a_new_machine_is_restored_and_the_phone_goes_on(
    organisation: Organisation, kept: dict[str, Any]
) -> None:
    new = organisation.folder / "new"
    done = recover(new, "restore", str(kept["archive"]), "--card", str(kept["card"]), "--json").json()
    assert (done["published"], done["revoked"], done["complaints"]) == (True, ["Desk-1"], 1)
    assert kantha(new, "complaint", "show", kept["code"], "--json").json()["code"] == kept["code"]
    organisation.on_phone("sync", "--json").json()
    source = organisation.folder / "records.json"
    (code,) = organisation.on_phone("complaint", "new", "--from", str(source), "--finish", "--json").json()[
        "codes"
    ]
    organisation.on_phone("sync", "--json").json()
    until(
        lambda: (
            kantha(new, "sync", "--json").status == 0
            and code in [line["code"] for line in kantha(new, "inbox", "--json").json()]
        )
    )
    assert organisation.at_desk("sync", "--json").status == 1
    status = recover(new, "status", "--json").json()
    assert status["restored"]["published"] is True
