"""Why a publication happened: the run, its source and what it read; as PROV in the graph of runs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg import __version__
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.ontology.iri import mint
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDF, VOID, XSD, Namespace


@dataclass(frozen=True, slots=True)
class Activity:
    """One run over one source.

    `run` names it (unique), `title` and `origin` (IRI or None) describe the source, `used` are the IRIs of
    the files that were new to this run, `stale_after` is how long the reading counts as fresh.
    """

    run: str
    title: str
    started: datetime
    ended: datetime
    origin: str | None = None
    used: tuple[str, ...] = ()
    stale_after: timedelta | None = None

    def iri(self, base: str) -> NamedNode:
        """The run's node."""
        return mint(base, "run", self.run)


def activity_quads(activity: Activity, source: str, revision: int, base: str) -> list[Quad]:
    """What the graph of runs says after this publication about the run, the source's graph and the revision."""
    run, graph = activity.iri(base), source_graph(base, source)
    leap = Namespace(base + ONTOLOGY_PATH)
    triples = [*_run(activity, [graph], revision, base), *_graph_description(activity, graph, run, leap)]
    return quads_in(triples, provenance_graph(base))


def commit_quads(activity: Activity, titles: Mapping[NamedNode, str], revision: int, base: str) -> list[Quad]:
    """What the graph of runs says after a change of any graphs, which are given with the titles they have."""
    run = activity.iri(base)
    triples = list(_run(activity, titles, revision, base))
    for graph, title in titles.items():
        triples += [
            Triple(graph, RDF("type"), VOID("Dataset")),
            Triple(graph, DCT("title"), Literal(title)),
            Triple(graph, DCT("modified"), _time(activity.ended)),
            Triple(graph, PROV("wasGeneratedBy"), run),
        ]
    return quads_in(triples, provenance_graph(base))


def _run(activity: Activity, graphs: Iterable[NamedNode], revision: int, base: str) -> Iterator[Triple]:
    leap = Namespace(base + ONTOLOGY_PATH)
    run, agent = activity.iri(base), mint(base, "agent", f"leap-kg-{__version__}")
    number = Literal(str(revision), datatype=XSD("integer"))
    yield Triple(run, RDF("type"), leap("HarvestRun"))
    yield Triple(run, RDF("type"), PROV("Activity"))
    yield Triple(run, DCT("title"), Literal(f"{activity.title}, revision {revision}"))
    yield Triple(run, PROV("startedAtTime"), _time(activity.started))
    yield Triple(run, PROV("endedAtTime"), _time(activity.ended))
    yield Triple(run, PROV("wasAssociatedWith"), agent)
    yield from (Triple(run, PROV("generated"), graph) for graph in graphs)
    yield Triple(run, leap("revision"), number)
    yield from (Triple(run, PROV("used"), NamedNode(used)) for used in activity.used)
    yield Triple(agent, RDF("type"), PROV("SoftwareAgent"))
    yield Triple(agent, DCT("title"), Literal(f"leap-kg {__version__}"))
    yield Triple(whole_graph(base), leap("revision"), number)


def _graph_description(activity: Activity, graph: NamedNode, run: NamedNode, leap: Namespace) -> list[Triple]:
    triples = [
        Triple(graph, RDF("type"), VOID("Dataset")),
        Triple(graph, DCT("title"), Literal(activity.title)),
        Triple(graph, DCT("modified"), _time(activity.ended)),
        Triple(graph, PROV("wasGeneratedBy"), run),
    ]
    if activity.origin is not None:
        triples.append(Triple(graph, DCT("source"), NamedNode(activity.origin)))
    if activity.stale_after is not None:
        seconds = int(activity.stale_after.total_seconds())
        days, rest = divmod(seconds, 86_400)
        duration = f"P{days}D" if not rest else f"PT{seconds}S"
        triples.append(Triple(graph, leap("staleAfter"), Literal(duration, datatype=XSD("dayTimeDuration"))))
    return triples


def _time(moment: datetime) -> Literal:
    return Literal(moment.isoformat(), datatype=XSD("dateTime"))
