"""The first page: how much there is, what is new, how fresh the sources are, what needs mending, how to ask."""

from collections.abc import Iterable
from dataclasses import dataclass

from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.index.search import SearchIndex
from leap_kg.ontology.kinds import kinds
from leap_kg.ontology.namespaces import DCAT
from leap_kg.web.cells import Node
from leap_kg.web.findings import by_severity
from leap_kg.web.freshness import SourceState
from leap_kg.web.history.changes import newest
from leap_kg.web.links import url
from leap_kg.web.revision import Revision

# Kinds that the first page does not count: what is gone, and the words in which the graph speaks.
_UNCOUNTED = frozenset({"tombstone", "concept", "term", "run", "variable"})
_NEWEST = 6
_TAGS = 6


@dataclass(frozen=True, slots=True)
class Stat:
    """The number of nodes of a kind; `path` lists them."""

    label: str
    kind: str
    count: int
    path: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the first page shows; `example` is a dataset to try things on."""

    stats: list[Stat]
    newest: list[Node]
    sources: list[SourceState]
    severities: list[tuple[str, int, str]]
    tags: list[Node]
    example: Node | None


def home_page(
    revision: Revision,
    index: SearchIndex | None,
    timeline: Timeline,
    sources: Iterable[SourceState],
) -> HomePage:
    """The first page; without an index, as for a past revision, nothing is counted."""
    reading = revision.reading
    latest = newest(timeline, reading, DCAT("Dataset"), _NEWEST)
    return HomePage(
        stats=stats(index, reading.base) if index else [],
        newest=latest,
        sources=list(sources),
        severities=[
            (severity, count, url("/findings", severity=severity))
            for severity, count in by_severity(revision.findings)
            if count
        ],
        tags=_tags(index) if index else [],
        example=latest[0] if latest else None,
    )


def stats(index: SearchIndex, base: str) -> list[Stat]:
    """The number of nodes of each kind that readers look for."""
    counts = index.kinds()
    return [
        Stat(
            kind.plural if counts[kind.name] != 1 else kind.label,
            kind.label,
            counts[kind.name],
            url("/browse", kind=kind.name),
        )
        for kind in kinds(base)
        if kind.name in counts and kind.name not in _UNCOUNTED
    ]


def _tags(index: SearchIndex) -> list[Node]:
    """The words that most datasets are tagged with."""
    counts = index.find(facets={"kind": ["dataset"]}, limit=0, counted=("tag",)).facets["tag"]
    return [
        Node(count.facet.label, url("/browse", kind="dataset", tag=count.facet.value), "") for count in counts[:_TAGS]
    ]
