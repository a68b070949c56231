"""The frozen vectors of who belongs: root, roster, directory, enrolment, tokens."""

from __future__ import annotations

from typing import Any

import pytest

from crypto.directory import Head, Seen, UntrustedPhoneDirectory, content_hash, open_handler_part
from crypto.enrolment import (
    Invitation,
    Reply,
    Welcome,
    digits,
    open_reply_cell,
    require_digits,
    transcript,
)
from crypto.ids import OrganisationId, officer_id
from crypto.primitives import DeviceSigningKey, OpeningKey
from crypto.proposals import CarriedProposal, read_proposal
from crypto.root import Root, root_hash, verify_chain
from crypto.roster import Roster, read_statement
from crypto.signed import Countersigned, Signed
from crypto.tokens import TokenMaster, TokenSeed, token_hash, token_state
from tests.crypto.test_vectors import Vector, error, hexed, sealed
from tests.vectors.belonging import summary
from tests.vectors.frozen import flipped, read


def countersigned(document: Vector, name: str) -> Countersigned:
    return Countersigned.from_wire(bytes.fromhex(document["sealed"][name]))


def test_tokens() -> None:
    document = read("tokens")
    master, whole = TokenMaster(hexed(document, "master")), document["set"]
    for vector in document["seeds"]:
        assert master.slot_seed(vector["slot"], vector["use"]) == hexed(vector, "own")
        assert master.first_seed(vector["slot"], vector["use"]) == hexed(vector, "first")
    for vector in document["tokens"]:
        seed = master.slot_seed(vector["slot"], vector["use"])
        source = TokenSeed(seed, vector["epoch"], whole["tokens_per_week"])
        token = source.token(week=vector["week"], index=vector["index"])
        assert (token.hex(), token_hash(token).hex()) == (vector["token"], vector["hash"])
    hashes = master.week_hashes(
        epoch=whole["epoch"], week=whole["week"], per_slot=whole["tokens_per_week"], uses=whole["uses"]
    )
    assert hashes == hexed(whole, "hashes")
    assert len(hashes) == whole["slots"] * (whole["tokens_per_week"] + whole["first_tokens"]) * 16
    for vector in document["states"]:
        state = token_state(vector["uses"], per_slot=vector["tokens_per_week"])
        assert state == hexed(vector, "digest")
    assert len({vector["digest"] for vector in document["states"]}) == len(document["states"])


def test_root() -> None:
    document = read("root")
    org = OrganisationId(hexed(document, "org"))
    by_name = {vector["sealed"]: vector for vector in document["roots"]}

    def newest(vector: Vector) -> Root:
        chain = [countersigned(document, name) for name in vector["chain"]]
        return verify_chain(chain, org=org, anchors=[bytes.fromhex(one) for one in vector.get("anchors", [])])

    for vector in document["roots"]:
        root = Root.decode(hexed(vector, "body"))
        assert root.encode() == hexed(vector, "body")
        assert root_hash(root.encode()) == hexed(vector, "hash")
        assert (root.version, root.name, root.threshold) == (
            vector["version"], vector["name"], vector["threshold"],
        )  # fmt: skip
        assert [officer.id.hex() for officer in root.officers] == vector["officers"]
        assert [officer.device.hex() for officer in root.officers] == vector["devices"]
        assert root.policy.to_wire() == vector["policy"]
    for vector in [{"chain": names} for names in document["chains"]] + document["late_chains"]:
        last = vector["chain"][-1].removesuffix("-one-officer")
        assert newest(vector).encode() == hexed(by_name[last], "body")
    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            newest(vector)
    for vector in document["malformed"]:
        with pytest.raises(error(vector["error"])):
            Root.decode(hexed(vector, "body"))


def test_proposals() -> None:
    document = read("root")
    said = document["proposals"]
    root = Root.decode(countersigned(document, said["root"]).body)
    for vector in said["vectors"]:
        found = read_proposal(countersigned(document, vector["sealed"]), root=root)
        assert (found.hash.hex(), found.needed, found.in_force) == (
            vector["hash"], vector["needed"], vector["in_force"],
        )  # fmt: skip
        assert sorted(officer.hex() for officer in found.have) == vector["have"]
    for vector in said["refused"]:
        with pytest.raises(error(vector["error"])):
            read_proposal(countersigned(document, vector["sealed"]), root=root)


