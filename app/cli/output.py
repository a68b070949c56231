"""What commands print: one JSON document with --json, otherwise a few lines for people; messages go to
stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click
import msgspec

F = TypeVar("F", bound=Callable[..., Any])

json_option: Callable[[F], F] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on standard output."
)


def show(document: object, text: str, *, as_json: bool) -> None:
    """Print `document` (a view, a dict or a list of views) as JSON, or `text` for people."""
    if as_json:
        sys.stdout.write(json.dumps(msgspec.to_builtins(document), ensure_ascii=False, indent=2) + "\n")
    elif text:
        click.echo(text)


def say(message: str) -> None:
    """A message beside the result, on standard error."""
    click.echo(message, err=True)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> str:
    """Lay out rows in columns, or give the sentence for none."""
    lines = [[plain(cell) for cell in row] for row in rows]
    if not lines:
        return empty
    widths = [max(len(line[i]) for line in [list(heads), *lines]) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(heads), *lines]
    )


def plain(value: object) -> str:
    """One cell on one line, without characters that move the cursor of a terminal."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item) for item in value) or "-"
    return clean(str(value)).replace("\n", " ")


def clean(text: str) -> str:
    """Keep words and line breaks; drop control characters, which could rewrite what the terminal shows."""
    return "".join(
        char for char in text if char == "\n" or char.isprintable() or char in "\u200b\u200c\u200d"
    )
