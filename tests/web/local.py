"""Asks the app in this process, without a server: for tests that change what a server has fixed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    headers: Headers
    content: bytes


class Local:
    """Answers `get` as `tests.web.server.Server` does; the app's lifespan is not run, so no query is."""

    origin = "http://local"

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, path: str, accept: str = "text/html", headers: Mapping[str, str] | None = None) -> Answer:
        """GET."""
        parts = urlsplit(path)
        given = {"host": "local", "accept": accept, **(headers or {})}
        scope: dict[str, object] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "server": ("local", 80),
            "client": ("127.0.0.1", 1),
        }
        return asyncio.run(self._ask(scope))

    async def _ask(self, scope: dict[str, object]) -> Answer:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], Headers(raw=list(sent[0]["headers"])), body)