def test_carried_proposals() -> None:
    document = read("root")
    said = document["carried"]
    key, org = hexed(said, "directory_key"), OrganisationId(hexed(document, "org"))
    found = CarriedProposal.open(hexed(document["sealed"], said["sealed"]), key=key, org=org)
    assert found.signed == countersigned(document, said["proposal"])
    assert [statement.to_wire().hex() for statement in found.statements] == said["statements"]
    for vector in said["refused"]:
        with pytest.raises(error(vector["error"])):
            CarriedProposal.open(sealed(document, vector), key=key, org=org)


def test_roster() -> None:
    document = read("roster")
    org, root = OrganisationId(hexed(document, "org")), Root.decode(hexed(document, "root"))
    for vector in document["vectors"]:
        statement = read_statement(Countersigned.from_wire(sealed(document, vector)), root=root, org=org)
        assert statement.encode() == hexed(vector, "body")
        assert statement.device == hexed(vector, "device")
    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            read_statement(Countersigned.from_wire(sealed(document, vector)), root=root, org=org)


@pytest.mark.parametrize("vector", read("roster")["rosters"], ids=lambda vector: vector["name"])
def test_what_statements_add_up_to(vector: Vector) -> None:
    document = read("roster")
    org, root = OrganisationId(hexed(document, "org")), Root.decode(hexed(vector, "root"))
    former = {officer_id(bytes.fromhex(key)): bytes.fromhex(key) for key in vector["former"]}
    statements = [countersigned(document, name) for name in vector["statements"]]
    for order in (statements, statements[::-1], [*statements, *statements]):
        found = summary(Roster.verify(order, root=root, org=org, former=former))
        assert found == {key: vector[key] for key in found}


def test_directory() -> None:
    document = read("directory")
    org, key = OrganisationId(hexed(document, "org")), hexed(document, "directory_key")
    epoch, head = OpeningKey(hexed(document, "epoch_seed")), document["head"]
    body = Head.decode(Signed.from_wire(hexed(head, "signed")).body)
    assert (body.encode(), body.hash) == (hexed(head, "body"), hexed(head, "hash"))
    assert body.previous == hexed(head, "previous")
    assert content_hash("phone", hexed(document["sealed"], "phone-content")) == hexed(head, "phone_hash")
    assert content_hash("handler", hexed(document["sealed"], "handler-content")) == hexed(
        head, "handler_hash"
    )
    untrusted = UntrustedPhoneDirectory.open(hexed(document["sealed"], "phone-part"), key=key, org=org)
    found = untrusted.verify(org=org, seen=Seen(), now=head["expires_at"])
    assert [
        {"desk": day.desk.hex(), "generation": day.generation, "day": day.day, "public": day.key.public.hex()}
        for day in found.part.days
    ] == document["days"]
    assert [entry.admission.device.hex() for entry in found.part.handlers] == document["handlers"]
    assert [[desk.hex(), day] for desk, day in found.part.readable] == document["readable"]
    _head, part = open_handler_part(
        hexed(document["sealed"], "handler-part"), keys=[epoch], org=org, root=found.root
    )
    assert {
        "statements": len(part.statements),
        "proposals": len(part.proposals),
        "roots": len(part.roots),
    } == {name: document[name] for name in ("statements", "proposals", "roots")}
    assert part.wraps[0].open(epoch, org=org).opening_key.key.sealing_key == found.part.days[0].key
    state = document["token_state"]
    assert part.token_state == (state["epoch"], hexed(state, "digest"))
    assert token_state(state["uses"], per_slot=state["tokens_per_week"]) == hexed(state, "digest")
    assert part.boxes[0].device == hexed(document["box"], "device")
    assert part.boxes[0].open(epoch, org=org) == document["box"]["token"]

    def attempt(vector: Vector) -> None:
        data = sealed(document, vector)
        if "handler" in (vector["sealed"].removesuffix("-part"), vector.get("part")):
            open_handler_part(data, keys=[epoch], org=org, root=found.root)
            return
        known = {name: bytes.fromhex(vector.get(name, "")) for name in ("seen_hash", "seen_root", "pinned")}
        seen = Seen(
            vector.get("seen_version", 0),
            known["seen_hash"],
            vector.get("seen_root_version", 0),
            known["seen_root"],
        )
        opened = UntrustedPhoneDirectory.open(data, key=key, org=org)
        opened.verify(org=org, seen=seen, now=vector.get("now", 0), pinned=known["pinned"] or None)

    for vector in document["accepted"]:
        attempt(vector)
    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            attempt(vector)


