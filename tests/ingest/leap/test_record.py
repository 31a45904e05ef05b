"""Any data where a feedstock was due: two honest errors at most, nothing lost, nothing that cannot be published."""

import contextlib
import copy
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad, RdfFormat, Triple, parse, serialize

from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import publishable
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.leap.catalog import LeapCatalog
from leap_kg.ingest.leap.naming import subject_of
from leap_kg.ingest.leap.record import map_merged
from leap_kg.ingest.mapping.statements import printable
from leap_kg.ingest.runs.composition import compose
from leap_kg.ingest.source import Mapped, RawRecord, RecordUnusable
from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.ontology.shapes import validate
from tests.ingest.leap.mapped import mapped, part, said, with_catalog, with_meta, with_store
from tests.ingest.shelf import BASE, catalog_of, catalog_source, catalog_url, kinds, meta_address, meta_of
from tests.ontology.terms import AWKWARD

KEYS = (
    "title", "description", "recipes", "provenance", "maintainers", "tags", "links", "stores", "thumbnail", "bakery",
    "pangeo_forge_version", "pangeo_notebook_version", "citation", "acknowledgements", "contact", "variables",
    "meta_yaml_url", "ncviewjs:meta_yaml_url", "id", "object", "dict_object", "providers", "license", "license_link",
    "name", "orcid", "github", "roles", "url", "label", "path", "use_case", "rechunking", "ncviewjs:rechunking",
    "xarray_open_kwargs", "engine", "public", "geospatial", "last_updated", "source", "source_url", "email", "symbol",
    "authors", "year", "journal", "volume", "pages", "doi",
)  # fmt: skip
VALUES = (
    "gs://lab/a.zarr", "https://nyu1.osn.mghpcc.org/b/c.nc", "s3://x/{member}.zarr", "https://x.example/a b#c", "zarr",
    "0000-0002-1825-0097", "https://orcid.org/0000-0002-1694-233X", "jcarberry", "@JCarberry", "CC-BY-4.0", "MIT",
    "producer", "10.1234/abc", "arXiv:2204.08322", "2022.06.02", "0.9.0", "recipe:recipe", "a/b", "..", ".", "mailto:x",
    "a@b.example", "a%zz@b[.example", "https://github.com/lab/alpha", "https://orcid.org/0000-0002-1825-0097",
    f"{BASE}dataset/lab/alpha", f"{BASE}store/gs/lab/a.zarr", "2024-11-19T21:19:44.192735+00:00", "2024-02-31", "nan",
    "1e999", "9" * 400, "-0", "1_000", "<script>alert(1)</script>", "javascript:alert(1)", "\ud800", "x" * 5000, "١٩٩٩",
    "true",
)  # fmt: skip

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(VALUES),
    st.sampled_from(AWKWARD),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "Cn"]), max_size=4),
)
keys = st.one_of(st.sampled_from(KEYS), st.sampled_from(AWKWARD), st.text(max_size=8))
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6), max_leaves=25
)
feedstocks = st.dictionaries(keys, anything, max_size=12)


