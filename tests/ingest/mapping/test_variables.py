"""Variables as nodes: shapes with names, standard names as IRIs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.mapping.variables import Variable, say_variable, sizes
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, SCHEMA, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.judged import judge, values

LEAP = Namespace(BASE + ONTOLOGY_PATH)
STORE = NamedNode(f"{BASE}store/gs/b/k.zarr")


@pytest.mark.parametrize(
    ("names", "lengths", "text"),
    [
        (("time", "lat"), (3, 4), "time=3 lat=4"),
        ((), (3, 4), "0=3 1=4"),
        (("time", "", "lon"), (3, 4, 5), "time=3 1=4 lon=5"),
        (("time", "lat"), (), "time lat"),
        (("two words",), (1,), "two_words=1"),
        ((), (), ""),
    ],
)
def test_a_shape_names_its_dimensions(names: tuple[str, ...], lengths: tuple[int, ...], text: str) -> None:
    assert sizes(names, lengths) == text


@pytest.mark.parametrize(
    ("written", "iri"),
    [
        ("sea_surface_temperature", {"http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/"}),
        ("air_temperature standard_error", {"http://vocab.nerc.ac.uk/standard_name/air_temperature/"}),
        ("not a name!", set()),
        ("sea surface", set()),
        ("日本", set()),
    ],
)
def test_a_standard_name_is_a_link(written: str, iri: set[str]) -> None:
    say = Statements()
    node = say_variable(STORE, Variable("a", standard_name=written), say, BASE)
    assert values(judge(Mapped("k", STORE, say.triples(), [])), node, SCHEMA("propertyID")) == iri


@given(st.text(min_size=1).filter(str.isprintable), st.text(), st.text(), st.lists(st.text(), max_size=4))
def test_any_texts_make_a_variable_that_can_be_published(name: str, units: str, standard: str, dims: list[str]) -> None:
    say = Statements()
    variable = Variable(name, units=units, standard_name=standard, dimensions=tuple(dims), byte_size=8)
    node = say_variable(STORE, variable, say, BASE)
    (called,) = values(judge(Mapped("k", STORE, say.triples(), [])), node, SCHEMA("name"))
    assert called == name if name.strip() else called.startswith("unnamed ")


def test_a_name_that_cannot_be_written_is_none_and_still_tells_variables_apart() -> None:
    say = Statements()
    nodes = [say_variable(STORE, Variable(name), say, BASE) for name in ("\x1b", "\x00", " ", "  ")]
    names = [values(judge(Mapped("k", STORE, say.triples(), [])), node, SCHEMA("name")) for node in nodes]
    assert all(name.startswith("unnamed ") for (name,) in names)
    assert len({name for (name,) in names}) == 4
