"""Queries, named queries, search and names of datasets, asked of a real server of the example platform."""

from datetime import UTC, datetime

import pandas as pd
import pytest
import rdflib

import leap_kg
from leap_kg.client import Client, CutResult, KgError
from leap_kg.client.errors import Ambiguous, NotFound, NotReachable, Refused
from leap_kg.settings import DEFAULT_BASE as BASE

SST = "example-lab/sst-analysis-feedstock"


def test_the_client_is_found_in_the_package_itself() -> None:
    assert leap_kg.Client is Client


def test_rows_are_typed_and_say_what_they_were_read_from(kg: Client) -> None:
    found = kg.sparql(
        """SELECT (COUNT(*) AS ?number) (1.5 AS ?half) (SAMPLE(?title) AS ?some) (true AS ?yes) (MAX(?at) AS ?last) ?no
        WHERE { ?dataset a dcat:Dataset ; dct:title ?title . ?run prov:endedAtTime ?at OPTIONAL { ?run leap:no ?no } }
        GROUP BY ?no"""
    )
    dtypes = {name: str(dtype) for name, dtype in found.dtypes.items()}
    assert dtypes == {
        **{"number": "Int64", "half": "Float64", "some": "string", "yes": "boolean"},
        **{"last": "datetime64[us, UTC]", "no": "object"},
    }
    assert found["number"][0] > 10
    assert found["no"].isna().all()
    assert found.attrs["revision"] >= 4
    assert found.attrs["url"] == kg.url


def test_ask_is_a_truth_and_construct_a_graph(kg: Client) -> None:
    assert kg.sparql("ASK { ?dataset a dcat:Dataset }") is True
    assert kg.sparql("ASK { ?dataset a leap:Nothing }") is False
    graph = kg.sparql("CONSTRUCT { ?d dct:title ?t } WHERE { ?d a dcat:Dataset ; dct:title ?t }")
    assert isinstance(graph, rdflib.Graph)
    titles = {str(title) for title in graph.objects(predicate=rdflib.DCTERMS.title)}
    assert {"Example ocean heat content", "The new title"} <= titles
    assert len(kg.sparql(f"DESCRIBE <{BASE}dataset/{SST}>")) > 10


def test_a_result_that_is_cut_warns(kg: Client) -> None:
    query = "SELECT ?a ?b WHERE { ?a a ?x . ?b a ?y } LIMIT 30000"
    with pytest.warns(CutResult, match=r"first 20,000 rows of more.*LIMIT") as told:
        assert len(kg.sparql(query)) == 20_000
    assert told[0].filename == __file__


def test_faults_of_a_query_are_told_as_the_server_tells_them(kg: Client) -> None:
    with pytest.raises(Refused, match=r"line 1|error at 1"):
        kg.sparql("SELECT * WHERE { ?a ?b }")
    with pytest.raises(Refused, match=r"took longer than 1 s; add LIMIT"):
        kg.sparql("SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?g && ?c != ?f) }")
    with pytest.raises(NotReachable):
        Client(kg.url, seconds=0.001).sparql("SELECT * WHERE { ?a ?b ?c } LIMIT 10")


def test_the_past_is_asked_by_revision_or_time(kg: Client) -> None:
    query = f"SELECT ?title WHERE {{ <{BASE}dataset/loopback/changing> dct:title ?title }}"
    now = kg.sparql(query)
    assert list(now["title"]) == ["The new title"]
    before = kg.sparql(query, at=now.attrs["revision"] - 1)
    assert list(before["title"]) == ["The old title"]
    assert len(kg.sparql(query, at=1)) == 0
    with pytest.raises(Refused, match="the graph begins at"):
        kg.sparql(query, at=datetime(1999, 1, 1, tzinfo=UTC))
    with pytest.raises(Refused, match="no revision 100000"):
        kg.sparql(query, at=100_000)


def test_named_queries_take_parameters_and_refuse_what_they_do_not_have(kg: Client) -> None:
    found = kg.query("questions/users-of-data", data=f"{BASE}dataset/{SST}")
    assert {"user", "how", "confidence"} <= set(found.columns)
    assert str(found["confidence"].dtype) in ("Float64", "Int64")
    assert len(kg.query("changes/of-node", node=f"{BASE}dataset/loopback/changing")) > 1
    with pytest.raises(NotFound, match=r"Is it questions/users-of-data"):
        kg.query("questions/user-of-data")
    with pytest.raises(KgError, match=r"no parameter 'dataset'. It has data"):
        kg.query("questions/users-of-data", dataset="x")
    with pytest.raises(Refused, match="data"):
        kg.query("questions/users-of-data", data="no iri")
    assert "questions/users-of-data" in {query.name for query in kg.queries}


