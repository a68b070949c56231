"""The program and the independent decoder agree on what sets of roster statements add up to (section 4.2).

Sixty sets are drawn from many statements: devices that want one place, are admitted twice, change desk or
role, are revoked more than once, by officers who stay, who are gone, or who never were.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache

from crypto.root import Policy, former_officers
from crypto.roster import Roster
from crypto.signed import Countersigned
from crypto.statements import Admission, Reason, Revocation, Role, Statement, WindowClosed, sign_statement
from tests.crypto import people
from tests.crypto.people import NOW, ORG, OTHER_DESK, admission, device
from tests.interop.test_differences import ask
from tests.vectors.belonging import summary

DEVICES = ("handler", "rival", "phone", "other", "desk", "second")
SIGNERS = (["officer"], ["second"], ["officer", "second"], ["third"], ["officer", "third"], ["a stranger"])


def drawn(draw: random.Random) -> Statement:
    name, at = draw.choice(DEVICES), NOW + draw.randrange(4)
    kind = draw.random()
    if kind < 0.2:
        return Revocation(ORG, device(name), at, draw.choice(list(Reason)))
    if kind < 0.3:
        return WindowClosed(ORG, device(name), at)
    role = Role.INTAKE if draw.random() < 0.3 else Role.HANDLER
    made: Admission = admission(name, role, at=at, token_slot=draw.randrange(4))
    if role is Role.INTAKE:
        return replace(made, prefix=draw.randrange(100, 103))
    desk = OTHER_DESK if draw.random() < 0.2 else people.DESK
    return replace(made, slot=draw.randrange(3), desk=desk)


@cache
def statements() -> list[Countersigned]:
    draw = random.Random(5)
    return [
        sign_statement(drawn(draw), by=[people.officer(name) for name in draw.choice(SIGNERS)])
        for _ in range(90)
    ]


def test_rosters_add_up_alike() -> None:
    before = people.first_root(("officer", "second", "third"), 1)
    former = former_officers([before.sign([people.officer()])])
    questions, wanted = [], []
    for number in range(60):
        draw = random.Random(number)
        chosen = draw.sample(statements(), draw.randrange(2, 24))
        needed = draw.choice((1, 2))
        root = replace(people.first_root(("officer", "second"), 1), policy=Policy(handler_officers=needed))
        wanted.append(summary(Roster.verify(chosen, root=root, org=ORG, former=former)))
        questions.append(
            {
                "format": "roster", "bytes": root.encode().hex(), "org": ORG.hex(), "desk": people.DESK.hex(),
                "statements": [signed.to_wire().hex() for signed in chosen],
                "former": [key.hex() for key in former.values()],
            }
        )  # fmt: skip
    answers = [json.loads(answer) for answer in ask(questions)]
    assert [number for number in range(60) if answers[number] != wanted[number]] == []
