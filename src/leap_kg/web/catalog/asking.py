"""Asks this very app, as a client would: what comes back is what a client gets, with every header.

The app is called in its own process, so no port is needed and nothing leaves the machine.
"""

from urllib.parse import unquote

from fastapi import Request
from starlette.types import Message, Scope

from leap_kg.catalog.fair.served import Answer

_FORWARDED = "x-forwarded-proto"


async def ask(request: Request, address: str, accept: str) -> Answer:
    """What is answered to a GET of a path of this server with its query string, asked for at the host of `request`."""
    path, _, query = address.partition("?")
    given = {"host": request.headers.get("host", "localhost"), "accept": accept}
    if _FORWARDED in request.headers:
        given[_FORWARDED] = request.headers[_FORWARDED]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": request.url.scheme,
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "root_path": "",
        "query_string": query.encode("ascii", "replace"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in given.items()],
        "client": request.scope.get("client"),
        "server": request.scope.get("server"),
        "state": request.scope.get("state", {}),
    }
    taken = _Taken()
    await request.app(scope, _nothing, taken)
    return Answer(address, taken.status, taken.headers, bytes(taken.body))


class _Taken:
    """Takes what the app sends."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message.get("headers", ()):
                key = name.decode("latin-1").lower()
                text = value.decode("latin-1")
                self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
