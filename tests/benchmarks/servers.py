"""Servers to compare the relay with, each on the very same stack, each a process of its own.

python -m tests.benchmarks.servers nothing DIR      reads the body and answers 204
python -m tests.benchmarks.servers single DIR       the relay with one commit a deposit
"""

from __future__ import annotations

import sys
from pathlib import Path

from sync.relay.answering import Answer, send_answer
from sync.relay.requests import Receive, Request, Scope, Send
from sync.relay.serve import QuietServer, announce, listen, run, serve_store
from sync.relay.sqlite_store import SqliteStore


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Everything of a deposit except what makes it one."""
    await Request(scope, receive).body()
    await send_answer(send, Answer(204))


def main(kind: str, data_dir: Path) -> None:
    with listen("127.0.0.1", 0) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if kind == "nothing":
            run(lambda: QuietServer(nothing, ready=lambda: announce(address)).serve(sockets=[listener]))
        else:
            run(
                lambda: serve_store(
                    lambda: SqliteStore(data_dir, batch_jobs=1),
                    listener,
                    page_seconds=60.0,
                    reply_page_seconds=60.0,
                    ready=lambda: announce(address),
                )
            )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
