"""Server-sent events: every revision once and in order, and what a watcher is told when it cannot be."""

import asyncio
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.history import watchers as watching
from leap_kg.web.history.following import Filter
from leap_kg.web.history.watch import written
from leap_kg.web.history.watchers import Event, Watchers
from leap_kg.web.site import Site
from tests.web.platform import BETA, CATALOGUE, followed, publish, triples
from tests.web.server import Server, running
from tests.web.story import LAST, day

Told = tuple[str, int, dict[str, Any]]


def read(stream: requests.Response) -> Iterator[Told]:
    """The events of a stream, by the rules of the HTML standard, section 9.2.6."""
    kind, name = "message", ""
    data: list[str] = []
    for line in stream.iter_lines(chunk_size=1, decode_unicode=True):
        if not line:
            if data:
                yield kind, int(name), json.loads("\n".join(data))
            kind, data = "message", []
        elif line.startswith("event:"):
            kind = line[6:].strip()
        elif line.startswith("id:"):
            name = line[3:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].strip())


def watched(server: Server, query: str, count: int, **headers: str) -> list[Told]:
    """The first events of a new watcher."""
    with requests.get(f"{server.origin}/watch?{query}", headers=headers, stream=True, timeout=30) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        events = read(answer)
        return [next(events) for _ in range(count)]


def test_a_watcher_is_told_every_revision_after_the_one_it_knows(past_server: Server) -> None:
    first, *events = watched(past_server, "since=4", 6)
    assert first == ("bookmark", 4, {"revision": 4})
    assert [(kind, number) for kind, number, _ in events] == [("revision", number) for number in range(5, LAST + 1)]
    told = events[0][2]
    assert (told["source"], told["at"], told["removed"], told["added"]) == ("test-catalog", day(5).isoformat(), 2, 2)
    assert {
        "iri": BETA,
        "label": "Beta winds, corrected",
        "kind": "dataset",
        "how": "changed",
        "removed": 1,
        "added": 1,
    } in told["touched"]
    assert told["total"] == 2


def test_a_watcher_that_comes_back_goes_on_where_it_was(past_server: Server) -> None:
    events = watched(past_server, "since=1", 2, **{"Last-Event-ID": "8"})
    assert [(kind, number) for kind, number, _ in events] == [("bookmark", 8), ("revision", 9)]


def test_a_watcher_hears_of_what_it_follows(past_server: Server) -> None:
    events = watched(past_server, "since=0&source=hostile", 3)
    assert [number for _, number, _ in events] == [0, 3, 7]
    events = watched(past_server, f"since=0&follow={BETA}&follow=kind:person", 4)
    assert [number for _, number, _ in events] == [0, 2, 4, 5]
    assert {t["iri"] for t in events[2][2]["touched"]} == {BETA}


def test_a_watcher_from_the_future_lists_again(past_server: Server) -> None:
    (event,) = watched(past_server, "since=99", 1)
    assert event == ("relist", LAST, {"revision": LAST, "reason": "ahead"})


@pytest.mark.parametrize("since", ["x", "-1", "1.5", "٣", "9999999999"])
def test_what_is_no_revision_is_refused(past_server: Server, since: str) -> None:
    assert past_server.get("/watch", params={"since": since}, accept="text/event-stream").status_code == 400


def test_head_ends(past_server: Server) -> None:
    answer = past_server.ask("HEAD", "/watch")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")


def test_there_are_only_so_many_watchers(past_server: Server) -> None:
    held = [requests.get(f"{past_server.origin}/watch", stream=True, timeout=30) for _ in range(3)]
    try:
        streams = [read(answer) for answer in held]  # a stream that is let go ends
        assert [next(stream)[0] for stream in streams] == ["bookmark"] * 3
        refused = past_server.get("/watch", accept="text/event-stream")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert past_server.get("/").status_code == 200
    finally:
        for answer in held:
            answer.close()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with requests.get(f"{past_server.origin}/watch", stream=True, timeout=30) as answer:
            if answer.status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail("a place that became free was not given again")


def test_a_watcher_hears_of_a_revision_within_a_second_and_the_server_still_stops(
    past_home: Home, folder: Path
) -> None:
    shutil.copytree(past_home.path, folder, ignore=shutil.ignore_patterns("*.lock"))
    with running(folder) as server:
        answer = requests.get(f"{server.origin}/watch", stream=True, timeout=60)
        events = read(answer)
        assert next(events)[:2] == ("bookmark", LAST)
        with Writer(Home(folder), BASE) as writer:
            publish(writer, "test-catalog", "Test catalogue", triples(CATALOGUE), 50)
        followed(Home(folder))
        began = time.monotonic()
        kind, number, told = next(events)
        assert (kind, number, told["source"]) == ("revision", LAST + 1, "test-catalog")
        assert time.monotonic() - began < 10
        assert server.get("/changes.json").json()["changes"][0]["revision"] == LAST + 1
        ended = threading.Event()

        def drain() -> None:
            try:
                for _ in events:
                    pass
            except requests.RequestException:
                pass
            ended.set()

        threading.Thread(target=drain, daemon=True).start()
        os.kill(server.pid, signal.SIGTERM)
        assert ended.wait(15), "the stream outlives the server"


async def collected(watchers: Watchers, since: int | None, count: int, filters: tuple[Filter, ...]) -> list[Event]:
    found: list[Event] = []
    with watchers.place():
        async for event in watchers.events(since, filters):
            found.append(event)
            if len(found) == count:
                break
    return found


def test_a_watcher_that_fell_behind_lists_again_and_one_without_news_gets_a_sign_of_life(
    past_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "KEPT", 3)
    monkeypatch.setattr(watching, "HEARTBEAT_SECONDS", 0.05)
    timeline = Site(Settings(home=past_home.path)).history.timeline
    watchers = Watchers(timeline, lambda: LAST, 5)
    behind = asyncio.run(collected(watchers, 2, 2, (Filter(),)))
    assert [(e.kind, e.revision) for e in behind] == [("relist", LAST), ("", LAST)]
    assert behind[0].data == {"revision": LAST, "reason": "gone"}
    watchers = Watchers(timeline, lambda: LAST, 5)
    quiet = asyncio.run(collected(watchers, LAST - 1, 3, (Filter(source="never"),)))
    assert [(e.kind, e.revision) for e in quiet] == [("bookmark", LAST - 1), ("bookmark", LAST), ("", LAST)]
    assert written(quiet[2]) == ":\n\n"
    assert watchers.count == 0


def test_all_watchers_together_look_no_more_than_twice_a_second(
    past_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "HEARTBEAT_SECONDS", 1.2)
    timeline = Site(Settings(home=past_home.path)).history.timeline
    looks = []

    def newest() -> int:
        looks.append(time.monotonic())
        return LAST

    async def crowd() -> None:
        watchers = Watchers(timeline, newest, 50)
        await asyncio.gather(*(collected(watchers, LAST, 2, (Filter(),)) for _ in range(20)))

    asyncio.run(crowd())
    by_coming = 20  # each looks once when it comes
    assert len(looks) <= by_coming + 1.5 / watching.LOOK_SECONDS + 1
