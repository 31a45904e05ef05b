"""A source whose records are texts in memory, listed one by one; it counts what it is asked to fetch and to map."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Body, Fetcher
from leap_kg.ingest.runs.rounds import Options, dry_round, harvest_round
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.state import RunReport, State
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF, XSD
from tests.ingest.shelf import BASE, LEAP, Bench, Shelf, dataset, silent

ADDRESS = "https://ledger.example.org/"


class Ledger(Source):
    """Records by key. A text is a title; `person:LOGIN[=ORCID]` states a person; `store:NAME` a store; `bad` is none.

    `found` says whether the listing brings the bodies, `versioned` whether it names versions.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        *,
        id: str = "lab",  # noqa: A002
        found: bool = False,
        versioned: bool = False,
        incremental: bool = False,
        prefix: str = "",
    ) -> None:
        self.id = id
        self.title = "A ledger"
        self.origin = ADDRESS
        self.stale_after = timedelta(days=1)
        self.incremental = incremental
        self.texts = dict(texts)
        self.prefix = prefix
        self.modes = {"found": found, "versioned": versioned}
        self.counts: Counter[str] = Counter()
        self.since: list[datetime | None] = []
        self.expected: list[int | None] = []
        self.shortfall: list[str] = []
        self.listed: list[list[str]] = []
        self.stop: dict[str, Exception] = {}

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        self.since.append(listing.since)
        listing.expected = self.expected.pop() if self.expected else None
        for key in self.listed.pop() if self.listed else list(self.texts):
            if key in self.stop:
                raise self.stop[key]
            part = Part.cut("text", f"{ADDRESS}{key}", self.texts[key].encode())
            version = part.sha256 if self.modes["versioned"] else ""
            yield Ref(key, f"{ADDRESS}{key}", version=version, found=(part,) if self.modes["found"] else ())
        listing.shortfall = self.shortfall.pop() if self.shortfall else ""

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        self.counts["fetched"] += 1
        data = self.texts[ref.key].encode()
        return RawRecord(ref.key, (Part.of("text", Body.of(ref.url, ref.url, data, "text/plain")),))

    def map(self, record: RawRecord) -> Mapped:
        self.counts["mapped"] += 1
        node = dataset(record.key)
        say = [Triple(node, RDF("type"), DCAT("Dataset")), Triple(node, DCT("source"), NamedNode(ADDRESS))]
        for word in record.parts[0].data.decode().split("/"):
            kind, _, value = word.partition(":")
            if word == "bad":
                raise RecordUnusable("it is bad; make it good", record.parts[0].url)
            if kind == "person":
                login, _, orcid = value.partition("=")
                person = NamedNode(f"https://orcid.org/{orcid}" if orcid else f"{BASE}person/github/{login}")
                say += [
                    Triple(node, DCT("creator"), person),
                    Triple(person, RDF("type"), FOAF("Person")),
                    Triple(person, FOAF("name"), Literal(f"{record.key[:1]} {login}")),
                    Triple(person, FOAF("account"), NamedNode(f"https://github.com/{login}")),
                ]
            elif kind == "store":
                store = NamedNode(f"{BASE}store/gs/lab/{value}")
                say += [
                    Triple(node, DCAT("distribution"), store),
                    Triple(store, RDF("type"), DCAT("Distribution")),
                    Triple(store, DCT("title"), Literal(value)),
                    Triple(store, LEAP("storageURI"), Literal(f"gs://lab/{value}", datatype=XSD("anyURI"))),
                ]
            else:
                say.append(Triple(node, DCT("title"), Literal(self.prefix + word)))
        return Mapped(record.key, node, say, [])


class Desk:
    """A home that a ledger is harvested into, and what tests ask of it."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path)
        self.fetcher = Shelf()

    def harvest(self, *sources: Ledger, **options: Any) -> RunReport:
        """Harvest; the report of the first source."""
        chosen = Options(**options)
        outcomes = list(harvest_round(self.home, BASE, sources, self.fetcher, progress=silent, options=chosen))
        return outcomes[0].report

    def dry(self, *sources: Ledger) -> RunReport:
        outcomes = list(dry_round(self.home, BASE, sources, self.fetcher, progress=silent))
        return outcomes[0].report

    def export(self, source: str = "lab") -> str:
        return Bench(self.home.path, self.fetcher).export(source)

    def remembered(self, question: Callable[[State], Any]) -> Any:
        """What the state answers."""
        with State(self.home.state) as state:
            return question(state)