GOOD: dict[str, Any] = {
    "title": "Alpha",
    "description": "What alpha holds.",
    "thumbnail": "https://x.example/alpha.png",
    "acknowledgements": "Many thanks.",
    "bakery": {"id": "a-bakery"},
    "contact": {"email": "alpha@x.example"},
    "pangeo_forge_version": "0.9.0",
    "pangeo_notebook_version": "2022.06.02",
    "tags": ["ocean", "zarr"],
    "links": [{"label": "Docs", "url": "https://x.example/docs"}],
    "recipes": [{"id": "alpha", "object": "recipe:recipe"}, {"id": "beta", "dict_object": "recipe:recipes"}],
    "provenance": {
        "license": "CC-BY-4.0",
        "license_link": {"title": "The text", "url": "https://x.example/licence"},
        "providers": [
            {"name": "The Lab", "description": "A lab.", "url": "https://x.example/lab", "roles": ["producer", "host"]},
            {"name": "Josiah Carberry", "orcid": "0000-0002-1825-0097", "github": "jcarberry", "roles": ["processor"]},
        ],
    },
    "maintainers": [
        {"name": "Josiah Carberry", "orcid": "https://orcid.org/0000-0002-1825-0097", "github": "JCarberry"},
        {"name": "A. Nonymous", "github": "anon"},
    ],
    "stores": [
        {
            "id": "alpha", "name": "Alpha store", "url": "gs://lab/alpha.zarr", "description": "All of it.",
            "source": "The source", "source_url": "https://x.example/source", "last_updated": "2024-11-19",
            "xarray_open_kwargs": {"engine": "zarr", "chunks": {}}, "public": True,
            "rechunking": [{"path": "gs://lab/alpha-big.zarr", "use_case": "multiscales"}],
        },
        {"id": "beta", "name": "Beta store", "url": "https://nyu1.osn.mghpcc.org/lab/beta.zarr"},
    ],
    "citation": [
        {"authors": "Carberry, J.", "year": "2022", "title": "On alpha", "journal": "J. Alpha", "volume": "1",
         "pages": "1-2", "doi": "10.1234/alpha"},
    ],
    "variables": [{"name": "Depth", "symbol": "z", "description": "How deep."}],
}  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A good record in which some values, anywhere, are taken out or replaced by anything."""
    value = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 6))):
        place: Any = value
        while True:
            steps = list(place) if isinstance(place, dict) else list(range(len(place)))
            step = draw(st.sampled_from(steps)) if steps else draw(keys) if isinstance(place, dict) else None
            inner = place[step] if steps else None
            if not isinstance(inner, dict | list) or draw(st.integers(0, 3)) == 0:
                break
            place = inner
        if step is None:
            place.append(draw(anything))
        elif draw(st.booleans()) or not steps:
            place[step] = draw(anything)
        else:
            del place[step]
    return value


def merged(value: dict[str, Any]) -> Mapped:
    """The value as an entry of the published catalogue, or as both files at once, would be mapped."""
    subject = subject_of(
        catalog_url("alpha"), meta_address("alpha"), (catalog_url("alpha"), meta_address("alpha")), BASE
    )
    record = map_merged("lab/alpha", value, subject, Reading({}, File(meta_address("alpha"))), BASE)
    found = (triple for finding in record.findings for triple in finding.triples(record.subject, BASE))
    return Mapped(record.key, record.subject, [*record.triples, *found], [], record.logins)


def assert_publishable(record: Mapped) -> None:
    """The record's graph can be stored, written in any format, and passes the shapes."""
    triples = compose([record], (), BASE).triples
    graph = source_graph(BASE, "lab")
    publishable([Quad(t.subject, t.predicate, t.object, graph) for t in triples], graph)
    for format in (RdfFormat.N_TRIPLES, RdfFormat.RDF_XML):  # noqa: A001
        written = serialize(triples, format=format)
        assert written is not None
        assert {quad.triple for quad in parse(written, format=format)} == set(triples)
    assert validate([Quad(t.subject, t.predicate, t.object) for t in triples], BASE) == []


def assert_publishable_or_nameless(value: dict[str, Any]) -> None:
    """Only a record without a title is refused."""
    title = value.get("title")
    if isinstance(title, dict | list | None) or not printable(str(title)).strip():
        with pytest.raises(RecordUnusable, match="title"):
            merged(value)
    else:
        assert_publishable(merged(value))


@given(feedstocks)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_data_is_mapped_or_refused(value: dict[str, Any]) -> None:
    assert_publishable_or_nameless({"title": "Alpha", **value})


@given(damaged())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_damage_to_a_good_record_is_mapped_or_refused(value: dict[str, Any]) -> None:
    assert_publishable_or_nameless(value)


