"""Variables and extents on the pages of stores: what the harvesters write, as people read it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.client import Client
from leap_kg.graph.publish import Writer
from leap_kg.ingest.mapping.extents import say_box, say_period, turned
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.mapping.variables import Variable, say_variable, sizes
from leap_kg.ontology.identifiers.standard_name import SCHEME
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, ONTOLOGY_PATH, SCHEMA, SKOS, XSD, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.web.nodes.extents import box_in_words
from leap_kg.web.nodes.variables import SHOWN_VARIABLES, chunked, dimensions, size
from tests.web.platform import fill, followed, publish
from tests.web.server import Server, running

LEAP = Namespace(BASE + ONTOLOGY_PATH)
PLAIN = NamedNode(f"{BASE}store/https/example.org/waves.zarr")
BOTH = NamedNode(f"{BASE}dataset/leap-test/waves")
WIDE = NamedNode(f"{BASE}store/nyu1.osn.mghpcc.org/leap-test/wide.zarr")
HEIGHT = f"{SCHEME}sea_surface_wave_significant_height/"
WAVES = Variable(
    name="swh",
    long_name="height of <waves>",
    standard_name="sea_surface_wave_significant_height",
    units="m",
    dimensions=("time", "lat", "lon"),
    shape=(1461, 720, 1440),
    chunks=(100, 720, 1440),
    data_type="float32",
    byte_size=6_058_229_760,
)


def stores() -> list[Triple]:
    """A store on a web server and one in a bucket, as a harvest describes them."""
    say = Statements()
    for store, uri, endpoint in (
        (PLAIN, "https://example.org/waves.zarr", "https://example.org"),
        (WIDE, "s3://leap-test/wide.zarr", "https://nyu1.osn.mghpcc.org"),
    ):
        say.type(store, DCAT("Distribution"), LEAP("ZarrStore"))
        say.text(store, DCT("title"), uri)
        say.text(store, LEAP("storageURI"), uri, ANY_URI)
        say.text(store, LEAP("storageEndpoint"), endpoint, ANY_URI)
    say.link(PLAIN, ADMS("status"), mint(BASE, "status", "answers"))
    say.link(WIDE, ADMS("status"), mint(BASE, "status", "missing"))
    say.text(WIDE, DCT("date"), "2026-03-01", XSD("date"))
    say.text(PLAIN, DCAT("byteSize"), "6058229760", XSD("nonNegativeInteger"))
    say_variable(PLAIN, WAVES, say, BASE)
    say_variable(PLAIN, Variable(name="bare"), say, BASE)
    say.text(NamedNode(HEIGHT), SKOS("prefLabel"), "sea_surface_wave_significant_height")
    say_period(PLAIN, "2019-01-01", "2022-12-31T12:30:00Z", say)
    box = turned(170, -30, 200, 10.5)
    assert box is not None
    say_box(PLAIN, box, say)
    for number in range(SHOWN_VARIABLES + 3):
        # No source says what that standard name is.
        say_variable(WIDE, Variable(name=f"v{number:04}", units="K", standard_name="air_temperature"), say, BASE)
    foreign = NamedNode(f"{PLAIN.value}#variable-of-another-page")
    return [
        *say.triples(),
        Triple(WIDE, SCHEMA("variableMeasured"), foreign),
        Triple(foreign, SCHEMA("name"), Literal("a first one")),
        Triple(WIDE, DCT("spatial"), NamedNode("https://example.org/atlantic")),
    ]


def datasets() -> list[Triple]:
    """A dataset whose record calls one of the variables of its three stores otherwise than they do."""
    say = Statements()
    say.type(BOTH, DCAT("Dataset"))
    say.text(BOTH, DCT("title"), "Waves of both kinds")
    say.link(BOTH, DCT("source"), NamedNode("https://example.org/waves.yaml"))
    say.link(BOTH, DCAT("distribution"), PLAIN)
    for name, days in (("one", 10), ("two", 20)):
        store = NamedNode(f"{BASE}store/https/example.org/{name}.zarr")
        say.link(BOTH, DCAT("distribution"), store)
        say.type(store, DCAT("Distribution"), LEAP("ZarrStore"))
        say.text(store, DCT("title"), name)
        say.text(store, LEAP("storageURI"), f"https://example.org/{name}.zarr", ANY_URI)
        for array in (
            replace(WAVES, shape=(days, 720, 1440), chunks=(5, 720, 1440), byte_size=days * 4_147_200),
            Variable(name="time", dimensions=("time",), shape=(days,), chunks=(days,), data_type="int32", byte_size=80),
            Variable(
                name="deep/buoys/pressure",
                dimensions=("buoy",),
                shape=(7,),
                data_type="float32",
                byte_size=28,
                codecs='[{"name": "zstd", "configuration": {"level": 3}}]',
            ),
        ):
            say_variable(store, array, say, BASE)
    copy = NamedNode(f"{BASE}store/https/example.org/copy.zarr")
    say.link(PLAIN, DCT("hasVersion"), copy)
    say.type(copy, DCAT("Distribution"))
    say.text(copy, DCT("title"), "Rechunked")
    say.text(copy, LEAP("storageURI"), "https://example.org/copy.zarr", ANY_URI)
    say_variable(BOTH, Variable(name="Sea surface wave significant height", long_name="of all waves"), say, BASE)
    say_variable(BOTH, Variable(name="speed (m/s)"), say, BASE)
    return say.triples()


def tell(writer: Writer) -> None:
    publish(writer, "zarr", "Zarr stores", [*stores(), *datasets()], 5)


@pytest.fixture(scope="module")
def zarr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = followed(fill(tmp_path_factory.mktemp("zarr") / "home", tell))
    with running(home.path) as started:
        yield started


def shown(server: Server, node: NamedNode) -> str:
    answer = server.get("/" + node.value.removeprefix(BASE))
    assert answer.status_code == 200
    return answer.text


def section(page: str, heading: str) -> str:
    """The words of the section under a heading."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    for element in document.iter("section"):
        words = " ".join(" ".join(element.itertext()).split())
        if words.startswith(heading):
            return words
    raise AssertionError(f"no section {heading!r}")


