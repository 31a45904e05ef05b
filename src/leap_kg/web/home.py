"""The first page: how much there is, what is new, how fresh the sources are, what needs mending, how to ask."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pyoxigraph import NamedNode

from leap_kg.graph.patch import PatchLog
from leap_kg.graph.search import SearchIndex
from leap_kg.ontology.kinds import kinds
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, RDF, VOID
from leap_kg.web.cells import Node
from leap_kg.web.changes import newest
from leap_kg.web.findings import by_severity
from leap_kg.web.links import url
from leap_kg.web.reading import Reading, moment
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
class SourceState:
    """A source with its last reading; `state` is `fresh`, `stale` or `unknown`, `until` when it turns stale."""

    node: Node
    origin: Node | None
    fetched: str
    until: str
    state: str
    run: Node | None


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the first page shows; `example` is a dataset to try things on."""

    stats: list[Stat]
    newest: list[Node]
    sources: list[SourceState]
    severities: list[tuple[str, int, str]]
    tags: list[Node]
    example: Node | None


def home_page(revision: Revision, index: SearchIndex, log: PatchLog, now: datetime) -> HomePage:
    """The first page at a moment."""
    reading = revision.reading
    latest = newest(log, reading, DCAT("Dataset"), _NEWEST)
    return HomePage(
        stats=stats(index, reading.base),
        newest=latest,
        sources=source_states(reading, now),
        severities=[
            (severity, count, url("/findings", severity=severity))
            for severity, count in by_severity(revision.findings)
            if count
        ],
        tags=_tags(index),
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


def source_states(reading: Reading, now: datetime) -> list[SourceState]:
    """Every source with how fresh it is."""
    return [_source_state(reading, graph, now) for graph in reading.subjects(RDF("type"), VOID("Dataset"))]


def _source_state(reading: Reading, graph: NamedNode, now: datetime) -> SourceState:
    fetched = reading.text(graph, DCT("modified"))
    origin, run = reading.one(graph, DCT("source")), reading.one(graph, PROV("wasGeneratedBy"))
    until = _until(fetched, reading.text(graph, reading.leap("staleAfter")))
    state = "unknown" if until is None else "fresh" if now <= until else "stale"
    return SourceState(
        node=reading.link(graph),
        origin=reading.link(origin) if origin else None,
        fetched=moment(fetched),
        until=until.astimezone(UTC).strftime("%Y-%m-%d") if until else "",
        state=state,
        run=reading.link(run) if run else None,
    )


def _until(fetched: str, stale_after: str) -> datetime | None:
    """When a reading stops counting as fresh; `None` if the graph does not say."""
    length = duration(stale_after)
    try:
        moment_read = datetime.fromisoformat(fetched)
        return moment_read.replace(tzinfo=moment_read.tzinfo or UTC) + length if length is not None else None
    except (ValueError, OverflowError):
        return None


def duration(text: str) -> timedelta | None:
    """An xsd:dayTimeDuration, `None` if it is none or longer than a timedelta."""
    found = re.fullmatch(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?", text)
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(group or 0) for group in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
