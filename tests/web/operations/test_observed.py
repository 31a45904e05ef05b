"""The layer around every request: ids, counts, and the end of event streams."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leap_kg.settings import Settings
from leap_kg.web.operations.metrics import Metrics
from leap_kg.web.operations.observed import Observed
from tests.web.operations.test_metrics import values

QUIET = Settings(log_level="error")
Headers = list[tuple[bytes, bytes]]


def scope(path: str = "/x", headers: Headers | None = None, method: str = "GET") -> dict[str, Any]:
    return {
        "type": "http", "method": method, "path": path, "headers": headers or [], "query_string": b"token=secret",
        "client": ("192.0.2.1", 1),
    }  # fmt: skip


async def ask(app: ASGIApp, asked: dict[str, Any]) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await app(asked, receive, send)
    return sent


def request_id(sent: list[Message]) -> str:
    (found,) = [value for name, value in sent[0]["headers"] if name == b"x-request-id"]
    assert isinstance(found, bytes)
    return found.decode()


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("fine", headers={"ETag": 'W/"12-html-abc"'})(scope, receive, send)


def test_every_request_has_an_id_of_its_own() -> None:
    observed = Observed(plain, QUIET, Metrics())
    ids = [request_id(asyncio.run(ask(observed, scope()))) for _ in range(5)]
    assert len(set(ids)) == 5


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"x-request-id", b"abc-1.2_3")], "abc-1.2_3"),
        ([(b"traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01")], "a" * 32),
        ([(b"traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"), (b"x-request-id", b"mine")], "mine"),
    ],
)
def test_an_id_that_the_sender_gave_is_kept(headers: Headers, expected: str) -> None:
    assert request_id(asyncio.run(ask(Observed(plain, QUIET, Metrics()), scope(headers=headers)))) == expected


@given(value=st.binary(max_size=200))
def test_what_is_no_id_is_not_given_back(value: bytes) -> None:
    headers = [(b"x-request-id", value), (b"traceparent", value)]
    found = request_id(asyncio.run(ask(Observed(plain, QUIET, Metrics()), scope(headers=headers))))
    assert found.isascii()
    assert found.isprintable()
    assert 0 < len(found) <= 64


def test_the_line_has_path_and_revision_but_no_query_string(capfd: pytest.CaptureFixture[str]) -> None:
    asyncio.run(ask(Observed(plain, Settings(log_format="json"), Metrics()), scope("/dataset/a")))
    text = capfd.readouterr().err
    line = json.loads(text)
    assert (line["path"], line["revision"], line["status"]) == ("/dataset/a", 12, 200)
    assert "secret" not in text
    assert "192.0.2.1" not in text


def test_a_failure_is_counted_as_500_and_passed_on() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("broken")

    metrics = Metrics()
    with pytest.raises(KeyError):
        asyncio.run(ask(Observed(broken, QUIET, metrics), scope()))
    assert values(metrics.text({}))["leap_kg_http_requests_total", ("GET", "none", "500")] == 1


def test_paths_do_not_become_labels() -> None:
    metrics = Metrics()
    observed = Observed(plain, QUIET, metrics)
    for number in range(20):
        asyncio.run(ask(observed, scope(f"/made/up/{number}")))
    routes = {labels[1] for (name, labels) in values(metrics.text({})) if name == "leap_kg_http_requests_total"}
    assert routes == {"none"}


def test_queries_are_counted_by_what_became_of_them() -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        status = int(dict(scope["headers"])[b"status"])
        headers = {"Leap-Cache": "hit"} if status == 200 else {}
        await PlainTextResponse("", status, headers=headers)(scope, receive, send)

    metrics = Metrics()
    observed = Observed(answer, QUIET, metrics)
    for status in (200, 304, 400, 429, 503):
        asyncio.run(ask(observed, scope("/sparql", [(b"status", b"%d" % status)])))
    found = {labels[0] for (name, labels) in values(metrics.text({})) if name == "leap_kg_sparql_queries_total"}
    assert found == {"cached", "unchanged", "refused", "limited", "stopped"}


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    async def events() -> Any:
        while True:
            yield b"data: x\n\n"
            await asyncio.sleep(0.01)

    await StreamingResponse(events(), media_type="text/event-stream")(scope, receive, send)


async def bare_stream(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while True:
        await send({"type": "http.response.body", "body": b"data: x\n\n", "more_body": True})
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("app", [stream, bare_stream])
def test_event_streams_end_when_the_server_stops(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
    metrics = Metrics()
    observed = Observed(app, QUIET, metrics)

    async def stop_meanwhile() -> tuple[list[Message], list[Message]]:
        running = asyncio.create_task(ask(observed, scope("/watch")))
        await asyncio.sleep(0.1)
        observed.sample()
        assert values(metrics.text({}))["leap_kg_watchers", ()] == 1
        observed.stop()
        ended = await asyncio.wait_for(running, 5)
        late = await asyncio.wait_for(asyncio.create_task(ask(observed, scope("/watch"))), 5)
        return ended, late

    for sent in asyncio.run(stop_meanwhile()):
        assert sent[0]["status"] == 200
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        assert sum(not message.get("more_body", True) for message in sent[1:]) == 1
    observed.sample()
    found = values(metrics.text({}))
    assert found["leap_kg_watchers", ()] == 0
    assert found["leap_kg_http_requests_running", ()] == 0
    assert found["leap_kg_http_requests_total", ("GET", "none", "200")] == 2


def test_other_requests_go_on_when_the_server_stops() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.2)
        await plain(scope, receive, send)

    observed = Observed(slow, QUIET, Metrics())

    async def stop_meanwhile() -> list[Message]:
        running = asyncio.create_task(ask(observed, scope()))
        await asyncio.sleep(0.05)
        observed.stop()
        return await running

    assert asyncio.run(stop_meanwhile())[-1]["body"] == b"fine"


def test_a_client_that_leaves_a_stream_is_no_end_of_ours() -> None:
    observed = Observed(bare_stream, QUIET, Metrics())

    async def leave() -> None:
        running = asyncio.create_task(ask(observed, scope("/watch")))
        await asyncio.sleep(0.05)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(leave())
