"""LEAP's sources mapped straight into a store, without a home: what they say, and what the named queries make of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from leap_kg.graph.names import source_graph
from leap_kg.ingest.fetch import FetchFailed, Limits
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.source import Listing, RawRecord, RecordUnusable, Source
from leap_kg.ingest.sources import read_sources
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.parameters import Value
from tests.sparql.questions.asked import questions

MIRROR = Path(__file__).parent / "mirror.yaml"
DATA = Path(__file__).parents[3] / "shared" / "data"


@dataclass
class Said:
    """What sources say: the store, the subject and findings of each record by its key, and why others are dead."""

    store: Store = field(default_factory=Store)
    subjects: dict[str, str] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    shortfalls: dict[str, str] = field(default_factory=dict)

    def ask(self, name: str, **values: Value) -> list[dict[str, str]]:
        """The rows of a named query, as texts; what is unbound is left out."""
        query = questions().get(name)
        assert query is not None
        rows = self.store.query(query.bind(**values), use_default_graph_as_union=True)
        assert isinstance(rows, QuerySolutions)
        names = [variable.value for variable in rows.variables]
        return [{n: term.value for n in names if (term := row[n]) is not None} for row in rows]

    def objects(self, subject: str, predicate: NamedNode) -> set[str]:
        """The objects of these statements in any graph."""
        return {q.object.value for q in self.store.quads_for_pattern(NamedNode(subject), predicate, None, None)}  # type: ignore[union-attr]


def sources(path: Path | None = None) -> list[Source]:
    """The sources of a sources file, by default those that the project declares for LEAP."""
    return read_sources(path or declarations() / "ingest" / "leap.yaml", BASE)


def said(chosen: Sequence[Source]) -> Said:
    """List, fetch and map every record of the sources."""
    result = Said()
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        for source in chosen:
            listing, graph = Listing(fetcher), source_graph(BASE, source.id)
            for ref in source.enumerate(listing):
                if ref.problem:
                    result.dead[ref.key] = ref.problem
                    continue
                try:
                    raw = RawRecord(ref.key, ref.found) if ref.found else source.fetch(ref, fetcher)
                    mapped = source.map(raw)
                except (FetchFailed, Unreadable, RecordUnusable) as problem:
                    result.dead[ref.key] = str(problem)
                    continue
                found = [t for finding in mapped.findings for t in finding.triples(mapped.subject, BASE)]
                result.store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in (*mapped.triples, *found))
                result.subjects[ref.key] = mapped.subject.value
                result.findings[ref.key] = list(mapped.findings)
            result.shortfalls[source.id] = listing.shortfall
    return result


def of(*ids: str) -> Said:
    """The sources of LEAP with these ids."""
    return said([source for source in sources() if source.id in ids])
