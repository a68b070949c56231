"""Officers' recovery cards: making one, and reading those that people brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.actions import moments
from app.actions.device import Device
from app.actions.errors import ActionError, NotAdmittedError
from app.actions.recovery_views import CardView
from app.vault import slots
from app.vault.vault import SLOTS
from crypto import cards
from crypto.cards import RecoveryCard
from crypto.errors import CardDamagedError, CardPassphraseError, WrongPassphraseError
from crypto.passphrases import MEMORY_KIB, check_strength
from crypto.primitives import sha256
from crypto.root import root_hash
from sync.errors import SignHereError
from sync.rights import publish_token

Cards = Sequence[tuple[str, str]]
"""(text, passphrase) of each."""
MADE: Final = "recovery-card"


class SamePassphraseError(ActionError):
    """This passphrase opens this computer, so it must not open the card as well."""

    next_step = "Choose another one for the card: whoever learns one must not have both."


class CardNumberError(ActionError):
    """One of the cards could not be opened, and nothing was changed."""

    next_step = "Compare that card and its passphrase with what was typed."


class CardsDifferError(ActionError):
    """These cards belong to different organisations."""

    next_step = "Bring only cards of the one that is to be restored. Nothing was changed."


class CardTwiceError(ActionError):
    """Two of these cards belong to the same officer."""

    next_step = "Each officer counts once: bring the card of another one. Nothing was changed."


def make(device: Device, *, passphrase: str, memory_kib: int = MEMORY_KIB) -> CardView:
    """The card of this device's officer, under a passphrase of its own. Nothing of it is kept here."""
    check_strength(passphrase)
    seed, kem, master = (device.vault.get(name) for name in ("officer", "officer-kem", "token-master"))
    if seed is None or kem is None:
        raise SignHereError
    phone, key = device.directory(), device.member.directory_key
    if phone is None or key is None or master is None:
        raise NotAdmittedError
    _require_another(device, passphrase)
    token = publish_token(device.state)
    card = RecoveryCard(
        org=device.member.org,
        relay=device.member.relay,
        pool=device.member.pool,
        root_hash=root_hash(phone.part.roots[-1].body),
        signing_seed=seed,
        kem_seed=kem,
        token_master=master,
        publish_token=token,
        directory_key=key,
        at=int(device.now()),
    )
    locked = card.lock(passphrase, memory_kib=memory_kib)
    device.state.set_place(MADE, [card.at, _token_digest(token)])
    return CardView(
        text=cards.to_text(locked),
        lines=cards.to_lines(locked),
        qr=cards.to_qr_text(locked),
        officer=card.officer.hex(),
        made_at=moments.iso(card.at),
    )


def read(brought: Cards) -> list[RecoveryCard]:
    """The cards, opened. The error says which of them is wrong, and in which line."""
    found: list[RecoveryCard] = []
    for number, (text, passphrase) in enumerate(brought, start=1):
        try:
            found.append(RecoveryCard.unlock(cards.from_text(text), passphrase))
        except (CardDamagedError, CardPassphraseError) as error:
            if len(brought) == 1:
                raise
            raise CardNumberError(f"Card {number}: {error}") from error
    if len({card.org for card in found}) > 1:
        raise CardsDifferError
    if len({card.officer for card in found}) < len(found):
        raise CardTwiceError
    return found


def made_at(device: Device) -> int | None:
    """When a card was last made on this device."""
    kept = device.state.place(MADE)
    return None if kept is None else int(kept[0])


def old(device: Device) -> bool:
    """Whether the publishing token is another one than on the last card that was made here."""
    kept = device.state.place(MADE)
    return kept is not None and bytes(kept[1]) != _token_digest(publish_token(device.state))


def _token_digest(token: str | None) -> bytes:
    return sha256(b"kantha/v1/card-token\0" + (token or "").encode())


def _require_another(device: Device, passphrase: str) -> None:
    try:
        slots.read(device.home / SLOTS, passphrase)
    except WrongPassphraseError:
        return
    raise SamePassphraseError
