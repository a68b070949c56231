"""Where a relay keeps its things: a folder (SQLite), or the address of a PostgreSQL database.

The second is imported only when it is asked for: a relay in a folder needs no database driver.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sync.relay import pools

Place = Path | str


class RelayDatabaseError(Exception):
    """The relay's database cannot be used; the message says why and what to do."""


class RelayDataError(Exception):
    """The relay's data cannot be used like that; the message says why and what to do."""


def need_driver() -> None:
    """Raise `RelayDatabaseError` where the driver for PostgreSQL is not installed."""
    if importlib.util.find_spec("psycopg") is None:
        raise RelayDatabaseError("PostgreSQL needs one more package. Run: pip install 'psycopg[binary]'")


def create_pool(place: Place) -> tuple[str, str]:
    """Make a new pool. Returns its name (32 hexadecimal digits) and its publishing token (43 characters)."""
    if isinstance(place, Path):
        return pools.create_pool(place)
    need_driver()
    from sync.relay.postgres.pools import create_pool as create_in_database

    return create_in_database(place)


def replace_publish_token(place: Place, *, pool: str) -> str:
    """Give a pool a new publishing token; the old one is refused from this moment on."""
    if isinstance(place, Path):
        return pools.replace_publish_token(place, pool=pool)
    need_driver()
    from sync.relay.postgres.pools import replace_publish_token as replace_in_database

    return replace_in_database(place, pool=pool)
