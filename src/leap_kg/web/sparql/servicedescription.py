"""What the SPARQL endpoint is and can, in RDF: https://www.w3.org/TR/sparql11-service-description/

Given out where the endpoint is asked for RDF without being asked a query.
"""

from collections.abc import Iterator

from fastapi import Request, Response
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from starlette.concurrency import run_in_threadpool

from leap_kg.graph.snapshot import Snapshot
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, RDF, VOID, Namespace
from leap_kg.web.answers import server_of, site_of
from leap_kg.web.site import NoRevision
from leap_kg.web.sparql.rdfdocument import document
from leap_kg.web.writing.preconditions import exists

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
ENTAILMENT = Namespace("http://www.w3.org/ns/entailment/")

_LANGUAGES = ("SPARQL10Query", "SPARQL11Query", "SPARQL11Update")
_RESULTS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip
_INPUTS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads")


async def respond(request: Request) -> Response:
    """The description in the RDF format that the client likes best, Turtle without a wish."""
    site = site_of(request)
    try:
        revision = await run_in_threadpool(site.revision)
        number, snapshot = revision.number, revision.reading.snapshot
    except NoRevision:
        number, snapshot = 0, None
    endpoint = f"{server_of(request)}/sparql"
    base, name = site.settings.base, site.settings.name
    triples = await run_in_threadpool(lambda: list(description(endpoint, base, name, snapshot)))
    links = {"Link": f'<{server_of(request)}/void>; rel="describedby"'}
    return document(request, triples, number, "/sparql", links)


def description(endpoint: str, base: str, name: str, snapshot: Snapshot | None) -> Iterator[Triple]:
    """The endpoint with this address, and the graphs of the snapshot if there is one."""
    service, dataset, default = (NamedNode(f"{endpoint}#{part}") for part in ("service", "dataset", "default-graph"))
    yield Triple(service, RDF("type"), SD("Service"))
    yield Triple(service, DCT("title"), Literal(name))
    yield Triple(service, SD("endpoint"), NamedNode(endpoint))
    yield Triple(service, SD("feature"), SD("UnionDefaultGraph"))
    yield Triple(service, SD("defaultEntailmentRegime"), ENTAILMENT("Simple"))
    for predicate, namespace, names in (
        ("supportedLanguage", SD, _LANGUAGES),
        ("resultFormat", FORMATS, _RESULTS),
        ("inputFormat", FORMATS, _INPUTS),
    ):
        yield from (Triple(service, SD(predicate), namespace(each)) for each in names)
    search = Namespace(base + ONTOLOGY_PATH)("search")
    yield Triple(service, SD("propertyFeature"), search)
    yield Triple(search, RDF("type"), SD("Feature"))
    yield Triple(service, SD("defaultDataset"), dataset)
    yield Triple(dataset, RDF("type"), SD("Dataset"))
    yield Triple(dataset, SD("defaultGraph"), default)
    yield Triple(default, RDF("type"), SD("Graph"))
    yield Triple(default, DCT("description"), Literal("The union of all named graphs."))
    if snapshot is not None:
        yield Triple(dataset, VOID("inDataset"), NamedNode(f"{base}graph"))
        yield from _named_graphs(dataset, snapshot)


def _named_graphs(dataset: NamedNode, snapshot: Snapshot) -> Iterator[Triple]:
    named = (graph for graph in snapshot.store.named_graphs() if isinstance(graph, NamedNode))
    for number, graph in enumerate(sorted(named, key=str)):
        if exists(snapshot.store, graph):
            entry, content = BlankNode(f"entry{number}"), BlankNode(f"graph{number}")
            yield Triple(dataset, SD("namedGraph"), entry)
            yield Triple(entry, RDF("type"), SD("NamedGraph"))
            yield Triple(entry, SD("name"), graph)
            yield Triple(entry, SD("graph"), content)
            yield Triple(content, RDF("type"), SD("Graph"))
