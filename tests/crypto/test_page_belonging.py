"""The second reader again, for section 4 of docs/protocol.md: none of our own code is imported here."""

from __future__ import annotations

import base64

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import mldsa

from tests.crypto.test_page import framed, hkdf, mac, opened, opened_secret, read, require_signed, sha, unhex


def require_officer(public: bytes, signature: bytes, message: bytes) -> None:
    """Both halves must verify. Raises InvalidSignature."""
    require_signed(public[:32], signature[:64], message)
    mldsa.MLDSA65PublicKey.from_public_bytes(public[32:]).verify(signature[64:], message)


def officers_of(root: bytes) -> dict[bytes, bytes]:
    """The public keys of a root's officers by their ids."""
    return {sha(b"kantha/v1/officer\0" + keys)[:16]: keys for keys, _kem, _device in cbor2.loads(root)[5]}


def signers(countersigned: bytes, label: bytes, officers: dict[bytes, bytes]) -> list[str]:
    """Who of these signed a Countersigned, every signature checked."""
    body, signatures = cbor2.loads(countersigned)
    assert [who for who, _signature in signatures] == sorted({who for who, _signature in signatures})
    found = []
    for who, signature in signatures:
        if who in officers:
            require_officer(officers[who], signature, label + b"\0" + body)
            found.append(who.hex())
    return found


def left_out(root: bytes, united: dict[bytes, set[str]], today: set[str]) -> set[bytes]:
    """Revocations of officers' devices that no officer of today signed; waiting admissions of the revoked."""
    body = cbor2.loads(root)
    in_office = {device for _keys, _kem, device in body[5]}
    said = {statement: cbor2.loads(statement) for statement in united}
    powerless = {
        statement
        for statement, who in united.items()
        if said[statement][1] == 2 and not who & today and said[statement][3] in in_office
    }
    revoked = {one[3] for statement, one in said.items() if one[1] == 2 and statement not in powerless}
    needed = {1: 1, 2: max(1, body[8][5])}
    return powerless | {
        statement
        for statement, one in said.items()
        if one[1] == 1 and one[3] in revoked and len(united[statement] & today) < needed[one[4]]
    }


def test_section_4_1_root() -> None:
    document = read("root")
    for vector in document["roots"]:
        assert sha(b"kantha/v1/root-hash\0" + unhex(vector["body"])).hex() == vector["hash"]
    assert document["roots"][0]["hash"] == document["org"]
    sealed = {name: unhex(value) for name, value in document["sealed"].items()}
    before = cbor2.loads(sealed["root-1"])[0]
    for version, name in enumerate(("root-1", "root-2", "root-3"), start=1):
        body = cbor2.loads(sealed[name])[0]
        judge = cbor2.loads(before)
        assert len(signers(sealed[name], b"kantha/v1/root", officers_of(before))) >= judge[4]
        root = cbor2.loads(body)
        assert (root[1], root[2]) == (
            version,
            b"" if version == 1 else sha(b"kantha/v1/root-hash\0" + before),
        )
        assert root[8] == document["roots"][version - 1]["policy"]
        assert [who.hex() for who in officers_of(body)] == document["roots"][version - 1]["officers"]
        before = body
    newest = cbor2.loads(sealed[document["proposals"]["root"]])[0]
    for vector in document["proposals"]["vectors"]:
        assert signers(sealed[vector["sealed"]], b"kantha/v1/root", officers_of(newest)) == vector["have"]
        assert (
            sha(b"kantha/v1/root-hash\0" + cbor2.loads(sealed[vector["sealed"]])[0]).hex() == vector["hash"]
        )


