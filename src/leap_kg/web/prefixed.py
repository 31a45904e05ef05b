"""Serves the app below a path of a host that it shares with others, such as `/services/leap-kg/` of a JupyterHub.

Inside, everything has the paths it always has. This layer takes the prefix off each request, and puts it before what
leads back: links and forms of finished pages, and the headers that hold addresses. That is safe because Jinja2 escapes
every quotation mark of a value: `href="/` stands only where a template wrote it. Whole addresses have it from
`answers.server_of`.

Hazard: only pages are held back until they are whole. Event streams and files go through as they come.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LINK = re.compile(rb'(?<=\s)(href|src|action|formaction)="/(?!/)')
_HEADER = re.compile(r"((?:^|,)\s*<)/(?!/)")


class Prefixed:
    """Wraps an ASGI app; `prefix` begins with a slash and ends without one."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._raw = prefix.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        raw: bytes = scope.get("raw_path") or path.encode()
        if path == self._prefix:
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{path}/{'?' if query else ''}{query}", 308)(scope, receive, send)
        elif path.startswith(f"{self._prefix}/") and raw.startswith(self._raw + b"/"):
            inner = {**scope, "path": path[len(self._prefix) :], "raw_path": raw[len(self._raw) :]}
            await self._app(inner, receive, _Answer(send, self._prefix))
        else:
            text = f"This server answers below {self._prefix}/ only.\n"
            await PlainTextResponse(text, 404)(scope, receive, send)


class _Answer:
    """Sends what the app sends, with the prefix where a client needs it; a page goes once it is whole."""

    def __init__(self, send: Send, prefix: str) -> None:
        self._send = send
        self._prefix = prefix
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            self._place(headers)
            message = {**message, "headers": headers.raw}
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._page(self._start)
            return
        await self._send(message)

    async def _page(self, start: Message) -> None:
        body = _LINK.sub(rb'\1="' + self._prefix.encode("ascii") + b"/", bytes(self._body))
        headers = MutableHeaders(raw=start["headers"])
        if "content-length" in headers:
            headers["content-length"] = str(len(body))
            if not body:  # the answer to HEAD: what GET would give is not known here
                del headers["content-length"]
        self._start = None
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})

    def _place(self, headers: MutableHeaders) -> None:
        for name in ("location", "content-location"):
            value = headers.get(name, "")
            if value.startswith("/") and not value.startswith("//"):
                headers[name] = self._prefix + value
        if "link" in headers:
            headers["link"] = ", ".join(_HEADER.sub(rf"\1{self._prefix}/", one) for one in headers.getlist("link"))
