"""The registry's dump: read piece by piece, all of it or what is wanted, whatever stands between."""

import json
import tracemalloc
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.fetch import Ask, Body, Fetcher
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.ror import Organisations, RorConfig, dump
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import ADMS, DCT, FOAF, ORG, OWL, RDF, RDFS, SCHEMA, XSD
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.ror.dump import identifier, organisation, written, zipped


class NoNetwork(Fetcher):
    def fetch(self, ask: Ask | str) -> Body:
        raise AssertionError(f"{ask} was asked for")


def source(path: Path, *wanted: str) -> Organisations:
    return Organisations("ror", "ROR", path, wanted, timedelta(days=1), BASE)


def refs(path: Path, *wanted: str) -> list[Ref]:
    return list(source(path, *wanted).enumerate(Listing(NoNetwork())))


def mapped(item: object) -> Mapped:
    part = Part("organisation", "https://ror.org/x", "", json.dumps(item).encode())
    record = source(Path("dump.zip")).map(RawRecord("x", (part,)))
    assert validate(quads_in(record.triples, NamedNode(BASE + "g")), BASE) == []
    return record


def put(folder: Path, data: bytes) -> Path:
    path = folder / "dump.zip"
    path.write_bytes(data)
    return path


# --- the dump -------------------------------------------------------------------------------------------


def test_a_zip_and_bare_json_give_each_organisation_with_its_own_bytes(tmp_path: Path) -> None:
    data = written(*(organisation(number) for number in range(20)))
    for content in (data, zipped(v2__json=data, v2__csv=b"id\n")):
        found = refs(put(tmp_path, content))
        assert [ref.url for ref in found] == [identifier(number) for number in range(20)]
        assert [json.loads(ref.found[0].data) for ref in found] == [organisation(number) for number in range(20)]
        assert all(ref.found[0].data in data and not ref.problem for ref in found)
        assert len({ref.version for ref in found}) == 20


def test_an_organisation_without_an_id_is_told_in_a_sentence(tmp_path: Path) -> None:
    (ref,) = refs(put(tmp_path, written({"names": []})))
    assert ref.problem.startswith("its id cannot be used (no ROR identifier is given): give the ROR identifier")


def test_of_two_schemas_the_second_is_read(tmp_path: Path) -> None:
    old = json.dumps([{"id": identifier(1), "name": "Old"}]).encode()
    both = zipped(**{"v1__json": old, "v1_schema_v2__json": written(organisation(5))})
    assert [ref.url for ref in refs(put(tmp_path, both))] == [identifier(5)]


def test_only_what_is_wanted_is_listed_and_what_is_missing_is_a_dead_letter(tmp_path: Path) -> None:
    path = put(tmp_path, written(*(organisation(number) for number in range(1, 20))))
    wanted = [identifier(number).removeprefix("https://ror.org/") for number in (7, 3, 500)]
    found = refs(path, *wanted)
    assert [(ref.url, bool(ref.problem)) for ref in found] == [
        (identifier(3), False),
        (identifier(7), False),
        (identifier(500), True),
    ]


def test_bad_items_are_dead_letters_beside_good_ones(tmp_path: Path) -> None:
    found = refs(put(tmp_path, written(5, {"id": "https://ror.org/0abcdef00"}, organisation(3), {"id": None}, [])))
    assert [ref.key for ref in found if ref.problem] == ["item 1", "item 2", "item 4", "item 5"]
    assert [ref.url for ref in found if not ref.problem] == [identifier(3)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no list"), (b"{}", "is no list"), (written(organisation(1))[:-40], "no JSON"),
        (b"PK\x03\x04 broken", "damaged"), (zipped(), "0 JSON files"), (zipped(a__csv=b""), "0 JSON files"),
        (zipped(a__json=b"[]", b__json=b"[]"), "2 JSON files"), (zipped(a__json=b"[]")[:-30], "damaged"),
    ],
)  # fmt: skip
def test_a_dump_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises((Unreadable, RecordUnusable), match=reason):
        refs(put(tmp_path, content))


def test_a_missing_dump_says_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(RecordUnusable, match=r"cannot be read .*zenodo"):
        refs(tmp_path / "absent.zip")


def test_a_dump_at_an_address_is_fetched_though_it_is_large() -> None:
    class Zenodo(Fetcher):
        def fetch(self, ask: Ask | str) -> Body:
            asked = Ask.of(ask)
            assert asked.body_bytes > 100 * 2**20
            return Body.of(asked.url, asked.url, zipped(v2__json=written(organisation(3))), "application/zip")

    address = "https://zenodo.org/records/1/files/ror-data.zip"
    config = RorConfig(id="ror", kind="ror", title="R", dump=address)
    dumped = config.source(Path("/nowhere"), BASE)
    assert [ref.url for ref in dumped.enumerate(Listing(Zenodo()))] == [identifier(3)]
    assert dumped.origin == address


def test_what_unpacks_beyond_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "MAX_BYTES", 3 * 2**20)
    path = put(tmp_path, zipped(v2__json=b"[" + b" " * (20 * 2**20) + b"]"))
    assert path.stat().st_size < 2**16
    with pytest.raises(RecordUnusable, match="unpacks to more than"):
        refs(path)


def test_a_long_dump_is_never_held_in_memory(tmp_path: Path) -> None:
    path, count = tmp_path / "dump.zip", 1500
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("v2.json", "w") as member:
        line = json.dumps(organisation(77, padding="x" * 50_000)).encode()
        member.write(b"[" + line + (b"," + line) * (count - 1) + b"]")
    size = (len(line) + 1) * count
    tracemalloc.start()
    try:
        assert sum(1 for _ in source(path).enumerate(Listing(NoNetwork()))) == count
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 2**20 < size