def test_section_4_2_roster() -> None:
    document = read("roster")
    officers = officers_of(unhex(document["root"]))
    for vector in document["vectors"]:
        statement = unhex(document["sealed"][vector["sealed"]])
        assert len(signers(statement, b"kantha/v1/roster", officers)) == 1
        said = cbor2.loads(cbor2.loads(statement)[0])
        assert said[3].hex() == vector["device"]
        if said[1] == 1:
            assert sha(b"kantha/v1/device\0" + said[7])[:16] == said[3]
    for case in document["rosters"]:
        known = {sha(b"kantha/v1/officer\0" + unhex(keys))[:16]: unhex(keys) for keys in case["former"]}
        today = officers_of(unhex(case["root"]))
        united: dict[bytes, set[str]] = {}
        for name in case["statements"]:
            statement = unhex(document["sealed"][name])
            if name not in {"by a stranger", "reason 6"}:
                found = signers(statement, b"kantha/v1/roster", known | today)
                united.setdefault(cbor2.loads(statement)[0], set()).update(found)
        gone = left_out(unhex(case["root"]), united, {officer.hex() for officer in today})
        kept = {sha(body).hex(): sorted(who) for body, who in united.items() if body not in gone}
        assert [{"hash": name, "officers": who} for name, who in sorted(kept.items())] == case["kept"]


def test_section_4_3_directory() -> None:
    document = read("directory")
    org, values = unhex(document["org"]), document["sealed"]
    label = "kantha/v1/directory"
    phone = opened_secret(unhex(values["phone-part"]), unhex(document["directory_key"]), label, org, "phone")
    assert (len(phone) + 48) % 65_536 == 0
    head, content = cbor2.loads(framed(phone))
    assert sha(b"kantha/v1/directory-phone\0" + content).hex() == document["head"]["phone_hash"]
    body, signature = cbor2.loads(head)
    assert sha(b"kantha/v1/directory-head-hash\0" + body).hex() == document["head"]["hash"]
    root = cbor2.loads(cbor2.loads(cbor2.loads(content)[1][0])[0])
    assert [[desk.hex(), day] for desk, day in cbor2.loads(content)[4]] == document["readable"]
    publisher = dict(root[7])[cbor2.loads(body)[9]]
    require_signed(publisher, signature, b"kantha/v1/directory-head\0" + body)

    wraps, sealed = cbor2.loads(unhex(values["handler-part"]))
    assert len(wraps) == 32 * 1_168
    keys = []
    for start in range(0, len(wraps), 1_168):
        try:
            piece = wraps[start : start + 1_168]
            keys.append(opened(piece, unhex(document["epoch_seed"]), label, org, "handler-key"))
        except InvalidTag:
            continue
    (part_key,) = keys
    other, content = cbor2.loads(framed(opened_secret(sealed, part_key, label, org, "handler")))
    assert other == head
    assert sha(b"kantha/v1/directory-handler\0" + content).hex() == document["head"]["handler_hash"]
    said = cbor2.loads(content)
    assert len(said[1]) == document["statements"]
    assert [proposal.hex() for proposal in said[3]] == [document["sealed"]["proposed root"]]
    state = document["token_state"]
    spoken = cbor2.dumps([state["tokens_per_week"], state["uses"]])
    assert said[5] == [state["epoch"], sha(b"kantha/v1/token-state\0" + spoken)]
    ((device, epoch, box),) = said[6]
    token = opened(box, unhex(document["epoch_seed"]), "kantha/v1/publisher-box", org, device, epoch)
    assert (device.hex(), token.decode()) == (document["box"]["device"], document["box"]["token"])


def test_section_4_4_enrolment() -> None:
    document = read("enrolment")
    invitation, reply = unhex(document["invitation"]["bytes"]), unhex(document["reply"]["bytes"])
    fields = cbor2.loads(invitation)
    secret = fields[5]
    plain = base64.urlsafe_b64encode(invitation).rstrip(b"=").decode()
    assert document["invitation"]["text"] == "KANTHA1-INVITATION:" + plain
    assert hkdf(secret, b"kantha/v1/invitation-id", 16).hex() == document["invitation"]["id"]
    body, signature, code = cbor2.loads(reply)
    require_signed(cbor2.loads(body)[2], signature, b"kantha/v1/reply-signature\0" + body)
    assert mac(hkdf(secret, b"kantha/v1/reply-mac"), body + signature) == code
    transcript = sha(b"kantha/v1/transcript\0" + sha(invitation) + sha(reply))
    assert transcript.hex() == document["transcript"]
    assert digits_of(transcript) == document["digits"]
    cell = unhex(document["sealed"]["welcome"])
    plain_cell = opened(cell, unhex(document["reply"]["kem_seed"]), "kantha/v1/reply", fields[1], 1)
    assert (len(cell), len(plain_cell), plain_cell[:2]) == (4_096, 2_960, b"\1\1")
    content = plain_cell[4 : 4 + int.from_bytes(plain_cell[2:4], "big")]
    assert mac(hkdf(secret, b"kantha/v1/welcome-mac"), transcript + content[32:]) == content[:32]
    assert cbor2.loads(content[32:])[8].hex() == document["welcome"]["directory_key"]
    assert by_relay(unhex(document["sealed"]["reply-cell"]), secret) == reply


