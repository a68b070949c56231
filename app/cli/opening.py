"""This device's folder and passphrase: where a command finds them, and the unlocked device it works with.

The passphrase is never an argument, because everybody on a computer can read everybody's arguments.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import platformdirs

if TYPE_CHECKING:
    from app.actions.device import Device

F = TypeVar("F", bound=Callable[..., Any])

# A passphrase is typed by a person; a longer line is some other file.
PASSPHRASE_BYTES_MAX = 4096

passphrase_option: Callable[[F], F] = click.option(
    "--passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the passphrase from this open file descriptor.",
)


def home() -> Path:
    """The device's folder: KANTHA_HOME, otherwise the platform's place for such data."""
    named = os.environ.get("KANTHA_HOME")
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("kantha", appauthor=False))


@contextmanager
def unlocked(passphrase_fd: int | None) -> Iterator[Device]:
    """The device of this folder, unlocked, and locked again afterwards whatever happens."""
    from app.actions import device as devices

    folder = home()
    if devices.state(folder) == "empty":
        raise click.ClickException(
            f"There is nothing in {folder} yet. Make an organisation with `kantha org create`, "
            "or join one with `kantha join`."
        )
    device = devices.unlock(folder, read_passphrase(passphrase_fd))
    try:
        yield device
    finally:
        device.lock()


def read_passphrase(descriptor: int | None) -> str:
    """The passphrase of a vault that exists."""
    given = given_passphrase(descriptor)
    return given if given is not None else ask_for("Passphrase")


def choose_passphrase(descriptor: int | None) -> str:
    """A passphrase for a new vault; asked for twice when a person types it."""
    given = given_passphrase(descriptor)
    if given is not None:
        return given
    first = ask_for("Choose a passphrase (16 characters or more)")
    if ask_for("The same once more") != first:
        raise click.ClickException("The two were not the same. Nothing was made; give the command again.")
    return first


def given_passphrase(descriptor: int | None) -> str | None:
    """The passphrase from a file descriptor or the environment, None when a person has to be asked."""
    if descriptor is None:
        return os.environ.get("KANTHA_PASSPHRASE")
    try:
        with open(descriptor, "rb", closefd=False) as source:
            line = source.readline(PASSPHRASE_BYTES_MAX)
        return line.decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise click.UsageError(f"--passphrase-fd {descriptor}: nothing can be read there.") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"--passphrase-fd {descriptor}: this is not UTF-8 text.") from error


def ask_for(what: str) -> str:
    """Ask a person at the terminal, without showing what is typed."""
    if not sys.stdin.isatty():
        raise click.UsageError(
            "No passphrase: set KANTHA_PASSPHRASE or use --passphrase-fd, or run this in a terminal."
        )
    answer: str = click.prompt(what, hide_input=True, err=True)
    return answer
