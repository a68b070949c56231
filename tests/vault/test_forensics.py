"""With the passphrase known: what was deleted is in no page and no frame of any file. Read by `forensics`, by
hand.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from app.vault import drafts, erasable, questions, slots
from app.vault.database import Database
from app.vault.drafts import StoredDraft
from app.vault.questions import KEPT_S, Question
from app.vault.vault import Vault
from tests.vault import forensics
from tests.vault.conftest import PASSPHRASE

PLANTED = ["Rahimakhatun", "01711-209345", "রহিমা খাতুন", "ភ្នំពេញសុខា", "lockedstairwell"]


def raw_key(home: Path) -> bytes:
    return slots.read(home / "slots.json", PASSPHRASE)


def draft(number: int, text: str, saved_ms: int = 0) -> StoredDraft:
    return StoredDraft(
        id=number.to_bytes(16, "big"),
        code=f"code-{number}",
        desk="main",
        step=1,
        started_ms=1,
        saved_ms=saved_ms,
        record=text.encode(),
    )


def test_the_examiner_reads_what_sqlcipher_wrote(home: Path, vault: Vault) -> None:
    vault.db.execute("INSERT INTO asked VALUES (x'01', 'code', 1, ?)", ("plain " + " ".join(PLANTED),))
    key = raw_key(home)
    assert {word for word, _ in forensics.where(home, key, PLANTED)} == set(PLANTED), (
        "in the frames of the WAL"
    )
    vault.scrub()
    found = forensics.where(home, key, PLANTED)
    assert {word for word, _ in found} == set(PLANTED)
    assert {name for _, name in found} == {f"{home / 'vault.db'} (pages)"}
    data = (home / "vault.db").read_bytes()
    for index in range(len(data) // forensics.PAGE):
        page = data[index * forensics.PAGE : (index + 1) * forensics.PAGE]
        assert forensics.authentic(page, key, data[:16], index + 1, first=index == 0)


def test_a_scrub_leaves_an_empty_wal(home: Path, vault: Vault) -> None:
    vault.put("name", b"one")
    assert (home / "vault.db-wal").stat().st_size > 0
    vault.scrub()
    assert (home / "vault.db-wal").stat().st_size == 0
    vault.put("name", b"two")
    assert vault.get("name") == b"two"


def test_what_the_wal_held_is_overwritten_before_it_is_cut(home: Path, vault: Vault) -> None:
    drafts.insert(vault.db, draft(1, "lockedstairwell " * 500))
    wal = home / "vault.db-wal"
    length = wal.stat().st_size
    with wal.open("rb") as held:  # the same blocks, seen by whoever had the file open
        vault.db.execute("PRAGMA wal_checkpoint(FULL)")
        from app.vault.vault import _overwrite

        _overwrite(wal)
        assert held.read() == bytes(length)
    vault.scrub()
    assert drafts.find(vault.db, (1).to_bytes(16, "big")) is not None


def test_a_draft_saved_at_every_step_and_deleted_leaves_nothing(home: Path, vault: Vault) -> None:
    text = ""
    drafts.insert(vault.db, draft(1, "{}"))
    for step in range(12):
        text += " ".join(PLANTED) * (step * 7 + 1)
        assert drafts.update(
            vault.db, (1).to_bytes(16, "big"), record=text.encode(), desk="main", step=step, saved_ms=step
        )
    key = raw_key(home)
    assert forensics.where(home, key, PLANTED), "the examiner must be able to find it before"
    assert drafts.delete(vault.db, (1).to_bytes(16, "big"))
    vault.scrub()
    assert forensics.where(home, key, PLANTED) == []


def test_an_autosave_that_shrank_leaves_nothing_of_the_longer_one_but_keeps_the_draft(
    home: Path, vault: Vault
) -> None:
    drafts.insert(vault.db, draft(1, " ".join(PLANTED) * 100))
    drafts.update(vault.db, (1).to_bytes(16, "big"), record=b"taken back", desk="main", step=2, saved_ms=2)
    vault.scrub()
    assert forensics.where(home, raw_key(home), PLANTED) == []
    kept = drafts.find(vault.db, (1).to_bytes(16, "big"))
    assert kept is not None
    assert kept.record == b"taken back"


@pytest.mark.parametrize("seed", range(4))
def test_drafts_that_came_and_went_among_others_leave_nothing(home: Path, vault: Vault, seed: int) -> None:
    """Sizes around every boundary of a page, in random order, while neighbours stay."""
    dice = random.Random(seed)
    alive: list[int] = []
    innocent: list[int] = []
    for number in range(400):
        word = f"planted-{dice.choice(PLANTED)} " if number % 2 else "innocent "
        text = word * dice.choice([1, 2, 9, 30, 60, 100, 130, 300])
        chosen = dice.getrandbits(60)
        drafts.insert(vault.db, draft(chosen, text))
        (alive if number % 2 else innocent).append(chosen)
        vault.put(f"setting {chosen}", word.encode() * (number % 9))
        if alive and number % 3 == 0:
            again = f"planted-{dice.choice(PLANTED)} ".encode() * dice.choice([1, 20, 200])
            changed = dice.choice(alive).to_bytes(16, "big")
            drafts.update(vault.db, changed, record=again, desk="main", step=1, saved_ms=number)
        for many in (alive, innocent):
            if len(many) > dice.randint(3, 40):
                gone = many.pop(dice.randrange(len(many)))
                drafts.delete(vault.db, gone.to_bytes(16, "big"))
                vault.drop(f"setting {gone}")
    assert innocent
    for gone in alive:
        drafts.delete(vault.db, gone.to_bytes(16, "big"))
        vault.drop(f"setting {gone}")
    vault.scrub()
    assert forensics.where(home, raw_key(home), [*PLANTED, "planted-"]) == []
    assert forensics.where(home, raw_key(home), ["innocent"])


def churn(db: Database, seed: int, pack: Callable[[bytes], bytes]) -> None:
    """Rows of all sizes come, change and go between others that stay, so that SQLite moves them from page to
    page.
    """
    db.execute("CREATE TABLE churn (id INTEGER PRIMARY KEY, body BLOB)")
    dice = random.Random(seed)
    alive: list[tuple[int, bytes]] = []
    for number in range(400):
        word = b"planted-word" if number % 2 else b"innocent"
        alive.append((dice.getrandbits(40), word))
        db.execute("INSERT INTO churn VALUES (?, ?)", (alive[-1][0], pack(word * dice.randint(1, 150))))
        if dice.random() < 0.5:
            chosen, word = dice.choice(alive)
            db.execute("UPDATE churn SET body = ? WHERE id = ?", (pack(word * dice.randint(1, 150)), chosen))
        if len(alive) > dice.randint(3, 60):
            chosen, word = alive.pop(dice.randrange(len(alive)))
            db.execute("DELETE FROM churn WHERE id = ?", (chosen,))
    for chosen, word in alive:
        if word == b"planted-word":
            db.execute("DELETE FROM churn WHERE id = ?", (chosen,))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_packed_to_be_erasable_leaves_no_copy_between_the_rows_that_stay(
    home: Path, vault: Vault, seed: int
) -> None:
    with vault.transaction() as db:
        churn(db, seed, erasable.pack)
    vault.scrub()
    assert forensics.where(home, raw_key(home), ["planted-word"]) == []
    assert forensics.where(home, raw_key(home), ["innocent"])


def test_without_packing_secure_delete_alone_would_leave_copies(home: Path, vault: Vault) -> None:
    """Why `erasable` exists. Should a later SQLite clear what it moves, this test says so."""
    found = 0
    for seed in range(6):
        with vault.transaction() as db:
            churn(db, seed, bytes)
        vault.scrub()
        found += bool(forensics.where(home, raw_key(home), ["planted-word"]))
        vault.db.execute("DROP TABLE churn")
    assert found > 0


def test_a_question_leaves_nothing_when_answered_and_nothing_after_seven_days(
    home: Path, vault: Vault
) -> None:
    for number in range(2):
        text = " ".join(PLANTED)
        assert questions.keep(
            vault.db,
            Question(id=bytes([number]) * 16, code="118-2206-6", desk="main", asked=5, arrived=5, text=text),
        )
    questions.close(vault.db, bytes(16))
    assert questions.expire(vault.db, 5 + KEPT_S - 1) == 0
    assert questions.expire(vault.db, 5 + KEPT_S) == 1
    vault.scrub()
    assert forensics.where(home, raw_key(home), PLANTED) == []
    again = Question(id=bytes(16), code="118-2206-6", desk="main", asked=5, arrived=9, text="again")
    assert not questions.keep(vault.db, again), "a question that was answered does not come back"


def test_what_a_replaced_key_was_is_gone(home: Path, new_vault: Callable[[], Vault]) -> None:
    vault = new_vault()
    vault.put("reply key 1", b"PRIVATE-HALF-0001" * 2)
    for number in range(30):
        vault.put(f"other {number}", b"x" * number)
    vault.put("reply key 1", b"PRIVATE-HALF-0002" * 2)
    vault.close()
    key = raw_key(home)
    assert forensics.where(home, key, ["PRIVATE-HALF-0001"]) == []
    assert forensics.where(home, key, ["PRIVATE-HALF-0002"])
