"""Real tables of stores and LEAP's real requests, against what other code reads in them."""

import csv
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, QuerySolutions, Store

from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.source import Listing, Mapped, RecordUnusable
from leap_kg.ingest.sources import read_sources
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, SCHEMA, Namespace
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.parameters import Value
from tests.ingest.judged import judge, values
from tests.sparql.questions.asked import questions

DATA = Path(__file__).parents[3] / "shared" / "data" / "esm-catalogs"
SAMPLES = DATA / "intake__intake-esm" / "tests" / "sample-catalogs"
TUTORIALS = DATA / "intake__intake-esm" / "tutorial-catalogs"
IIDS = DATA / "leap-stc__cmip6-leap-feedstock" / "feedstock" / "iids.yaml"
LEAP = Namespace(BASE + ONTOLOGY_PATH)
FACETS = ("activity_id", "institution_id", "source_id", "experiment_id", "member_id", "table_id", "variable_id",
          "grid_label")  # fmt: skip

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the tables are not beside the project, in ../shared/data")


def in_json(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((TUTORIALS / name).read_text())["catalog_dict"]
    return rows


def in_csv(name: str) -> list[dict[str, Any]]:
    data = (SAMPLES / name).read_bytes()
    return list(csv.DictReader((gzip.decompress(data) if name.endswith("gz") else data).decode().splitlines()))


TABLES: dict[str, Any] = {
    "cmip6-pangeo-subset": lambda: in_csv("pangeo-gcp-subset.csv.gz"),
    "cmip6-pangeo-old": lambda: in_csv("cmip6-zarr-consolidated-stores.csv"),
    "cmip6-google": lambda: in_json("GOOGLE-CMIP6.json"),
    "cmip6-aws": lambda: in_json("AWS-CMIP6.json"),
    "cesm2-lens": lambda: in_json("AWS-CESM2-LENS.json"),
    "cmip6-bcc": lambda: in_csv("cmip6-bcc-mixed-formats.csv"),
    "cmip6-netcdf": lambda: in_csv("cmip6-netcdf-test.csv"),
    "cesm1-lens": lambda: in_csv("cesm1-lens-netcdf.csv"),
}


class Taken:
    """What the sources of the project's own file make of the tables and requests."""

    def __init__(self) -> None:
        self.mapped: dict[str, dict[str, Mapped]] = {}
        self.refused: dict[str, dict[str, str]] = {}
        with MirrorFetcher(read_mirror(Path(__file__).parent / "mirror.yaml"), Limits()) as fetcher:
            for source in read_sources(declarations() / "ingest" / "leap.yaml", BASE):
                if source.id not in (*TABLES, "cmip6-requests"):
                    continue
                good, bad = self.mapped.setdefault(source.id, {}), self.refused.setdefault(source.id, {})
                for ref in source.enumerate(Listing(fetcher)):
                    assert ref.problem == ""
                    assert ref.key not in good
                    try:
                        good[ref.key] = source.map(source.fetch(ref, fetcher))
                    except RecordUnusable as problem:
                        bad[ref.key] = problem.reason
        self.store: Store = judge(*(record for records in self.mapped.values() for record in records.values()))

    def ask(self, question: str, /, **given: Value) -> list[dict[str, str]]:
        query = questions().get(question)
        assert query is not None
        rows = self.store.query(query.bind(**given), use_default_graph_as_union=True)
        assert isinstance(rows, QuerySolutions)
        names = [variable.value for variable in rows.variables]
        return [{n: term.value for n in names if (term := row[n]) is not None} for row in rows]


@pytest.fixture(scope="module")
def taken() -> Taken:
    return Taken()


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_a_store_or_refused_for_a_path_of_another_machine(taken: Taken, name: str) -> None:
    rows = TABLES[name]()
    addresses = [row.get("zstore") or row.get("path") for row in rows]
    remote = {address for address in addresses if "://" in address}
    stores = values(taken.store, NamedNode(f"{BASE}dataset/esm/{name}"), DCAT("distribution"))
    uris = {uri for store in stores for uri in values(taken.store, NamedNode(store), LEAP("storageURI"))}
    assert uris == {address.rstrip("/") for address in remote}
    refused = taken.refused[name]
    assert len(refused) == len(rows) - sum("://" in address for address in addresses)
    assert all("relative path" in reason for reason in refused.values())


def test_the_table_of_3502_stores_is_all_there(taken: Taken) -> None:
    rows = in_csv("pangeo-gcp-subset.csv.gz")
    assert len(rows) == 3502
    table = NamedNode(f"{BASE}dataset/esm/cmip6-pangeo-subset")
    assert len(values(taken.store, table, DCAT("distribution"))) == 3502
    for row in rows[::97]:
        store = NamedNode(f"{BASE}store/gs/{row['zstore'].removeprefix('gs://').rstrip('/')}")
        parts = [row[column] for column in FACETS]
        assert values(taken.store, store, DCT("identifier")) == {f"CMIP6.{'.'.join(parts)}.v{row['version']}"}
        subjects = {iri.rpartition("/")[2] for iri in values(taken.store, store, DCT("subject"))}
        assert subjects == set(parts)


def test_question_8_what_is_in_the_one_catalogue_and_not_in_the_other(taken: Taken) -> None:
    def instances(name: str) -> set[str]:
        return {f"CMIP6.{'.'.join(row[key] for key in FACETS)}.v{row['version']}" for row in TABLES[name]()}

    one, other = instances("cmip6-google"), instances("cmip6-pangeo-subset")
    found = taken.ask("questions/catalogue-differences")
    assert {row["instance"] for row in found if row["only"] == "the one"} == one - other
    assert {row["instance"] for row in found if row["only"] == "the other"} == other - one
    assert one - other


def test_every_line_of_the_requests_is_a_request(taken: Taken) -> None:
    lines = [line.strip() for line in IIDS.read_text().splitlines()]
    active = {re.sub(r"[\s\"']", "", line.removeprefix("-")) for line in lines if line.startswith("-")}
    commented = {re.sub(r"[\s\"'#]", "", line).removeprefix("-") for line in lines if re.match(r"[# ]*#\s*-", line)}
    records = taken.mapped["cmip6-requests"]
    said = {key: values(taken.store, record.subject, SCHEMA("creativeWorkStatus")) for key, record in records.items()}
    assert {key for key, state in said.items() if state == {f"{BASE}state/requested"}} >= active
    assert {key for key, state in said.items() if state == {f"{BASE}state/suspended"}} == commented - active
    assert taken.refused["cmip6-requests"] == {}


def test_question_7_which_requested_instances_are_there_and_which_wait(taken: Taken) -> None:
    rows = taken.ask("questions/requested-instances", words="CMIP6.")
    (pattern,) = (key for key in taken.mapped["cmip6-requests"] if key.startswith("CMIP6.*.*.[CESM2,CESM2-WACCM]"))
    wanted = {
        row["zstore"].rstrip("/")
        for name in ("cmip6-pangeo-subset", "cmip6-google", "cmip6-aws")
        for row in TABLES[name]()
        if row["source_id"] in ("CESM2", "CESM2-WACCM")
        and row["experiment_id"] in ("historical", "ssp245")
        and row["table_id"] == "Omon"
        and row["variable_id"] in ("tos", "sos", "chl", "spco2", "mlotst")
    }
    mine = [row for row in rows if row["asked"] == pattern]
    assert {row["state"] for row in mine} == {"ingested"}
    assert {u for row in mine for u in values(taken.store, NamedNode(row["store"]), LEAP("storageURI"))} == wanted
    assert wanted
    assert {row["issue"] for row in mine} == {"https://github.com/jbusecke/pangeo-forge-esgf/issues/72"}
    single = [row for row in rows if "GeoMIP" in row["asked"]]
    assert {row["state"] for row in single} == {"waiting"}
    assert len({row["asked"] for row in rows}) == len(taken.mapped["cmip6-requests"])
