"""`python -m app.demo.child`: one part of the demonstration, told what to be by the first line of its
input.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

# A person who has just sent something looks at the desk; a page that closes later than that seems lost.
PAGE_S = 0.5


def main() -> None:
    """Be the relay or a pane until the input ends."""
    # Told to end before the servers listen for it, a child still ends in order.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    order = json.loads(sys.stdin.buffer.readline())
    # Descriptor 0 is read by a thread that only waits for its end.
    threading.Thread(target=end_with_parent, daemon=True).start()
    if order["part"] == "relay":
        be_relay(Path(order["folder"]))
    else:
        be_pane(order)


def end_with_parent() -> None:
    """Wait for the end of the input, which comes when the parent ends, in whatever way."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def be_relay(folder: Path) -> None:
    """Carry the cells, and wipe the folder in the end: the parent may have been killed."""
    from app.demo.wiping import wipe
    from sync.relay.serve import serve

    data = folder / "relay"
    data.mkdir(mode=0o700, exist_ok=True)
    try:
        serve(host="127.0.0.1", port=0, data_dir=data, page_seconds=PAGE_S, reply_page_seconds=PAGE_S)
    finally:
        wipe(folder)


def be_pane(order: dict[str, Any]) -> None:
    """Show one device, unlocked, to the front page and nobody else."""
    from app.actions import device as devices
    from app.screens.app import make_main
    from app.screens.host import WebHost
    from app.screens.state import Session

    session = Session(Path(order["home"]))
    session.device = devices.unlock(session.home, order.pop("passphrase"))
    host = WebHost(make_main(session.home, session=session), framed_by=order["framed_by"])
    sys.stdout.write(json.dumps({"listening": host.address}) + "\n")
    sys.stdout.flush()
    asyncio.run(host.serve())


if __name__ == "__main__":
    main()
