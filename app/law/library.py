"""The rule sets that come with the program, by country."""

from __future__ import annotations

from functools import cache
from typing import Final

from app.assets import path
from app.law.errors import LawError
from app.law.rules import RuleSet, load

COUNTRIES: Final = ("BD", "KH")


class CountryUnknownError(LawError):
    """There is no rule set for this country."""

    next_step = f"Use {' or '.join(COUNTRIES)}, or give a rule file."


@cache
def rule_set(country: str) -> RuleSet:
    """The packaged rules of a country; `RuleFileError` if the installation is damaged."""
    if country not in COUNTRIES:
        raise CountryUnknownError(f'There are no rules for "{country[:20]}".')
    name = f"{country.lower()}.toml"
    return load((path("law") / name).read_text(encoding="utf-8"), name=name)
