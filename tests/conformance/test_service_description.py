"""W3C's tests of the service description, whose manifest says in words what they look at; and the VoID description."""

from collections.abc import Callable

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from rdflib import OWL, RDF, RDFS, VOID, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from tests.conformance import suites
from tests.conformance.client import Endpoint

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = "http://www.w3.org/ns/formats/"
MANIFEST = "service-description/manifest.ttl"
Record = Callable[[str, object], None]

# https://www.w3.org/TR/sparql11-service-description/#properties: each property with the class that has it and with the
# class of its values; a text that ends in / or # stands for the IRIs that begin with it.
SCHEMA: dict[str, tuple[str, str]] = {
    "endpoint": ("Service", ""),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "http://www.w3.org/ns/entailment/"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "resultFormat": ("Service", FORMATS),
    "inputFormat": ("Service", FORMATS),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}
INSTANCES = {
    "Feature": {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery"},
    "Language": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
}


@pytest.fixture
def description(endpoint: Endpoint) -> Graph:
    endpoint.send("PUT", "/graph-store?graph=urn:a", {"Content-Type": "text/turtle"}, b"<urn:s> <urn:p> 1 .")
    response = endpoint.send("GET", "/sparql")
    assert response.status == 200
    return Graph().parse(data=response.body, format="turtle")


def returns_rdf(endpoint: Endpoint, _: Graph) -> None:
    service = Triple(
        NamedNode(f"http://{endpoint.host}/sparql#service"), NamedNode(str(RDF.type)), NamedNode(SD.Service)
    )
    for media_type in ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"):
        response = endpoint.send("GET", "/sparql", {"Accept": media_type})
        assert (response.status, response.media_type) == (200, media_type)
        quads = parse(response.body, format=RdfFormat.from_media_type(media_type))
        assert service in {Triple(quad.subject, quad.predicate, quad.object) for quad in quads}
    assert endpoint.send("GET", "/sparql", {"Accept": "image/png"}).status == 406


def has_endpoint_triple(endpoint: Endpoint, found: Graph) -> None:
    (service,) = found.subjects(RDF.type, SD.Service)
    assert list(found.objects(service, SD.endpoint)) == [URIRef(f"http://{endpoint.host}/sparql")]


def conforms_to_schema(_: Endpoint, found: Graph) -> None:
    for subject, predicate, value in found:
        if str(predicate).startswith(SD):
            domain, values = SCHEMA[str(predicate).removeprefix(SD)]
            assert (subject, RDF.type, SD[domain]) in found, (subject, predicate)
            assert _is_one(found, value, values), (predicate, value)
        elif predicate == RDF.type and str(value).startswith(SD):
            assert str(value).removeprefix(SD) in {"Service", "Dataset", "Graph", "NamedGraph", "Feature"}
    for graph in found.subjects(RDF.type, SD.NamedGraph):
        assert len(list(found.objects(graph, SD.name))) == len(list(found.objects(graph, SD.graph))) == 1
    assert {str(name) for name in found.objects(None, SD.name)} >= {"urn:a"}


def _is_one(found: Graph, value: Node, wanted: str) -> bool:
    if wanted in INSTANCES and str(value) in {str(SD[each]) for each in INSTANCES[wanted]}:
        return True
    if "/" in wanted:
        return isinstance(value, URIRef) and value.startswith(wanted)
    return isinstance(value, URIRef) if not wanted else (value, RDF.type, SD[wanted]) in found


TESTS: dict[str, Callable[[Endpoint, Graph], None]] = {
    "has-endpoint-triple": has_endpoint_triple,
    "returns-rdf": returns_rdf,
    "conforms-to-schema": conforms_to_schema,
}


def entries() -> list[str]:
    """The names of the tests, which the manifest writes with `manifest#`."""
    return suites.names(MANIFEST)


@pytest.mark.parametrize("name", entries())
def test_service_description(name: str, endpoint: Endpoint, description: Graph, record_property: Record) -> None:
    record_property("suite", "service-description")
    suites.manifest(MANIFEST)
    TESTS[name](endpoint, description)


def test_void_counts_what_is_there(endpoint: Endpoint) -> None:
    body = b"<urn:a> a <urn:C> ; <urn:p> 1 , 2 . <urn:b> a <urn:C> ."
    endpoint.send("PUT", "/graph-store?graph=urn:counted", {"Content-Type": "text/turtle"}, body)
    redirect = endpoint.send("GET", "/.well-known/void")
    assert (redirect.status, redirect.headers["location"]) == (303, f"http://{endpoint.host}/void")
    found = Graph().parse(data=endpoint.send("GET", "/void").body, format="turtle")
    (dataset,) = found.objects(None, URIRef("http://xmlns.com/foaf/0.1/primaryTopic"))
    assert found.value(URIRef("urn:counted"), VOID.triples) == Literal(4)
    assert (dataset, VOID.subset, URIRef("urn:counted")) in found
    assert found.value(dataset, VOID.sparqlEndpoint) == URIRef(f"http://{endpoint.host}/sparql")
    parts = {
        (str(found.value(part, VOID["class"])), number(found, part, VOID.entities))
        for part in found.objects(dataset, VOID.classPartition)
    }
    assert ("urn:C", 2) in parts
    assert (str(OWL.Class), _classes(endpoint)) in parts
    uses = {
        (str(found.value(part, VOID.property)), number(found, part, VOID.triples))
        for part in found.objects(dataset, VOID.propertyPartition)
    }
    assert ("urn:p", 2) in uses
    assert number(found, dataset, VOID.triples) == sum(count for _, count in uses)
    assert number(found, dataset, VOID.properties) == len(uses)
    assert URIRef(str(RDFS)) in set(found.objects(dataset, VOID.vocabulary))
    tag = endpoint.send("GET", "/void").headers["etag"]
    assert endpoint.send("GET", "/void", {"If-None-Match": tag}).status == 304


def number(found: Graph, subject: Node, predicate: URIRef) -> int:
    """The number that is said of a subject."""
    value = found.value(subject, predicate)
    assert isinstance(value, Literal)
    return int(value)


def _classes(endpoint: Endpoint) -> int:
    query = f"SELECT (COUNT(DISTINCT ?c) AS ?n) WHERE {{ ?c a <{OWL.Class}> }}".encode()
    headers = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    return int(endpoint.send("POST", "/sparql", headers, query).body.split()[1])
