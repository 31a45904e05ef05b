"""What a process keeps of one revision while it is the newest: the reading, and what takes a pass over the graph.

Each part is made when a page first needs it and shared by all requests.
"""

import re
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.snapshot import Snapshot
from leap_kg.ontology.namespaces import PROV, XSD
from leap_kg.sparql.catalogue import Catalogue
from leap_kg.web.describe import Descriptions
from leap_kg.web.findings import Finding, all_findings
from leap_kg.web.reading import Reading


class Revision:
    """One revision of the graph, open for pages."""

    def __init__(self, snapshot: Snapshot, base: str, queries: Catalogue) -> None:
        self.reading = Reading(snapshot, base, queries)

    @property
    def number(self) -> int:
        """The revision's number."""
        return self.reading.revision

    @cached_property
    def descriptions(self) -> Descriptions:
        """The description of every node."""
        parts = (row["part"] for row in self.reading.ask("pages/parts"))
        return Descriptions(self.reading, (part for part in parts if isinstance(part, NamedNode)))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, worst first."""
        return all_findings(self.reading)

    @cached_property
    def time(self) -> str:
        """When the run that made the revision ended, as xsd:dateTime; `""` if nobody said."""
        number = Literal(str(self.number), datatype=XSD("integer"))
        runs = self.reading.subjects(self.reading.leap("revision"), number)
        ends = (self.reading.text(run, PROV("endedAtTime")) for run in runs)
        return next((re.sub(r"\.\d+", "", end) for end in ends if end), "")
