"""A relay moves from its folder into a database: closed pages while it runs, the rest once it is stopped.

Everything that is not a closed page goes over in one transaction, which is committed only when every page's
digest was found right in the database and the digest over everything is that of the folder.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from psycopg import sql

from sync import wire
from sync.relay.contents import Moved, PageRow, check, digest
from sync.relay.disk import LockedError, lock_file
from sync.relay.folder import Folder, steady
from sync.relay.places import RelayDataError
from sync.relay.postgres.contents import Tables
from sync.relay.postgres.deposits import copy_cells
from sync.relay.postgres.pages import DAY, bodies, make_day
from sync.relay.postgres.schema import Link, number, open_database
from sync.relay.recovery import settle
from sync.relay.schema import LOCK_NAME, MOVED_NAME


def move(data_dir: Path, url: str) -> Moved:
    """Copy a folder into an empty database, or go on with it. Then the folder is not served any more."""
    settle(data_dir)
    with contextlib.closing(Folder(data_dir)) as folder, open_database(url) as link:
        if number(link, "SELECT count(*) FROM pool"):
            raise RelayDataError("That database already holds pools. Name an empty one.")
        pages = _copy_pages(link, folder)
    try:
        held = lock_file(data_dir / LOCK_NAME)
    except LockedError:
        return Moved(pages=pages, finished=False)
    try:
        with contextlib.closing(steady(data_dir)) as folder, open_database(url) as link:
            _copy_pages(link, folder)
            try:
                with link.transaction():
                    _copy_rest(link, folder)
                    whole = _compare(link, folder)
                    # Before the commit: a folder that is refused can be moved again.
                    (data_dir / MOVED_NAME).touch(mode=0o600)
            except BaseException:
                (data_dir / MOVED_NAME).unlink(missing_ok=True)
                raise
    finally:
        os.close(held)
    return Moved(pages=pages, finished=True, digest=whole)


def _copy_pages(link: Link, folder: Folder) -> int:
    """Bring over closed pages that are not there yet; they never change."""
    copied = 0
    for page in folder.pages():
        if not page.kept:
            continue
        try:
            body = b"" if _there(link, page) else folder.body(page)
        except FileNotFoundError:
            continue  # it was deleted meanwhile, because of its age
        if body:
            make_day(link, page.stream, page.closed_at // DAY)
            link.execute(
                sql.SQL("INSERT INTO {} (pool, number, day, body) VALUES (%s, %s, %s, %s)").format(
                    bodies(page.stream)
                ),
                (page.pool, page.number, page.closed_at // DAY, body),
            )
        copied += 1
    return copied


def _there(link: Link, page: PageRow) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE pool = %s AND number = %s AND day = %s").format(
        bodies(page.stream)
    )
    return link.execute(query, (page.pool, page.number, page.closed_at // DAY)).fetchone() is not None


def _copy_rest(link: Link, folder: Folder) -> None:
    with link.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pool (name, number, publish_hash) VALUES (%s, %s, %s)", folder.pools()
        )
        with cursor.copy(
            "COPY page (pool, stream, number, cells, digest, closed_at, kept) FROM STDIN"
        ) as copy:
            for page in folder.pages():
                copy.write_row(page)
        cursor.execute(
            "INSERT INTO lane (pool, stream, last_page)"
            " SELECT pool, stream, max(number) FROM page GROUP BY pool, stream"
        )
        with cursor.copy("COPY spent (pool, token_hash, id_hash, receipt, week) FROM STDIN") as copy:
            for row in folder.spent():
                copy.write_row(row)
        cursor.executemany(
            "INSERT INTO token_set (pool, week, hashes, version)"
            " VALUES (%s, %s, %s, decode(md5(random()::text), 'hex'))",
            folder.token_sets(),
        )
        cursor.executemany(
            "INSERT INTO directory (pool, part, etag, body) VALUES (%s, %s, %s, %s)", folder.directory()
        )
    for stream, name in enumerate(wire.STREAMS):
        cells = [
            (row.pool, (row.hash, memoryview(row.body))) for row in folder.waiting() if row.stream == stream
        ]
        copy_cells(link, name, cells)


def _compare(link: Link, folder: Folder) -> str:
    tables = Tables(link)
    checked = check(tables)
    if checked.problems:
        raise RelayDataError(f"Nothing was moved, because not all of it is whole: {checked.problems[0]}")
    whole = digest(folder)
    if digest(tables) != whole:
        raise RelayDataError(
            "Nothing was moved: the database does not hold what the folder holds. Try again."
        )
    return whole
