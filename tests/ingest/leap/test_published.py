"""The published catalogue as a second opinion: joined with the feedstocks, compared, and filling their gaps."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.leap.compare import compare
from leap_kg.ingest.leap.published import site_slug
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF
from tests.ingest.shelf import (
    BASE,
    LIST,
    PUBLISHED,
    SITE,
    Bench,
    Shelf,
    catalog_of,
    catalog_source,
    catalog_url,
    dataset,
    entry_of,
    findings,
    kinds,
    meta_address,
    meta_of,
    published_source,
    store,
    titles,
)

NAMES = ("alpha", "beta", "gamma")


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.feedstocks(NAMES)
    shelf.publish([entry_of(name) for name in NAMES])
    return shelf


@pytest.fixture
def bench(tmp_path: Path, shelf: Shelf) -> Bench:
    return Bench(tmp_path / "home", shelf, published_source)


def quads(bench: Bench) -> list[Any]:
    return list(bench.quads("lab-published"))


def entry(name: str) -> NamedNode:
    return NamedNode(f"{BASE}entry/lab/{name}")


def test_an_entry_whose_files_agree_is_a_catalogue_record_that_says_whether_its_store_is_public(bench: Bench) -> None:
    assert bench.harvest().published == 3
    assert bench.types(entry("alpha"), "lab-published") == {"CatalogRecord"}
    assert bench.objects(entry("alpha"), FOAF("primaryTopic"), "lab-published") == {dataset("alpha").value}
    assert bench.objects(entry("alpha"), FOAF("page"), "lab-published") == {f"{SITE}title-of-alpha"}
    assert len(quads(bench)) == 5 * len(NAMES)
    assert {str(q.object)[-8:-1] for q in quads(bench) if q.predicate == DCT("accessRights")} == {"/PUBLIC"}


def test_the_engine_that_is_published_says_what_a_store_is_whose_address_does_not(bench: Bench, shelf: Shelf) -> None:
    entries = [entry_of(name) for name in NAMES]
    for name, engine in (("alpha", "zarr"), ("beta", "unheard-of"), ("gamma", "h5netcdf")):
        plain = catalog_of(name)
        plain["stores"][0]["url"] = f"gs://lab/{name}/surface"
        shelf.bodies[catalog_url(name)] = json.dumps(plain).encode()
        published = entries[NAMES.index(name)]["stores"][0]
        published.update(url=f"gs://lab/{name}/surface", xarray_open_kwargs={"engine": engine})
    shelf.publish(entries)
    bench.harvest()
    formats = {
        name: bench.objects(NamedNode(f"{BASE}store/gs/lab/{name}/surface"), DCT("format"), "lab-published")
        for name in NAMES
    }
    assert formats == {"alpha": {f"{BASE}format/zarr"}, "beta": set(), "gamma": {f"{BASE}format/netcdf"}}


@pytest.mark.parametrize("missing", [catalog_url, meta_address])
def test_where_the_files_cannot_be_read_the_entry_describes_the_dataset(
    bench: Bench, shelf: Shelf, missing: Any
) -> None:
    del shelf.bodies[missing("beta")]
    assert bench.harvest().dead == 0
    assert titles(bench, "lab-published") == {"Title of beta"}
    assert bench.types(store("beta"), "lab-published") == {"Distribution", "ZarrStore"}
    assert bench.objects(dataset("beta"), DCT("source"), "lab-published") == {PUBLISHED, meta_address("beta")}
    assert bench.objects(dataset("beta"), DCAT("keyword"), "lab-published") == {"ocean", "beta"}


def test_an_entry_that_left_the_list_is_described_and_reported(bench: Bench, shelf: Shelf) -> None:
    shelf.list(["alpha", "gamma"])
    bench.harvest()
    (finding,) = findings(quads(bench))
    assert (finding["kind"], finding["focusNode"]) == ("not-in-input", dataset("beta").value)
    assert titles(bench, "lab-published") == {"Title of beta"}


def test_a_feedstock_that_is_not_published_is_a_finding_on_the_dataset(bench: Bench, shelf: Shelf) -> None:
    shelf.publish([entry_of("alpha"), entry_of("gamma")])
    assert bench.harvest().seen == 3
    (finding,) = findings(quads(bench))
    assert (finding["kind"], finding["focusNode"], finding["value"]) == (
        "not-published",
        dataset("beta").value,
        catalog_url("beta"),
    )


def test_a_feedstock_neither_published_nor_readable_is_a_dead_letter_with_its_address(
    bench: Bench, shelf: Shelf
) -> None:
    shelf.publish([entry_of("alpha"), entry_of("gamma")])
    del shelf.bodies[meta_address("beta")]
    assert bench.harvest().dead == 1
    assert bench.dead_letters("lab-published")["lab/beta"].url == catalog_url("beta")


@pytest.mark.all
def test_being_published_leaving_the_list_and_coming_back_is_one_record(bench: Bench, shelf: Shelf) -> None:
    shelf.publish([entry_of("alpha"), entry_of("gamma")])
    for _ in range(2):
        assert bench.harvest().seen == 3
        shelf.publish([entry_of(name) for name in NAMES])
        assert (bench.harvest().seen, kinds(quads(bench))) == (3, [])
        shelf.list(["alpha", "gamma"])
        assert (bench.harvest().seen, kinds(quads(bench))) == (3, ["not-in-input"])
        shelf.list(NAMES)
        shelf.publish([entry_of("alpha"), entry_of("gamma")])
        assert (bench.harvest().seen, kinds(quads(bench))) == (3, ["not-published"])


@pytest.mark.parametrize(
    "spelling",
    [
        "https://raw.githubusercontent.com/lab/beta/main/feedstock/meta.yaml",
        "https://github.com/LAB/Beta/blob/main/feedstock/meta.yaml",
        "https://www.github.com/lab/beta/raw/main/feedstock/meta.yaml",
    ],
)
def test_two_spellings_of_one_meta_are_joined(bench: Bench, shelf: Shelf, spelling: str) -> None:
    shelf.publish([entry_of(name, **{"ncviewjs:meta_yaml_url": spelling} if name == "beta" else {}) for name in NAMES])
    bench.harvest()
    assert kinds(quads(bench)) == []


def test_a_foreign_meta_is_joined_through_the_catalog_that_points_there(bench: Bench, shelf: Shelf) -> None:
    elsewhere = "https://github.com/other/thing/blob/main/feedstock/meta.yaml"
    shelf.put(elsewhere, meta_of("beta"))
    shelf.feedstock("beta", catalog=catalog_of("beta", meta_yaml_url=elsewhere))
    shelf.publish([entry_of(name, **{"ncviewjs:meta_yaml_url": elsewhere} if name == "beta" else {}) for name in NAMES])
    bench.harvest()
    assert kinds(quads(bench)) == []
    assert bench.objects(entry("beta"), FOAF("primaryTopic"), "lab-published") == {dataset("beta").value}


def test_feedstocks_that_share_a_meta_are_joined_in_their_order(bench: Bench, shelf: Shelf) -> None:
    for name in NAMES:
        shelf.feedstock(name, catalog=catalog_of(name, meta_yaml_url=meta_address("alpha")))
    shared = {"title": "Title of alpha", "description": meta_of("alpha")["description"]}
    shelf.publish([entry_of(name, **shared, **{"ncviewjs:meta_yaml_url": meta_address("alpha")}) for name in NAMES])
    assert bench.harvest().published == 3
    assert kinds(quads(bench)) == []
    topics = {q.object.value for q in quads(bench) if q.predicate == FOAF("primaryTopic")}
    assert topics == {dataset(name).value for name in NAMES}


def test_two_entries_of_one_unlisted_feedstock_are_a_record_and_a_dead_letter(bench: Bench, shelf: Shelf) -> None:
    shelf.list(["alpha"])
    shelf.publish([entry_of("alpha"), entry_of("beta"), entry_of("beta", title="Once more")])
    report = bench.harvest()
    assert (report.published, report.dead) == (2, 1)
    assert titles(bench, "lab-published") == {"Title of beta"}


def test_entries_without_a_meta_are_told_apart_by_their_titles(bench: Bench, shelf: Shelf) -> None:
    bare = [entry_of(name, **{"ncviewjs:meta_yaml_url": None}) for name in ("one", "two")]
    shelf.publish([*(entry_of(name) for name in NAMES), *bare])
    assert bench.harvest().published == 5
    assert titles(bench, "lab-published") == {"Title of one", "Title of two"}


def test_entries_with_one_title_are_two_records(bench: Bench, shelf: Shelf) -> None:
    for name in ("alpha", "beta"):
        shelf.feedstock(name, meta=meta_of(name, title="The same"))
    shelf.publish([entry_of("alpha", title="The same"), entry_of("beta", title="The same"), entry_of("gamma")])
    assert bench.harvest().published == 3
    records = {q.subject for q in quads(bench) if q.predicate == RDF("type")}
    assert records == {entry(name) for name in NAMES}


def test_a_catalogue_that_is_no_list_changes_nothing(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export("lab-published")
    for body in (b"{}", b"[1, 2", b"\xff\xfe[", b"<html>", b'"text"', b"[" * 100_000):
        shelf.bodies[PUBLISHED] = body
        report = bench.harvest()
        assert report.outcome == "failed", body
        assert PUBLISHED in report.message or "published catalogue" in report.message
    assert bench.export("lab-published") == before


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def test_entries_that_are_none_are_dead_letters_and_the_listing_incomplete(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export("lab-published")
    shelf.list(["alpha", "gamma"])
    shelf.publish([entry_of("alpha"), entry_of("gamma"), 7, None, "text", [1], {"title": deep(100)}])
    for _ in range(3):
        report = bench.harvest()
        assert (report.outcome, report.dead, report.tombstoned) == ("complete", 5, 0)
    assert bench.export("lab-published") == before
    letters = bench.dead_letters("lab-published")
    assert {key: letter.stage for key, letter in letters.items()} == {f"entry {n}": "list" for n in range(3, 8)}


def test_an_entry_without_a_title_is_a_dead_letter(bench: Bench, shelf: Shelf) -> None:
    shelf.publish([entry_of("alpha"), entry_of("beta", title=" "), entry_of("gamma")])
    report = bench.harvest()
    assert (report.published, report.dead) == (2, 1)


def test_hostile_json_is_kept_printable(bench: Bench, shelf: Shelf) -> None:
    nasty = entry_of("lost", title="A\ud800\u0000B", description="\udfff", **{"\ud801key": "\x07"})
    nasty["stores"][0]["xarray_open_kwargs"] = {"engine": "zarr", "chunks": float("nan")}
    shelf.publish([*(entry_of(name) for name in NAMES), nasty])
    assert bench.harvest().published == 4
    assert titles(bench, "lab-published") == {"AB"}
    (kwargs,) = (q.object.value for q in quads(bench) if q.predicate.value.endswith("openKwargs"))
    assert json.loads(kwargs) == {"engine": "zarr", "chunks": "NaN"}


def test_without_the_input_list_there_is_nothing_to_compare_with(bench: Bench, shelf: Shelf) -> None:
    bench.harvest()
    before = bench.export("lab-published")
    del shelf.bodies[LIST]
    assert bench.harvest().outcome == "failed"
    assert bench.export("lab-published") == before


def test_a_feedstock_that_both_sources_know_has_one_description(tmp_path: Path, shelf: Shelf) -> None:
    bench = Bench(tmp_path / "home", shelf, catalog_source, published_source)
    bench.harvest()
    assert titles(bench) == {f"Title of {name}" for name in NAMES}
    assert titles(bench, "lab-published") == set()


@pytest.mark.parametrize(
    ("title", "slug"),
    [("CMIP6", "cmip6"), ("Australian Gridded Climate Data (AGCD)", "australian-gridded-climate-data-agcd"),
     ("PISCOeo_pm & PISCOt", "piscoeo_pm-piscot"), ("  GOTM:  raw ", "gotm-raw"), ("!!!", "untitled")],
)  # fmt: skip
def test_the_site_names_its_pages_by_the_title(title: str, slug: str) -> None:
    assert site_slug(title) == slug


FIELDS = {
    "title": ("Old", "the text was changed"),
    "description": ("Another one.", "the text was changed"),
    "tags": (["ocean"], "not published: alpha"),
    "licence": ("MIT", "the text was changed"),
    "store ids": ("other", "only published: other"),
    "store URLs": ("gs://lab/other.zarr", "only published: alpha at gs://lab/other.zarr"),
    "maintainers": ("somebody", "only published: Josiah Carberry (somebody)"),
}


def changed(field: str, value: Any) -> dict[str, Any]:
    entry = copy.deepcopy(entry_of("alpha"))
    match field:
        case "licence":
            entry["provenance"]["license"] = value
        case "store ids":
            entry["stores"][0]["id"] = value
        case "store URLs":
            entry["stores"][0]["url"] = value
        case "maintainers":
            entry["maintainers"][0]["github"] = value
        case _:
            entry[field] = value
    return entry


FILES = {**catalog_of("alpha"), **meta_of("alpha")}


def test_an_entry_made_of_its_files_has_no_difference() -> None:
    assert list(compare(entry_of("alpha"), FILES, "Title of alpha", None)) == []


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_differs_is_one_finding_with_both_values_and_a_reason(field: str) -> None:
    value, reason = FIELDS[field]
    found = {finding.pointer: finding for finding in compare(changed(field, value), FILES, "Title of alpha", PUBLISHED)}
    assert set(found) == {field} | ({"store URLs"} if field == "store ids" else set())
    finding = found[field]
    assert finding.kind == ("renamed" if field == "title" else "differs-from-published")
    assert reason in finding.message
    both = json.loads(finding.value)
    assert both["published"] != both["files"]
    assert finding.file == PUBLISHED


def test_stores_that_swapped_their_addresses_differ() -> None:
    stores = [{"id": "a", "url": "gs://x/1.zarr"}, {"id": "b", "url": "gs://x/2.zarr"}]
    swapped = [{"id": "a", "url": "gs://x/2.zarr"}, {"id": "b", "url": "gs://x/1.zarr"}]
    found = [f.pointer for f in compare({**FILES, "stores": swapped}, {**FILES, "stores": stores}, "T", None)]
    assert found == ["store URLs"]


@pytest.mark.parametrize(
    ("published", "files", "reason"),
    [("", "x", "leaves it empty"), ("x", "", "no longer state it"), ("A  b", "a b", "only white space or letter case")],
)
def test_the_reason_of_a_difference(published: str, files: str, reason: str) -> None:
    (finding,) = compare({**FILES, "description": published}, {**FILES, "description": files}, "T", None)
    assert reason in finding.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "url", "name", "license"]), inner)
    ),
    max_leaves=8,
)
entries = st.dictionaries(st.sampled_from([*FILES, "tags", "stores", "links"]), json_values)


@given(entries, entries)
def test_any_two_entries_can_be_compared_and_only_equal_ones_agree_with_themselves(
    left: dict[str, Any], right: dict[str, Any]
) -> None:
    assert list(compare(left, left, "T", None)) == []
    there, back = compare(left, right, "T", None), compare(right, left, "T", None)
    assert [finding.pointer for finding in there] == [finding.pointer for finding in back]