def test_the_undamaged_record_has_no_finding() -> None:
    record = merged(GOOD)
    assert kinds(record.triples) == []
    assert "unmapped" not in said(record)
    assert_publishable(record)


@given(feedstocks, feedstocks)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_two_yaml_files_are_mapped_or_refused(catalog: dict[str, Any], meta: dict[str, Any]) -> None:
    try:
        record = mapped(yaml.dump(catalog).encode(), yaml.dump({"title": "Alpha", **meta}).encode())
    except (RecordUnusable, Unreadable):
        return
    assert_publishable(record)


@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=200).map(str.encode), anything.map(lambda v: yaml.dump(v).encode())
    )
)
@settings(deadline=None)
def test_any_bytes_are_mapped_or_refused(data: bytes) -> None:
    for files in ((data, None), (None, data), (data, data)):
        with contextlib.suppress(RecordUnusable, Unreadable):
            assert_publishable(mapped(*files))


@given(feedstocks)
@settings(deadline=None)
def test_the_same_data_gives_the_same_triples_in_the_same_order(value: dict[str, Any]) -> None:
    value = {"title": "Alpha", **value}
    try:
        first = merged(value)
    except RecordUnusable:
        return
    assert merged(json.loads(json.dumps(value))).triples == first.triples


# --- nothing is lost ----------------------------------------------------------------------------------

FORMS = (
    "{}",
    "https://x.example/{}",
    "gs://lab/{}.zarr",
    "10.1234/{}",
    "https://doi.org/10.1234/{}",
    "{}@x.example",
    "recipe:{}",
)


