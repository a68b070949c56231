"""What somebody does with the formats alone: each test was once a way in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.enrolment import Invitation, Welcome
from crypto.errors import WelcomeRefusedError
from crypto.primitives import sha256
from crypto.roster import Role
from tests.crypto import people

TRANSCRIPT = sha256(b"what was said")


def invitation() -> Invitation:
    return Invitation(
        org=people.ORG, root_hash=people.ORG, relay="https://relay.example", pool=people.POOL,
        secret=people.seed("secret"), role=Role.INTAKE, desk=people.DESK, label=None,
        first_token_seed=people.seed("first"), token_epoch=1, gap_seconds=20, deposits=4,
        expires_at=people.NOW + 86_400,
    )  # fmt: skip


def test_a_welcome_to_another_desk_than_the_invitation_named_is_refused() -> None:
    """Whoever photographed an invitation could lead a phone to a desk of their choice."""
    kem = people.pair("phone-kem")
    welcome = Welcome(
        org=people.ORG, root_hash=people.ORG, device=people.device("phone"), role=Role.INTAKE,
        desk=people.DESK, slot=None, label="Blue-7", directory_key=people.seed("directory"), prefix=207,
        token_seed=people.seed("tokens"), token_epoch=1, tokens_per_week=1_024,
    )  # fmt: skip
    for desk, holds in ((people.DESK, True), (people.OTHER_DESK, False)):
        sealed = replace(welcome, desk=desk).seal(
            transcript_hash=TRANSCRIPT, secret=invitation().secret, to=kem.sealing_key
        )
        if holds:
            Welcome.open(sealed, key=kem, invitation=invitation(), transcript_hash=TRANSCRIPT)
            continue
        with pytest.raises(WelcomeRefusedError):
            Welcome.open(sealed, key=kem, invitation=invitation(), transcript_hash=TRANSCRIPT)
