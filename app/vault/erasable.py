"""How a text is kept so that deleting it leaves nothing behind.

``secure_delete`` zeroes a deleted row where it lies. But while rows of one page make room for each other,
SQLite copies whole rows between pages and does not always clear where they were (``rebuildPage`` in btree.c),
and a copy that was left so is no longer known to anybody who could delete it. Overflow pages are never
copied, and are zeroed when they are freed. So what must be erasable is packed behind one page of zeros: the
part of it that lies among other rows is only zeros, and the text is in overflow pages alone. It must be the
last column of its table.
"""

from __future__ import annotations

from app.vault.database import PAGE_BYTES

_PADDING = bytes(PAGE_BYTES)


def pack(content: bytes) -> bytes:
    """What to store for ``content``."""
    return _PADDING + content


def unpack(stored: bytes) -> bytes:
    """The content of what `pack` gave."""
    return stored[PAGE_BYTES:]
