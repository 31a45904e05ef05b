"""A replica answers questions and takes nothing in: whoever wants to write is told where.

Hazard: what would be written here would be lost at best, and at worst part this log from the one that it follows.
"""

from urllib.parse import parse_qsl

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from leap_kg.settings import Settings

_WRITING = frozenset(("PUT", "PATCH", "DELETE"))
_QUERY_PATHS = frozenset(("/sparql", "/changes/sparql"))
_UPDATE = b"application/sparql-update"


REFUSAL = "leap_kg.readonly"
"""Where a request's scope says why nothing may be written, for who finds out only by its body that it writes."""


class ReadOnly:
    """An ASGI layer that refuses what would write with 403, and the address of the primary."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        where = f": write to {settings.primary}" if settings.primary else ""
        self._text = f"this server is a read-only replica{where}\n"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _writes(scope):
            await PlainTextResponse(self._text, 403)(scope, receive, send)
        else:
            scope[REFUSAL] = self._text
            await self._app(scope, receive, send)


def _writes(scope: Scope) -> bool:
    method = scope["method"]
    if method in _WRITING:
        return True
    if method != "POST":
        return False
    if scope["path"] not in _QUERY_PATHS:
        return True
    if any(name == "update" for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=100)):
        return True
    return any(name == b"content-type" and value.lower().startswith(_UPDATE) for name, value in scope["headers"])
