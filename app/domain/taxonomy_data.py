"""The packaged list of issues: its types, how its text is read, and the one place where the domain reads a
file.

Guarantees: `read_taxonomy` takes text and gives a whole list or a TaxonomyError; `packaged` reads the file
once.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from app import assets
from app.domain.errors import TaxonomyError

Mark = Literal["V", "K", "U"]


class Forum(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body that may take an issue. `country` null: anywhere. `mark`: V read in a source, K known, U
    uncertain.
    """

    forum: str
    country: str | None
    basis: str
    mark: Mark


class Cluster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of issues: the letter, and its name in each language."""

    code: str
    names: dict[str, str]


class Issue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of issue. `names` are in workers' words, `term` is the field's; `icon` is a name of
    `ft.Icons`.

    `private`: it belongs to the private matter and is asked no detail of.
    """

    code: str
    cluster: str
    term: str
    names: dict[str, str]
    icon: str
    private: bool
    aliases: dict[str, tuple[str, ...]]
    forums: tuple[Forum, ...]
    tile: bool = False

    def name(self, lang: str) -> str:
        """Its name in this language, or in English."""
        return self.names.get(lang, self.names["en"])


class Taxonomy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole list, and the ten tiles in the order in which they are shown."""

    version: int
    note: str
    tiles: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    issues: tuple[Issue, ...]


def read_taxonomy(text: str) -> Taxonomy:
    """Read the list from JSON; TaxonomyError when it is not whole."""
    try:
        found = msgspec.json.decode(text, type=Taxonomy)
    except msgspec.MsgspecError as fault:
        raise TaxonomyError(f"the list of issues cannot be read: {fault}") from fault
    codes = [issue.code for issue in found.issues]
    letters = {cluster.code for cluster in found.clusters}
    if len(set(codes)) != len(codes):
        raise TaxonomyError("the list of issues names a code twice")
    if not set(found.tiles) <= set(codes) or not {issue.cluster for issue in found.issues} <= letters:
        raise TaxonomyError("the list of issues refers to a code that it does not hold")
    issues = tuple(msgspec.structs.replace(issue, tile=issue.code in found.tiles) for issue in found.issues)
    return msgspec.structs.replace(found, issues=issues)


@cache
def packaged() -> Taxonomy:
    """The list that ships with the program. The only file that the domain reads."""
    return read_taxonomy(assets.path("taxonomy/issues.json").read_text(encoding="utf-8"))
