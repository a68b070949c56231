"""`kantha relay`: the server that carries sealed cells and can open none, and what its operator does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from app.cli.output import json_option, say, show
from sync import wire

F = TypeVar("F", bound=Callable[..., Any])
FOLDER = click.Path(file_okay=False, path_type=Path)


class Listening(click.ParamType[tuple[str, int]]):
    """HOST:PORT, where an IPv6 host stands in brackets."""

    name = "HOST:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
            self.fail("wants HOST:PORT, such as 127.0.0.1:8380", param, ctx)
        return host.strip("[]"), int(port)


def place_options(command: F) -> F:
    """Where the relay keeps its things: --data or --database-url, one of the two."""
    command = click.option(
        "--database-url", metavar="URL", help="A PostgreSQL database, which several relays may share."
    )(command)
    return click.option("--data", metavar="DIR", type=FOLDER, help="The relay's folder.")(command)


def place_of(data: Path | None, database_url: str | None, *, make: bool = False) -> Path | str:
    """The one that was given; a folder is made where a command may make it."""
    if (data is None) == (database_url is None):
        raise click.UsageError("Give --data DIR or --database-url URL, one of the two.")
    if data is None:
        return str(database_url)
    if make:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data


@click.group()
def relay() -> None:
    """Carry sealed cells between phones and desks."""


@relay.command("serve")
@click.option("--listen", required=True, type=Listening(), help="Where to listen; port 0 takes a free one.")
@place_options
@click.option(
    "--page-seconds",
    type=click.FloatRange(min=0),
    default=wire.PAGE_SECONDS,
    show_default=True,
    help="How often a page of complaints closes.",
)
@click.option(
    "--reply-page-seconds",
    type=click.FloatRange(min=0),
    default=wire.REPLY_PAGE_SECONDS,
    show_default=True,
    help="How often a page of replies closes.",
)
def serve_command(
    listen: tuple[str, int],
    data: Path | None,
    database_url: str | None,
    page_seconds: float,
    reply_page_seconds: float,
) -> None:
    """Serve until interrupted. Prints {"listening": ADDRESS} when ready."""
    from sync.relay.serve import serve

    place_of(data, database_url, make=True)
    serve(
        host=listen[0],
        port=listen[1],
        data_dir=data,
        database_url=database_url,
        page_seconds=page_seconds,
        reply_page_seconds=reply_page_seconds,
    )


@relay.command("create-pool")
@place_options
@json_option
def create_pool_command(data: Path | None, database_url: str | None, as_json: bool) -> None:
    """Make room for one organisation. The publishing token is shown once."""
    from sync.relay.places import create_pool

    pool, token = create_pool(place_of(data, database_url, make=True))
    show(
        {"pool": pool, "publish_token": token},
        f"Pool:              {pool}\nPublishing token:  {token}",
        as_json=as_json,
    )
    if not as_json:
        say("The token is not kept here and cannot be shown again. Give both to the officer.")


@relay.command("rotate-token")
@click.argument("pool")
@place_options
@json_option
def rotate_token_command(pool: str, data: Path | None, database_url: str | None, as_json: bool) -> None:
    """Give POOL a new publishing token, when the present one is lost or in wrong hands."""
    from sync.relay.places import replace_publish_token

    token = replace_publish_token(place_of(data, database_url), pool=pool)
    show({"publish_token": token}, f"Publishing token:  {token}", as_json=as_json)
    if not as_json:
        say("The old one is refused from now on. Give the new one to an officer, in person.")


@relay.command("counts")
@place_options
@json_option
def counts_command(data: Path | None, database_url: str | None, as_json: bool) -> None:
    """How many pools, pages, cells and spent tokens there are. Nothing else can be told."""
    from sync.relay.operating import counts

    found = counts(place_of(data, database_url))
    lines = [f"Pools: {found['pools']}   spent tokens: {found['spent_tokens']}"]
    for stream in wire.STREAMS:
        part: Any = found[stream]
        lines.append(
            f"{stream}: {part['pages']} pages, {part['cells']} cells, {part['bytes'] / 1e6:.1f} MB,"
            f" {part['waiting_cells']} cells waiting; kept {part['days_kept']} days"
        )
    show(found, "\n".join(lines), as_json=as_json)


@relay.command("check")
@place_options
@json_option
def check_command(data: Path | None, database_url: str | None, as_json: bool) -> int:
    """Hash every page and compare. Ends with status 1 if anything is missing or damaged."""
    from sync.relay.operating import check

    checked = check(place_of(data, database_url))
    view = {"pages": checked.pages, "cells": checked.cells, "problems": checked.problems}
    good = f"{checked.pages} pages and {checked.cells} cells are whole."
    show(view, "\n".join(checked.problems) or good, as_json=as_json)
    return 1 if checked.problems else 0


@relay.command("compact")
@place_options
def compact_command(data: Path | None, database_url: str | None) -> None:
    """Give back room in the database that deleted rows have left."""
    from sync.relay.operating import compact

    compact(place_of(data, database_url))
    say("Done.")


@relay.command("backup")
@click.option("--data", metavar="DIR", type=FOLDER, required=True, help="The relay's folder.")
@click.option("--out", metavar="DIR", type=FOLDER, required=True, help="A new folder for the copy.")
@json_option
def backup_command(data: Path, out: Path, as_json: bool) -> None:
    """Copy a folder while its relay goes on serving, and check the copy."""
    from sync.relay.operating import backup

    checked = backup(data, out)
    show({"pages": checked.pages, "cells": checked.cells}, f"{checked.pages} pages copied.", as_json=as_json)


@relay.command("restore")
@click.option("--from", "source", metavar="DIR", type=FOLDER, required=True, help="A copy made by backup.")
@click.option("--data", metavar="DIR", type=FOLDER, required=True, help="A new folder for the relay.")
@json_option
def restore_command(source: Path, data: Path, as_json: bool) -> None:
    """Make a relay's folder from a copy. What came after the copy is missing, and devices will notice."""
    from sync.relay.operating import restore

    checked = restore(source, data)
    show({"pages": checked.pages, "cells": checked.cells}, f"{checked.pages} pages copied.", as_json=as_json)


@relay.command("migrate")
@click.option("--data", metavar="DIR", type=FOLDER, required=True, help="The relay's folder.")
@click.option("--database-url", metavar="URL", required=True, help="An empty PostgreSQL database.")
@json_option
def migrate_command(data: Path, database_url: str, as_json: bool) -> None:
    """Move a relay from its folder into a database. Give it while the relay runs, stop it, give it again."""
    from sync.relay.operating import migrate

    moved = migrate(data, database_url)
    view = {"pages": moved.pages, "finished": moved.finished, "digest": moved.digest}
    if moved.finished:
        text = f"Moved and compared, {moved.pages} pages. Now serve with --database-url.\n{moved.digest}"
    else:
        text = f"{moved.pages} pages are over. Stop the relay and give the same command again to finish."
    show(view, text, as_json=as_json)


@relay.command("export")
@place_options
@click.option("--out", metavar="DIR", type=FOLDER, required=True, help="Where the web server looks.")
@json_option
def export_command(data: Path | None, database_url: str | None, out: Path, as_json: bool) -> None:
    """Bring a folder of plain files up to date with the closed pages, for a web server or an object store."""
    from sync.relay.operating import export

    written, deleted = export(place_of(data, database_url), out)
    view = {"written": written, "deleted": deleted}
    show(view, f"{written} pages written, {deleted} deleted.", as_json=as_json)
