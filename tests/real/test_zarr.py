"""A real store without consolidated metadata, real references, and LEAP's published stores, none of which is here."""

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.source import Listing, Mapped, RecordUnusable
from leap_kg.ingest.sources import read_sources
from leap_kg.ontology.identifiers import Location, storage
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, ONTOLOGY_PATH, PROV, SCHEMA, Namespace
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.parameters import Value
from tests.ingest.judged import judge, kinds, values
from tests.real import oracle
from tests.sparql.questions.asked import questions

DATA = Path(__file__).parents[3] / "shared" / "data"
SST = DATA / "zarr" / "geopython__pygeoapi" / "tests" / "data" / "analysed_sst.zarr"
REFERENCES = DATA / "esm-catalogs/intake__intake-esm/tests/sample_data/kerchunk-files/noaa-nwm-test-reference.json"
RAW = f"{BASE}store/https/raw.githubusercontent.com/"
STORE = NamedNode(f"{RAW}geopython/pygeoapi/master/tests/data/analysed_sst.zarr")
WATER = NamedNode(f"{RAW}intake/intake-esm/main/tests/sample_data/kerchunk-files/noaa-nwm-test-reference.json")
LEAP = Namespace(BASE + ONTOLOGY_PATH)

pytestmark = pytest.mark.skipif(not SST.is_dir(), reason="the real store is not beside the project, in ../shared/data")


class Taken:
    """What the source of the project's own file makes of the stores."""

    def __init__(self) -> None:
        self.mapped: dict[str, Mapped] = {}
        self.refused: dict[str, str] = {}
        (source,) = (s for s in read_sources(declarations() / "ingest" / "leap.yaml", BASE) if s.id == "zarr-stores")
        with MirrorFetcher(read_mirror(Path(__file__).parent / "mirror.yaml"), Limits()) as fetcher:
            for ref in source.enumerate(Listing(fetcher)):
                try:
                    self.mapped[ref.key] = source.map(source.fetch(ref, fetcher))
                except RecordUnusable as problem:
                    self.refused[ref.key] = problem.reason
        self.store: Store = judge(*self.mapped.values())

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


def test_every_array_of_the_real_store_is_a_variable(taken: Taken) -> None:
    found = {}
    for iri in values(taken.store, STORE, SCHEMA("variableMeasured")):
        node = NamedNode(iri)
        (name,) = values(taken.store, node, SCHEMA("name"))
        found[name] = node
    arrays = {path.parent.name: json.loads(path.read_text()) for path in SST.rglob(".zarray")}
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        stated = json.loads((SST / name / ".zattrs").read_text())
        sizes = zip(stated["_ARRAY_DIMENSIONS"], array["shape"], strict=True)
        assert values(taken.store, found[name], LEAP("shape")) == {" ".join(f"{n}={size}" for n, size in sizes)}
        assert values(taken.store, found[name], SCHEMA("unitText")) == (
            {stated["units"]} if stated.get("units") else set()
        )
        standard = stated.get("standard_name")
        meaning = {f"http://vocab.nerc.ac.uk/standard_name/{standard}/"} if standard and " " not in standard else None
        if meaning is not None:
            assert values(taken.store, found[name], SCHEMA("propertyID")) == meaning


def test_no_attribute_of_the_real_store_is_lost(taken: Taken) -> None:
    attributes = json.loads((SST / ".zattrs").read_text())
    said = "\n".join(str(quad.object) for quad in taken.store if str(STORE) in str(quad) or STORE.value in str(quad))
    named = "\n".join(str(quad.object) for quad in taken.store)
    for key, value in attributes.items():
        text = value if isinstance(value, str) else json.dumps(value)
        if key == "date_created":
            text = "2020-01-24T01:07:55Z"  # of 20200124T010755Z
        pieces = [piece.strip() for piece in text.split(",")] if key == "keywords" else [text]
        for piece in pieces:
            written = piece.replace('"', '\\"')
            assert (
                any(form in said or form in named for form in (piece, written, json.dumps(piece)[1:-1])) or key in said
            ), key


