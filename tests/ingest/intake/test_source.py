"""intake's catalogues of both generations: entries as datasets, nested catalogues, and templates that stay text."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.intake.catalogue import Entry, read_catalogue
from leap_kg.ingest.intake.mapping import map_entry
from leap_kg.ingest.intake.source import IntakeConfig
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, RDF, SCHEMA, Namespace
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE

LEAP = Namespace(BASE + ONTOLOGY_PATH)
TOP = "https://github.com/lab/catalogs/blob/main/intake/master.yaml"
OCEAN = "https://github.com/lab/catalogs/blob/main/intake/ocean.yaml"
MASTER = b"""
metadata: {version: 1}
description: All of it
sources:
  ocean: {driver: yaml_file_cat, args: {path: "{{CATALOG_DIR}}/ocean.yaml"}}
  itself: {driver: yaml_file_cat, args: {path: "{{ CATALOG_DIR }}/master.yaml"}}
  choice: {driver: yaml_file_cat, args: {path: "{{CATALOG_DIR}}/{{which}}.yaml"}}
"""
SEA = b"""
plugins: {source: [{module: os}]}
sources:
  sst:
    description: Sea-surface temperature
    driver: zarr
    args:
      urlpath: gcs://lab/sst.zarr/
      consolidated: true
      storage_options: {token: anon}
    metadata: {title: SST of the lab, tags: [ocean, sst], license: CC-BY-4.0, url: 'https://example.org/sst',
               contact: Ada}
  yearly:
    driver: [netcdf, opendap]
    parameters: {year: {type: int, default: 2020, min: 1990}}
    args: {urlpath: "s3://lab/{{ year }}.nc", xarray_kwargs: {decode_times: false}}
  table: {driver: csv, args: {urlpath: ../data/table.csv}}
  many: {driver: netcdf, args: {urlpath: ["https://example.org/a.nc", "https://example.org/b.nc"]}}