class Words:
    """Texts that stand nowhere else, in forms that some field or other expects."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def text(self, form: str) -> str:
        self.given.append(f"word{len(self.given)}w")
        return form.format(self.given[-1])


def fill(value: Any, words: Words) -> Any:
    """The value with each form replaced by a text of its own."""
    if isinstance(value, dict):
        return {key: fill(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, words) for item in value]
    return words.text(value) if isinstance(value, str) else value


def words_in(triples: Iterable[Triple]) -> str:
    return "\n".join(unquote(term.value) for t in triples for term in (t.subject, t.object))  # type: ignore[union-attr]


known = st.sampled_from(KEYS)
shapes = st.recursive(
    st.sampled_from(FORMS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(known, inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYS), shapes, max_size=8))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_text_is_somewhere_in_the_record(shape: dict[str, Any]) -> None:
    words = Words()
    record = merged(
        {**fill(shape, words), "title": "Alpha"} if "title" not in shape else fill({**shape, "title": "{}"}, words)
    )
    found = words_in(record.triples)
    assert [word for word in words.given if word not in found] == []


FULL: dict[str, Any] = {
    "title": "{}",
    "description": "{}",
    "thumbnail": "https://x.example/{}",
    "acknowledgements": "{}",
    "bakery": {"id": "{}"},
    "contact": {"email": "{}@x.example"},
    "pangeo_forge_version": "{}",
    "tags": ["{}", "{}"],
    "links": [{"label": "{}", "url": "https://x.example/{}"}, {"label": "{}"}, {"label": "{}", "url": "{}"}],
    "recipes": [
        {"id": "{}", "object": "recipe:{}"}, {"id": "{}"}, {"dict_object": "recipe:{}", "object": "{}"},
        {"id": "{0}/{0}"},
    ],
    "provenance": {
        "license": "{}",
        "license_link": {"title": "{}", "url": "https://x.example/{}"},
        "providers": [
            {"name": "{}", "description": "{}", "url": "https://x.example/{}", "roles": ["{}", "{}"]},
            {"description": "{}", "roles": ["{}"], "url": "https://x.example/{}"},
            {"name": "{}", "orcid": "{}", "github": "{}"},
        ],
    },
    "maintainers": [{"name": "{}", "github": "{}"}, {"name": "{}"}, {"orcid": "{}"}],
    "stores": [
        {
            "id": "{}", "name": "{}", "url": "gs://lab/{}.zarr", "description": "{}", "source": "{}",
            "source_url": "https://x.example/{}", "xarray_open_kwargs": {"engine": "{}", "drop": ["{}"]},
            "rechunking": [{"path": "gs://lab/{}.zarr", "use_case": "{}"}, {"path": "{}", "use_case": "{}"}],
            "ncviewjs:rechunking": [{"path": "gs://lab/{}.zarr", "use_case": "{}"}], "last_updated": "{}",
            "public": "{}", "geospatial": "{}", "more": {"{}": "{}"},
        },
        {
            "id": "{}", "name": "{}", "url": "{}", "description": "{}", "source": "{}",
            "rechunking": [{"use_case": "{}"}],
        },
        {"id": "{}", "source": "{}", "url": "gs://lab/{}.zarr"},
        "{}",
    ],
    "citation": [
        {
            "authors": "{}", "year": "{}", "title": "{}", "journal": "{}", "volume": "{}", "pages": "{}",
            "doi": "10.1234/{}",
        },
        {"authors": "{}", "journal": "{}", "doi": "{}"},
        {"doi": "10.1234/{}"},
        "{}",
    ],
    "variables": [{"name": "{}", "symbol": "{}", "description": "{}"}, {"symbol": "{}"}, {"description": "{}"}],
}  # fmt: skip


@pytest.mark.parametrize("split", ["meta", "catalog"])
def test_of_two_full_files_no_text_is_lost(split: str) -> None:
    words = Words()
    full = fill(FULL, words)
    other = {"title": words.text("{}"), "tags": [words.text("{}")]}
    catalog, meta = (other, full) if split == "meta" else (full, other)
    record = mapped({"meta_yaml_url": meta_address("alpha"), **catalog}, meta)
    found = words_in([*record.triples, *(t for f in record.findings for t in f.triples(record.subject, BASE))])
    assert [word for word in words.given if word not in found] == []
    assert_publishable(record)


def test_a_licence_keeps_its_words_beside_its_identifier_and_its_link() -> None:
    link = {"title": "The small print", "url": "https://x.example/licence"}
    record = with_meta(provenance={"license": "Creative Commons Attribution 4.0", "license_link": link})
    about = said(record)
    assert about["rights"] == ["Creative Commons Attribution 4.0"]
    assert about["license"] == ["https://spdx.org/licenses/CC-BY-4.0"]
    assert about["page"] == ["https://x.example/licence"]


def test_a_licence_nobody_knows_is_known_by_its_link() -> None:
    link = {"title": "Terms of use", "url": "https://x.example/terms"}
    record = with_meta(provenance={"license": "proprietary", "license_link": link})
    assert said(record)["license"] == ["https://x.example/terms"]
    assert "unknown-licence" not in [finding.kind for finding in record.findings]


def test_an_empty_key_of_meta_does_not_hide_a_full_one_of_catalog() -> None:
    record = mapped(catalog_of("alpha", tags=["kept"]), meta_of("alpha", tags=None))
    assert said(record)["keyword"] == ["kept"]
    assert record.findings == []


def test_meta_wins_and_what_it_hides_is_kept() -> None:
    record = mapped(catalog_of("alpha", title="From the catalog"), meta_of("alpha", title="From the meta"))
    assert said(record)["title"] == ["From the meta"]
    assert json.loads(said(record)["unmapped"][0]) == {"catalog.yaml:title": "From the catalog"}
    assert [finding.kind for finding in record.findings] == ["duplicate-key"]


def test_a_refused_text_is_kept_whole_where_the_finding_cuts_it() -> None:
    long = "not-an-address/" * 100
    record = with_meta(thumbnail=long, maintainers=[{"name": "X", "orcid": long, "github": long}])
    assert max(len(finding.value) for finding in record.findings) < len(long)
    kept = json.loads(said(record)["unmapped"][0])
    assert kept == {"thumbnail": long, "maintainers[0].orcid": long, "maintainers[0].github": long}


def test_keys_that_would_be_written_alike_are_both_kept() -> None:
    record = with_meta(**{"a.b": "one", "a": {"b": "two"}, "bakery": {"x": "three"}, "bakery.x": "four"})
    kept = said(record)["unmapped"][0]
    assert all(word in kept for word in ("one", "two", "three", "four"))


def test_a_paper_of_a_journal_has_its_journal_volume_and_pages() -> None:
    paper = {"title": "Rain", "journal": "Journal of Rain", "volume": "7", "pages": "1-9", "doi": "10.5555/rain"}
    preprint = {"title": "Canopies", "journal": "Nature", "volume": "3", "doi": "arXiv:2204.08322"}
    triples = with_meta(citation=[paper, preprint]).triples
    about = {str(t.predicate): t.object for t in triples if str(t.subject) == "<https://doi.org/10.5555/rain>"}
    assert about[str(SCHEMA("volumeNumber"))] == Literal("7")
    assert about[str(SCHEMA("pagination"))] == Literal("1-9")
    journals = [t.subject for t in triples if t.object == Literal("Journal of Rain")]
    assert journals == [about[str(DCT("isPartOf"))]]
    assert [t for t in triples if t.predicate == DCT("isPartOf") and "arxiv" in str(t.subject)] == []


def test_a_citation_reads_like_one() -> None:
    paper = {"authors": "Dolman, A.J.", "year": 2011, "title": "On alpha.", "journal": "J. Alpha", "volume": 15}
    papers = [
        {**paper, "pages": "1–2", "doi": "10.1234/Alpha"},
        {**paper, "authors": "Lang, Nico, and Jan Dirk Wegner.", "year": None, "volume": None},
        {"title": "Bare"},
    ]
    cited = [t.object for t in with_meta(citation=papers).triples if t.predicate == DCT("bibliographicCitation")]
    assert [each.value for each in cited if isinstance(each, Literal)] == [
        "Dolman, A.J. (2011). On alpha. J. Alpha 15, 1–2.",
        "Lang, Nico, and Jan Dirk Wegner. On alpha. J. Alpha.",
        "Bare.",
    ]


def test_a_recipe_builds_the_store_of_its_name() -> None:
    stores = [{"id": "The long id", "name": "alpha", "url": "gs://lab/a.zarr"}, {"id": "b", "url": "gs://lab/b.zarr"}]
    record = with_catalog(stores=stores)
    built = [t for t in record.triples if t.predicate.value.endswith("#recipe") and t.subject != record.subject]
    assert [t.subject.value for t in built] == [f"{BASE}store/gs/lab/a.zarr"]  # type: ignore[union-attr]


def test_the_image_and_the_package_of_a_feedstock_without_recipes_belong_to_the_dataset() -> None:
    record = with_meta(recipes=None, pangeo_notebook_version="2022.06.02", pangeo_forge_version="0.9.0")
    assert said(record)["runsIn"] == [f"{BASE}image/pangeo/pangeo-notebook/2022.06.02"]
    assert said(record)["softwareRequirements"] == ["pkg:pypi/pangeo-forge-recipes@0.9.0"]


def test_a_meta_outside_github_has_recipes_nobody_can_find() -> None:
    meta = "https://x.example/meta.yaml"
    record = mapped(
        catalog_of("alpha", meta_yaml_url=meta), meta_of("alpha", pangeo_forge_version="0.9.0"), meta_url=meta
    )
    assert "recipe" not in said(record)
    assert "recipe:recipe" in said(record)["unmapped"][0]
    assert said(record)["softwareRequirements"] == ["pkg:pypi/pangeo-forge-recipes@0.9.0"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [("5", 5), ("-5", -5), ("0.25", 0.25), ("1e3", 1000.0), ("nan", "nan"), ("1_000", "1_000"), ("٣", "٣"),
     ("007", "007"), ("9" * 400, "9" * 400), ("1e999", "1e999"), (True, True), (None, None), ("auto", "auto")],
)  # fmt: skip
def test_numbers_among_open_arguments_are_numbers(written: object, kept: object) -> None:
    record = with_store(xarray_open_kwargs={"chunks": {"time": written}})
    (text,) = (t.object.value for t in record.triples if t.predicate.value.endswith("#openKwargs"))  # type: ignore[union-attr]
    found = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert found == {"chunks": {"time": kept}}
    assert type(found["chunks"]["time"]) is type(kept)


@pytest.mark.parametrize(
    ("written", "datatype"),
    [
        ("2024-11-19T21:19:44.192735+00:00", "dateTime"),
        ("2024-11-19", "date"),
        ("2024-02-31", "string"),
        ("last week", "string"),
    ],
)
def test_when_a_store_was_changed_is_a_time_if_it_is_one(written: str, datatype: str) -> None:
    record = with_store(last_updated=written)
    (literal,) = (t.object for t in record.triples if t.predicate.value.endswith("/modified"))
    assert (literal.value, literal.datatype.value.rsplit("#", 1)[-1]) == (written, datatype)  # type: ignore[union-attr]


def test_a_store_named_in_two_ways_is_one_node() -> None:
    ways = ("gs://lab/s.zarr", "https://storage.googleapis.com/lab/s.zarr", "gcs://lab/s.zarr/", "gs://lab//s.zarr")
    nodes = {next(iter(said(with_store(url=way))["distribution"])) for way in ways}
    assert nodes == {f"{BASE}store/gs/lab/s.zarr"}


@pytest.mark.parametrize(("public", "rights"), [(True, ["PUBLIC"]), (False, ["NON_PUBLIC"]), (None, [])])
def test_what_the_catalogue_says_of_access_is_kept_both_ways(public: bool | None, rights: list[str]) -> None:
    record = with_store(public=public)
    found = [t.object.value for t in record.triples if t.predicate.value.endswith("/accessRights")]  # type: ignore[union-attr]
    assert [right.rpartition("/")[2] for right in found] == rights
    assert not [t for t in record.triples if t.predicate.value.endswith("#unmapped")]


def test_the_source_maps_stored_bodies_without_a_network() -> None:
    source: LeapCatalog = catalog_source()
    parts = (
        part("catalog", catalog_url("alpha"), catalog_of("alpha")),
        part("meta", meta_address("alpha"), meta_of("alpha")),
    )
    record = source.map(RawRecord("lab/alpha", parts))
    assert record.triples == mapped().triples
    with pytest.raises(RecordUnusable, match="harvest it again"):
        source.map(RawRecord("lab/alpha", parts[:1]))


def test_a_good_feedstock_says_what_it_says() -> None:
    about = said(mapped())
    assert about["title"] == ["Title of alpha"]
    assert about["keyword"] == ["alpha", "ocean"]
    assert about["source"] == [catalog_url("alpha"), meta_address("alpha")]
    assert about["feedstock"] == ["https://github.com/lab/alpha"]
    assert about["creator"] == [f"{BASE}organization/the-lab"]
    assert "unmapped" not in about
    assert kinds(mapped().triples) == []


def test_numbers_of_json_are_texts_where_texts_are_due() -> None:
    record = merged({"title": 12, "description": 0.5, "tags": [1, True, None, math.inf]})
    assert said(record)["title"] == ["12"]
    assert said(record)["keyword"] == ["1", "Infinity", "true"]


def leaves_of(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves_of(item)
    else:
        yield value


def test_the_full_example_uses_every_key_that_is_read() -> None:
    used = set(yaml.safe_dump(FULL).replace("'", "").replace("-", "").split())
    missing = {key for key in KEYS if f"{key}:" not in used} - {"meta_yaml_url", "ncviewjs:meta_yaml_url"}
    assert missing == {"pangeo_notebook_version"}
    assert len(list(leaves_of(FULL))) > 80