def test_enrolment() -> None:
    document = read("enrolment")
    invitation = Invitation.from_text(document["invitation"]["text"])
    answer, said = hexed(document["reply"], "bytes"), hexed(document, "transcript")
    kem = OpeningKey(hexed(document["reply"], "kem_seed"))
    assert invitation.encode() == hexed(document["invitation"], "bytes")
    assert (invitation.secret, invitation.id) == tuple(
        hexed(document["invitation"], n) for n in ("secret", "id")
    )
    assert Reply.from_text(document["reply"]["text"]) == answer
    assert Reply.verify(answer, invitation=invitation).device == hexed(document["reply"], "device")
    again = Reply.verify(answer, invitation=invitation).seal(
        secret=invitation.secret, by=DeviceSigningKey(hexed(document["reply"], "identity_seed"))
    )
    assert again == answer
    assert transcript(invitation.encode(), answer) == said
    assert digits(said) == document["digits"]
    for confirmed in document["confirmed"]:
        require_digits(said, confirmed)
    cell = hexed(document["sealed"], "welcome")
    welcome = Welcome.open(cell, key=kem, invitation=invitation, transcript_hash=said)
    assert {
        "directory_key": welcome.directory_key.hex(), "token_seed": welcome.token_seed.hex(),
        "prefix": welcome.prefix, "label": welcome.label,
    } == document["welcome"]  # fmt: skip

    def attempt(vector: Vector) -> None:
        if "reply_flip" in vector:
            Reply.verify(flipped(answer, *vector["reply_flip"]), invitation=invitation)
        elif "digits" in vector:
            require_digits(said, vector["digits"])
        elif "invitation_text" in vector:
            Invitation.from_text(vector["invitation_text"])
        else:
            changed = flipped(cell, *vector["welcome_flip"]) if "welcome_flip" in vector else cell
            other = bytes.fromhex(vector.get("welcome_transcript", said.hex()))
            Welcome.open(changed, key=kem, invitation=invitation, transcript_hash=other)

    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            attempt(vector)


def test_a_reply_by_relay() -> None:
    document = read("enrolment")
    secret = hexed(document["invitation"], "secret")
    assert open_reply_cell(sealed(document, {"sealed": "reply-cell"}), secret=secret) == hexed(
        document["reply"], "bytes"
    )
    for vector in document["refused_cells"]:
        other = bytes.fromhex(vector.get("secret", secret.hex()))
        with pytest.raises(error(vector["error"])):
            open_reply_cell(sealed(document, {"sealed": "reply-cell", **vector}), secret=other)


def test_an_officers_enrolment() -> None:
    document = read("enrolment")
    officer: dict[str, Any] = document["officer"]
    invitation = Invitation.from_text(officer["invitation"]["text"])
    assert (invitation.encode(), invitation.id) == tuple(
        hexed(officer["invitation"], name) for name in ("bytes", "id")
    )
    answer = sealed(document, officer["reply"])
    found = Reply.verify(answer, invitation=invitation)
    assert (found.device, found.officer, found.officer_kem) == tuple(
        hexed(officer["reply"], name) for name in ("device", "officer", "officer_kem")
    )
    assert len(Reply.to_text(answer)) == officer["reply"]["text_length"]
    cell = sealed(document, {"sealed": "officer-reply-cell"})
    assert open_reply_cell(cell, secret=invitation.secret) == answer
    said = transcript(invitation.encode(), answer)
    assert (said, digits(said)) == (hexed(officer, "transcript"), officer["digits"])
    welcome = Welcome.open(
        sealed(document, {"sealed": "officer-welcome"}), key=OpeningKey(hexed(officer, "kem_seed")),
        invitation=invitation, transcript_hash=said,
    )  # fmt: skip
    given = officer["welcome"]
    assert (welcome.slot, welcome.token_master, welcome.publish_token) == (
        given["slot"], hexed(given, "token_master"), given["publish_token"],
    )  # fmt: skip
    for vector in officer["refused"]:
        with pytest.raises(error(vector["error"])):
            Reply.verify(hexed(vector, "reply"), invitation=invitation)