"""


class Shelf(Fetcher):
    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        if url not in self.files:
            raise FetchFailed(url, "nothing is there", "missing", 404)
        return Body.of(url, url, self.files[url], None)


def source(*catalogs: str) -> Source:
    entry = {"id": "intake", "kind": "intake", "title": "Catalogues", "catalogs": catalogs or (TOP,)}
    return IntakeConfig.model_validate(entry).source(Path(), BASE)


def refs(files: dict[str, bytes], *catalogs: str) -> dict[str, Ref]:
    return {ref.key: ref for ref in source(*catalogs).enumerate(Listing(Shelf(files)))}


def mapped(files: dict[str, bytes], *catalogs: str) -> dict[str, Mapped]:
    result = {}
    for key, ref in refs(files, *catalogs).items():
        if not ref.problem:
            result[key] = source(*catalogs).map(RawRecord(key, ref.found))
            graph = NamedNode(f"{BASE}graph/source/intake")
            assert not list(validate(quads_in(result[key].triples, graph), BASE))
    return result


def objects(result: Mapped, subject: str, predicate: NamedNode) -> set[str]:
    found = (t.object for t in result.triples if t.subject == NamedNode(subject) and t.predicate == predicate)
    return {each.value for each in found if isinstance(each, NamedNode | Literal)}


def test_nested_catalogues_are_followed_once_and_each_entry_is_a_record() -> None:
    found = refs({TOP: MASTER, OCEAN: SEA})
    assert set(found) == {
        TOP,
        OCEAN,
        f"{TOP}#choice",
        *(f"{OCEAN}#{name}" for name in ("sst", "yearly", "table", "many")),
    }
    assert not any(ref.problem for ref in found.values())
    assert all(ref.version == ref.found[0].sha256 for ref in found.values())


def test_a_nested_catalogue_that_cannot_be_had_is_a_problem_and_the_first_one_a_failure() -> None:
    found = refs({TOP: MASTER})
    assert "nothing is there" in found[OCEAN].problem
    with pytest.raises(FetchFailed):
        refs({})
    with pytest.raises(Unreadable):
        refs({TOP: b"\0"})
    with pytest.raises(RecordUnusable, match="no catalogue"):
        refs({TOP: b"a: b"})


def test_an_entry_is_a_dataset_whose_store_is_that_of_every_other_source() -> None:
    result = mapped({TOP: MASTER, OCEAN: SEA})[f"{OCEAN}#sst"]
    dataset, store = f"{BASE}dataset/intake/lab/catalogs/intake/ocean/sst", f"{BASE}store/gs/lab/sst.zarr"
    assert result.subject == NamedNode(dataset)
    assert objects(result, dataset, DCT("title")) == {"SST of the lab"}
    assert objects(result, dataset, DCAT("distribution")) == {store}
    assert objects(result, dataset, DCT("license")) == {"https://spdx.org/licenses/CC-BY-4.0"}
    assert objects(result, dataset, DCAT("keyword")) == {"ocean", "sst"}
    assert objects(result, dataset, DCT("isPartOf")) == {OCEAN}
    assert objects(result, dataset, SCHEMA("encodingFormat")) == {"zarr"}
    (kwargs,) = objects(result, store, LEAP("openKwargs"))
    assert json.loads(kwargs) == {"engine": "zarr", "consolidated": True, "storage_options": {"token": "anon"}}
    (kept,) = objects(result, dataset, LEAP("unmapped"))
    assert json.loads(kept)["sources.sst.metadata"] == {"contact": "Ada"}
    assert not result.findings


def test_templates_stay_as_they_are_written_with_their_parameters() -> None:
    result = mapped({TOP: MASTER, OCEAN: SEA})
    dataset = f"{BASE}dataset/intake/lab/catalogs/intake/ocean/yearly"
    assert objects(result[f"{OCEAN}#yearly"], dataset, SCHEMA("urlTemplate")) == {"s3://lab/{{ year }}.nc"}
    (kept,) = objects(result[f"{OCEAN}#yearly"], dataset, LEAP("unmapped"))
    assert json.loads(kept)["sources.yearly.parameters"]["year"]["type"] == "int"
    choice = f"{BASE}dataset/intake/lab/catalogs/intake/master/choice"
    template = "https://github.com/lab/catalogs/blob/main/intake/{{which}}.yaml"
    assert objects(result[f"{TOP}#choice"], choice, SCHEMA("urlTemplate")) == {template}


@given(st.text(st.characters(exclude_categories=["C"]), max_size=40))
def test_no_template_is_ever_evaluated(inside: str) -> None:
    address = f"s3://b/{{{{ {inside} }}}}.nc"
    text = yaml.safe_dump({"sources": {"x": {"driver": "netcdf", "args": {"urlpath": address}}}})
    (entry,) = read_catalogue(read_yaml(text.encode(), what="c"), TOP).entries
    assert entry.addresses == (address,)


def test_what_is_no_array_is_a_file_and_relative_addresses_begin_at_the_catalogue() -> None:
    result = mapped({TOP: MASTER, OCEAN: SEA})
    dataset = f"{BASE}dataset/intake/lab/catalogs/intake/ocean/table"
    (file,) = objects(result[f"{OCEAN}#table"], dataset, DCAT("distribution"))
    assert objects(result[f"{OCEAN}#table"], file, RDF("type")) == {DCAT("Distribution").value}
    assert objects(result[f"{OCEAN}#table"], file, DCAT("accessURL")) == {
        "https://github.com/lab/catalogs/blob/main/data/table.csv"
    }
    many = f"{BASE}dataset/intake/lab/catalogs/intake/ocean/many"
    assert len(objects(result[f"{OCEAN}#many"], many, DCAT("distribution"))) == 2


def test_the_second_generation_joins_data_with_its_reader_and_its_alias() -> None:
    url = "https://example.org/v2.yaml"
    text = b"""
version: 2
aliases: {sst: reader1}
data:
  data1: {datatype: 'intake.readers.datatypes:Zarr', kwargs: {url: 's3://lab/a.zarr'}, metadata: {}}
  data2: {datatype: 'intake.readers.datatypes:CSV', kwargs: {url: 'https://example.org/x.csv'}}
  cat: {datatype: 'intake.readers.datatypes:YAMLFileCatalog', kwargs: {url: 'https://example.org/sub.yaml'}}
  bad: 7
entries:
  reader1:
    reader: intake.readers.readers:XArrayDatasetReader
    kwargs: {data: '{data(data1)}', chunks: {}}
    metadata: {description: Ice}