def test_the_page_of_a_store_lists_its_variables(zarr: Server) -> None:
    page = shown(zarr, PLAIN)
    assert section(page, "Variables 2") == (
        "Variables 2 Name Standard name Units Dimensions Chunks Type Size "
        "Data variables time 1,461, lat 720, lon 1,440 "
        "swh height of <waves> sea_surface_wave_significant_height m time 1,461 × lat 720 × lon 1,440 "
        "100 × 720 × 1,440 float32 6.1 GB Of unknown size bare – – – – – –"
    )
    assert 'href="/node?iri=http%3A%2F%2Fvocab.nerc.ac.uk' in page


def test_the_page_of_a_dataset_says_what_its_stores_say_as_a_tree(zarr: Server) -> None:
    page = shown(zarr, BOTH)
    assert section(page, "Variables 5") == (
        "Variables 5 Name Symbol Standard name Units Dimensions Chunks Codecs Type Size "
        "Coordinates time 10 or 20 or 1,461, lat 720, lon 1,440 "
        "time – – – time 10 or time 20 10 or 20 – int32 80 bytes "
        "Data variables Sea surface wave significant height of all waves swh sea_surface_wave_significant_height m "
        "time 10 × lat 720 × lon 1,440 or time 20 × lat 720 × lon 1,440 or time 1,461 × lat 720 × lon 1,440 "
        "5 × 720 × 1,440 or 100 × 720 × 1,440 – float32 41.5 MB or 82.9 MB or 6.1 GB "
        "Of unknown size speed (m/s) – – – – – – – – bare – – – – – – – – "
        "/deep/buoys Data variables buoy 7 deep/buoys/pressure – – – buoy 7 – Zstandard (level 3) float32 28 bytes"
    )
    assert re.search(r'<tr id="[^"]+"><td>Sea surface wave significant height', page)
    twin = json.loads(zarr.get("/dataset/leap-test/waves.schemaorg.jsonld").text)
    measured = {each["name"]: each for each in twin["variableMeasured"]}
    assert measured["Sea surface wave significant height"] == {
        "@type": "PropertyValue",
        "name": "Sea surface wave significant height",
        "alternateName": "swh",
        "description": "of all waves",
        "unitText": "m",
        "propertyID": HEIGHT,
    }


def test_copies_of_stores_are_among_the_stores_of_a_dataset_as_clients_count_them(zarr: Server) -> None:
    assert "Rechunked" in section(shown(zarr, BOTH), "Stores 4")
    assert len(Client(zarr.origin).dataset("leap-test/waves").stores) == 4


