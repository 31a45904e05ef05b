"""Queries as templates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal

from leap_kg.sparql import template
from leap_kg.sparql.tokens import LexicalError, tokenize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK { ?_x ?p $_x }", "ASK { <t> ?p <t> }"),
        ("ASK { ?_xy ?_x_ ?_x }", "ASK { ?_xy ?_x_ <t> }"),
        ("ASK { ?s ?p '?_x' } # ?_x", "ASK { ?s ?p '?_x' } # ?_x"),
        ("ASK { ?s <http://a/?_x> ?_x.?s ?p ?_x; }", "ASK { ?s <http://a/?_x> <t> .?s ?p <t> ; }"),
        ("ASK {FILTER(1<?_x)}", "ASK {FILTER(1< <t>)}"),
        ("ASK { FILTER(?_x IN (?_x,?_x)) }", "ASK { FILTER(<t> IN (<t>,<t>)) }"),
    ],
)
def test_substitution(text: str, expected: str) -> None:
    assert template.substitute(text, {"?_x": "<t>"}) == expected


@given(st.text(), st.text(), st.sampled_from(["", " ", ".", "*", "/", ";"]))
def test_substitution_changes_one_token_and_no_other(value: str, other: str, gap: str) -> None:
    term = str(Literal(value))
    text = f"SELECT * {{ ?s ?p {Literal(other)} . ?s ?p ?_x{gap}}} # ?_x"
    bound = template.substitute(text, {"?_x": term})
    before = [token.text for token in tokenize(text)]
    assert [token.text for token in tokenize(bound)] == [term if each == "?_x" else each for each in before]


def test_numbers_do_not_grow_together() -> None:
    assert template.substitute("SELECT (1+?_n-?_n AS ?x) {}", {"?_n": "-5"}) == "SELECT (1+ -5 - -5 AS ?x) {}"


def test_rebase() -> None:
    old, new = "https://old.org/kg/", "http://localhost/"
    text = (
        f"PREFIX a: <{old}ontology#> # <{old}>\n"
        f'SELECT * {{ ?s a:b <{old}x> . FILTER STRSTARTS(STR(?s), "{old}y")\n'
        f"FILTER(?o != \"see {old}\" && ?o != '{old}') }}"
    )
    assert template.rebase(text, old, new) == (
        f"PREFIX a: <{new}ontology#> # <{old}>\n"
        f'SELECT * {{ ?s a:b <{new}x> . FILTER STRSTARTS(STR(?s), "{new}y")\n'
        f"FILTER(?o != \"see {old}\" && ?o != '{old}') }}"
    )
    assert template.rebase(text, old, old) == text


def test_declare() -> None:
    known = {"a": "http://a/", "b": "http://b/", "c": "http://c/"}
    text = "PREFIX b: <http://other/> SELECT * { ?s a:x b:y, 'c:d' }"
    assert template.declare(text, known) == f"PREFIX a: <http://a/>\n{text}"
    assert template.declare("ASK {}", known) == "ASK {}"


def test_declare_refuses_an_unknown_prefix_with_its_place() -> None:
    with pytest.raises(LexicalError, match="prefix 'z'") as caught:
        template.declare("ASK { ?s z:x 1 }", {})
    assert caught.value.offset == 9


def test_parameters_and_variables() -> None:
    text = "SELECT ?a { ?_b $_b ?a . ?c ?p '?_d' }"
    assert {name: token.offset for name, token in template.parameters(text).items()} == {"?_b": 12}
    assert template.variables(text) == {"a", "_b", "c", "p"}


@pytest.mark.parametrize(
    ("text", "most", "rest"),
    [
        ("SELECT * { ?s ?p ?o } limit 5", 5, "SELECT * { ?s ?p ?o } X"),
        ("SELECT * { { SELECT ?s { ?s ?p ?o } LIMIT 5 } }", None, ""),
        ("SELECT * { ?s ?p 'LIMIT 1' { SELECT * {} LIMIT 2 } } # LIMIT 3\nLIMIT # 4\n 7 OFFSET 8", 7, ""),
        ("SELECT (1 AS ?limit) {} ORDER BY ?limit 5", None, ""),
    ],
)
def test_the_limit_is_that_of_the_whole_query(text: str, most: int | None, rest: str) -> None:
    assert template.limit(text) == most
    if most is None:
        assert template.limited(text, "X") == text
    if rest:
        assert template.limited(text, "X") == rest