# --- a record -------------------------------------------------------------------------------------------


def test_an_organisation_in_full() -> None:
    record, node = mapped(organisation(4)), NamedNode(identifier(4))
    place, parent = NamedNode("https://sws.geonames.org/5128581/"), NamedNode(identifier(1))
    said = {triple for triple in record.triples if triple.subject in (node, place, parent)}
    assert said == {
        Triple(node, RDF("type"), ORG("Organization")),
        Triple(node, DCT("identifier"), Literal(identifier(4).rsplit("/", 1)[-1])),
        Triple(node, FOAF("name"), Literal("University 4")),
        Triple(node, FOAF("nick"), Literal("U4")),
        Triple(node, SCHEMA("alternateName"), Literal("Universität 4", language="de")),
        Triple(node, FOAF("homepage"), NamedNode("https://www.example.org")),
        Triple(node, FOAF("page"), NamedNode("https://en.wikipedia.org/wiki/Example")),
        Triple(node, SCHEMA("location"), place),
        Triple(place, RDF("type"), SCHEMA("Place")),
        Triple(place, SCHEMA("name"), Literal("New York City")),
        Triple(place, SCHEMA("addressCountry"), Literal("US")),
        Triple(place, SCHEMA("latitude"), Literal(40.71427)),
        Triple(place, SCHEMA("longitude"), Literal(-74.00597)),
        Triple(node, ORG("subOrganizationOf"), parent),
        Triple(parent, RDFS("label"), Literal("University 1")),
        Triple(node, SCHEMA("sameAs"), NamedNode("https://doi.org/10.13039/100000001")),
        Triple(node, SCHEMA("sameAs"), NamedNode("https://www.grid.ac/institutes/grid.21729.3f")),
        Triple(node, SCHEMA("sameAs"), NamedNode("https://isni.org/isni/0000000419368729")),
        Triple(node, SCHEMA("sameAs"), NamedNode("http://www.wikidata.org/entity/Q49088")),
        Triple(node, DCT("type"), NamedNode(BASE + "organization-type/education")),
        Triple(node, DCT("type"), NamedNode(BASE + "organization-type/funder")),
        Triple(node, ADMS("status"), NamedNode(BASE + "organization-status/active")),
        Triple(node, SCHEMA("foundingDate"), Literal("1754", datatype=XSD("gYear"))),
        Triple(node, NamedNode(BASE + "ontology#unmapped"), Literal('{"domains": ["example.org"]}')),
    }
    assert record.findings == []


def test_other_relations_and_states() -> None:
    relations = [{"type": kind, "label": "X", "id": identifier(9)} for kind in ("child", "related", "successor", "odd")]
    record = mapped(organisation(4, relationships=relations, status="withdrawn", established=None))
    node, other = NamedNode(identifier(4)), NamedNode(identifier(9))
    predicates = {triple.predicate for triple in record.triples if (triple.subject, triple.object) == (node, other)}
    assert predicates == {ORG("hasSubOrganization"), ORG("linkedTo"), DCT("isReplacedBy")}
    assert Triple(node, OWL("deprecated"), Literal(True)) in record.triples
    assert [finding.kind for finding in record.findings] == ["bad-value"]


def test_an_organisation_without_a_name_to_display_has_the_first_there_is() -> None:
    record = mapped(organisation(4, names=[{"value": "A", "types": ["alias"]}, {"value": "B", "types": ["label"]}]))
    assert Triple(record.subject, FOAF("name"), Literal("B")) in record.triples
    assert Triple(record.subject, SCHEMA("alternateName"), Literal("A")) in record.triples


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"id": identifier(1), "name": "Old"}, "schema 1"), (organisation(1, names=[]), "no name"),
        (organisation(1, id="https://ror.org/1"), "not a ROR"), ([], "no organisation"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_organisation_is_refused(item: object, reason: str) -> None:
    with pytest.raises(RecordUnusable, match=reason):
        mapped(item)


def test_a_stored_record_without_content_is_refused() -> None:
    with pytest.raises(RecordUnusable, match="harvest it again"):
        source(Path("x")).map(RawRecord("x", ()))


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["type", "value", "types", "id", "all", "lang", "geonames_id", "lat"]), inner)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*organisation(1), "x"]), JSON))
@settings(max_examples=50)
def test_any_record_is_an_organisation_or_a_reason(more: dict[str, Any]) -> None:
    try:
        record = mapped({**organisation(2), **more})
    except RecordUnusable:
        return
    assert all(isinstance(triple.subject, NamedNode) for triple in record.triples)


# --- configuration --------------------------------------------------------------------------------------


def test_the_wanted_may_be_written_in_any_way(tmp_path: Path) -> None:
    path = put(tmp_path, written(organisation(1), organisation(2), organisation(3)))
    bare = identifier(2).removeprefix("https://ror.org/").upper()
    config = RorConfig(id="ror", kind="ror", title="R", dump=path.name, ids=(identifier(1), bare))
    found = config.source(tmp_path, BASE).enumerate(Listing(NoNetwork()))
    assert [ref.url for ref in found] == [identifier(1), identifier(2)]


def test_a_wanted_id_that_is_none_is_refused_with_the_configuration() -> None:
    with pytest.raises(ValidationError, match="not a ROR identifier"):
        RorConfig(id="ror", kind="ror", title="R", dump="x.zip", ids=("0abc",))
