"""A harvest over HTTP that is killed at any moment goes on where it was: what was fetched is not fetched again."""

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.unfinished import Unfinished
from tests.children import Children, parent_of, told, wait_until
from tests.ingest.numbered import Numbered, Numbers, harvest, served
from tests.ingest.shelf import Bench, Shelf

RECORDS = [f"record{number:04}" for number in range(1_000)]


@dataclass
class Undisturbed:
    """A harvest that nobody kills: what it publishes, and the seconds from its last record to its end."""

    export: str
    publishing: float


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    with parent_of("tests.ingest.numbered") as found:
        yield found


def undisturbed(home: Path, names: list[str]) -> Undisturbed:
    taken: list[float] = []
    with served(Numbers(names)) as origin:
        harvest(home, origin, tell=lambda line: taken.append(time.monotonic()))
    export = Bench(home, Shelf()).export()
    assert export.count("\n") == 3 * len(names)
    return Undisturbed(export, time.monotonic() - taken[0])


def killed_along(
    children: Children, home: Path, names: list[str], wanted: Undisturbed, kills: int, chance: random.Random
) -> int:
    """Kill a harvest so often, while it opens, asks and publishes, and compare its end; how many kills struck."""
    numbers, pages = Numbers(names), len(names) + 1
    along = sorted(chance.choices(range(1, pages + 1), k=kills * 3 // 4))
    points = [0] * (kills // 20 + 1) + along + [pages + 1] * (kills // 5)
    waits = {0: 0.1, pages + 1: wanted.publishing}
    struck = 0

    def over() -> bool:
        return len(numbers.counts) == pages and not (home / "harvesting" / "lab.jsonl").exists()

    with served(numbers) as origin:
        for point in points:
            children.start(home, origin)
            wait_until(lambda at=point: len(numbers.counts) >= at or told(home))  # type: ignore[misc]
            time.sleep(chance.uniform(0, waits.get(point, 0.01)))
            children.kill()
            struck += children.ended() == signal.SIGKILL
            if over():
                break
        # What is asked after its end is a new harvest.
        repeated = numbers.repeated if over() else None
        (outcome,) = harvest(home, origin)
    assert outcome.report.outcome == "complete"
    assert outcome.report.seen == len(names)
    assert (numbers.repeated if repeated is None else repeated) <= struck, "only what was in flight is asked for again"
    assert Bench(home, Shelf()).export() == wanted.export
    return struck


@pytest.mark.all
def test_killed_ten_times_it_asks_for_little_more_than_once(children: Children, tmp_path: Path) -> None:
    names = RECORDS[:100]
    wanted = undisturbed(tmp_path / "fresh", names)
    assert killed_along(children, tmp_path / "home", names, wanted, 10, random.Random(1)) >= 8


@pytest.mark.all
def test_killed_a_hundred_times_in_a_thousand_records(children: Children, tmp_path: Path) -> None:
    wanted = undisturbed(tmp_path / "fresh", RECORDS)
    struck, chance = 0, random.Random(100)
    for number in range(5):
        struck += killed_along(children, tmp_path / f"home {number}", RECORDS, wanted, 105 - struck, chance)
        if struck >= 100:
            break
    assert struck >= 100


def test_a_new_round_asks_anew(tmp_path: Path) -> None:
    numbers = Numbers(RECORDS[:5])
    with served(numbers) as origin:
        harvest(tmp_path / "home", origin)
        assert numbers.repeated == 0
        harvest(tmp_path / "home", origin)
    assert numbers.repeated == 6


class Once(Fetcher):
    """Gives every address its number, and fails from the third question on."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fetch(self, ask: object) -> Body:
        url = getattr(ask, "url", str(ask))
        if len(self.asked) == 3:
            raise FetchFailed(url, "the host is down", "unreachable")
        self.asked.append(url)
        return Body.of(url, url, str(len(self.asked)).encode(), "text/plain", {"etag": '"1"'})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    (home.path / "harvesting").mkdir(parents=True)
    return home


def notes(home: Home) -> Path:
    return home.path / "harvesting" / "lab.jsonl"


def interrupted(home: Home, inner: Fetcher, *urls: str) -> list[Body]:
    """Ask for these in a run that never ends."""
    with Unfinished(home, inner, RawStore(home.raw)) as fetcher:
        fetcher.begin(Numbered("https://example.org"))
        return [fetcher.fetch(url) for url in urls]


def test_each_turn_of_a_listing_is_a_question_of_its_own(home: Home) -> None:
    asks = [Ask("https://example.org/?cursor=1", turn=turn) for turn in (0, 1, 0, 2, 1)]
    for inner, asked in ((Once(), 3), (Once(), 0)):
        with Unfinished(home, inner, RawStore(home.raw)) as fetcher:
            fetcher.begin(Numbered("https://example.org"))
            assert [fetcher.fetch(ask).data for ask in asks] == [b"1", b"2", b"1", b"3", b"2"]
        assert len(inner.asked) == asked


def test_answers_come_back_whole(home: Home) -> None:
    first, inner = Once(), Once()
    bodies = interrupted(home, first, "https://example.org/a", "https://example.org/b?key=secret&api_key=hush")
    assert interrupted(home, inner, "https://example.org/a", "https://example.org/b?key=secret&api_key=hush") == bodies
    assert inner.asked == []
    assert "hush" not in notes(home).read_text()


def test_a_line_that_was_cut_off_is_asked_for_again_and_harms_none_after_it(home: Home) -> None:
    interrupted(home, Once(), "https://example.org/a", "https://example.org/b")
    notes(home).write_bytes(notes(home).read_bytes()[:-20])
    inner = Once()
    interrupted(home, inner, "https://example.org/a", "https://example.org/b")
    assert inner.asked == ["https://example.org/b"]
    last = Once()
    interrupted(home, last, "https://example.org/a", "https://example.org/b")
    assert last.asked == []


def test_a_body_that_is_lost_is_asked_for_again(home: Home) -> None:
    interrupted(home, Once(), "https://example.org/a")
    for file in home.raw.rglob("*.gz"):
        file.unlink()
    inner = Once()
    interrupted(home, inner, "https://example.org/a")
    assert inner.asked == ["https://example.org/a"]


def test_notes_of_the_day_before_yesterday_are_no_part_of_this_reading(home: Home) -> None:
    interrupted(home, Once(), "https://example.org/a")
    old = time.time() - 2 * 86_400
    os.utime(notes(home), (old, old))
    inner = Once()
    interrupted(home, inner, "https://example.org/a")
    assert inner.asked == ["https://example.org/a"]


def test_failures_are_not_noted(home: Home) -> None:
    with pytest.raises(FetchFailed):
        interrupted(home, Once(), *(f"https://example.org/{number}" for number in range(4)))
    inner = Once()
    interrupted(home, inner, *(f"https://example.org/{number}" for number in range(4)))
    assert inner.asked == ["https://example.org/3"]
