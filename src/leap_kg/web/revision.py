"""What a process keeps of one revision while it is the newest: the reading, and what takes a pass over the graph.

Each part is made when a page first needs it and shared by all requests.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property

from leap_kg.graph.snapshot import Snapshot
from leap_kg.sparql.catalogue import Catalogue
from leap_kg.web.catalog.kept import Kept as Datasets
from leap_kg.web.curation.candidates import Candidates, candidates
from leap_kg.web.findings import Finding, all_findings
from leap_kg.web.nodes.describe import Descriptions
from leap_kg.web.outputs.kept import Kept
from leap_kg.web.reading import Reading
from leap_kg.web.requests.listed import Row, rows_of


class Revision:
    """One revision of the graph, open for pages.

    `fixed` is when it came into force, if a moment was asked for; `None` for the newest as such, whose address shows
    another revision tomorrow. `parts` gives the IRIs that may be parts of a node at a revision.
    """

    def __init__(
        self, snapshot: Snapshot, base: str, queries: Catalogue, parts: Callable[[str, int], Iterable[str]]
    ) -> None:
        self.reading = Reading(snapshot, base, queries)
        self._parts = parts
        self.fixed: datetime | None = None

    def fixed_at(self, moment: datetime) -> "Revision":
        """The same revision as one that was asked for by its moment; shares what has been worked out."""
        fixed = copy.copy(self)
        fixed.fixed = moment
        return fixed

    @property
    def number(self) -> int:
        """The revision's number."""
        return self.reading.revision

    @cached_property
    def descriptions(self) -> Descriptions:
        """The description of every node."""
        return Descriptions(self.reading, lambda iri: self._parts(iri, self.number))

    def subjects_with_fragment(self) -> Iterator[str]:
        """The IRIs with a fragment that something is said of; a pass over the whole graph."""
        return (row["part"].value for row in self.reading.ask("pages/parts"))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, worst first."""
        return all_findings(self.reading)

    @cached_property
    def outputs(self) -> Kept:
        """What the platform produced."""
        return Kept(self.reading)

    @cached_property
    def requests(self) -> list[Row]:
        """Every request for data, the newest first."""
        return rows_of(self.reading)

    @cached_property
    def catalog(self) -> Datasets:
        """The datasets, for their twins."""
        return Datasets(self.reading)

    @cached_property
    def candidates(self) -> Candidates:
        """Every link in short, those first that a curator should look at."""
        return candidates(self.reading)
