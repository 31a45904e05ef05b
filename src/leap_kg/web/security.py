"""What every answer carries and every request is held to, as one ASGI layer around the app.

Headers that keep a page from running or loading what harvested text might smuggle in; bounds on the address;
HEAD answered as GET without its body; cross-origin reading for programs (nothing is private here but the forms of
curators, who alone have a cookie; no answer to another site may be read with one).
"""

import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_PATH = 4096
MAX_QUERY = 8192
MAX_SPARQL_QUERY = 65_536
_ENDPOINTS = frozenset({"/sparql", "/changes/sparql"})
_FORMS = frozenset(
    {"/curation/sign-in", "/curation/sign-out", "/curation/verdict", "/requests/new", "/requests/decision"}
)

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_EXPOSED = (
    "Content-Location, ETag, Link, Leap-Cache, Leap-Limit-Reached, Leap-Revision, Leap-Truncated, Memento-Datetime, "
    "Retry-After"
)
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_FROM_ELSEWHERE = ("GET", "HEAD", "POST", "QUERY")
"""The methods that pages of other sites may use, where a path answers to them."""


def common_headers() -> list[tuple[bytes, bytes]]:
    """What `Security` adds to an answer that is no page."""
    headers = MutableHeaders(raw=[])
    _add(headers)
    return headers.raw


# What would give today's answer, or write, though a moment of the past is named.
_NOW_ONLY = re.compile(
    r"/(stac(/|$)|records(/|$)|graph-store(/|$)|update$|hooks/|void$|\.well-known/|changes|history|ldes|watch|queries$|curation"
    r"|requests)"
)
_SEARCHED = re.compile(r"/stac/(?:search|(?:collections/[^/]+/)?aggregat(?:e|ions))")
"""What is asked by a form, too."""
_MOMENT = re.compile(rb"(?:^|&)at=[^&]")


class Security:
    """Wraps an ASGI app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope)
        head = scope["method"] == "HEAD"
        answer = _Answer(send, head)
        if refusal is not None:
            await refusal(scope, receive, answer)
        else:
            asked = {**scope, "method": "GET", "head": True} if head else scope
            await self._app(asked, receive, answer)
            # For whoever counts requests by their routes.
            scope.update((key, asked[key]) for key in ("route", "root_path") if key in asked)


class _Answer:
    """Sends what the app sends, with the headers added and, for HEAD, the body taken away."""

    def __init__(self, send: Send, head: bool) -> None:
        self._send = send
        self._head = head

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            _add(headers)
            message = {**message, "headers": headers.raw}
        elif message["type"] == "http.response.body" and self._head:
            message = {**message, "body": b""}
        await self._send(message)


def _add(headers: MutableHeaders) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if not headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("Access-Control-Allow-Origin", "*")
        headers.setdefault("Access-Control-Expose-Headers", _EXPOSED)


def _refusal(scope: Scope) -> Response | None:
    path, query = raw_path(scope), scope["query_string"]
    longest = MAX_SPARQL_QUERY if path in _ENDPOINTS or path.startswith("/stac/") else MAX_QUERY
    if len(path) > MAX_PATH or len(query) > longest:
        text = f"The address is too long: at most {MAX_PATH} bytes of path and {longest} of query string.\n"
        return PlainTextResponse(text, status_code=414)
    if _NOW_ONLY.match(path) and _MOMENT.search(query):
        text = f"{path} is answered as of now only; leave out `at`, or ask /sparql?at= about the past.\n"
        return PlainTextResponse(text, status_code=400)
    if scope["method"] == "OPTIONS":
        allowed = (*allowed_methods(path), "OPTIONS")
        # Forms of people who are signed in go by a cookie; pages of other sites have no business there.
        from_elsewhere = ("GET", "HEAD") if path in _FORMS else _FROM_ELSEWHERE
        shared = ", ".join(method for method in allowed if method in (*from_elsewhere, "OPTIONS"))
        headers = {**_PREFLIGHT, "Access-Control-Allow-Methods": shared, "Allow": ", ".join(allowed)}
        return Response(status_code=204, headers=headers)
    if scope["method"] not in allowed_methods(path):
        named = ", ".join((*allowed_methods(path), "OPTIONS"))
        return PlainTextResponse(f"{path} answers to {named} only.\n", status_code=405, headers={"Allow": named})
    return None


def allowed_methods(path: str) -> Sequence[str]:
    """The methods that a path answers to.

    Those that write need a token or a session besides, and no page of another site may send one: what is
    answered to a preflight allows neither the header Authorization nor PUT, PATCH and DELETE, nor credentials.
    """
    if path == "/graph-store" or path.startswith("/graph-store/"):
        return ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE")
    if path in ("/update", "/hooks/github", "/curation/verdict", "/curation/sign-out", "/requests/decision"):
        return ("POST",)
    if path in ("/curation/sign-in", "/requests/new") or _SEARCHED.fullmatch(path):
        return ("GET", "HEAD", "POST")
    return ("GET", "HEAD", "POST", "QUERY") if path in _ENDPOINTS else ("GET", "HEAD")


def raw_path(scope: Scope) -> str:
    """The path as it stood in the request line, with its percent-encoding."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")
