"""Finds short phrases in people's own words, in three scripts.

English and Bengali are compared word by word, Khmer, which writes without spaces, piece by piece. Words of a
phrase may stand in any order within a short stretch, so that "gate locked" is found in "they kept the gate
always locked".
Guarantees: no state, no language model, the same answer every time.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

SLACK = 3  # words that may stand between those of a phrase
KHMER_STRETCH = 40  # characters; about as far as three words in English

_KHMER = re.compile(r"[\u1780-\u17ff]")


def plain(text: str) -> str:
    """Lower case, composed, without zero-width spaces: what is compared, never what is kept."""
    text = unicodedata.normalize("NFC", text).casefold()
    return text.replace("\u200b", "").replace("\u200c", "").replace("\u200d", "").replace("’", "'")


def _split(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,.;:!?()\"“”।៖។/–—]+", text) if part]


@dataclass(frozen=True)
class Phrase:
    """A phrase to look for. `wage*` stands for every word that begins so; a Bengali word always does."""

    text: str
    pieces: tuple[str, ...] = field(init=False)
    khmer: bool = field(init=False)
    weight: float = field(init=False)

    def __post_init__(self) -> None:
        pieces = tuple(_split(plain(self.text)))
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "khmer", bool(_KHMER.search(self.text)))
        length = sum(len(piece) for piece in pieces)
        object.__setattr__(self, "weight", len(pieces) + length / 100)


class Words:
    """A text, ready to be looked through."""

    def __init__(self, text: str) -> None:
        self.plain = plain(text)
        self.parts = _split(self.plain)

    def hold(self, phrase: Phrase) -> bool:
        """Say whether a phrase is there."""
        if not phrase.pieces:
            return False
        if phrase.khmer:
            return self._hold_khmer(phrase.pieces)
        places = [
            [index for index, part in enumerate(self.parts) if _fits(part, piece)] for piece in phrase.pieces
        ]
        return all(places) and _near(places, reach=len(phrase.pieces) - 1 + SLACK)

    def begin(self, other: Words) -> bool:
        """Say whether every word of this text begins, or in Khmer stands in, a word of the other."""
        if _KHMER.search(self.plain):
            return all(part in other.plain for part in self.parts)
        return all(any(word.startswith(part) for word in other.parts) for part in self.parts)

    def _hold_khmer(self, pieces: tuple[str, ...]) -> bool:
        places = [[found.start() for found in re.finditer(re.escape(piece), self.plain)] for piece in pieces]
        return all(places) and _near(places, reach=KHMER_STRETCH)


def _fits(part: str, piece: str) -> bool:
    if piece.endswith("*"):
        return part.startswith(piece[:-1])
    if piece.isascii():
        return part == piece
    return part.startswith(piece)  # Bengali adds its endings at the end of the word


def _near(places: list[list[int]], *, reach: int) -> bool:
    """Say whether one place of each list lies within `reach` of a common first one."""
    marked = sorted((place, which) for which, found in enumerate(places) for place in found)
    latest: dict[int, int] = {}
    for place, which in marked:
        latest[which] = place
        if len(latest) == len(places) and place - min(latest.values()) <= reach:
            return True
    return False
