"""A table made up for measuring: each row is a record with seven statements, and comes with the listing.

`python -m bench.table HOME ROWS VERSION [CHANGED]` harvests it into a home and prints seconds and memory.
"""

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import structlog

from bench.measure import most_memory
from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.mirror import MirrorFetcher
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, Ref, Source
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, Namespace
from leap_kg.settings import DEFAULT_BASE

_ADDRESS = "https://example.org/table.csv"
_FACETS = ("activity", "institution", "model")


class Table(Source):
    """`rows` rows; the first `changed` of them are in the `version`, all others in version 0."""

    id = "table"
    title = "A table"
    origin = _ADDRESS
    stale_after = timedelta(days=7)

    def __init__(self, rows: int, version: int = 0, changed: int = 0) -> None:
        self._rows = range(rows)
        self._changes = {"version": version, "changed": changed}  # of the listing only: mapping is the same

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """Every row with its content."""
        version, changed = self._changes["version"], self._changes["changed"]
        listing.expected = len(self._rows)
        for number in self._rows:
            row = {"id": f"row-{number}", "title": f"Row {number} in version {version if number < changed else 0}"}
            row |= {facet: f"{facet}-{number % 40}" for facet in _FACETS}
            data = json.dumps(row).encode()
            found = Part.cut("row", _ADDRESS, data)
            yield Ref(row["id"], _ADDRESS, version=found.sha256, found=(found,))

    def fetch(self, ref: Ref, fetcher: object) -> RawRecord:
        """The listing brings everything."""
        raise AssertionError(f"{ref.key} came with the listing")

    def map(self, record: RawRecord) -> Mapped:
        """A dataset with title, keywords and an address."""
        row = json.loads(record.parts[0].data)
        node, say = mint(DEFAULT_BASE, "dataset", "table", record.key), Statements()
        say.type(node, DCAT("Dataset"))
        say.text(node, DCT("title"), row["title"])
        say.text(node, DCT("identifier"), hashlib.sha256(record.key.encode()).hexdigest()[:16])
        for facet in _FACETS:
            say.text(node, DCAT("keyword"), row[facet])
        say.link(node, DCT("source"), _ADDRESS)
        say.link(node, Namespace(DEFAULT_BASE + ONTOLOGY_PATH)("feedstock"), f"https://github.com/table/{record.key}")
        return Mapped(record.key, node, say.triples(), [])


def harvest(home: Path, table: Table) -> Outcome:
    """One run over the table."""
    with MirrorFetcher((), Limits()) as nothing:
        (outcome,) = harvest_round(
            Home(home), DEFAULT_BASE, [table], nothing, progress=lambda source: lambda done, total, key: None
        )
        return outcome


def main() -> None:
    home, *numbers = sys.argv[1:]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    began = time.perf_counter()
    report = harvest(Path(home), Table(*map(int, numbers))).report
    memory = most_memory()
    seconds = time.perf_counter() - began
    print(f"{report.published} published, {report.unchanged} unchanged: {seconds:.1f} s, {memory} MiB")


if __name__ == "__main__":
    main()
