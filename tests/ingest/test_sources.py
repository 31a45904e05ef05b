"""The sources file: what it may say, and what is said of a mistake in it."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.github.reported import Covering
from leap_kg.ingest.sources import SourcesFaulty, read_entries, read_sources
from leap_kg.ontology.identifiers import github
from leap_kg.resources import declarations
from tests.ingest.shelf import BASE

ID = "give an id of 2 to 41 small letters, digits and hyphens that begins with a letter"
FORM = "the file must be a mapping with a list of at least one source under `sources`"


def entry(name: str) -> str:
    """An entry of the sources file with this id."""
    return f"{{id: {name}, kind: spdx, title: Licences}}"


def refused(folder: Path, text: str) -> str:
    """Why the file is refused, without its name."""
    file = folder / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourcesFaulty) as caught:
        read_sources(file, BASE)
    return str(caught.value).removeprefix(f"{file}: ")


@pytest.mark.parametrize("text", ["", "- a\n", "word\n", "sources: 3\n", "sources: []\n", "other: 1\n"])
def test_a_file_without_sources_is_told_what_it_must_be(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text) == FORM


@pytest.mark.parametrize("name", ["X", "a", "2nd", "lab_one", "lab/one", "a" * 42, "[lab]"])
def test_an_id_that_is_none_is_told_what_one_is(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, f"sources: [{entry(name)}]") == f"sources.0.id (line 1): {ID}"


def test_an_entry_without_an_id_is_told_what_one_is(tmp_path: Path) -> None:
    assert refused(tmp_path, "sources: [{kind: spdx, title: Licences}]") == f"sources.0.id (line 1): {ID}"


@pytest.mark.parametrize(("name", "why"), [("ontology", "holds the ontology"), ("default", "without naming a graph")])
def test_a_source_is_not_called_as_a_graph_of_the_program(tmp_path: Path, name: str, why: str) -> None:
    reason = refused(tmp_path, f"sources: [{entry('fine')}, {entry(name)}]")
    assert reason.startswith(f"sources.1.id (line 1): a source must not be called '{name}'")
    assert why in reason


@pytest.mark.parametrize(
    ("kind", "more", "key", "what"),
    [
        ("spdx", "", "title", "this key is required: give it"),
        ("spdx", "title: L\n    colour: red", "colour", "there is no such key: correct its name, or leave it out"),
        (
            "spdx",
            "title: L\n    adress: x",
            "adress",
            "there is no such key: write 'address', if that is what is meant",
        ),
        ("spdx", "title: [L]", "title", "give a text"),
        ("spdx", "title: L\n    title: M", "title", "the key is given twice: keep one of the two"),
        ("spdx", "title: L\n    stale_after_days: 0", "stale_after_days", "0 cannot be used here: give days, above 0"),
        ("spdx", "title: L\n    stale_after_days: two", "stale_after_days", '"two" cannot be used here: give a number'),
        ("stac", "title: L\n    catalogs: []", "catalogs", "[] cannot be used here: give at least 1"),
        (
            "stac",
            "title: L\n    catalogs: [x]\n    follow: perhaps",
            "follow",
            '"perhaps" cannot be used here: give true',
        ),
        ("zarr", "title: L\n    stores: [{arrays: [x]}]", "stores.0.url", "this key is required: give it"),
        ("zarr", "title: L\n    stores: [{url: x, arrays: 5}]", "stores.0.arrays", "give a list"),
        ("datacite", "title: L\n    api: ftp://x", "api", "give an address that begins with https://"),
        ("github", "title: L\n    repositories: []", "", "name organisations, repositories or both"),
        (
            "spdxx",
            "title: L",
            "kind",
            "'spdxx' is no kind of source; write 'spdx', if that is what is meant; there are",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_its_source_and_its_mend(
    tmp_path: Path, kind: str, more: str, key: str, what: str
) -> None:
    told = refused(tmp_path, f"sources:\n  - {entry('fine')}\n  - id: lab\n    kind: {kind}\n    {more}\n")
    place, _, _ = told.partition("): ")
    assert place.split(" (")[0].removeprefix("sources.1").removeprefix(".") == key, told
    assert "(line " in place
    assert what in told
    assert "pydantic" not in told


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("knd", "sources.0.knd (line 1, source 'lab'): there is no such key: write 'kind', if that is what is meant"),
        ("sort", "sources.0.kind (line 1, source 'lab'): give it one of the kinds "),
    ],
)
def test_an_entry_without_a_kind_is_told_which_key_is_meant(tmp_path: Path, key: str, told: str) -> None:
    assert told in refused(tmp_path, f"sources: [{{id: lab, {key}: spdx, title: L}}]")


def test_what_is_no_mapping_is_told_what_to_be_and_two_of_one_id_are_told_apart(tmp_path: Path) -> None:
    assert refused(tmp_path, "sources: [3]") == "sources.0 (line 1): give a mapping of keys and values"
    told = refused(tmp_path, f"sources:\n  - {entry('lab')}\n  - {entry('lab')}")
    assert told.startswith("sources.1.id (line 3): two sources are called 'lab'")


def test_every_mistake_of_a_file_is_told_each_in_a_line(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        "sources:\n"
        "  - {id: one, kind: spdx, titel: L, stale_after_days: 0}\n"
        "  - {id: two, kind: spdxx, title: L}\n"
        "  - 3\n"
        "  - {id: three, kind: zarr, title: L, title: M, stores: [{arrays: 5}]}\n"
        "  - {id: four, kind: spdx, title: L}\n"
        "  - {id: four, kind: spdx, title: L}\n"
        "source: []\n",
    )
    lines = [line.removeprefix(f"{tmp_path / 'sources.yaml'}: ") for line in told.splitlines()]
    assert [line.partition(" ")[0].removesuffix(":") for line in lines] == [
        "sources.3.title",
        "source",
        "sources.0.title",
        "sources.0.stale_after_days",
        "sources.0.titel",
        "sources.1.kind",
        "sources.2",
        "sources.3.stores.0.url",
        "sources.3.stores.0.arrays",
        "sources.5.id",
    ]
    assert "write 'sources', if that is what is meant" in lines[1]
    assert "write 'title', if that is what is meant" in lines[4]


def test_of_very_many_mistakes_the_first_are_told_and_how_many_more_there_are(tmp_path: Path) -> None:
    told = refused(tmp_path, "sources:\n" + "  - {id: a, kind: spdx, title: L}\n" * 100).splitlines()
    assert len(told) == 31
    assert told[-1] == "and 70 more"


def test_included_files_come_first_and_name_files_from_their_own_folder(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "lab.yaml").write_text(
        f"sources: [{{id: notes, kind: files, title: N, folder: n}}, {entry('b2')}]"
    )
    (tmp_path / "lab" / "notes.yaml").write_text("include: [lab.yaml]")
    file = tmp_path / "sources.yaml"
    file.write_text(f"include: [lab/notes.yaml]\nsources: [{entry('c3')}]")
    assert [source.id for source in read_sources(file, BASE)] == ["notes", "b2", "c3"]
    assert [each.sources_file for each in read_entries(file)] == [*[tmp_path / "lab" / "lab.yaml"] * 2, file]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "include: [sources.yaml]",
            "include.0 (line 1): sources.yaml includes this file, or is this file: leave it out",
        ),
        ("include: [sources.yaml]\nsources: []", "include.0 (line 1): sources.yaml includes this file"),
        (f"include: [sources.yaml]\nsources: [{entry('lab')}]", "include.0 (line 1): sources.yaml includes this file"),
        ("include: [folder/back.yaml]", "include.0 (line 1): ../sources.yaml includes this file"),
        ("include: [folder/back.yaml]\nsources: []", "include.0 (line 1): ../sources.yaml includes this file"),
        ("include: [none.yaml]", "No such file or directory; correct `include` in "),
        ("include: [5]", "include.0 (line 1): 5 is a number: give the path of a sources file, from the folder of this"),
        ("include: [[x]]", "include.0 (line 1): give the path of a sources file, from the folder of this one"),
        ("include: word", FORM),
        ("include: []", FORM),
        (f"include: [good.yaml]\nsources: [{entry('lab')}]", "two sources are called 'lab', this and sources.0 of "),
        ("include: [bad.yaml]", "bad.yaml: sources.0.title (line 1, source 'lab'): this key is required: give it"),
    ],
)
def test_what_cannot_be_included_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "good.yaml").write_text(f"sources: [{entry('lab')}]")
    (tmp_path / "bad.yaml").write_text("sources: [{id: lab, kind: spdx}]")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "back.yaml").write_text("include: [../sources.yaml]")
    assert told in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("repository", "concerned"),
    [
        ("leap-stc/data-management", ["leap-catalog", "leap-published", "leap-requests"]),
        (
            "leap-stc/cmip6-leap-feedstock",
            ["leap-catalog", "feedstock-code", "pangeo-forge", "cmip6-requests", "leap-requests"],
        ),
        ("2i2c-org/infrastructure", ["leap-hubs"]),
        ("pangeo-data/pangeo-docker-images", ["pangeo-images"]),
        ("example-lab/website", []),
    ],
)
def test_a_push_concerns_the_sources_that_read_files_of_the_repository(repository: str, concerned: list[str]) -> None:
    pushed = github.parse_repository(repository)
    assert isinstance(pushed, github.Repository)
    sources = read_sources(declarations() / "ingest" / "leap.yaml", BASE)
    assert [source.id for source in sources if isinstance(source, Covering) and source.covers(pushed)] == concerned


@given(st.from_regex(r"[a-z][a-z0-9-]{1,40}", fullmatch=True).filter(lambda name: name not in ("ontology", "default")))
def test_any_other_id_is_taken(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(f"sources: [{{id: '{name}', kind: spdx, title: Licences}}]")
    assert [source.id for source in read_sources(file, BASE)] == [name]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("1 / 0", "fails: ZeroDivisionError: division by zero"),
        ("import tidal_forces", "No module named 'tidal_forces'; install what the package lab-tides needs"),
        ("", "fails: AttributeError"),
        ("TidesConfig = 3", "fails: AttributeError"),
        (
            "from leap_kg.ingest.configuration import SourceConfig\n"
            "class TidesConfig(SourceConfig):\n    def source(self, folder, base):\n        return {}['moon']",
            "fails: KeyError: 'moon'; install another version of that package, or report it to its maintainers",
        ),
    ],
    ids=["import", "missing", "name", "class", "making"],
)
def test_a_kind_whose_package_fails_names_that_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str
) -> None:
    (tmp_path / "tidewater.py").write_text(code)
    info = tmp_path / "lab_tides-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-tides\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[leap_kg.sources]\ntides = tidewater:TidesConfig\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "tidewater", raising=False)
    reason = refused(tmp_path, "sources: [{id: tides, kind: tides, title: Tides}]")
    monkeypatch.delitem(sys.modules, "tidewater", raising=False)
    assert "the kind tides cannot be used" in reason
    assert "the package lab-tides" in reason
    assert told in reason
