"""What happens to every request, whatever answers it: an id, a line in the log, a count; and its end when we stop.

One ASGI layer around all others. It must cost a few microseconds, for the cached answers inside it cost little more.

Hazard: the sender chooses method, path and headers. The id that it may give is held to a form; only templates of
ours become labels.
"""

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leap_kg.settings import Settings
from leap_kg.web.operations.logs import REQUEST, AccessLog
from leap_kg.web.operations.metrics import Metrics, Workers

SAMPLE_SECONDS = 2.0
QUERY_PATHS = frozenset(("/sparql", "/changes/sparql"))

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TRACE = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_STREAM = b"text/event-stream"
_TELLING = frozenset((b"leap-revision", b"leap-cache", b"etag", b"content-type"))


class Observed:
    """The whole of what one web process serves.

    `workers` gives the query workers once there are any.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, metrics: Metrics, workers: Callable[[], Workers | None] = lambda: None
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._workers = workers
        self._log = AccessLog(settings)
        self._prefix = secrets.token_hex(5)
        self._numbers = count(1)
        self._running = 0
        self._streams: set[_Answer] = set()
        self._stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        began = time.perf_counter()
        request = _given(scope["headers"]) or f"{self._prefix}-{next(self._numbers):x}"
        REQUEST.set(request)
        method = scope["method"]
        answer = _Answer(self, send, request.encode(), asyncio.current_task())
        self._running += 1
        try:
            await self._app(scope, receive, answer)
        except asyncio.CancelledError:
            if not (self._stopping and answer.streams):
                raise
            await answer.end()
        finally:
            self._running -= 1
            self._streams.discard(answer)
            self._note(scope, request, method, answer, time.perf_counter() - began)

    def stop(self) -> None:
        """End the event streams, and those that begin from now on; other requests are answered to their end."""
        self._stopping = True
        for answer in tuple(self._streams):
            answer.cancel()

    def begin(self, answer: "_Answer") -> None:
        """Note that this answer is an event stream."""
        self._streams.add(answer)
        if self._stopping:
            answer.cancel()

    def sample(self) -> None:
        """Bring what this process tells of itself up to date."""
        streams = len(self._streams)
        self._metrics.sample(self._running - streams, streams, self._workers())

    def _note(self, scope: Scope, request: str, method: str, answer: "_Answer", seconds: float) -> None:
        path, status = scope["path"], answer.status or 500
        route = _template(scope, path)
        self._metrics.request(method, route, status, None if answer.streams else seconds)
        if path in QUERY_PATHS and (answer.cache or status >= 304):
            self._metrics.query(status, answer.cache, seconds)
        if self._log.wanted:
            client = scope["client"][0] if scope.get("client") else ""
            self._log.write(request, method, route, path, status, seconds, answer.revision, client)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The life of the app, with a sample every few seconds."""
        sampling = asyncio.create_task(self._keep_sampling())
        try:
            await self._app(scope, receive, send)
        finally:
            sampling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sampling

    async def _keep_sampling(self) -> None:
        while True:
            self.sample()
            await asyncio.sleep(SAMPLE_SECONDS)


class _Answer:
    """Sends what the app sends, with the request's id, and remembers what the log wants to know."""

    __slots__ = ("_ended", "_id", "_observed", "_send", "_task", "cache", "revision", "status", "streams")

    def __init__(self, observed: Observed, send: Send, request: bytes, task: asyncio.Task[Any] | None) -> None:
        self._observed = observed
        self._send = send
        self._id = request
        self._task = task
        self._ended = False
        self.status = 0
        self.cache = self.revision = b""
        self.streams = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            for name, value in headers:
                if name not in _TELLING:
                    continue
                if name == b"leap-revision":
                    self.revision = value if value.isdigit() else b""
                elif name == b"leap-cache":
                    self.cache = value
                elif name == b"etag" and not self.revision:
                    number = value.partition(b'"')[2].partition(b"-")[0]
                    self.revision = number if number.isdigit() else b""
                elif name == b"content-type" and value.startswith(_STREAM):
                    self.streams = True
            headers.append((b"x-request-id", self._id))
            message["headers"] = headers
            if self.streams:
                self._observed.begin(self)
        elif self.streams and not message.get("more_body", False):
            self._ended = True
        await self._send(message)

    def cancel(self) -> None:
        """Stop what the app is sending."""
        if self._task is not None:
            self._task.cancel()

    async def end(self) -> None:
        """Send the end that the app did not come to."""
        if self._task is not None:
            self._task.uncancel()
        if not self._ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _given(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The id that the sender gave, if it is one: X-Request-ID, else the trace of a W3C traceparent."""
    trace = None
    for name, value in headers:
        if name == b"x-request-id" and _ID.fullmatch(value):
            return value.decode()
        if name == b"traceparent" and (found := _TRACE.fullmatch(value)):
            trace = found[1].decode()
    return trace


def _template(scope: Scope, path: str) -> str:
    """The path with names in place of what varies."""
    route = scope.get("route")
    if route is not None:
        return f"{scope.get('root_path', '')}{route.path}"  # what is mounted has paths of its own
    if path in QUERY_PATHS:
        return path
    return "/static" if path.startswith("/static/") else "none"
