"""How deep a query nests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.sparql.nesting import Nesting
from leap_kg.sparql.tokens import LexicalError, tokenize


def depth(text: str) -> int:
    """The least limit that lets `text` through."""
    for limit in range(100):
        nesting = Nesting(limit)
        try:
            for token in tokenize(text):
                nesting.read(token)
        except LexicalError as error:
            assert "nested deeper" in str(error)  # noqa: PT017
        else:
            nesting.finish()
            return limit
    raise AssertionError("deeper than any limit")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?x", 0),
        ("{ ?s ?p ?o }", 1),
        ("{} {} ()", 1),
        ("([{}])", 3),
        ("{| << <<( ?a )>> >> |}", 3),
        ("!!!?x", 3),
        ("!?x && !?y", 1),
        ("!(!?x)", 3),
        ("!f(!g(?x))", 4),
        ("!ex:f(?x)", 2),
        ("!NOT EXISTS { !?x }", 3),
        ("!f(?x) || !(?y)", 2),
        ("1 - -1 - -1", 1),
        ("- - -1", 3),
        ("?a-1-1-1", 0),
        ("true-1", 1),
        ("?a/^ex:b*/!(ex:c|!ex:d)+", 3),
    ],
)
def test_depth(text: str, expected: int) -> None:
    assert depth(text) == expected


@given(
    st.recursive(
        st.just("?x"),
        lambda inner: st.builds("{}{}{}".format, st.sampled_from(["(", "!(", "!f(", "- ("]), inner, st.just(")")),
        max_leaves=20,
    )
)
def test_signs_and_brackets_add_up(text: str) -> None:
    assert depth(text) == text.count("(") + text.count("!") + text.count("-")


@pytest.mark.parametrize("text", [")", "(", "(]", "{|}", "<< )>>", "({)}"])
def test_brackets_must_pair(text: str) -> None:
    nesting = Nesting(10)
    with pytest.raises(LexicalError, match=r"closes nothing|never closed"):  # noqa: PT012
        for token in tokenize(text):
            nesting.read(token)
        nesting.finish()


def test_where_it_is() -> None:
    nesting = Nesting(10)
    seen = []
    for token in tokenize("a ( { b FILTER ( c ) ( d"):
        nesting.read(token)
        seen.append((token.text, nesting.is_outermost, nesting.in_pattern, nesting.innermost))
    assert seen[0] == ("a", True, False, "")
    assert seen[1] == ("(", False, False, "(")
    assert seen[3] == ("b", False, True, "{")
    assert seen[6] == ("c", False, False, "(")
    assert seen[9] == ("d", False, True, "(")