"""
    found = refs(
        {url: text, "https://example.org/sub.yaml": b"sources: {x: {driver: csv, args: {urlpath: a.csv}}}"}, url
    )
    assert {key for key, ref in found.items() if not ref.problem} == {
        url, f"{url}#sst", f"{url}#data2", "https://example.org/sub.yaml", "https://example.org/sub.yaml#x"
    }  # fmt: skip
    assert "mapping" in found[f"{url}#bad"].problem
    result = source(url).map(RawRecord("k", found[f"{url}#sst"].found))
    assert objects(result, result.subject.value, DCT("description")) == {"Ice"}
    assert objects(result, result.subject.value, DCAT("distribution")) == {f"{BASE}store/s3/lab/a.zarr"}


def test_entries_that_are_none_are_problems_beside_those_that_are() -> None:
    found = refs({TOP: b"sources: {a: 3, b: {args: {}}, c: {driver: csv, args: {urlpath: 'https://x.org/a.csv'}}}"})
    assert [bool(found[f"{TOP}#{name}"].problem) for name in "abc"] == [True, True, False]


def test_secrets_in_a_catalogue_are_not_published() -> None:
    options = {
        "key": "AKIA",
        "secret": "hunter2",
        "client_kwargs": {"aws_session_token": "t0ken"},
        "token": "cloud",
        "anon": "x",
    }
    said = {"sources": {"a": {"driver": "zarr", "args": {"urlpath": "s3://b/a.zarr", "storage_options": options}}}}
    result = mapped({TOP: yaml.safe_dump(said).encode()})[f"{TOP}#a"]
    everything = " ".join(map(str, (*result.triples, *result.findings)))
    assert not [secret for secret in ("AKIA", "hunter2", "t0ken") if secret in everything]
    assert "cloud" in everything
    assert "published-secret" in {finding.kind for finding in result.findings}


def test_addresses_that_are_none_are_findings() -> None:
    said = {
        "sources": {
            "a": {"driver": "zarr", "args": {"urlpath": "https://user:pw@x.org/a.zarr"}},
            "b": {"driver": "zarr"},
        }
    }
    result = mapped({TOP: yaml.safe_dump(said).encode()})
    assert [finding.kind for finding in result[f"{TOP}#a"].findings] == ["bad-store-url", "missing-stores"]
    assert [finding.kind for finding in result[f"{TOP}#b"].findings] == ["missing-stores"]


@pytest.mark.parametrize("driver", ["zarr", "netcdf", "csv"])
def test_a_number_is_no_address(driver: str) -> None:
    said = {"sources": {"a": {"driver": driver, "args": {"urlpath": ["https://x.org/a", 5]}}}}
    record = mapped({TOP: yaml.safe_dump(said).encode()})[f"{TOP}#a"]
    assert [(finding.kind, finding.value) for finding in record.findings] == [("bad-store-url", "5")]
    stores = {t.object.value for t in record.triples if t.predicate == DCAT("distribution")}  # type: ignore[union-attr]
    assert stores == {f"{BASE}store/https/x.org/a"}


@pytest.mark.parametrize("more", [0, 2])
def test_of_more_than_a_thousand_addresses_the_first_are_kept_and_the_rest_is_a_finding(more: int) -> None:
    addresses = [f"https://x.org/{number}.nc" for number in range(1000 + more)]
    said = {"sources": {"a": {"driver": "netcdf", "args": {"urlpath": addresses}}}}
    result = mapped({TOP: yaml.safe_dump(said).encode()})[f"{TOP}#a"]
    assert len(objects(result, result.subject.value, DCAT("distribution"))) == 1000
    assert [finding.kind for finding in result.findings] == ["list-cut"] * (more > 0)
    assert all("1002 addresses" in finding.message for finding in result.findings)


def test_one_record_can_be_fetched_by_itself() -> None:
    files = {TOP: MASTER, OCEAN: SEA}
    ref = refs(files)[f"{OCEAN}#sst"]
    assert source().fetch(ref, Shelf(files)).parts == ref.found
    assert source().fetch(refs(files)[OCEAN], Shelf(files)).part("catalogue") is not None
    with pytest.raises(RecordUnusable, match="no such data source"):
        source().fetch(ref, Shelf({**files, OCEAN: b"sources: {}"}))


KEYS = st.sampled_from(
    ("sources", "data", "entries", "aliases", "driver", "args", "urlpath", "metadata", "kwargs", "url", "datatype", "x")
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(("zarr", "csv", "s3://b/k", "{{x}}", "{data(x)}", "catalog"))
    | st.text("a/.:{}#", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(VALUES)
def test_any_document_is_a_catalogue_or_is_refused(value: object) -> None:
    try:
        catalogue = read_catalogue(read_yaml(yaml.safe_dump(value).encode(), what="c"), TOP)
    except (RecordUnusable, Unreadable):
        return
    for entry in catalogue.entries:
        assert map_entry("k", entry, TOP, BASE).triples


@given(VALUES, VALUES)
def test_any_entry_is_a_dataset(arguments: object, metadata: object) -> None:
    entry = Entry(
        name="x",
        driver="zarr",
        addresses=("s3://lab/k.zarr", "{{y}}", "no place", ""),
        arguments=arguments if isinstance(arguments, dict) else {},
        metadata=metadata if isinstance(metadata, dict) else {},
    )
    result = map_entry("k", entry, TOP, BASE)
    assert objects(result, result.subject.value, DCAT("distribution")) == {f"{BASE}store/s3/lab/k.zarr"}


def test_a_catalogue_has_to_be_named() -> None:
    with pytest.raises(ValidationError):
        IntakeConfig.model_validate({"id": "intake", "kind": "intake", "title": "t", "catalogs": []})
