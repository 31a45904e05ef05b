"""A harvest over HTTP that is killed at any moment goes on where it was: what was fetched is not fetched again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Body, Fetcher, FetchFailed
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.unfinished import Unfinished
from tests.ingest.numbered import Numbered, Numbers, harvest, served
from tests.ingest.shelf import Bench, Shelf

ROOT = Path(__file__).parents[3]
RECORDS = [f"record{number:04}" for number in range(1_000)]


class Killer:
    """Starts harvests in processes of their own and kills each when the server has been asked often enough."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, home: Path, origin: str, numbers: Numbers, after: int) -> int:
        """Harvest until the server has been asked `after` times more; the signal that ended the process, 0 for none."""
        wanted = numbers.counts.total() + after
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{home}\t{origin}\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        numbers.asked = lambda number: os.kill(pid, signal.SIGKILL) if number == wanted else None
        try:
            return os.WTERMSIG(int(self._process.stdout.readline()))
        finally:
            numbers.asked = lambda number: None


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    command = [sys.executable, "-m", "tests.ingest.numbered"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Killer(process)
    finally:
        process.communicate(timeout=30)


def killed_often(killer: Killer, tmp_path: Path, names: list[str], kills: int, seed: int) -> None:
    chance = random.Random(seed)
    numbers, undisturbed = Numbers(names), Numbers(names)
    with served(numbers) as origin, served(undisturbed) as other:
        killed = 0
        for _ in range(kills):
            left = len(names) + 1 - len(numbers.counts)
            killed += killer.run(tmp_path / "home", origin, numbers, chance.randint(1, max(1, left // 3))) > 0
        (outcome,) = harvest(tmp_path / "home", origin)
        harvest(tmp_path / "fresh", other)
    assert killed > kills // 3
    assert outcome.report.outcome == "complete"
    assert outcome.report.seen == len(names)
    assert numbers.repeated <= killed, "only what was in flight when a process died is asked for again"
    bench = Bench(tmp_path / "home", Shelf())
    assert bench.export() == Bench(tmp_path / "fresh", Shelf()).export()
    assert bench.export().count("\n") == 3 * len(names)


def test_killed_ten_times_it_asks_for_little_more_than_once(killer: Killer, tmp_path: Path) -> None:
    killed_often(killer, tmp_path, RECORDS[:200], kills=10, seed=1)


@pytest.mark.all
@pytest.mark.parametrize("seed", range(4))
def test_killed_a_hundred_times_in_a_thousand_records(killer: Killer, tmp_path: Path, seed: int) -> None:
    killed_often(killer, tmp_path, RECORDS, kills=25, seed=100 + seed)


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
