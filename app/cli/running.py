"""Opening the app in a browser on this computer, and the demonstration."""

from __future__ import annotations

import contextlib

import click

from app.cli.opening import home
from app.cli.output import say


def open_app() -> None:
    """Serve this device's vault to the local browser until interrupted."""
    from app.screens import host

    # Ending it with Ctrl-C is how it is meant to end.
    with contextlib.suppress(KeyboardInterrupt):
        host.run(home(), say=lambda address: click.echo(f"Kantha: {address}"))


@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Of the front page; any free one otherwise."
)
def demo(no_browser: bool, port: int) -> None:
    """A throwaway organisation: relay, a phone and a desk, sample complaints, one address."""
    from app.demo import run

    say("Making a throwaway organisation; this takes some seconds. Ctrl-C ends it and wipes it.")
    with contextlib.suppress(KeyboardInterrupt):
        run(port=port, browser=not no_browser, say=click.echo)
