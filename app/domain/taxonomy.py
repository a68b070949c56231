"""The issues a complaint can be about: 14 clusters, about eighty codes, ten tiles (DOMAIN 1.2).

Guarantees: proposals come from her words and are only proposals; the same words give the same proposals.
Does not: understand negation or irony; a person confirms.
"""

from __future__ import annotations

from functools import cache

from app.domain.errors import TaxonomyError
from app.domain.taxonomy_data import Cluster, Forum, Issue, packaged
from app.domain.wording import Phrase, Words

LANGUAGES = ("en", "bn", "km")
MAX_PROPOSALS = 4  # more than four marked tiles are no longer a question but a form

__all__ = [
    "LANGUAGES", "Cluster", "Forum", "Issue", "clusters", "exists", "is_private", "issue", "issues", "search",
    "suggest", "tiles",
]  # fmt: skip


@cache
def _by_code() -> dict[str, Issue]:
    return {found.code: found for found in packaged().issues}


def exists(code: str) -> bool:
    """Say whether there is such a code."""
    return code in _by_code()


def issue(code: str) -> Issue:
    """The issue of a code; TaxonomyError when there is none."""
    try:
        return _by_code()[code]
    except KeyError:
        raise TaxonomyError("there is no such code in the list of issues") from None


def issues(cluster: str | None = None) -> tuple[Issue, ...]:
    """All issues, or those of one cluster, in the order of the list."""
    return tuple(found for found in packaged().issues if cluster in (None, found.cluster))


def clusters() -> tuple[Cluster, ...]:
    """The clusters, in the order of the list."""
    return packaged().clusters


def tiles() -> tuple[Issue, ...]:
    """The ten issues that are shown as pictures, in their order."""
    return tuple(issue(code) for code in packaged().tiles)


def __getattr__(name: str) -> tuple[str, ...]:
    """`TILES`: the codes of the ten tiles, read when first asked for."""
    if name == "TILES":
        return packaged().tiles
    raise AttributeError(name)


def is_private(code: str) -> bool:
    """Say whether an issue belongs to the private matter (G2 to G7), where no detail is asked."""
    return issue(code).private


def suggest(text: str, lang: str) -> list[str]:
    """Propose codes from her words, the surest first, at most four; `lang` decides between equals.

    The aliases of all languages are tried, because people mix them.
    """
    words = Words(text)
    scores: dict[str, float] = {}
    for code, alias_lang, phrase in _phrases():
        if words.hold(phrase):
            weight = phrase.weight + (0.5 if alias_lang == lang else 0.0)
            scores[code] = max(scores.get(code, 0.0), weight)
    order = list(_by_code())
    ranked = sorted(scores, key=lambda code: (-scores[code], not issue(code).tile, order.index(code)))
    return ranked[:MAX_PROPOSALS]


def search(text: str, lang: str) -> list[str]:
    """The codes whose names, words or code fit what is being typed; all codes for nothing typed. Tiles come
    first.
    """
    if not text.strip():
        return sorted(_by_code(), key=lambda code: not issue(code).tile)
    sought = Words(text)
    found: list[tuple[int, bool, int, str]] = []
    for index, candidate in enumerate(packaged().issues):
        best = min(
            (rank for rank, words in _searchable(candidate.code, lang) if sought.begin(words)), default=9
        )
        if text.strip().upper() == candidate.code:
            best = -1
        if best < 9:
            found.append((best, not candidate.tile, index, candidate.code))
    return [code for _, _, _, code in sorted(found)]


@cache
def _phrases() -> tuple[tuple[str, str, Phrase], ...]:
    return tuple(
        (found.code, lang, Phrase(alias))
        for found in packaged().issues
        for lang, aliases in found.aliases.items()
        for alias in aliases
    )


@cache
def _searchable(code: str, lang: str) -> tuple[tuple[int, Words], ...]:
    """What a search looks in: her language's name, its aliases, then English and the term of the field."""
    found = issue(code)
    texts = [(0, found.name(lang)), *((1, alias) for alias in found.aliases.get(lang, ()))]
    texts += [(2, found.names["en"]), (2, found.term), *((3, alias) for alias in found.aliases["en"])]
    return tuple((rank, Words(text.replace("*", ""))) for rank, text in texts)
