"""Questions that calculate: each engine has numbers, dates and unbound values in ways of its own, and one answer."""

import json

import pytest
from pyoxigraph import NamedNode, Store

from leap_kg.graph.engine import Engine
from leap_kg.graph.remote.protocol import Connection
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.sparql import run
from tests.graph.engines.conftest import SERVERS
from tests.graph.engines.servers import Server
from tests.sparql.questions import test_cover, test_environments, test_made_by, test_open_store, test_providers
from tests.sparql.questions.asked import questions, said, stored

pytestmark = pytest.mark.all

SEA = """
<urn:sea> a dcat:Dataset ; dct:title "Sea" ; schema:maintainer <urn:kim> ; dcat:distribution <urn:store> ;
    schema:variableMeasured <urn:temperature> ; prov:qualifiedAttribution <urn:part> .
<urn:part> prov:agent <urn:lab> ; dcat:hadRole <urn:host> . <urn:host> skos:prefLabel "host" .
<urn:temperature> schema:name "sea surface temperature" .
<urn:store> a dcat:Distribution ; dct:title "Sea, daily" .
<urn:warmth> a dcat:Dataset ; dct:title "Warmth" ; prov:wasDerivedFrom <urn:sea> ; schema:maintainer <urn:kim> ;
    prov:qualifiedAttribution <urn:other-part> .
<urn:other-part> prov:agent <urn:lab> ; dcat:hadRole <urn:host> .
<urn:trend> a dcat:Dataset ; dct:title "Trend" ; prov:wasDerivedFrom <urn:warmth> ; dcat:distribution <urn:numbers> .
<urn:numbers> a dcat:Distribution ; dct:title "Trend, yearly" .
<urn:paper> a schema:ScholarlyArticle ; dct:title "Warm" ; dct:creator <urn:kim> ;
    dct:references <urn:sea> , <urn:warmth> .
<urn:code> a schema:SoftwareSourceCode ; dct:title "Code" ; dct:creator <urn:kim> ;
    prov:used <urn:store> , <urn:numbers> ; codemeta:referencePublication <urn:paper> .
<urn:kim> a foaf:Person ; foaf:name "Kim" . <urn:lab> a foaf:Organization ; foaf:name "Lab" .
"""

BILLS = """
<urn:hub> a leap:HubDeployment . <urn:other> a leap:HubDeployment .
<urn:1> a schema:MonetaryAmount ; schema:value "120.50" ; schema:about <urn:hub> ; schema:currency "USD" ;
    schema:startDate "2020-12-28"^^xsd:date ; schema:endDate "2021-01-05"^^xsd:date .
<urn:2> a schema:MonetaryAmount ; schema:value "10" ; schema:about <urn:hub> ; schema:currency "usd" ;
    schema:startDate "2021-01-03"^^xsd:date .
<urn:3> a schema:MonetaryAmount ; schema:value "7" ; schema:about <urn:hub> ; schema:currency "EUR" .
<urn:4> a schema:MonetaryAmount ; schema:value "3" ; schema:about <urn:hub> ; schema:currency "EUR" ;
    schema:startDate "2020-01"^^xsd:gYearMonth .
<urn:5> a schema:MonetaryAmount ; schema:value "a lot" ; schema:about <urn:hub> ; schema:currency "EUR" ;
    schema:startDate "2020-02-29"^^xsd:date .
"""


@pytest.fixture(scope="module", params=SERVERS)
def engine(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(f"{request.param}_server")
    found.clear()
    return found


def answers(engine: Engine, name: str, /, **values: str) -> list[str]:
    query = questions().get(f"questions/{name}")
    assert query is not None
    rows = run.select(engine, query.bind(**values))
    return sorted(json.dumps({key: str(term) for key, term in row.items()}, sort_keys=True) for row in rows)


def alike(engine: Server, local: Store, name: str, /, **values: str) -> list[str]:
    """The answer, which the server and the embedded engine give alike."""
    graph = NamedNode("urn:questions")
    triples = " ".join(f"{quad.subject} {quad.predicate} {quad.object} ." for quad in local)
    Connection(engine.remote).update(f"CLEAR SILENT GRAPH {graph}")
    Connection(engine.remote).update(f"INSERT DATA {{ GRAPH {graph} {{ {triples} }} }}")
    ours, theirs = answers(local, name, **values), answers(RemoteStore(engine.remote), name, **values)
    assert theirs == ours
    return ours


def test_sums_by_week(engine: Server) -> None:
    assert len(alike(engine, stored(said(BILLS)), "hub-costs-by-week")) == 5


@pytest.mark.parametrize("area", ["170 -10 -170 10", "-170 -10 170 10", "340 -10 380 10", "180 0 180 0", "10 85 20 90"])
def test_places(engine: Server, area: str) -> None:
    assert len(alike(engine, test_cover.held(test_cover.PLACES), "cover-place-time", area=area)) > 1


def test_packages_that_open_a_store(engine: Server) -> None:
    rows = alike(engine, stored(said(test_open_store.STORES)), "open-store", title="rain", image="lab/tide:1")
    assert len(rows) == 4
    alike(engine, stored(said(test_open_store.STORES)), "open-store", title="", image="lab/other:1")


def test_who_provided_what(engine: Server) -> None:
    assert len(alike(engine, stored(said(test_providers.TIDES)), "providers", title="tides")) == 8
    assert len(alike(engine, stored(said(test_providers.TIDES)), "providers", title="")) == 11


def test_what_made_a_store(engine: Server) -> None:
    assert len(alike(engine, stored(said(test_made_by.SEAS)), "made-by")) == 12


@pytest.mark.parametrize(
    ("person", "dataset", "ways"),
    [
        ("kim", "sea", 6),
        ("kim", "warmth", 4),
        ("kim", "store", 2),
        ("lab", "sea", 2),
        ("lab", "lab", 0),
        ("kim", "kim", 0),
    ],
)
def test_ways_from_a_person_to_data(engine: Server, person: str, dataset: str, ways: int) -> None:
    values = {"person": f"urn:{person}", "dataset": f"urn:{dataset}"}
    assert len(alike(engine, stored(said(SEA)), "person-and-data", **values)) == ways


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [
        ("image-differences", {"first": "urn:tide:1", "second": "urn:tide:2"}, 5),
        ("image-tags-without-release", {}, 3),
        ("hub-images", {}, 3),
        ("environments-not-offered", {}, 4),
        ("downstream", {"node": "urn:tide:1"}, 8),
    ],
)
def test_images_and_what_depends_on_them(engine: Server, name: str, values: dict[str, str], rows: int) -> None:
    assert len(alike(engine, stored(said(test_environments.IMAGES)), name, **values)) == rows


def test_hubs_side_by_side(engine: Server) -> None:
    values = {"first": "urn:one", "second": "urn:two"}
    assert len(alike(engine, stored(said(test_environments.HUBS)), "profile-differences", **values)) == 9


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [("images-that-fit", {"code": "urn:notebook"}, 3), ("downstream", {"node": "urn:box"}, 5)],
)
def test_what_virtuoso_leaves_out(fuseki_server: Server, name: str, values: dict[str, str], rows: int) -> None:
    """It does not begin a path at what was worked out, nor join such a text; the documentation says so."""
    fuseki_server.clear()
    assert len(alike(fuseki_server, stored(said(test_environments.IMAGES)), name, **values)) == rows
