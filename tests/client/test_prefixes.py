"""Prefixes are declared where a query uses them, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.client.errors import BadAnswer
from leap_kg.client.prefixes import declared, prefixes_in, undeclared


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?a a dcat:Dataset ; ^dct:title ?t }", {"dcat", "dct"}),
        ("PREFIX dct: <http://x/> SELECT * { ?a dct:title ?t }", set()),
        ("prefix\n dct: <http://x/#> SELECT * { ?a dct:title 'leap:no' }", set()),
        ('ASK { <urn:x:y> ?p "a kg:b", """c\n"kg:d""", \'kg:e\' } # kg:f', set()),
        ("ASK { _:b0 ?p ex:a:b FILTER(?p<xsd:y && 1>2) }", {"ex", "xsd"}),
        ("ASK { ?x (dct:a|dct:b)/!rdf:c 'x'@en-x }", {"dct", "rdf"}),
        ("ASK { ?a:b ?p 2 }", set()),
    ],
    ids=range(7),
)
def test_what_is_used_and_not_declared(query: str, expected: set[str]) -> None:
    assert undeclared(query) == expected


@given(st.text("PREFIX abc:<>\"'\\#\n ?{}.^|"))
def test_any_text_stays_whole_behind_its_declarations(query: str) -> None:
    made = declared(query, {"a": "http://a.example/", "b": "http://b.example/"})
    assert made.endswith(query)
    assert made.count("\n") == query.count("\n")


def test_only_namespaces_of_a_context_count() -> None:
    context = {
        "@context": {"kg": {"@id": "https://a/"}, "evil": "http://x/> } #", "id": "@id", "x y": "http://x/", "n": 1}
    }
    assert prefixes_in(context) == {"kg": "https://a/"}
    broken: tuple[object, ...] = ({}, [], {"@context": []}, {"@context": {"kg": 1}})
    for bad in broken:
        with pytest.raises(BadAnswer):
            prefixes_in(bad)
