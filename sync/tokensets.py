"""The weekly sets of token hashes at the relay, and the epoch that replaces all of them.

Every publisher can make every set: seeds come from what officers share and from the roster, so two of them
make the same one. Sets are put only for the state that the directory names, never for what this device alone
knows; so it does not matter who puts them, or how often. protocol.md 7.1, 8.4.5, 8.4.8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crypto.heads import EPOCHS_AHEAD
from crypto.root import Root
from crypto.roster import Roster
from crypto.tokens import TokenMaster, token_state, week_of
from sync.state import State

_STATE: Final = "token-state"
_RAISE: Final = "token-raise"
FIRST_EPOCH: Final = 1
WEEKS_AHEAD: Final = 8
"""An officer may be in prison for two months and every phone still sends."""

Put = Callable[[int, bytes], None]
"""(week, hashes): replaces the set of a week at the relay."""


@dataclass(frozen=True)
class TokenState:
    """What the directory says of the sets: the epoch, and a digest of what the sets are made from."""

    epoch: int
    digest: bytes


def known_state(state: State) -> TokenState | None:
    """The newest published one that this device knows."""
    kept = state.place(_STATE)
    return TokenState(int(kept[0]), bytes(kept[1])) if kept else None


def note_state(state: State, epoch: int, digest: bytes) -> None:
    """Remember what an accepted handler part says."""
    if state.place(_STATE) != [epoch, digest]:
        state.set_place(_STATE, [epoch, digest])


def want_new_epoch(state: State) -> None:
    """Replace every token at the next publication, though nobody was revoked."""
    state.set_place(_RAISE, True)


def next_state(state: State, *, roster: Roster, root: Root, epoch: int) -> TokenState:
    """What the next edition says: the published state, or the epoch after the highest known one when the sets
    must change, or this device could not read what was published under it. `epoch`: the one of this device's
    own tokens.
    """
    digest, known = digest_of(roster, root), known_state(state)
    if known is None:
        return TokenState(max(epoch, FIRST_EPOCH), digest)
    if known.epoch > epoch + EPOCHS_AHEAD:  # no honest publisher's: nobody would follow
        return TokenState(epoch + 1, digest)
    if known.digest == digest and known.epoch >= epoch and not state.place(_RAISE):
        return known
    return TokenState(max(epoch, known.epoch) + 1, digest)


def raised(state: State) -> None:
    """What was wanted is published. Inside a transaction."""
    if state.place(_RAISE):
        state.set_place(_RAISE, False)


def must_change(state: State, *, roster: Roster, root: Root) -> bool:
    """Whether the published state is not that of this roster, so that the next edition raises the epoch."""
    known = known_state(state)
    return bool(state.place(_RAISE)) or known is None or known.digest != digest_of(roster, root)


def digest_of(roster: Roster, root: Root) -> bytes:
    policy = root.policy
    return token_state(roster.token_uses(policy.token_slots), per_slot=policy.tokens_per_week)


def weeks_due(state: State, epoch: int) -> list[int]:
    """The weeks whose sets this device has not put in this epoch, the present one first.

    After the epoch was raised also last week's: the relay still takes its tokens.
    """
    this = week_of(state.clock())
    before = [this - 1] if epoch > FIRST_EPOCH else []
    weeks = [this, *before, *range(this + 1, this + WEEKS_AHEAD)]
    done = dict(state.db.execute("SELECT week, epoch FROM sync_token_week").fetchall())
    return [week for week in weeks if done.get(week) != epoch]


def put_sets(state: State, *, roster: Roster, root: Root, put: Put) -> None:
    """Put what is due, a week at a time; a week is remembered when the relay has it. Safe to kill and repeat.

    Nothing is put as long as the directory names another state than this roster's: first it must be
    published.
    """
    secret, known = state.keys.get("token-master"), known_state(state)
    if secret is None or known is None or known.digest != digest_of(roster, root):
        return
    master, policy = TokenMaster(secret), root.policy
    uses = roster.token_uses(policy.token_slots)
    for week in weeks_due(state, known.epoch):
        put(
            week, master.week_hashes(epoch=known.epoch, week=week, per_slot=policy.tokens_per_week, uses=uses)
        )
        with state.transaction():
            state.db.execute(
                "INSERT OR REPLACE INTO sync_token_week (week, epoch) VALUES (?, ?)", (week, known.epoch)
            )
    state.db.execute("DELETE FROM sync_token_week WHERE week < ?", (week_of(state.clock()) - 2,))