def test_search_brings_all_hits_at_once(kg: Client) -> None:
    found = kg.search("sea surface", kind="dataset")
    assert [hit.label for hit in found][:1] == ["Example sea-surface temperature analysis"]
    assert found[0].dataset().iri == f"{BASE}dataset/{SST}"
    table = found.to_dataframe()
    assert list(table.columns) == ["label", "kind", "summary", "iri", "url"]
    assert str(table["label"].dtype) == "string"
    everything = kg.search()
    assert len(everything) == everything.total > 100
    assert len(kg.search(limit=3)) == 3
    assert kg.search(limit=3).total == everything.total
    assert len(kg.search(kind="nothing")) == 0
    assert {hit.kind for hit in kg.search(kind=["dataset", "paper"])} >= {"Dataset"}
    with pytest.raises(KgError, match="limit is 0"):
        kg.search(limit=0)


def test_very_many_hits_come_in_a_second_request(kg: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = kg.search()
    asked: list[str] = []
    told = kg._transport.json

    def few(path: str, parameters: dict[str, object]) -> object:
        asked.append(path)
        return told(path, {**parameters, "limit": 20})

    monkeypatch.setattr(kg._transport, "json", few)
    assert [hit.iri for hit in kg.search()] == [hit.iri for hit in whole]
    assert asked == ["/search.json"]


@pytest.mark.parametrize(
    "name",
    [
        *(SST, "sst-analysis-feedstock", "sst-analysis", "Example sea-surface temperature analysis"),
        *("sea-surface", f"{BASE}dataset/{SST}", f"/dataset/{SST}", "PAGE"),
    ],
)
def test_a_dataset_has_many_names(kg: Client, name: str) -> None:
    given = kg.page(f"{BASE}dataset/{SST}") if name == "PAGE" else name
    found = kg.dataset(given)
    assert found.iri == f"{BASE}dataset/{SST}"
    assert found.slug == SST


def test_names_that_mean_several_or_none_are_explained(kg: Client) -> None:
    with pytest.raises(Ambiguous, match=r"Give one of these: .*'example-lab/ocean-heat-content-feedstock'") as caught:
        kg.dataset("example")
    assert SST in caught.value.candidates
    with pytest.raises(NotFound, match=r"no dataset is named 'temperature of the sea'"):
        kg.dataset("temperature of the sea")
    with pytest.raises(NotFound, match=r"is not in the graph"):
        kg.dataset("https://example.org/nothing")
    with pytest.raises(NotFound, match=r"dataset\('loopback/v2'\)\.to_xarray\("):
        kg.dataset(f"{BASE}store/loopback/v2")
    with pytest.raises(NotFound, match="something else"):
        kg.dataset("https://orcid.org/0000-0002-1825-0097")
    for name in ("", " ", '"} DROP ALL', "\\", "x" * 5000, "http://a b", "a/<b>"):
        with pytest.raises(KgError):
            kg.dataset(name)


def test_all_datasets_are_listed_for_completion(kg: Client) -> None:
    names = kg.datasets._ipython_key_completions_()
    assert SST in names
    assert len(kg.datasets) == len(names) > 10
    assert SST in kg.datasets
    assert kg.datasets[SST].title == "Example sea-surface temperature analysis"
    assert "\x1b" not in repr(kg.datasets)


def test_the_stac_api_opens_as_a_client_of_pystac(kg: Client) -> None:
    catalog = kg.stac()
    assert any("sst-analysis" in collection.id for collection in catalog.get_collections())
    assert catalog.conforms_to("ITEM_SEARCH")


def test_frames_are_ordinary_frames(kg: Client) -> None:
    found = kg.sparql("SELECT ?d ?t WHERE { ?d a dcat:Dataset ; dct:title ?t } ORDER BY ?t")
    assert isinstance(found, pd.DataFrame)
    assert found[found["t"].str.contains("ocean")]["d"].to_list() == [
        f"{BASE}dataset/example-lab/ocean-heat-content-feedstock"
    ]
    assert kg.sparql("SELECT ?x WHERE { ?x a leap:Nothing }").shape == (0, 1)
    assert kg.sparql("SELECT * WHERE {}").shape[1] == 0
