"""Ten faults of one server: nobody comes back early, no record is lost, nothing that was good is lost.

The same rounds by a loop of `requests` and `tenacity`, as such loops are written, show that the faults are real; the
counts of both are printed.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from pyoxigraph import Literal, NamedNode, Triple
from tenacity import RetryError, retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Ask, Fetcher, HttpFetcher, Limits
from leap_kg.ingest.http.store import FetchStore
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.state import RunReport
from leap_kg.ontology.namespaces import DCAT, DCT, RDF
from tests.ingest.clock import Clock
from tests.ingest.fault_server import BAD, RECORDS, RENAMED, SPOILT, FaultServer, going_wrong
from tests.ingest.shelf import BASE, Bench, dataset, silent

ALL_FAULTS = {
    "429 with Retry-After 400", "403, secondary limit", "truncated body", "304", "301 rename", "duplicated page",
    "lost page", "1 bad record in 100", "slow drip", "wrong content type",
}  # fmt: skip
LIMITS = Limits(seconds=1.5, connect_seconds=2, backoff_seconds=0.5, longest_wait=60)
ROUNDS = 8
LOSING = (4, 5, 6)  # the rounds whose listing lacks a page; one more than makes a record count as gone
SPOILING = 4  # from this round on a record that was good is bad
EVERY = 150.0  # seconds from one round to the next: less than a server asks to wait


class Paged(Source):
    """The records of the fault server: pages that link to each other, and a total to check them by."""

    id = "lab"
    title = "A listing that goes wrong"
    origin = None
    stale_after = timedelta(days=1)

    def __init__(self, url: str) -> None:
        self._url = url

    def enumerate(self, listing: Listing) -> Iterable[Ref]:
        url: str | None = self._url
        while url:
            body = listing.fetcher.fetch(Ask(url, "application/json"))
            page = json.loads(body.data)
            listing.expected = page["total"]
            for item in page["items"]:
                yield Ref(str(item["id"]), item["url"])
            url = body.link("next")

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        return RawRecord(ref.key, (Part.of("item", fetcher.fetch(Ask(ref.url, "application/json"))),))

    def map(self, record: RawRecord) -> Mapped:
        part = record.parts[0]
        try:
            title = json.loads(part.data)["title"]
        except ValueError:
            raise RecordUnusable("it is no JSON; ask its host to mend that", part.url) from None
        node = dataset(record.key)
        said = [
            Triple(node, RDF("type"), DCAT("Dataset")),
            Triple(node, DCT("title"), Literal(title)),
            Triple(node, DCT("source"), NamedNode(part.url)),
        ]
        return Mapped(record.key, node, said, [])


@dataclass(frozen=True)
class Round:
    """What a round left: the titles there are, whom somebody was told of, and whether it says that it got all."""

    titles: set[str]
    told: set[str]
    complete: bool


@dataclass
class Account:
    """What became of the records, round by round."""

    early: int = 0
    rounds: list[Round] = field(default_factory=list)

    @property
    def lost_records(self) -> int:
        """Records that were neither there nor on a list of what is missing after a round that says it got all."""
        finished = [each for each in self.rounds if each.complete]
        return sum(
            any(f"Record {number}" not in each.titles and str(number) not in each.told for each in finished)
            for number in range(RECORDS)
        )

    @property
    def lost_data(self) -> int:
        """Records that were there after one round and not after the next."""
        return sum(len(before.titles - after.titles) for before, after in pairwise(self.rounds))

    def line(self, who: str) -> str:
        return f"{who:20}{self.early:>15}{self.lost_records:>15}{self.lost_data:>17}"


def rounds(faulty: FaultServer, once: Callable[[], None]) -> None:
    """The same hours for everybody: faults come and go, and a round starts every few minutes."""
    for number in range(ROUNDS):
        faulty.lost, faulty.spoilt = number in LOSING, number >= SPOILING
        faulty.new_run()
        once()
        faulty.clock.forward(EVERY)


def by_harvest(home: Path) -> tuple[Account, list[RunReport], FaultServer]:
    """The rounds by the harvester, with its memory in `home`."""
    account, reports, clock = Account(), list[RunReport](), Clock()

    def once() -> None:
        with (
            FetchStore(home / "fetches.sqlite") as store,
            HttpFetcher(
                LIMITS, frozenset({faulty.server.host}),
                store=store, raw=RawStore(Home(home).raw), now=clock.now, sleep=clock.sleep,
            ) as fetcher,
        ):  # fmt: skip
            source = Paged(faulty.listing)
            reports.extend(o.report for o in harvest_round(Home(home), BASE, [source], fetcher, progress=silent))
        bench = Bench(home, fetcher)
        titles = {q.object.value for q in bench.quads() if q.predicate == DCT("title")}  # type: ignore[union-attr]
        account.rounds.append(Round(titles, set(bench.dead_letters()), reports[-1].outcome == "complete"))

    Home(home).create()
    with going_wrong(clock) as faulty:
        rounds(faulty, once)
    account.early = faulty.early
    return account, reports, faulty


def by_loop() -> tuple[Account, FaultServer]:
    """The rounds by a loop that tries again after errors; what it got replaces what it had."""
    account, clock, session = Account(), Clock(), requests.Session()
    there: set[str] = set()

    @retry(
        retry=retry_if_exception_type(requests.RequestException),
        wait=wait_random_exponential(multiplier=0.5, max=60),
        stop=stop_after_attempt(1 + LIMITS.retries),
        sleep=clock.sleep,
    )
    def get(url: str) -> requests.Response:
        response = session.get(url, timeout=(LIMITS.connect_seconds, LIMITS.seconds))
        response.raise_for_status()
        return response

    def once() -> None:
        nonlocal there
        found, told = set[str](), set[str]()
        url: str | None = faulty.listing
        try:
            while url:
                page = get(url)
                for item in page.json()["items"]:
                    try:
                        found.add(get(item["url"]).json()["title"])
                    except (RetryError, ValueError) as problem:
                        told.add(str(item["id"]))
                        print(f"{item['url']}: {problem}")
                url = page.links.get("next", {}).get("url")
                url = requests.compat.urljoin(page.url, url) if url else None
        except RetryError as problem:
            print(f"{url}: {problem}")
        else:
            there = found
        account.rounds.append(Round(there, told, url is None))

    with going_wrong(clock) as faulty, session:
        rounds(faulty, once)
    account.early = faulty.early
    return account, faulty


@pytest.mark.all
def test_of_ten_faults_none_costs_a_record_or_a_hosts_patience(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, reports, faulty = by_harvest(tmp_path / "home")
    loop, _ = by_loop()
    with capsys.disabled():
        print(f"\n{'':20}{'early returns':>15}{'lost records':>15}{'lost good data':>17}")
        print(ours.line("leap-kg"))
        print(loop.line("requests + tenacity"))
    assert faulty.met == ALL_FAULTS
    assert (ours.early, ours.lost_records, ours.lost_data) == (0, 0, 0)
    assert all(report.balanced for report in reports)
    wanted = {f"Record {number}" for number in range(RECORDS) if number != BAD}
    assert ours.rounds[-1].titles == wanted
    assert f"Record {RENAMED}" in wanted
    assert ours.rounds[-1].told == {str(BAD), str(SPOILT)}
    # the host was left alone while it wished, and asked again when it did not
    assert [report.outcome for report in reports][:4] == ["parked", "parked", "parked", "complete"]
    assert {reports[number].outcome for number in LOSING} == {"partial"}
    assert reports[-1].outcome == "complete"
    assert not any(report.tombstoned for report in reports)
    # a round in which nothing changed asks conditionally, and publishes nothing
    assert reports[-1].revision == reports[SPOILING].revision
    assert faulty.conditional == faulty.asked - 1  # but for the hop that says where the renamed record is
    # the faults are real: they cost others all three
    assert loop.early
    assert loop.lost_records
    assert loop.lost_data
