"""`kantha claim`: what a worker is owed under the law of the day, with every step. Needs no vault, keeps
nothing.
"""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.files import read_json, read_text
from app.cli.output import clean, json_option, show, table

InFile = click.Path(dir_okay=False, path_type=Path)
country_option = click.option("--country", required=True, type=click.Choice(["BD", "KH"]), help="Whose law.")
rules_option = click.option(
    "--rules", type=InFile, metavar="FILE.toml", help="Your own rule file instead of the packaged one."
)


@click.group()
def claim() -> None:
    """What is owed, computed exactly, with articles and steps. An estimate: a lawyer signs claims."""


@claim.command("compute")
@country_option
@click.option("--from", "source", required=True, type=InFile, metavar="FACTS.json", help="What is known.")
@rules_option
@json_option
def claim_compute(country: str, source: Path, rules: Path | None, as_json: bool) -> None:
    """Compute every head of claim for one worker's facts. A list of two is a range."""
    from app.actions import claims

    told = read_json(source)
    if not isinstance(told, dict):
        raise click.ClickException(f"{source} must hold one JSON object with the facts of one worker.")
    view = claims.owed(told, rules=claims.rules_of(country, **_own(rules)))
    lines = table(
        ("HEAD", "READING", "AMOUNT", "TO", "ARTICLE", "SURE"),
        (
            (line.names["en"], line.reading or "-", line.low, line.high if line.estimate else "-",
             line.article, line.confidence)
            for line in view.lines
        ),
        empty="Nothing can be computed from these facts.",
    )  # fmt: skip
    lacking = sorted({name for entry in view.unanswered for name in entry.missing})
    ask = f"\n\nMore could be computed with: {', '.join(lacking)}." if lacking else ""
    show(view, f"{view.law} ({view.currency})\n\n{lines}{clean(ask)}", as_json=as_json)


@claim.command("facts")
@country_option
@rules_option
@json_option
def claim_facts(country: str, rules: Path | None, as_json: bool) -> None:
    """What may be told under a country's rules."""
    from app.actions import claims

    view = claims.facts(claims.rules_of(country, **_own(rules)))
    rows = ((fact.name, fact.kind, fact.words or "-", fact.ask["en"]) for fact in view)
    show(view, table(("FACT", "KIND", "WORDS", "QUESTION"), rows, empty="Nothing."), as_json=as_json)


@claim.command("check")
@country_option
@rules_option
@json_option
def claim_check(country: str, rules: Path | None, as_json: bool) -> None:
    """Read a rule file and compute every rule's own example: what a lawyer runs after changing one."""
    from app.actions import claims

    view = claims.check(claims.rules_of(country, **_own(rules)))
    wrong = [entry for entry in view if not entry.right]
    rows = ((entry.rule, entry.expected, entry.found) for entry in wrong)
    text = table(("RULE", "ITS EXAMPLE", "COMPUTED"), rows, empty=f"All {len(view)} examples come out.")
    show(view, text, as_json=as_json)
    if wrong:
        raise click.ClickException(f"{len(wrong)} of {len(view)} examples do not come out.")


def _own(rules: Path | None) -> dict[str, str]:
    return {} if rules is None else {"text": read_text(rules), "name": rules.name}
