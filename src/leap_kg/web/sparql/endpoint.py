"""`/sparql` and `/changes/sparql` for programs: the SPARQL 1.1 protocol's queries, ahead of all other routes.

A small query takes the engine some tens of microseconds, so what stands around it counts: this layer reads the
request as it comes from the server, without a router, and hands on what it does not answer itself: pages for people,
updates, service descriptions. Visitors' queries run in the pool's processes, never here. An answer is whole
before its first byte is sent, so that every failure has its status: 400, 403, 406, 413, 415, 429 or 503.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeVar

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leap_kg.sparql.accept import best
from leap_kg.sparql.formats import GRAPHS, ROWS
from leap_kg.sparql.guard import Refused
from leap_kg.sparql.query import QueryFailed
from leap_kg.web.history.memento import http_date
from leap_kg.web.history.refusal import Busy, NotThen
from leap_kg.web.links import at_moment
from leap_kg.web.security import MAX_SPARQL_QUERY, common_headers
from leap_kg.web.site import NoRevision, Site
from leap_kg.web.sparql.asking import Question
from leap_kg.web.sparql.clients import client, named
from leap_kg.web.sparql.queryform import FORM, MAX_BODY, QUERY, QueryRequest, collect, media_type, read, read_body
from leap_kg.web.sparql.questions import CHANGES
from leap_kg.web.sparql.states import State

PATHS = frozenset({"/sparql", CHANGES})
HTML = "text/html"
MACHINE = tuple(media_type for form in (*ROWS, *GRAPHS) for media_type in form.media_types())

log = structlog.get_logger(__name__)

_RETRY = 5
# A client is watched once its query is no longer a quick one.
_PATIENCE = 0.25
_MOST_KNOWN = 4096
_LONGEST_KNOWN = 4096
_HEADERS = (*common_headers(), (b"cache-control", b"no-cache"))

Result = TypeVar("Result")
Header = tuple[bytes, bytes]


_TIMES: Header = (
    b"link",
    b'</sparql>; rel="original timegate", </timemap?path=%2Fsparql>; rel="timemap"; type="application/link-format"',
)


class _Received:
    """The parts of a request that this layer looks at."""

    __slots__ = ("accept", "authorization", "content_type", "forwarded", "known", "moment")

    def __init__(self, headers: Iterable[Header]) -> None:
        self.accept = self.content_type = b""
        self.known: list[bytes] = []
        self.forwarded: list[bytes] = []
        self.authorization = self.moment = False
        for name, value in headers:
            if name == b"accept":
                self.accept = self.accept + b"," + value if self.accept else value
            elif name == b"if-none-match":
                self.known.append(value)
            elif name == b"x-forwarded-for":
                self.forwarded.append(value)
            elif name == b"content-type":
                self.content_type = value
            elif name == b"authorization":
                self.authorization = True
            elif name == b"accept-datetime":
                self.moment = True


class Endpoint:
    """Answers queries of programs; `app` answers all else."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._questions = site.questions
        self._states = site.questions.states
        self._known: dict[tuple[bytes, bytes, State], Question] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in PATHS or len(scope["query_string"]) > MAX_SPARQL_QUERY:
            await self._app(scope, receive, send)
            return
        received = _Received(scope["headers"])
        method = scope["method"]
        if method in ("GET", "HEAD"):
            await self._get(scope, receive, send, received)
        elif method in ("POST", "QUERY"):
            await self._post(scope, receive, send, received)
        else:
            await self._app(scope, receive, send)

    async def _get(self, scope: Scope, receive: Receive, send: Send, received: _Received) -> None:
        encoded: bytes = scope["query_string"]
        state = None if received.moment or scope["path"] != "/sparql" else self._states.newest_known
        if state is not None and (question := self._known.get((encoded, received.accept, state))) is not None:
            await _own(scope, send, self._reply(scope, receive, send, received, question, state))
            return
        if not encoded or (is_for_people(received.accept) and b"format=" not in encoded):
            await self._app(scope, receive, send)
            return
        try:
            asked = read(encoded)
        except Refused as failure:
            await _refuse(scope, send, failure)
            return
        if asked.query is None:
            await self._app(scope, receive, send)
        else:
            await _own(scope, send, self._ask(scope, receive, send, received, asked))

    async def _post(self, scope: Scope, receive: Receive, send: Send, received: _Received) -> None:
        try:
            kind = media_type(received.content_type.decode("latin-1"))
        except Refused as failure:
            await _refuse(scope, send, failure)
            return
        if kind not in (FORM, QUERY):
            await self._app(scope, receive, send)
            return
        most = self._site.settings.body_bytes if received.authorization and kind == FORM else MAX_BODY
        try:
            body = await collect(_chunks(receive), self._site.settings.body_seconds, most)
            asked = read_body(scope["query_string"], kind, body)
        except Refused as failure:
            await _refuse(scope, send, failure)
            return
        if asked.query is None or (is_for_people(received.accept) and asked.form is None):
            await self._app(scope, _again(body, receive), send)
        else:
            await _own(scope, send, self._ask(scope, receive, send, received, asked))

    async def _ask(self, scope: Scope, receive: Receive, send: Send, received: _Received, asked: QueryRequest) -> None:
        client = self._client(scope, received)
        try:
            self._site.asking.budget.check(client)
            question, state = await self._questions.question(scope, asked, received.accept.decode("latin-1"))
        except (Refused, QueryFailed, NotThen, Busy, NoRevision) as failure:
            if isinstance(failure, Refused) and failure.status == 400:
                self._site.asking.budget.fail(client)
            await _refuse(scope, send, failure)
            return
        encoded: bytes = scope["query_string"]
        if scope["method"] == "GET" and not state.name and state.fixed is None and len(encoded) < _LONGEST_KNOWN:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[(encoded, received.accept, state)] = question
        await self._reply(scope, receive, send, received, question, state)

    async def _reply(
        self, scope: Scope, receive: Receive, send: Send, received: _Received, question: Question, state: State
    ) -> None:
        if received.known and question.tag and _has(received.known, question.tag):
            await _send(scope, send, 304, _validators(question, state), b"")
            return
        kept = self._site.asking.kept(question)
        hit = kept is not None
        if kept is None:
            client = self._client(scope, received)
            store = self._states.store_of(state)
            try:
                kept = self._site.asking.looked_up(question, store, client) if store is not None else None
                if kept is None:
                    kept = await while_connected(receive, self._site.asking.answer(question, client))
            except QueryFailed as failure:
                await _refuse(scope, send, failure)
                return
        headers = [
            (b"content-type", question.query.format.content_type.encode()),
            (b"content-length", b"%d" % len(kept.answer.body)),
            *_validators(question, state),
            (b"leap-cache", b"hit" if hit else b"miss"),
        ]
        if hit:
            headers.append((b"age", b"%d" % (time.monotonic() - kept.made)))
        if state.fixed is not None and received.moment and scope["method"] == "GET":
            headers.append((b"content-location", _place(scope, state)))
        if kept.answer.rows is not None:
            headers.append((b"leap-truncated", b"rows=%d" % kept.answer.rows))
        if kept.full is not None:
            headers.append((b"leap-limit-reached", b"rows=%d" % kept.full))
        await _send(scope, send, 200, headers, kept.answer.body)

    def _client(self, scope: Scope, received: _Received) -> str:
        forwarded = [value.decode("latin-1") for value in received.forwarded]
        return client_of(scope, forwarded, self._site)


