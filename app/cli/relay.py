"""`kantha relay`: the server that carries sealed cells and can open none of them."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import json_option, say, show
from sync import wire


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


data_option = click.option(
    "--data",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The relay's folder; made when it is not there.",
)


@click.group()
def relay() -> None:
    """Carry sealed cells between phones and desks."""


@relay.command("serve")
@click.option("--listen", required=True, type=Listening(), help="Where to listen; port 0 takes a free one.")
@data_option
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
    listen: tuple[str, int], data: Path, page_seconds: float, reply_page_seconds: float
) -> None:
    """Serve until interrupted. Prints {"listening": ADDRESS} when ready."""
    from sync.relay.serve import serve

    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    serve(
        host=listen[0],
        port=listen[1],
        data_dir=data,
        page_seconds=page_seconds,
        reply_page_seconds=reply_page_seconds,
    )


@relay.command("create-pool")
@data_option
@json_option
def create_pool_command(data: Path, as_json: bool) -> None:
    """Make room for one organisation. The publishing token is shown once."""
    from sync.relay.pools import create_pool

    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    pool, token = create_pool(data)
    show(
        {"pool": pool, "publish_token": token},
        f"Pool:              {pool}\nPublishing token:  {token}",
        as_json=as_json,
    )
    if not as_json:
        say("The token is not kept here and cannot be shown again. Give both to the officer.")
