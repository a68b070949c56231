"""Vectors of tokens: seeds of a slot at each use, single tokens, a week's set, the token state."""

from __future__ import annotations

from typing import Any

from crypto.tokens import FIRST_TOKENS, TokenMaster, TokenSeed, token_hash, token_state

MASTER = TokenMaster(bytes(range(32)))
USES = (0, 2)


def tokens() -> dict[str, Any]:
    own = {slot: TokenSeed(MASTER.slot_seed(slot, use), 2, 3) for slot, use in enumerate(USES)}
    places = [(slot, week, index) for slot in (0, 1) for week in (2_900, 2_901) for index in (0, 2)]
    states: list[tuple[int, list[int]]] = [(3, list(USES)), (3, [0, 1]), (4, list(USES)), (1_024, [0] * 64)]
    return {
        "section": "7.1",
        "master": MASTER.secret.hex(),
        "seeds": [
            {"slot": slot, "use": use, "own": MASTER.slot_seed(slot, use).hex(),
             "first": MASTER.first_seed(slot, use).hex()}
            for slot, use in ((0, 0), (1, 0), (1, 1), (1, 2), (63, 0), (0, 1))
        ],
        "tokens": [
            {"slot": slot, "use": USES[slot], "epoch": 2, "week": week, "index": index, "token": token.hex(),
             "hash": token_hash(token).hex()}
            for slot, week, index in places for token in [own[slot].token(week=week, index=index)]
        ],
        "set": {"epoch": 2, "week": 2_900, "slots": 2, "uses": list(USES), "tokens_per_week": 3,
                "first_tokens": FIRST_TOKENS,
                "hashes": MASTER.week_hashes(epoch=2, week=2_900, per_slot=3, uses=USES).hex()},
        "states": [{"tokens_per_week": per_slot, "uses": uses,
                    "digest": token_state(uses, per_slot=per_slot).hex()}
                   for per_slot, uses in states],
    }  # fmt: skip
