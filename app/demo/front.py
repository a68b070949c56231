"""The demonstration's front page: the phone and the desk side by side, behind a guard of its own."""

from __future__ import annotations

import html
from pathlib import Path

from app import assets
from app.demo.organisation import Made
from app.screens.guard import Guard, Message, Receive, Scope, Send, answer
from app.screens.host import LocalServer, listen

FILES = Path(__file__).parent / "page"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".html": "text/html; charset=utf-8",
    ".ttf": "font/ttf",
}
SERVED = {
    "/demo.css": FILES / "demo.css",
    "/demo.js": FILES / "demo.js",
    "/NotoSans-Regular.ttf": assets.path("fonts/NotoSans-Regular.ttf"),
    "/NotoSans-Bold.ttf": assets.path("fonts/NotoSans-Bold.ttf"),
}


class FrontPage:
    """A socket, a guard, and one page that frames the two panes."""

    def __init__(self, *, port: int) -> None:
        self._socket = listen(port)
        self._port: int = self._socket.getsockname()[1]
        # A page under 127.0.0.1 and one under localhost are different sites to a browser, so each has its
        # name.
        self.origins = (f"http://127.0.0.1:{self._port}", f"http://localhost:{self._port}")
        self._page = b""
        self._server: LocalServer | None = None
        self.address = ""

    def show(self, *, phone: str, desk: str, made: Made) -> None:
        """Put the addresses of the panes and the throwaway passphrases into the page."""
        text = (FILES / "demo.html").read_text("utf-8")
        for name, value in {
            "PHONE_ADDRESS": phone,
            "DESK_ADDRESS": desk,
            "PHONE_PASSPHRASE": made.phone.passphrase,
            "DESK_PASSPHRASE": made.desk.passphrase,
        }.items():
            text = text.replace(f"{{{name}}}", html.escape(value, quote=True))
        self._page = text.encode()
        frames = " ".join(origin_of(address) for address in (phone, desk))
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            f"frame-src {frames}; base-uri 'none'; form-action 'none'"
        )
        guard = Guard(self._answer, port=self._port, policy=policy)
        self.address = guard.address
        self._server = LocalServer(guard, self._socket)

    async def serve(self) -> None:
        """Answer until `stop`, or until the process is told to end."""
        assert self._server is not None, "nothing to show yet"
        await self._server.serve()

    def stop(self) -> None:
        """End `serve`."""
        if self._server is not None:
            self._server.stop()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] == "/":
            await answer(send, 200, self._page, kind=KINDS[".html"])
        elif (file := SERVED.get(scope["path"])) is not None:
            await answer(send, 200, file.read_bytes(), kind=KINDS[file.suffix])
        else:
            await answer(send, 404, b"There is nothing here.")


async def live(receive: Receive, send: Send) -> None:
    """Nothing has to be made ready or put away."""
    while True:
        message: Message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def origin_of(address: str) -> str:
    """`http://127.0.0.1:1234` of `http://127.0.0.1:1234/enter#secret`."""
    return "/".join(address.split("/")[:3])
