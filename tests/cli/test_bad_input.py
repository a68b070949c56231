"""Everything that people, files and networks get wrong: one sentence, the right status, and nothing is
lost.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from tests.cli.conftest import KANTHA, PASSPHRASE, Organisation, Said, kantha, until
from tests.cli.test_journey import RECORD


def refused(said: Said, *words: str, status: int = 1) -> None:
    """One sentence or two on standard error, nothing on standard output."""
    assert said.status == status, (said.out, said.err)
    assert said.out == ""
    assert said.err.strip()
    for word in words:
        assert word in said.err, said.err


def changed(**fields: Any) -> dict[str, Any]:
    return {**RECORD, **fields}


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (changed(narativ="x"), "narativ"),
        (changed(danger={"now": "maybe"}), "danger.now"),
        (changed(happened={"from": "2019-13", "to": None}), "happened.from"),
        (changed(claims=[{"head": "wages", "currency": "BDT", "amount": "12,5"}]), "claims[0].amount"),
        (changed(consent={"record": "refused"}), "consent.record"),
        (changed(narrative=7), "narrative"),
        ({"danger": {"now": "no"}, "consent": {"record": "yes"}}, "narrative"),
    ],
)
def test_a_malformed_record_is_refused_with_path_and_reason(
    organisation: Organisation, record: dict[str, Any], path: str
) -> None:
    before = organisation.on_phone("complaint", "list", "--json").json()
    source = organisation.record_file(record)
    refused(organisation.on_phone("complaint", "new", "--from", str(source), "--finish", "--json"), path)
    assert organisation.on_phone("complaint", "list", "--json").json() == before


def test_an_array_is_taken_whole_or_not_at_all(organisation: Organisation) -> None:
    before = organisation.on_phone("complaint", "list", "--json").json()
    source = organisation.record_file(RECORD, changed(issues=["Q9"]))
    refused(organisation.on_phone("complaint", "new", "--from", str(source), "--finish"), "[1]", "issues")
    assert organisation.on_phone("complaint", "list", "--json").json() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is not JSON"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"NaN", "not a number"),
    ],
)
def test_a_file_that_is_not_json_says_where(organisation: Organisation, content: bytes, words: str) -> None:
    source = organisation.folder / "odd.json"
    source.write_bytes(content)
    refused(organisation.on_phone("complaint", "new", "--from", str(source)), "odd.json", words)


def test_a_missing_or_huge_file_is_refused(organisation: Organisation) -> None:
    refused(
        organisation.on_phone("complaint", "new", "--from", "/nowhere.json"),
        "/nowhere.json",
        "cannot be read",
    )
    huge = organisation.folder / "huge.json"
    with huge.open("wb") as target:
        target.truncate(33 * 1024 * 1024)
    refused(organisation.on_phone("complaint", "new", "--from", str(huge)), "too large")


def test_a_wrong_passphrase_is_refused(organisation: Organisation) -> None:
    refused(organisation.on_phone("outbox", passphrase="not the right passphrase"))
    assert organisation.on_phone("outbox", "--json").status == 0


@pytest.mark.parametrize("weak", ["short", "passwordpassword", "1234567890123456"])
def test_a_weak_passphrase_is_refused_and_nothing_is_made(tmp_path: Path, weak: str) -> None:
    said = kantha(
        tmp_path / "new", "org", "create", "--name", "A", "--relay", "http://127.0.0.1:9",
        "--pool", "0" * 32, "--publish-token", "x" * 43, passphrase=weak,
    )  # fmt: skip
    refused(said)
    assert not (tmp_path / "new" / "vault.db").exists()


def test_without_a_passphrase_and_without_a_person_it_is_wrong_usage(organisation: Organisation) -> None:
    refused(organisation.on_phone("outbox", passphrase=None), "--passphrase-fd", status=2)


def test_the_passphrase_can_come_from_a_descriptor(organisation: Organisation) -> None:
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE.encode() + b"\n")
    os.close(writing)
    said = organisation.on_phone(
        "outbox", "--passphrase-fd", str(reading), "--json", passphrase=None, pass_fds=(reading,)
    )
    os.close(reading)
    assert said.status == 0, said.err
    refused(organisation.on_phone("outbox", "--passphrase-fd", "99", passphrase=None), status=2)


def asked(process: subprocess.Popen[bytes]) -> None:
    """Read up to the next question: what is typed before it is thrown away."""
    said = b""
    while not said.endswith(b": "):
        assert process.stderr is not None
        letter = process.stderr.read(1)
        assert letter, said
        said += letter


def test_a_new_passphrase_is_asked_for_twice(tmp_path: Path) -> None:
    keyboard, terminal = pty.openpty()
    env = {**os.environ, "KANTHA_HOME": str(tmp_path / "new")}
    process = subprocess.Popen(
        [
            KANTHA, "org", "create", "--name", "A", "--relay", "http://127.0.0.1:9", "--pool", "0" * 32,
            "--publish-token", "x" * 43,
        ],
        stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, start_new_session=True,
        bufsize=0,
    )  # fmt: skip
    asked(process)
    os.write(keyboard, b"jute thread and river water\n")
    asked(process)
    os.write(keyboard, b"jute thread and river wader\n")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"The two were not the same." in err
    assert not (tmp_path / "new").exists()


def test_an_empty_folder_says_what_to_do_first(tmp_path: Path) -> None:
    refused(kantha(tmp_path / "none", "inbox"), "kantha org create", "kantha join")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["sync", "--deposits", "5"],
        ["invite", "--role", "boss", "--desk", "main", "--out", "x"],
        ["complaint", "new"],
        ["complaint", "add", "207-4193-6"],
        ["relay", "serve", "--listen", "nowhere", "--data", "x"],
        ["ask", "207-4193-6"],
    ],
)
def test_wrong_usage_is_status_two(tmp_path: Path, arguments: list[str]) -> None:
    refused(kantha(tmp_path, *arguments, cwd=tmp_path), "Usage:", status=2)


def test_a_wrong_digit_admits_nobody(organisation: Organisation, tmp_path: Path) -> None:
    invitation, reply = tmp_path / "invitation", tmp_path / "reply"
    organisation.at_desk(
        "invite", "--role", "intake", "--desk", "main", "--label", "Red-1", "--out", str(invitation), "--json"
    ).json()
    joined = kantha(tmp_path / "phone", "join", str(invitation), "--out", str(reply), "--json").json()
    assert [len(group) for group in joined["check"].split()] == [5] * 6
    wrong = joined["check"][:-1] + str((int(joined["check"][-1]) + 1) % 10)
    refused(organisation.at_desk("admit", str(reply), "--confirm", wrong))
    labels = [device["label"] for device in organisation.at_desk("org", "show", "--json").json()["devices"]]
    assert "Red-1" not in labels
    admitted = organisation.at_desk("admit", str(reply), "--confirm", joined["check"], "--json").json()
    assert admitted["label"] == "Red-1"
    refused(kantha(tmp_path / "second", "join", str(reply), "--out", str(tmp_path / "r2")))


def test_a_welcome_file_admits_without_a_network(organisation: Organisation, tmp_path: Path) -> None:
    invitation, reply, welcome = tmp_path / "invitation", tmp_path / "reply", tmp_path / "welcome"
    phone = tmp_path / "phone"
    organisation.at_desk(
        "invite", "--role", "intake", "--desk", "main", "--label", "Green-2", "--out", str(invitation),
        "--qr", str(tmp_path / "invitation.png"), "--json",
    ).json()  # fmt: skip
    photographed = zxingcpp.read_barcode(Image.open(tmp_path / "invitation.png"))
    assert photographed is not None
    assert photographed.text == invitation.read_text()
    assert invitation.stat().st_mode & 0o077 == 0
    check = kantha(phone, "join", str(invitation), "--out", str(reply), "--json").json()["check"]
    organisation.at_desk(
        "admit", str(reply), "--confirm", check, "--out", str(welcome), "--json"
    ).json()  # fmt: skip
    welcome_bytes = welcome.read_bytes()
    welcome.write_bytes(welcome_bytes[:1000] + bytes([welcome_bytes[1000] ^ 1]) + welcome_bytes[1001:])
    refused(kantha(phone, "bundle", "import", str(welcome)))
    welcome.write_bytes(welcome_bytes)
    assert kantha(phone, "bundle", "import", str(welcome), "--json").status == 0
    source = organisation.record_file(RECORD)
    assert kantha(phone, "complaint", "new", "--from", str(source), "--json").json()["codes"]


@pytest.mark.parametrize("code", ["207-4193-7", "abc", "", "1" * 400, "207-4193-6"])
def test_a_number_that_is_not_here_is_refused(organisation: Organisation, code: str) -> None:
    refused(organisation.on_phone("complaint", "show", code))
    refused(organisation.on_phone("complaint", "add", code, "--text", "x"))
    refused(organisation.at_desk("ask", code, "what?"))


def test_a_question_that_is_too_long_is_refused(organisation: Organisation) -> None:
    code = finished_and_arrived(organisation)
    refused(organisation.at_desk("ask", code, "ক" * 700))
    refused(organisation.at_desk("case", "set", "C-1999-001", "--status", "open"))


def finished_and_arrived(organisation: Organisation) -> str:
    source = organisation.record_file(RECORD)
    said = organisation.on_phone("complaint", "new", "--from", str(source), "--finish", "--json")
    code: str = said.json()["codes"][0]
    organisation.on_phone("sync", "--json").json()

    def arrived() -> bool:
        organisation.at_desk("sync", "--json").json()
        return code in [line["code"] for line in organisation.at_desk("inbox", "--json").json()]

    until(arrived)
    return code


def test_a_damaged_vault_says_so_and_is_left_as_it_is(organisation: Organisation, tmp_path: Path) -> None:
    home = tmp_path / "copy"
    subprocess.run(["cp", "-r", organisation.phone, home], check=True)
    database = home / "vault.db"
    data = bytearray(database.read_bytes())
    data[100] ^= 1
    database.write_bytes(data)
    refused(kantha(home, "outbox"), "damaged")
    assert database.read_bytes() == data


def test_a_vault_that_is_in_use_says_so(organisation: Organisation) -> None:
    import fcntl

    with (organisation.phone / "vault.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(organisation.on_phone("outbox"), "open in another")


@contextlib.contextmanager
def server(answer: bytes | None) -> Iterator[int]:
    """Something that is not a relay: it says `answer` to everybody, or hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(2)
                try:
                    line.recv(65536)
                    if answer is not None:
                        line.sendall(answer)
                except OSError:
                    continue

    threading.Thread(target=talk, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


RUBBISH = {
    "down": None,
    "not HTTP": b"\x00\x01\x02 rubbish\r\n\r\n",
    "a page for people": b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n<html>hello!",
    "an error": b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
    "sent elsewhere": b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    "never ends": b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nabc",
}


@pytest.mark.parametrize("kind", RUBBISH)
def test_a_relay_that_is_down_or_answers_rubbish_loses_nothing(
    tmp_path: Path, kind: str, relay: tuple[str, Path]
) -> None:
    with server(RUBBISH[kind]) as port:
        address = f"http://127.0.0.1:{port}"
        pool = kantha(tmp_path, "relay", "create-pool", "--data", str(tmp_path / "pool"), "--json").json()
        home = tmp_path / "desk"
        created = kantha(
            home, "org", "create", "--name", "A", "--relay", address, "--pool", pool["pool"],
            "--publish-token", pool["publish_token"], "--gap-seconds", "0", "--json",
        )  # fmt: skip
        if created.status == 0:
            refused(kantha(home, "sync", "--json"))
        else:
            refused(created)


def has_open(pid: int, name: str) -> bool:
    """Whether the process has a file of this name open."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if entry.readlink().name == name:
                return True
    return False


def test_interrupted_is_status_three(organisation: Organisation) -> None:
    env = {**os.environ, "KANTHA_HOME": str(organisation.desk), "KANTHA_PASSPHRASE": PASSPHRASE}
    process = subprocess.Popen(
        [KANTHA, "sync"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(lambda: process.poll() is not None or has_open(process.pid, "vault.lock"), seconds=60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 3)
    if process.returncode == 3:
        assert err.strip().startswith("Interrupted.")
    assert organisation.at_desk("sync", "--json").status == 0


def test_a_reader_that_goes_away_is_no_error_of_ours(tmp_path: Path) -> None:
    done = subprocess.run(
        f"{KANTHA} schema complaint | head -c 10", shell=True, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_an_unknown_pool_or_token_is_refused(relay: tuple[str, Path], tmp_path: Path) -> None:
    address, data = relay
    pool = kantha(tmp_path, "relay", "create-pool", "--data", str(data), "--json").json()
    for name, token in ((pool["pool"], "A" * 43), ("0" * 32, pool["publish_token"]), ("xyz", "?")):
        said = kantha(
            tmp_path / "desk", "org", "create", "--name", "A", "--relay", address, "--pool", name,
            "--publish-token", token, "--gap-seconds", "0", "--json",
        )  # fmt: skip
        refused(said)
        assert not (tmp_path / "desk" / "vault.db").exists()


def test_json_is_one_document(organisation: Organisation) -> None:
    for arguments in (("inbox",), ("complaint", "list"), ("case", "list"), ("org", "show"), ("outbox",)):
        json.loads(organisation.at_desk(*arguments, "--json").out)
