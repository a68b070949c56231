"""What an operator does besides serving: look, check, tidy up, copy, move; in a folder and in a database."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sync.relay import contents, exporting
from sync.relay.contents import Checked, Contents, Moved
from sync.relay.folder import copy_folder, steady
from sync.relay.places import Place, RelayDataError, need_driver
from sync.relay.schema import open_relay_database


@contextlib.contextmanager
def opened(place: Place) -> Iterator[Contents]:
    """Everything that a relay keeps, in one moment, also while it is running."""
    if isinstance(place, Path):
        with contextlib.closing(steady(place)) as folder:
            yield folder
        return
    need_driver()
    from sync.relay.postgres.contents import Tables
    from sync.relay.postgres.schema import open_database

    with open_database(place) as link, link.transaction():
        link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield Tables(link)


def counts(place: Place) -> dict[str, object]:
    """How much there is, and nothing else."""
    with opened(place) as everything:
        return contents.counts(everything)


def check(place: Place) -> Checked:
    """Hash everything and compare."""
    with opened(place) as everything:
        return contents.check(everything)


def compact(place: Place) -> None:
    """Give back room in the database that deleted rows have left. Pages give theirs back by themselves."""
    if not isinstance(place, Path):
        need_driver()
        from sync.relay.postgres.housekeeping import compact as compact_database

        compact_database(place)
        return
    with contextlib.closing(open_relay_database(place)) as connection:
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError:
            raise RelayDataError("The relay is busy. Try again when there is less to do.") from None


def backup(place: Place, target: Path) -> Checked:
    """A checked copy of a folder, while the relay goes on."""
    if not isinstance(place, Path):
        raise RelayDataError("A database has its own means: pg_dump, or pg_basebackup. See docs/relay.md.")
    return copy_folder(place, target)


def restore(source: Path, place: Path) -> Checked:
    """A new data folder from a copy. Checked before anything is said to be done."""
    return copy_folder(source, place)


def migrate(data_dir: Path, url: str) -> Moved:
    """Move a relay from its folder into a database; see `sync.relay.postgres.moving`."""
    need_driver()
    from sync.relay.postgres.moving import move

    return move(data_dir, url)


def export(place: Place, out: Path) -> tuple[int, int]:
    """Bring a folder of plain files up to date with the closed pages. Returns how many were written and
    deleted.
    """
    with opened(place) as everything:
        return exporting.export(everything, out)
