"""The `kantha` command: which commands there are, and what becomes of everything that goes wrong in them.

Guarantees: exit status 0 done, 1 refused and said why, 2 wrong usage, 3 interrupted and safe to repeat; a
refusal is one sentence and a next step on standard error; no traceback reaches a person unless
KANTHA_DEBUG=1 asks for it.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType

import click

from app.cli.cases import case
from app.cli.claims import claim
from app.cli.complaints import ask, complaint, inbox, reply
from app.cli.housekeeping import schema, vault
from app.cli.membership import admit, invite, join
from app.cli.org import org
from app.cli.relay import relay
from app.cli.running import demo, open_app
from app.cli.sending import bundle, outbox, sync

DONE, REFUSED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 3
LAYERS = ("app", "sync", "crypto")


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="kantha", message="%(prog)s %(version)s")
@click.pass_context
def kantha(context: click.Context) -> None:
    """Takes a worker's complaint offline, keeps it sealed, and carries it to those who can act on it.

    Without a command it opens the app in a browser on this computer. KANTHA_HOME is the device's folder. The
    passphrase comes from KANTHA_PASSPHRASE, from --passphrase-fd, or is asked for.
    """
    if context.invoked_subcommand is None:
        open_app()


for command in (
    demo, relay, org, invite, join, admit, sync, outbox, complaint,
    inbox, ask, reply, case, claim, schema, bundle, vault,
):  # fmt: skip
    kantha.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its status."""
    signal.signal(signal.SIGTERM, interrupt)
    status = run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def run(arguments: Sequence[str] | None) -> int:
    """Run one command and give its exit status; says on standard error what went wrong."""
    try:
        outcome = kantha.main(args=arguments, prog_name="kantha", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return WRONG_USAGE
    except click.ClickException as error:
        complain(error.format_message())
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        complain("Interrupted. What was saved is safe; the same command can be given again.")
        return INTERRUPTED
    except BrokenPipeError:
        return REFUSED
    except Exception as error:
        return refuse(error)
    return outcome if isinstance(outcome, int) else DONE


def refuse(error: Exception) -> int:
    """Say in words why nothing was done. Our own errors are sentences; of others only the kind is told."""
    if os.environ.get("KANTHA_DEBUG") == "1":
        traceback.print_exception(error)
    if type(error).__module__.split(".")[0] in LAYERS:
        complain(str(error), getattr(error, "next_step", ""))
    elif isinstance(error, OSError) and error.strerror:
        place = f" ({error.filename})" if error.filename else ""
        complain(f"The computer refused: {error.strerror}{place}.", "See to that and give the command again.")
    else:
        # Its text may hold what somebody told, so it is not shown.
        complain(
            "Kantha met something it did not expect and stopped. What was saved before is safe.",
            "Give the command again; with KANTHA_DEBUG=1 it shows where it stopped.",
        )
    return REFUSED


def complain(sentence: str, next_step: str = "") -> None:
    """One sentence and what to do next, on standard error."""
    click.echo(f"{sentence} {next_step}".strip(), err=True)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Being told to end is the same as Ctrl-C: stop at a safe place."""
    raise KeyboardInterrupt
