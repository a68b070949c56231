"""Closed pages as plain files, under the addresses at which they are asked for: a web server or an object
store can give them out without asking the relay, because they never change.
"""

from __future__ import annotations

import os
from pathlib import Path

from sync import wire
from sync.relay.contents import Contents, PageRow
from sync.relay.disk import sync_folder

UNFINISHED = ".unfinished"


def export(contents: Contents, out: Path) -> tuple[int, int]:
    """Write what is missing under `out`/v1/pools/…, delete what the relay serves no more. Returns how many of
    each. Everyone may read the files, as everyone may ask the relay for them.
    """
    names = {pool.number: pool.name.hex() for pool in contents.pools()}
    wanted: set[Path] = set()
    written = 0
    for page in contents.pages():
        if not page.kept:
            continue
        path = (
            out / "v1" / "pools" / names[page.pool] / wire.STREAMS[page.stream] / "pages" / str(page.number)
        )
        wanted.add(path)
        if not path.exists():
            written += _write(contents, page, path)
    old = [path for path in (out / "v1").rglob("*") if path.is_file() and path not in wanted]
    for path in old:
        path.unlink(missing_ok=True)
    return written, len(old)


def _write(contents: Contents, page: PageRow, path: Path) -> int:
    try:
        body = contents.body(page)
    except FileNotFoundError:
        return 0  # it was deleted meanwhile, because of its age
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + UNFINISHED)
    unfinished.write_bytes(body)
    unfinished.chmod(0o644)
    os.replace(unfinished, path)  # whoever asks finds all of it, or nothing
    sync_folder(path.parent)
    return 1
