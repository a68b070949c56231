"""Files that a person names on the command line: read whole, within a limit, with the reason when that
fails.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import click

# 102 published complaints are 0.3 MB; a hundred times that is not typed by people.
RECORDS_BYTES_MAX = 32 * 1024 * 1024
# An invitation, a reply or a welcome has a few kilobytes.
TEXT_BYTES_MAX = 256 * 1024
BUNDLE_BYTES_MAX = 256 * 1024 * 1024


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Read a file of at most `limit` bytes."""
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > limit:
        raise click.ClickException(f"{path} is too large: at most {limit} bytes are taken here.")
    return data


def read_text(path: Path, *, limit: int = TEXT_BYTES_MAX) -> str:
    """Read a small text file."""
    try:
        return read_bytes(path, limit=limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path} is not UTF-8 text (byte {error.start}).") from error


def read_json(path: Path, *, limit: int = RECORDS_BYTES_MAX) -> object:
    """Read a JSON file; a name that stands twice in one object is refused, because one of the two
    would be lost.
    """
    text = read_text(path, limit=limit)
    try:
        document: object = json.loads(text, object_pairs_hook=no_name_twice, parse_constant=no_such_number)
    except json.JSONDecodeError as error:
        raise click.ClickException(
            f"{path} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise click.ClickException(f"{path} is not taken: {reason}.") from error
    return document


def no_name_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f'the name "{name}" stands twice in one object')
        found[name] = value
    return found


def no_such_number(text: str) -> object:
    raise ValueError(f"{text} is not a number in JSON")


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only this person can read, whole or not at all."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(descriptor, "wb") as target:
                target.write(data)
                target.flush()
                os.fsync(target.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error