def test_the_period_is_what_the_attributes_say_where_chunks_are_not_there(taken: Taken) -> None:
    (period,) = values(taken.store, STORE, DCT("temporal"))
    assert values(taken.store, NamedNode(period), DCAT("startDate")) == {"2020-01-15T21:00:00Z"}
    assert values(taken.store, NamedNode(period), DCAT("endDate")) == {"2020-01-16T21:00:00Z"}
    assert values(taken.store, STORE, DCT("title")) == {"Daily MUR SST, Final product"}


def test_references_name_the_files_they_point_into_and_their_own_times(taken: Taken) -> None:
    refs = json.loads(REFERENCES.read_text())["refs"]
    files = {value[0] for value in refs.values() if isinstance(value, list)}
    assert values(taken.store, WATER, PROV("wasDerivedFrom")) == files
    (period,) = values(taken.store, WATER, DCT("temporal"))
    assert values(taken.store, NamedNode(period), DCAT("startDate")) == {"2017-04-01T00:00:00Z"}
    assert len(values(taken.store, WATER, SCHEMA("variableMeasured"))) == sum(key.endswith("/.zarray") for key in refs)


def test_a_published_store_of_which_the_mirror_has_nothing_is_not_said_to_be_silent(taken: Taken) -> None:
    urls = {store["url"] for entry in oracle.published() for store in entry["stores"] or []}
    locations = {location for url in urls if isinstance(location := storage.parse(url), Location)}
    assert taken.refused.keys() == {f"{what}{location.iri}" for location in locations for what in ("", "answer of ")}
    assert all("the mirror has nothing of it" in reason for reason in taken.refused.values())
    assert taken.ask("questions/silent-stores") == []
    assert "store-silent" not in kinds(taken.mapped.values())
    assert values(taken.store, STORE, ADMS("status")) == {f"{BASE}status/answers"}


def test_question_1_a_store_of_which_nobody_knows_where_it_is_does_not_cover_a_place(taken: Taken) -> None:
    """Its attributes state the globe, of which it has a degree, and its coordinates are not here to say which."""
    wanted = {"name": "sea_surface_foundation_temperature", "start": "2020-01-16", "end": "2020-01-16"}
    assert taken.ask("questions/cover-place-time", **wanted, area="-30 -10 20 10") == []
    (array,) = taken.store.quads_for_pattern(None, SCHEMA("name"), Literal("analysed_sst"), None)
    assert list(taken.store.quads_for_pattern(STORE, SCHEMA("variableMeasured"), array.subject, None))
    assert list(taken.store.quads_for_pattern(STORE, DCT("temporal"), None, None))
    assert not list(taken.store.quads_for_pattern(STORE, DCT("spatial"), None, None))


def test_question_4_which_store_is_low_resolution_which_high(taken: Taken) -> None:
    (row,) = taken.ask("questions/stores-compared", title="mur sst")
    assert (row["store"], row["arrays"], row["answer"], row["listed"]) == (STORE.value, "4", "public", "unknown")
    assert row["layout"] == "time=32 lat=101 lon=101 in chunks of time=32 lat=101 lon=101"


def test_a_store_that_was_cut_out_of_the_globe_is_found_out_without_its_coordinates(taken: Taken) -> None:
    """The attributes are those of the global files; the coordinates' chunks are not here."""
    (finding,) = (
        finding for mapped in taken.mapped.values() for finding in mapped.findings if finding.kind == "extents-differ"
    )
    assert finding.message == (
        "the attributes state the whole globe, but its 101 latitudes, 0.01 degrees apart, span 1.01 degrees and its "
        "101 longitudes, 0.01 degrees apart, span 1.01 degrees; where these are could not be read: no "
        "place counts"
    )
    assert "geospatial_lat_min" in finding.hint
