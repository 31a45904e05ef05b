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
        ("box", "0 0 1"),
        ("box", "0 0 1 1 1"),
        ("box", "0,0,1,1"),
        ("box", "0 0 1 ١"),
        ("box", ""),
        ("box", 5),
    ],
)
def test_what_does_not_fit_is_refused_by_name(kind: str, value: Value) -> None:
    with pytest.raises(ParameterError, match=f"parameter 'x' must be of type {kind}"):
        Parameter("x", kind).write(value)


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ("0 40 10 20", "parameter 'x' needs its south below its north; write 0 20 10 40"),
        ("-5.5 1 10 -0.5", "needs its south below its north; write -5.5 -0.5 10 1"),
        ("0 -91 10 20", "needs latitudes between -90 and 90, not '0 -91 10 20'"),
        ("0 0 10 90.001", "needs latitudes between -90 and 90"),
        ("0 0 999 10", "needs longitudes between -720 and 720"),
    ],
)
def test_a_box_that_is_none_says_what_to_write(box: str, reason: str) -> None:
    with pytest.raises(ParameterError, match=reason):
        Parameter("x", "box").write(box)


@pytest.mark.parametrize("box", ["170 -10 -170 10", "0 0 0 0", " -180 -90 180 90 ", "340 -10 380 10.5"])
def test_a_box_is_the_text_of_it(box: str) -> None:
    assert evaluated(Parameter("x", "box").write(box)) == Literal(box)


@pytest.mark.parametrize(
    ("first", "value", "fits"),
    [
        ("2024-01-01", "2023-01-01", False),
        (date(2024, 1, 2), date(2024, 1, 1), False),
        (date(2024, 1, 2), "2024-01-02", True),
        ("2024-05", "2024", True),
        ("2024-05", "2023", False),
        ("2024", "2024-05-01", True),
        ("2024", "2023-12-31", False),
        ("", "2024", True),
        ("2024", "", True),
        (None, None, True),
    ],
)
def test_an_end_is_not_before_its_beginning(first: Value | None, value: Value | None, fits: bool) -> None:
    end = Parameter("end", "date", not_before="start")
    if fits:
        end.follows(first, value)
        return
    with pytest.raises(ParameterError, match=r"parameter 'end' cannot be '20.*, which is before '2024.*'start'; exch"):
        end.follows(first, value)


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