def digits_of(transcript: bytes) -> str:
    stream = hkdf(transcript, b"kantha/v1/digits", 48)
    return " ".join(f"{int.from_bytes(stream[at : at + 8], 'big') % 100_000:05d}" for at in range(0, 48, 8))


def by_relay(cell: bytes, secret: bytes) -> bytes:
    label = "kantha/v1/reply-cell"
    plain = opened_secret(cell[1_120:], hkdf(secret, label.encode()), label, cell[:1_120])
    assert (len(cell), len(plain)) == (16_384, 15_216)
    end = 2 + int.from_bytes(plain[:2], "big")
    assert not any(plain[end:])
    return plain[2:end]


def test_section_4_4_a_welcome_as_a_file() -> None:
    document = read("enrolment")
    cell = document["sealed"]["welcome"]
    for vector in document["files"]:
        said = cbor2.loads(unhex(vector["bytes"].replace("CELL", cell)))
        parts = {3: vector["phone"], 4: vector["handler"]}
        assert {key: part.hex() for key, part in said.items() if key > 2} == {
            key: part for key, part in parts.items() if part
        }
        assert (said[1], said[2].hex()) == ("kantha/v1/welcome", cell)


def test_section_4_4_an_officers_enrolment() -> None:
    document = read("enrolment")
    officer = document["officer"]
    invitation = unhex(officer["invitation"]["bytes"])
    secret, reply = cbor2.loads(invitation)[5], unhex(document["sealed"][officer["reply"]["sealed"]])
    assert by_relay(unhex(document["sealed"]["officer-reply-cell"]), secret) == reply
    body, signature, code, by_officer = cbor2.loads(reply)
    said = cbor2.loads(body)
    require_signed(said[2], signature, b"kantha/v1/reply-signature\0" + body)
    assert mac(hkdf(secret, b"kantha/v1/reply-mac"), body + signature) == code
    require_officer(said[8], by_officer, b"kantha/v1/officer-reply\0" + body)
    assert (said[8].hex(), said[9].hex()) == (officer["reply"]["officer"], officer["reply"]["officer_kem"])
    certified = cbor2.dumps(
        [
            "kantha/v1/epoch-key",
            cbor2.loads(invitation)[1],
            unhex(officer["reply"]["device"]),
            said[4],
            said[5],
        ]
    )
    require_signed(said[2], said[6], certified)
    transcript = sha(b"kantha/v1/transcript\0" + sha(invitation) + sha(reply))
    assert transcript.hex() == officer["transcript"]
    keys = sha(b"kantha/v1/officer-digits\0" + unhex(officer["reply"]["device"]) + said[8] + said[9])
    assert digits_of(keys) == officer["officer_digits"]
    cell, org = unhex(document["sealed"]["officer-welcome"]), cbor2.loads(invitation)[1]
    plain = opened(cell, unhex(officer["kem_seed"]), "kantha/v1/reply", org, 1)
    content = plain[4 : 4 + int.from_bytes(plain[2:4], "big")]
    assert mac(hkdf(secret, b"kantha/v1/welcome-mac"), transcript + content[32:]) == content[:32]
    welcome = cbor2.loads(content[32:])
    assert (welcome[6], welcome[13].hex(), welcome[14]) == tuple(
        officer["welcome"][name] for name in ("slot", "token_master", "publish_token")
    )
