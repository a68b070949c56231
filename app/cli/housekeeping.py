"""`schema`, `vault`: the form of what is accepted, and whether the store is whole."""

from __future__ import annotations

import json

import click

from app.cli.opening import passphrase_option, unlocked
from app.cli.output import json_option, plain, show


@click.command()
@click.argument("kind", type=click.Choice(["complaint"]))
@json_option
def schema(kind: str, as_json: bool) -> None:
    """Print the JSON Schema of what is accepted."""
    from app.domain import record

    # A schema is JSON for people too.
    click.echo(json.dumps(record.schema(), ensure_ascii=False, indent=2))


@click.group()
def vault() -> None:
    """The encrypted store of this device."""


@vault.command("check")
@passphrase_option
@json_option
def vault_check(passphrase_fd: int | None, as_json: bool) -> None:
    """Read every page of the store and say whether it is whole."""
    with unlocked(passphrase_fd) as device:
        damage = device.vault.damage()
    if damage:
        raise click.ClickException(
            f"The vault is damaged: {plain(damage)}. Copy the folder somewhere safe before anything else."
        )
    show({"whole": True}, "The vault is whole.", as_json=as_json)
