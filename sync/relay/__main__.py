"""`python -m sync.relay`: the relay alone. `kantha relay serve` calls the same function."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sync import wire
from sync.relay.places import RelayDatabaseError, create_pool
from sync.relay.schema import RelayVersionError
from sync.relay.serve import serve
from sync.relay.sqlite_store import RelayMovedError, RelayRunningError


def main() -> int:
    """Serve, or make a pool. Exit status as the command line's: 0 done, 1 refused, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m sync.relay", description=__doc__)
    parser.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8380")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--data", metavar="DIR", type=Path)
    place.add_argument("--database-url", metavar="URL", help="postgresql://…; several relays may share it")
    parser.add_argument("--page-seconds", type=float, default=wire.PAGE_SECONDS)
    parser.add_argument("--reply-page-seconds", type=float, default=wire.REPLY_PAGE_SECONDS)
    parser.add_argument(
        "--create-pool", action="store_true", help="make a pool in the folder, print it, and end"
    )
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    if not port.isdecimal() or not host:
        parser.error("--listen wants HOST:PORT")
    try:
        if options.create_pool:
            pool, token = create_pool(options.data or options.database_url)
            sys.stdout.write(json.dumps({"pool": pool, "publish_token": token}) + "\n")
        else:
            serve(
                host=host.strip("[]"),
                port=int(port),
                data_dir=options.data,
                database_url=options.database_url,
                page_seconds=options.page_seconds,
                reply_page_seconds=options.reply_page_seconds,
            )
    except (OSError, RelayDatabaseError, RelayMovedError, RelayRunningError, RelayVersionError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