def client_of(scope: Scope, forwarded: list[str], site: Site) -> str:
    """Who sends a request, for budgets and turns."""
    peer = (scope.get("client") or ("", 0))[0]
    trusted = site.settings.trusted_proxies
    return client(peer, forwarded, trusted) if trusted else named(peer)


@lru_cache(maxsize=512)
def is_for_people(accept: bytes) -> bool:
    """Whether a client would rather have a page than data."""
    return best(accept.decode("latin-1"), [*MACHINE, HTML]) == HTML


async def while_connected(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, which is cancelled if the client goes; raises `QueryFailed` then."""
    target = asyncio.current_task()
    watching: list[asyncio.Task[None]] = []
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        if target is not None:
            target.cancel()

    timer = asyncio.get_running_loop().call_later(_PATIENCE, lambda: watching.append(asyncio.create_task(watch())))
    try:
        return await work
    except asyncio.CancelledError:
        if gone:
            raise QueryFailed(503, "the client has gone") from None
        raise
    finally:
        timer.cancel()
        for task in watching:
            task.cancel()


def _validators(question: Question, state: State) -> list[Header]:
    vary = b"Accept" if state.name else b"Accept, Accept-Datetime"
    headers = [(b"vary", vary), (b"leap-revision", b"%d" % question.revision)]
    if question.tag:
        headers.append((b"etag", question.tag.encode()))
    if not state.name:
        headers.append(_TIMES)
    if state.fixed is not None:
        headers.append((b"memento-datetime", http_date(state.fixed).encode()))
    return headers


def _place(scope: Scope, state: State) -> bytes:
    """The address of this answer at the moment that `Accept-Datetime` led to."""
    return at_moment(f"{scope['path']}?{scope['query_string'].decode('latin-1')}", state.revision).encode("latin-1")


def _has(known: Iterable[bytes], tag: str) -> bool:
    opaque = tag.removeprefix("W/").encode()
    return any(opaque in value or value.strip() == b"*" for value in known)


def retry_after(failure: Exception) -> int | None:
    """Seconds after which a client may come again, for the statuses that say so."""
    given: int | None = getattr(failure, "retry_after", None)
    return given or (_RETRY if status_of(failure) in (429, 503) else None)


def status_of(failure: Exception) -> int:
    """The HTTP status of a failure."""
    return int(getattr(failure, "status", 503))


async def _own(scope: Scope, send: Send, work: Coroutine[Any, Any, None]) -> None:
    """Do `work`, which answers; a fault of ours is in the log, and answered if nothing was yet."""
    try:
        await work
    except Exception:
        log.exception("request failed", path=scope["path"])
        text = b"The server made a mistake; its log says which.\n"
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(text))]
        with suppress(RuntimeError):  # an answer had begun
            await _send(scope, send, 500, headers, text)
        raise


async def _refuse(scope: Scope, send: Send, failure: Exception) -> None:
    reason = getattr(failure, "reason", None) or (
        "nothing was published here yet" if isinstance(failure, NoRevision) else "try again later"
    )
    body = f"{reason}\n".encode("utf-8", "replace")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"vary", b"Accept, Accept-Datetime")]
    if (wait := retry_after(failure)) is not None:
        headers.append((b"retry-after", b"%d" % wait))
    await _send(scope, send, status_of(failure), [*headers, (b"content-length", b"%d" % len(body))], body)


async def _send(scope: Scope, send: Send, status: int, headers: list[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *_HEADERS]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body of a request; raises `Refused` (400) if its client leaves before the end."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the body ended too early")
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the app."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
