"""The sources file: what it may say, and what is said of a mistake in it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.sources import SourcesFaulty, read_sources
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
    assert refused(tmp_path, f"sources: [{entry(name)}]") == f"sources.0.id: {ID}"


def test_an_entry_without_an_id_is_told_what_one_is(tmp_path: Path) -> None:
    assert refused(tmp_path, "sources: [{kind: spdx, title: Licences}]") == f"sources.0.id: {ID}"


@pytest.mark.parametrize(("name", "why"), [("ontology", "holds the ontology"), ("default", "without naming a graph")])
def test_a_source_is_not_called_as_a_graph_of_the_program(tmp_path: Path, name: str, why: str) -> None:
    reason = refused(tmp_path, f"sources: [{entry('fine')}, {entry(name)}]")
    assert reason.startswith(f"sources.1.id: a source must not be called '{name}'")
    assert why in reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sources: [3]", "sources.0: give a mapping of keys and values"),
        ("sources: [{id: lab, kind: spdx}]", "sources.0.title: this key is required: give it"),
        (
            "sources: [{id: lab, kind: spdx, title: L, colour: red}]",
            "sources.0.colour: there is no such key: correct its name, or leave it out",
        ),
        ("sources: [{id: lab, kind: spdx, title: [L]}]", "sources.0.title: give a text"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_mend(tmp_path: Path, text: str, reason: str) -> None:
    assert refused(tmp_path, text) == reason


@given(st.from_regex(r"[a-z][a-z0-9-]{1,40}", fullmatch=True).filter(lambda name: name not in ("ontology", "default")))
def test_any_other_id_is_taken(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(f"sources: [{{id: '{name}', kind: spdx, title: Licences}}]")
    assert [source.id for source in read_sources(file, BASE)] == [name]
