"""Values of parameters as terms."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from leap_kg.ontology.namespaces import XSD
from leap_kg.sparql.parameters import SAMPLES, TYPES, Parameter, ParameterError, Value
from leap_kg.sparql.tokens import tokenize


def evaluated(term: str) -> object:
    """What the engine takes the written term for."""
    results = Store().query(f"SELECT ({term} AS ?x) {{}}")
    assert isinstance(results, QuerySolutions)
    (solution,) = results
    return solution["x"]


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("iri", "http://a/b", "<http://a/b>"),
        ("iri", NamedNode("urn:a"), "<urn:a>"),
        ("string", 'a"b\nc\\', '"a\\"b\\nc\\\\"'),
        ("integer", 5, "5"),
        ("integer", "-007", "-7"),
        ("integer", "+3", "3"),
        ("date", date(2020, 2, 29), '"2020-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("date", "2020-02-29", '"2020-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
    ],
)
def test_values(kind: str, value: Value, written: str) -> None:
    assert Parameter("x", kind).write(value) == written


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("iri", "relative"),
        ("iri", "http://a/> ?x <b"),
        ("iri", "http://a/ b"),
        ("iri", ""),
        ("iri", 5),
        ("string", 5),
        ("string", "\ud800"),
        ("integer", "5; DROP"),
        ("integer", "1_000"),
        ("integer", "٣"),
        ("integer", "1" * 19),
        ("integer", 10**18),
        ("integer", True),
        ("integer", ""),
        ("date", "2020-02-30"),
        ("date", "yesterday"),
        ("date", datetime(2020, 1, 1, tzinfo=UTC)),
        ("date", 5),
    ],
)
def test_what_does_not_fit_is_refused_by_name(kind: str, value: Value) -> None:
    with pytest.raises(ParameterError, match=f"parameter 'x' must be of type {kind}"):
        Parameter("x", kind).write(value)


def test_the_default_and_what_is_missing() -> None:
    assert Parameter("x", "integer", default=3).write(None) == "3"
    with pytest.raises(ParameterError, match="parameter 'x' is missing"):
        Parameter("x", "integer").write(None)


@pytest.mark.parametrize("kind", TYPES)
def test_there_is_a_sample_of_each_type(kind: str) -> None:
    assert Parameter("x", kind).write(SAMPLES[kind])


@given(st.text())
def test_any_text_is_one_string(value: str) -> None:
    term = Parameter("x", "string").write(value)
    assert evaluated(term) == Literal(value)
    assert [token.text for token in tokenize(term)] == [term]


@given(st.text())
def test_any_text_is_one_iri_or_none(value: str) -> None:
    try:
        term = Parameter("x", "iri").write("http://a/" + value)
    except ParameterError:
        return
    assert evaluated(term) == NamedNode("http://a/" + value)


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_any_integer(value: int) -> None:
    assert evaluated(Parameter("x", "integer").write(value)) == Literal(value)
    assert Parameter("x", "integer").write(str(value)) == str(value)


@given(st.dates())
def test_any_date(value: date) -> None:
    assert evaluated(Parameter("x", "date").write(value)) == Literal(value.isoformat(), datatype=XSD("date"))
    assert Parameter("x", "date").write(value.isoformat()) == Parameter("x", "date").write(value)
