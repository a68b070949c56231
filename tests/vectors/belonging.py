"""Vectors of root, proposals and roster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from crypto import primitives
from crypto.encoding import decode, encode
from crypto.primitives import OfficerSigningKey
from crypto.proposals import CarriedProposal, read_proposal, read_proposals
from crypto.root import LABEL as ROOT_LABEL
from crypto.root import Policy, Root, former_officers, root_hash
from crypto.roster import (
    LABEL,
    Admission,
    Reason,
    Revocation,
    Role,
    Roster,
    WindowClosed,
    read_statement,
)
from crypto.signed import Countersigned
from tests.crypto import people
from tests.crypto.people import NOW, ORG, seed
from tests.vectors.frozen import Frozen

OFFICER = people.officer()
SECOND = people.officer("second")
STRANGER = people.officer("stranger")


def keep_signed(
    frozen: Frozen, what: str, body: bytes, *, by: Iterable[OfficerSigningKey], label: str
) -> Countersigned:
    """A body with signatures that stay what they are, since ML-DSA draws fresh randomness."""
    keys = list(by)

    def good(data: bytes) -> bool:
        signed = Countersigned.from_wire(data)
        made = Countersigned.make(body, label=label, by=keys)
        publics = {name: key.public for name, key in zip(made.signatures, keys, strict=True)}
        same = (signed.body, signed.signatures.keys()) == (body, made.signatures.keys())
        return same and signed.proven(label=label, officers=publics) == signed

    made = frozen.keep(what, make=lambda: Countersigned.make(body, label=label, by=keys).to_wire(), good=good)
    return Countersigned.from_wire(made)


def changed(body: bytes, **entries: Any) -> bytes:
    """A body with other entries: `_5=…` is entry 5."""
    return encode({**decode(body), **{int(key[1:]): value for key, value in entries.items()}})


def first_signed(frozen: Frozen) -> Countersigned:
    """Version 1, signed; every file that needs it freezes its own."""
    return keep_signed(frozen, "root-1", people.first_root().encode(), by=[OFFICER], label=ROOT_LABEL)


def three_roots() -> tuple[Root, Root, Root]:
    """One officer; then two who must both sign; then another name."""
    first = people.first_root()
    second = people.next_root(
        first, officers=people.first_root(("officer", "second"), 2).officers, threshold=2
    )
    return first, second, people.next_root(second, name="নতুন নাম")


def root() -> dict[str, Any]:
    frozen = Frozen("root")
    first, second, third = three_roots()
    fork = people.next_root(first, name="Other name")
    followed = people.next_root(fork)
    signed = {"root-1": first_signed(frozen)}
    for what, body, by in (
        ("root-2", second, [OFFICER]),
        ("root-3", third, [OFFICER, SECOND]),
        ("root-3-one-officer", third, [OFFICER]),
        ("root-3-and-a-stranger", third, [OFFICER, STRANGER]),
        ("root-3-stranger", third, [STRANGER]),
        ("root-2-fork", fork, [OFFICER]),
        ("root-3-fork", followed, [OFFICER, SECOND]),
    ):
        signed[what] = keep_signed(frozen, what, body.encode(), by=by, label=ROOT_LABEL)
    two, three = root_hash(second.encode()).hex(), root_hash(third.encode()).hex()
    refused = "RootRefusedError"
    return {
        "section": "4.1",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "roots": [
            {"sealed": f"root-{entry.version}", "body": entry.encode().hex(),
             "hash": root_hash(entry.encode()).hex(), "version": entry.version, "name": entry.name,
             "threshold": entry.threshold, "officers": [officer.id.hex() for officer in entry.officers],
             "devices": [officer.device.hex() for officer in entry.officers],
             "policy": entry.policy.to_wire()}
            for entry in (first, second, third)
        ],
        "chains": [["root-1"], ["root-1", "root-2"], ["root-1", "root-2", "root-3"]],
        "late_chains": [
            {"chain": ["root-2", "root-3"], "anchors": [two]},
            {"chain": ["root-2", "root-3"], "anchors": [three]},
            {"chain": ["root-3"], "anchors": [seed("another").hex(), three]},
            {"chain": ["root-3-one-officer"], "anchors": [three]},
        ],
        "refused": [
            {"chain": [], "error": refused},
            {"chain": ["root-2"], "error": refused},
            {"chain": ["root-1", "root-3"], "error": refused},
            {"chain": ["root-1", "root-1"], "error": refused},
            {"chain": ["root-1", "root-2", "root-3-one-officer"], "error": refused},
            {"chain": ["root-2", "root-3"], "error": refused},
            {"chain": ["root-2", "root-3"], "anchors": [ORG.hex(), seed("another").hex()], "error": refused},
            {"chain": ["root-2", "root-3-one-officer"], "anchors": [two], "error": refused},
            {"chain": ["root-2-fork", "root-3"], "anchors": [three], "error": refused},
            {"chain": ["root-2-fork", "root-3-fork"], "anchors": [two], "error": refused},
        ],
        "malformed": [{"name": name, "body": body.hex(), "error": "EncodingError"}
                      for name, body in _malformed_roots(second)],
        "proposals": _proposals(second, signed),
        "carried": _carried(frozen, signed["root-3-one-officer"]),
    }  # fmt: skip


def _carried(frozen: Frozen, signed: Countersigned) -> dict[str, Any]:
    key = seed("directory")
    statement = people.signed_admission("phone", Role.INTAKE)

    def sealed(what: str, made: Any) -> None:
        plain, info = encode(made), encode(["kantha/v1/proposal", ORG])
        frozen.keep(
            what,
            make=lambda: primitives.seal_secret(key, plain, info=info),
            good=lambda data: primitives.open_secret(key, data, info=info) == plain,
        )

    frozen.keep(
        "carried",
        make=lambda: CarriedProposal(signed, (statement,)).seal(key=key, org=ORG),
        good=lambda data: CarriedProposal.open(data, key=key, org=ORG).signed == signed,
    )
    statement = CarriedProposal.open(bytes.fromhex(frozen.used["carried"]), key=key, org=ORG).statements[0]
    wires = [signed.to_wire(), [statement.to_wire()]]
    malformed = {
        "carried without statements": wires[:1],
        "carried statements that are no list": [wires[0], wires[0]],
        "carried with a statement cut short": [wires[0], [wires[0][:-1]]],
        "carried with a third entry": [*wires, 1],
    }
    for what, made in malformed.items():
        sealed(what, made)
    return {
        "directory_key": key.hex(),
        "sealed": "carried",
        "proposal": "root-3-one-officer",
        "statements": [statement.to_wire().hex()],
        "refused": [
            {"sealed": "carried", "flip": [0, 0], "error": "RootRefusedError"},
            {"sealed": "carried", "flip": [40, 7], "error": "RootRefusedError"},
            *({"sealed": what, "error": "RootRefusedError"} for what in malformed),
        ],
    }


def _malformed_roots(second: Root) -> list[tuple[str, bytes]]:
    body, policy = second.encode(), Policy().to_wire()
    one, two = decode(body)[5]
    return [
        ("two officers on one device", changed(body, _5=[one, [*two[:2], one[2]]])),
        ("two officers with one key", changed(body, _5=[one, [one[0], *two[1:]]])),
        ("two officers with one KEM key", changed(body, _5=[one, [two[0], one[1], two[2]]])),
        ("a KEM key of low order", changed(body, _5=[one, [two[0], two[1][:1_184] + bytes(32), two[2]]])),
        ("an officer without device", changed(body, _5=[one, two[:2]])),
        ("a policy without window", changed(body, _8=policy[:8])),
        ("a window shorter than the keys", changed(body, _8=[*policy[:8], policy[3] - 1])),
        ("a window of 401 days", changed(body, _8=[*policy[:8], 401])),
        ("more officers for a handler than there are", changed(body, _8=[*policy[:5], 3, *policy[6:]])),
    ]


def _proposals(newest: Root, signed: dict[str, Countersigned]) -> dict[str, Any]:
    names = ("root-3", "root-3-one-officer", "root-3-and-a-stranger")
    made = {name: read_proposal(signed[name], root=newest) for name in names}
    united = read_proposals([signed[name] for name in ("root-3-one-officer", "root-3")], root=newest)
    assert [entry.in_force for entry in united.values()] == [True]
    return {
        "root": "root-2",
        "vectors": [
            {"sealed": name, "hash": entry.hash.hex(), "needed": entry.needed, "in_force": entry.in_force,
             "have": sorted(officer.hex() for officer in entry.have)}
            for name, entry in made.items()
        ],
        "refused": [
            {"sealed": name, "error": "RootRefusedError"}
            for name in ("root-1", "root-2", "root-2-fork", "root-3-fork", "root-3-stranger")
        ],
    }  # fmt: skip


def roster() -> dict[str, Any]:
    frozen = Frozen("roster")
    phone, handler = people.admission("phone", Role.INTAKE), people.admission("handler", Role.HANDLER)
    statements: dict[str, Admission | Revocation | WindowClosed] = {
        "phone": phone,
        "handler": handler,
        "revocation": Revocation(ORG, phone.device, NOW + 5, Reason.SEIZED),
        "window": WindowClosed(ORG, phone.device, NOW + 3),
    }
    for name, statement in statements.items():
        keep_signed(frozen, name, statement.encode(), by=[OFFICER], label=LABEL)
    keep_signed(frozen, "by a stranger", phone.encode(), by=[STRANGER], label=LABEL)
    keep_signed(frozen, "another label", phone.encode(), by=[OFFICER], label=ROOT_LABEL)
    revoked = statements["revocation"].encode()
    malformed = {
        "a revocation without reason": encode({1: 2, 2: ORG, 3: phone.device, 4: NOW}),
        "reason 0": changed(revoked, _5=0),
        "reason 6": changed(revoked, _5=6),
        "a closing with a reason": changed(revoked, _1=3),
        "an unknown kind": changed(statements["window"].encode(), _1=4),
        "an officer's role": changed(handler.encode(), _4=3),
        "a slot left out": encode({key: one for key, one in decode(phone.encode()).items() if key != 9}),
        "another organisation": changed(phone.encode(), _2=people.OTHER_ORG),
    }
    for name, body in malformed.items():
        keep_signed(frozen, name, body, by=[OFFICER], label=LABEL)
    first = people.first_root()
    for name in statements:
        assert read_statement(Countersigned.from_wire(bytes.fromhex(frozen.used[name])), root=first, org=ORG)
    return {
        "section": "4.2",
        "org": ORG.hex(),
        "root": first.encode().hex(),
        "vectors": [
            {"sealed": name, "body": statement.encode().hex(), "device": statement.device.hex()}
            for name, statement in statements.items()
        ],
        "refused": [
            {"sealed": "by a stranger", "error": "SignatureRefusedError"},
            {"sealed": "another label", "error": "SignatureRefusedError"},
            {"sealed": "phone", "flip": [10, 0], "error": "SignatureRefusedError"},
            {"sealed": "handler", "flip": [200, 0], "error": "SignatureRefusedError"},
            *({"sealed": name, "error": "SignatureRefusedError"} for name in malformed),
        ],
        "rosters": _rosters(frozen, phone, handler),
        "sealed": frozen.used,
    }


def _rosters(frozen: Frozen, phone: Admission, handler: Admission) -> list[dict[str, Any]]:
    """Two officers of three remain; a handler takes both."""
    before = people.first_root(("officer", "second", "third"), 1)
    remain = people.first_root(("officer", "second"), 1)
    root = replace(remain, policy=Policy(handler_officers=2))
    former = former_officers([before.sign([OFFICER])])
    rival = people.admission("rival", Role.HANDLER, at=NOW + 1, token_slot=2)
    again = replace(rival, slot=1, at=NOW + 2, token_slot=3)
    other = people.admission("other", Role.INTAKE, prefix=208, token_slot=1, at=NOW + 9)
    second = people.admission("second", Role.HANDLER, slot=2, token_slot=3)
    third = people.officer("third")
    for name, statement, by in (
        ("handler by both", handler, [OFFICER, SECOND]),
        ("handler by the second", handler, [SECOND]),
        ("rival by both", rival, [OFFICER, SECOND]),
        ("rival again", again, [OFFICER, SECOND]),
        ("other", other, [SECOND]),
        ("other by one who has gone", other, [third]),
        ("rival revoked", Revocation(ORG, rival.device, NOW - 50, Reason.LEFT), [SECOND]),
        ("rival revoked later", Revocation(ORG, rival.device, NOW - 40, Reason.LOST), [OFFICER]),
        ("rival revoked by one who has gone", Revocation(ORG, rival.device, NOW, Reason.SEIZED), [third]),
        (
            "handler as an intake device",
            replace(handler, role=Role.INTAKE, slot=None, prefix=999, at=0),
            [SECOND],
        ),
        (
            "rival as an intake device",
            replace(rival, role=Role.INTAKE, slot=None, prefix=999, at=0),
            [SECOND],
        ),
        ("window later", WindowClosed(ORG, phone.device, NOW + 4), [SECOND]),
        ("second's device", second, [OFFICER, SECOND]),
        ("second revoked by one who has gone", Revocation(ORG, second.device, NOW, Reason.SEIZED), [third]),
        ("second revoked", Revocation(ORG, second.device, NOW + 7, Reason.LEFT), [OFFICER]),
        ("handler revoked", Revocation(ORG, handler.device, NOW + 8, Reason.NONE_GIVEN), [OFFICER]),
    ):
        keep_signed(frozen, name, statement.encode(), by=by, label=LABEL)
    cases = {
        "one officer of two: a handler is pending": ["handler", "phone"],
        "signatures of one body are united": ["handler", "handler by the second", "phone"],
        "of two in one place the later is displaced": ["rival by both", "handler by both"],
        "admitted again, it has another place": ["rival again", "rival by both", "handler by both"],
        "revocation wins, the earlier one says why": [
            "handler by both", "rival by both", "rival again", "rival revoked later", "rival revoked",
        ],
        "who has gone since has revoked all the same": ["rival by both", "rival revoked by one who has gone"],
        "who has gone shuts out no officer of today": [
            "second's device", "second revoked by one who has gone",
        ],
        "one officer of today does": [
            "second's device", "second revoked by one who has gone", "second revoked",
        ],
        "an admission that waits ends when the device is revoked": ["handler", "handler revoked", "phone"],
        "who has gone admits nobody": ["phone", "other by one who has gone"],
        "one officer makes no intake device of a handler, displaced or not": [
            "handler by both", "rival by both", "handler as an intake device", "rival as an intake device",
        ],
        "a revoked device's token slot is used again": ["phone", "revocation", "other"],
        "the latest closing counts": ["phone", "window later", "window"],
        "what nobody signed, or nobody can read, is left out": ["phone", "by a stranger", "reason 6"],
    }  # fmt: skip
    alone = people.first_root()
    shut_out = {
        "a device that is no officer's any more": ["second's device", "second revoked by one who has gone"]
    }
    return [
        {"name": name, "root": under.encode().hex(), "former": [key.hex() for key in former.values()],
         "statements": names,
         **summary(Roster.verify([Countersigned.from_wire(bytes.fromhex(frozen.used[one])) for one in names],
                                 root=under, org=ORG, former=former))}
        for under, named in ((root, cases), (alone, shut_out))
        for name, names in named.items()
    ]  # fmt: skip


def summary(found: Roster) -> dict[str, Any]:
    """What a roster says, in JSON."""
    return {
        "members": [
            {"device": device.hex(), "slot": one.admission.slot, "token_slot": one.admission.token_slot,
             "active": one.active, "revoked_at": one.revoked_at,
             "reason": None if one.reason is None else int(one.reason), "closed_at": one.closed_at,
             "displaced": one.displaced}
            for device, one in sorted(found.members.items())
        ],
        "handlers": [entry.device.hex() for entry in found.handlers(people.DESK)],
        "pending": [
            {"hash": key.hex(), "have": sorted(officer.hex() for officer in entry.have),
             "needed": entry.needed}
            for key, entry in sorted(found.pending.items())
        ],
        "kept": [{"hash": key.hex(), "officers": sorted(officer.hex() for officer in signed.signatures)}
                 for key, signed in sorted(found.statements.items())],
        "token_uses": list(found.token_uses(4)),
    }  # fmt: skip
