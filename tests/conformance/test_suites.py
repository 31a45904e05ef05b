"""W3C's suites for the protocols of SPARQL 1.1; the score stands at the end of the test run."""

from collections.abc import Callable
from functools import lru_cache

import pytest
from rdflib import Namespace

from tests.conformance import suites
from tests.conformance.client import Endpoint, carry_out
from tests.conformance.conftest import serving

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
DIRECT = "graph-store-protocol/manifest-direct.ttl"
INDIRECT = "graph-store-protocol/manifest-indirect.ttl"
PROTOCOL = "protocol/manifest.ttl"
WRITTEN = "http-rdf-update/manifest.ttl"

Record = Callable[[str, object], None]
cached = lru_cache(maxsize=4)(suites.exchanges)


def run(path: str, name: str, endpoint: Endpoint) -> None:
    assert carry_out(cached(path)[name], endpoint) == []


@pytest.mark.parametrize("name", suites.names(DIRECT))
def test_graph_store_direct(name: str, endpoint: Endpoint, record_property: Record) -> None:
    record_property("suite", "graph-store-protocol, direct")
    run(DIRECT, name, endpoint)


@pytest.mark.all
@pytest.mark.parametrize("name", suites.names(INDIRECT))
def test_graph_store_indirect(name: str, endpoint: Endpoint, record_property: Record) -> None:
    record_property("suite", "graph-store-protocol, indirect")
    run(INDIRECT, name, endpoint)


@pytest.mark.all
@pytest.mark.parametrize("name", suites.names(PROTOCOL))
def test_protocol(name: str, endpoint: Endpoint, record_property: Record) -> None:
    record_property("suite", "protocol")
    run(PROTOCOL, name, endpoint)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The outcome of the tests of http-rdf-update, which follow one another on a store of their own."""
    suites.manifest(WRITTEN)
    with serving(tmp_path_factory.mktemp("written") / "home") as endpoint:
        variables: dict[str, str] = {}
        return {
            exchange.name: carry_out(exchange, endpoint, variables)
            for exchange in suites.written_exchanges(endpoint.host, "/graph-store")
        }


@pytest.mark.all
@pytest.mark.parametrize("name", suites.names(WRITTEN))
def test_http_rdf_update(name: str, written: dict[str, list[str]], record_property: Record) -> None:
    record_property("suite", "http-rdf-update")
    assert written[name] == []
