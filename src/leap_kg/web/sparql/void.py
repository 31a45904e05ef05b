"""`/void` and `/.well-known/void`: the graph as a dataset, with how much it says. https://www.w3.org/TR/void/

Hazard: counting millions of triples takes seconds; it is done by query processes, once a revision.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pyoxigraph import Literal, NamedNode, Triple
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from leap_kg.graph.names import provenance_graph, whole_graph
from leap_kg.graph.snapshot import Snapshot
from leap_kg.ontology.iri import digest
from leap_kg.ontology.namespaces import DCT, FOAF, RDF, VOID, XSD, prefixes
from leap_kg.settings import Settings
from leap_kg.web.answers import server_of, site_of
from leap_kg.web.sparql.rdfdocument import document
from leap_kg.web.sparql.servicedescription import FORMATS
from leap_kg.web.sparql.statistics import Counts, Statistics

router = APIRouter()

PATH = "/void"
_FEATURES = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")
_DESCRIBED = (DCT("title"), DCT("modified"), DCT("source"))


@router.get("/.well-known/void", include_in_schema=False)
def well_known(request: Request) -> Response:
    """Where the description is, as VoID has it."""
    return RedirectResponse(f"{server_of(request)}{PATH}", status_code=303)


@router.get(PATH, include_in_schema=False)
async def void(request: Request) -> Response:
    """The description of the newest revision."""
    site = site_of(request)
    revision = await run_in_threadpool(site.revision)
    snapshot = revision.reading.snapshot
    statistics = await site.counting.of(snapshot)
    view = Dataset(site.settings, server_of(request), statistics)
    triples = await run_in_threadpool(lambda: [*view.triples(), *view.sources(snapshot)])
    return document(request, triples, statistics.revision, PATH, {})


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is said of the whole graph at a revision, on the server at `origin`."""

    settings: Settings
    origin: str
    statistics: Statistics

    @property
    def node(self) -> NamedNode:
        """The graph of all graphs."""
        return whole_graph(self.settings.base)

    def triples(self) -> Iterator[Triple]:
        """The description of the dataset, and of the document that it stands in."""
        about, counted, settings = NamedNode(f"{self.origin}{PATH}"), self.statistics, self.settings
        yield Triple(about, RDF("type"), VOID("DatasetDescription"))
        yield Triple(about, FOAF("primaryTopic"), self.node)
        yield Triple(self.node, RDF("type"), VOID("Dataset"))
        yield Triple(self.node, DCT("title"), Literal(settings.name))
        yield Triple(self.node, DCT("hasVersion"), Literal(str(counted.revision)))
        yield Triple(self.node, FOAF("homepage"), NamedNode(f"{self.origin}/"))
        yield Triple(self.node, VOID("sparqlEndpoint"), NamedNode(f"{self.origin}/sparql"))
        yield Triple(self.node, VOID("uriSpace"), Literal(settings.base))
        if settings.licence:
            yield Triple(self.node, DCT("license"), NamedNode(settings.licence))
        for name in _FEATURES:
            yield Triple(self.node, VOID("feature"), FORMATS(name))
        for example in counted.examples:
            yield Triple(self.node, VOID("exampleResource"), NamedNode(example))
        yield from self._numbers()
        yield from self._vocabularies()

    def _numbers(self) -> Iterator[Triple]:
        counted = self.statistics
        for predicate, number in (
            ("triples", counted.triples),
            ("entities", counted.entities),
            ("classes", None if counted.classes is None else len(counted.classes)),
            ("properties", None if counted.properties is None else len(counted.properties)),
        ):
            if number is not None:
                yield Triple(self.node, VOID(predicate), _integer(number))
        yield from self._partitions("class", "entities", counted.classes)
        yield from self._partitions("property", "triples", counted.properties)

    def _partitions(self, kind: str, counts: str, numbers: Counts | None) -> Iterator[Triple]:
        for iri, number in (numbers or {}).items():
            part = NamedNode(f"{self.origin}{PATH}#{kind}-{digest(iri)}")
            yield Triple(self.node, VOID(f"{kind}Partition"), part)
            yield Triple(part, VOID(kind), NamedNode(iri))
            yield Triple(part, VOID(counts), _integer(number))

    def _vocabularies(self) -> Iterator[Triple]:
        used = [*(self.statistics.classes or ()), *(self.statistics.properties or ())]
        for namespace in sorted(set(prefixes(self.settings.base).values()) - {self.settings.base}):
            if any(iri.startswith(namespace) for iri in used):
                yield Triple(self.node, VOID("vocabulary"), NamedNode(namespace))

    def sources(self, snapshot: Snapshot) -> Iterator[Triple]:
        """The named graphs as its parts, with what is known of each."""
        provenance = provenance_graph(self.settings.base)
        for iri, number in (self.statistics.graphs or {}).items():
            graph = NamedNode(iri)
            yield Triple(self.node, VOID("subset"), graph)
            yield Triple(graph, RDF("type"), VOID("Dataset"))
            yield Triple(graph, VOID("triples"), _integer(number))
            for predicate in _DESCRIBED:
                for quad in snapshot.store.quads_for_pattern(graph, predicate, None, provenance):
                    yield Triple(graph, predicate, quad.object)


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD("integer"))
