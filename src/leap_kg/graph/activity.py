"""Why a publication happened: the run, its source and what it read; as PROV in the graph of runs."""

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
    leap = Namespace(base + ONTOLOGY_PATH)
    run, graph = activity.iri(base), source_graph(base, source)
    agent = mint(base, "agent", f"leap-kg-{__version__}")
    number = Literal(str(revision), datatype=XSD("integer"))
    triples = [
        Triple(run, RDF("type"), leap("HarvestRun")),
        Triple(run, RDF("type"), PROV("Activity")),
        Triple(run, DCT("title"), Literal(f"{activity.title}, revision {revision}")),
        Triple(run, PROV("startedAtTime"), _time(activity.started)),
        Triple(run, PROV("endedAtTime"), _time(activity.ended)),
        Triple(run, PROV("wasAssociatedWith"), agent),
        Triple(run, PROV("generated"), graph),
        Triple(run, leap("revision"), number),
        *(Triple(run, PROV("used"), NamedNode(used)) for used in activity.used),
        Triple(agent, RDF("type"), PROV("SoftwareAgent")),
        Triple(agent, DCT("title"), Literal(f"leap-kg {__version__}")),
        Triple(whole_graph(base), leap("revision"), number),
        *_graph_description(activity, graph, run, leap),
    ]
    return quads_in(triples, provenance_graph(base))


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
