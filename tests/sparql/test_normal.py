"""One text for one query: layout does not count, everything else does; and the guard reads no query twice."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leap_kg.sparql.guard import Refused, inspect
from leap_kg.sparql.normal import is_repeatable, normalised, verdict
from leap_kg.sparql.tokens import LexicalError, tokenize

PIECES = st.sampled_from(
    [
        "SELECT", "*", "{", "}", "?a", "<http://e/x>", "<x#y>", "<?b#c>", "'a # b'", '"""a\n # "b" """', "'''x'''",
        "'it\\'s'", "#comment\n", "# <x> 'y\n", " ", "\n", "\t ", "ex:a", "ex:a\\#b", "FILTER", "(", ")", "<", "<=",
        "1", ".", ";", ",", "|", "{|", "|}", "@en", "^^", "\\u0041", "<<", ">>", '"', "'", "#", "a",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)


def tokens(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


@given(TEXTS)
@settings(max_examples=300)
def test_a_normalised_text_has_the_same_tokens(text: str) -> None:
    try:
        read = tokens(text)
    except LexicalError:
        assume(False)
    assert tokens(normalised(text)) == read
    assert normalised(normalised(text)) == normalised(text)


def test_layout_does_not_count() -> None:
    one = "SELECT * { ?s ?p 'a  # b' } # the end"
    other = "\nSELECT\t*\r\n{ # all\n ?s   ?p 'a  # b' }"
    assert normalised(one) == normalised(other) == "SELECT *{?s ?p 'a  # b'}"
    assert normalised("ASK{}") == normalised("ASK { } ") == normalised("ASK {#x\n}")
    assert normalised("ASK { ?s ?p ?o {| ?a ?b |} }") == "ASK{?s ?p ?o {| ?a ?b |}}"
    assert normalised("ASK { ?s ?p 'a b' }") != normalised("ASK { ?s ?p 'a  b' }")
    assert normalised("ASK { ?s ?p <http://e/#a> }") != normalised("ASK { ?s ?p <http://e/#b> }")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK { ?s ?p ?o }", True),
        ("SELECT (NOW() AS ?n) {}", False),
        ("SELECT (now # x\n () AS ?n) {}", False),
        ("SELECT (rand() AS ?n) {}", False),
        ("SELECT (STRUUID() AS ?n) {}", False),
        ("SELECT ?now ?rand { ?now ?rand ?uuid }", True),
    ],
)
def test_what_changes_by_itself_is_not_kept(text: str, expected: bool) -> None:
    assert is_repeatable(normalised(text)) is expected


IRIS = st.sampled_from(
    ["<http://e/a>", "<https://e/b#c>", "<http://SERVICE/x>", "<http://e/DELETE>", "<urn:x>", "<a>", "<?b)SERVICE?x#>"]
)
SHAPES = st.sampled_from(
    [
        "SELECT * {{ {0} ?p {1} }}",
        "SELECT * FROM {0} {{ ?s {1} ?o }}",
        "SELECT * {{ ?s ?p ?o FILTER(?o<{0}) }}",
        "SELECT * {{ ?s ?p ?o FILTER(?o = {0} || ?o<?s>{1}) }}",
        "ASK {{ ?s ?p '{0} {1}' }} # {0}",
        "ASK {{ <{0} ?p {1}> }}",
        "DESCRIBE {0}{1}",
        "ASK {{ GRAPH {0} {{ ?s {1}/{0} ?o }} }}",
        "SELECT * {{ SERVICE {0} {{ ?s ?p {1} }} }}",
        "INSERT DATA {{ {0} {1} 1 }}",
    ]
)


@given(SHAPES, st.tuples(IRIS, IRIS), st.tuples(IRIS, IRIS))
@settings(max_examples=200)
def test_the_quick_verdict_is_the_guards(shape: str, first: tuple[str, str], second: tuple[str, str]) -> None:
    for iris in (first, second):
        text = shape.format(*iris)
        try:
            expected: object = inspect(text)
        except Refused as error:
            expected = (error.status, error.reason)
        try:
            found: object = verdict(text)
        except Refused as error:
            found = (error.status, error.reason)
        assert found == expected