def test_every_part_of_a_store_stands_on_its_page_once(zarr: Server) -> None:
    for store, parts in ((PLAIN, 5), (WIDE, SHOWN_VARIABLES + 3)):
        page = shown(zarr, store)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        path = store.value.removeprefix(BASE)
        described = set(re.findall(rf"<{re.escape(store.value)}#([^>]+)> <", zarr.get(f"/{path}.nt").text))
        assert len(described) == parts
        assert described <= set(ids)


def test_a_store_says_what_it_covers_and_whether_it_answers(zarr: Server) -> None:
    page = shown(zarr, PLAIN)
    assert section(page, "What it covers") == (
        "What it covers 2019 2020 2021 2022 2023 "
        "Time 2019-01-01 to 2022-12-31 12:30 UTC Place 30° S to 10.5° N, 170° E to 160° W"
    )
    place = section(page, "Where it lies")
    assert "Status answers" in place
    assert "Size, unpacked 6.1 GB" in place
    assert "Status missing on 2026-03-01" in section(shown(zarr, WIDE), "Where it lies")


def test_only_a_store_in_a_bucket_has_an_s3_endpoint(zarr: Server) -> None:
    assert "endpoint" not in section(shown(zarr, PLAIN), "Where it lies")
    assert "S3 endpoint https://nyu1.osn.mghpcc.org" in section(shown(zarr, WIDE), "Where it lies")


def test_a_store_with_very_many_variables_shows_the_first_and_counts_the_others(zarr: Server) -> None:
    words = section(shown(zarr, WIDE), f"Variables {SHOWN_VARIABLES + 4}")
    assert "a first one" in words
    assert f"v{SHOWN_VARIABLES - 2:04} air_temperature K" in words
    assert f"v{SHOWN_VARIABLES - 1:04}" not in words
    assert words.endswith("4 more are in the data forms of this page.")
    assert "Dimensions" not in words


NAMES = st.lists(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), min_size=1, max_size=5, unique=True)


@given(NAMES, st.lists(st.integers(0, 10**12), min_size=5, max_size=5))
def test_a_shape_names_each_dimension_with_its_length_and_chunks_the_lengths(names: list[str], all_: list[int]) -> None:
    lengths = all_[: len(names)]
    shape = sizes(names, lengths)
    assert dimensions(shape) == " × ".join(f"{n} {k:,}" for n, k in zip(names, lengths, strict=True))
    assert chunked(shape, shape) == " × ".join(f"{length:,}" for length in lengths)
    assert chunked(shape, f"{shape} other=1") == dimensions(shape)


@given(st.text(), st.text())
def test_no_text_breaks_what_is_read_of_arrays(text: str, other: str) -> None:
    assert isinstance(dimensions(text), str)
    assert isinstance(chunked(text, other), str)
    assert size(text) == "" or text.isascii()
    assert isinstance(box_in_words(text), str)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "0 bytes"),
        ("999", "999 bytes"),
        ("1000", "1.0 kB"),
        ("999949", "999.9 kB"),
        ("999950", "1.0 MB"),
        ("2040200", "2.0 MB"),
        ("9" * 18, "1.0 EB"),
        ("9" * 19, ""),
        ("-1", ""),
        ("1e3", ""),
    ],
)
def test_a_size_has_the_unit_people_use(number: str, words: str) -> None:
    assert size(number) == words


@given(st.tuples(st.integers(-360, 360), st.integers(0, 359)), st.tuples(st.integers(-90, 90), st.integers(-90, 90)))
def test_every_box_that_is_harvested_has_words(across: tuple[int, int], along: tuple[int, int]) -> None:
    box = turned(across[0], min(along), across[0] + across[1], max(along))
    assert box is not None
    words = box_in_words(box.wkt)
    for degrees, letters in ((box.south, "NS"), (box.north, "NS"), (box.west, "EW"), (box.east, "EW")):
        letter = letters[degrees < 0] if degrees else ""
        assert f"{abs(degrees):g}° {letter}".strip() in words or (box.west, box.east) == (-180, 180)


@pytest.mark.parametrize(
    ("wkt", "words"),
    [
        ("POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))", "the whole globe"),
        ("POLYGON((-180 -60,180 -60,180 0,-180 0,-180 -60))", "60° S to 0°, all longitudes"),
        ("POLYGON((0 0,2 0,1 2,0 1,0 0))", "POLYGON((0 0,2 0,1 2,0 1,0 0))"),
        ("POINT(1 2)", "POINT(1 2)"),
        ("R", "R"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_only_boxes_are_put_into_words(wkt: str, words: str) -> None:
    assert box_in_words(wkt) == words
