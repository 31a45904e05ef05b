"""Headers of `.rq` files."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.sparql.header import ANY, Header, HeaderError, expand, read

PREFIXES = {"ex": "http://example.org/"}


def lines(text: str) -> list[str]:
    return [f"#+ {line}\n" for line in text.splitlines()]


def test_a_whole_header() -> None:
    header = read(
        lines(
            "title: Some\n  title\n"
            "description: >\n  Two\n  lines\n"
            "question: 9\n"
            "order: 5\n"
            "panel_of: [ex:A, any, 'http://other.org/B']\n"
            "parameters:\n"
            "  node: {type: iri, description: The node}\n"
            "  limit: {type: integer, default: 10}\n"
            "  since: {type: date, default: 2020-01-01}\n"
            "columns: {a: The A}"
        ),
        PREFIXES,
    )
    assert (header.title, header.description) == ("Some title", "Two lines")
    assert (header.question, header.order, header.columns) == (9, 5, {"a": "The A"})
    assert header.panel_of == ("http://example.org/A", ANY, "http://other.org/B")
    assert {name: (each.type, each.default is None) for name, each in header.parameters.items()} == {
        "node": ("iri", True),
        "limit": ("integer", False),
        "since": ("date", False),
    }


def test_a_title_is_enough() -> None:
    assert read(lines("title: T"), {}) == Header("T")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "begin the file with a header"),
        ("just text", 1, "begin the file with a header"),
        ("title: [", 2, "the header is no YAML"),
        ("title: T\norder: 1\n  x: {", 3, "the header is no YAML"),
        ("description: D", 1, "has no title"),
        ("title: ''", 1, "title: must be text"),
        ("title: T\ntitel: U", 2, "unknown key 'titel'"),
        ("title: T\norder: soon", 2, "order: must be a whole number"),
        ("title: T\nquestion: true", 2, "question: must be a whole number"),
        ("title: T\npanel_of: ex:A", 2, "panel_of: must be a list of classes"),
        ("title: T\npanel_of: [no:A]", 2, "'no:A' is neither an IRI nor a name with a known prefix"),
        ("title: T\npanel_of: [ex:A]", 2, "a panel needs a parameter 'node' of type iri"),
        ("title: T\npanel_of: [any]\nparameters: {node: {type: string}}", 2, "a panel needs a parameter 'node'"),
        ("title: T\nparameters: [a]", 2, "parameters: must map names"),
        ("title: T\nparameters: {a: iri}", 2, "parameters: a must be {type"),
        ("title: T\nparameters: {a: {type: url}}", 2, "the type of a must be one of iri, string, integer, date, box"),
        ("title: T\nparameters: {a: {type: iri, deflt: x}}", 2, "a must be {type"),
        ("title: T\nparameters: {a: {type: string, default: x, pattern: '('}}", 2, "pattern of a is no regular"),
        ("title: T\nparameters: {a: {type: string, default: x, pattern: y}}", 2, "the default does not fit"),
        ("title: T\nparameters: {a: {type: string, pattern: y}}", 2, "for a string that has a default"),
        ("title: T\nparameters: {a: {type: string, lower: 1}}", 2, "lower of a must be true or false"),
        ("title: T\nparameters: {a: {type: iri, not_before: b}}", 2, "not_before of a must be the name of a parameter"),
        ("title: T\nparameters: {a: {type: date, not_before: b}}", 2, "a is not before b, which is no parameter"),
        ("title: T\nparameters: {a: {type: iri, titled: [dataset]}}", 2, "titled of a must be a list of kinds"),
        ("title: T\nparameters: {a: {type: string, titled: [nonsense]}}", 2, "titled of a must be a list of kinds"),
        ("title: T\nparameters: {a-b: {type: iri}}", 2, "letters, digits and underscores"),
        ("title: T\nparameters: {a: {type: integer, default: x}}", 2, "the default does not fit"),
        ("title: T\nparameters: {a: {type: integer, default: [1]}}", 2, "the default of a must be"),
        ("title: T\ncolumns: [a]", 2, "columns: must map variables to labels"),
        ("title: T\ncolumns: {a: 1}", 2, "columns: must map variables to labels"),
    ],
)
def test_faults_have_a_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(HeaderError) as caught:
        read(lines(text), PREFIXES)
    assert reason in str(caught.value)
    assert caught.value.line == line


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["title", "description", "question", "parameters", "panel_of", "order", "columns"]


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), values, max_size=5))
def test_any_header_is_read_or_refused(content: dict[str, Any]) -> None:
    text = yaml.safe_dump(content, allow_unicode=False)
    try:
        header = read(lines(text), PREFIXES)
    except HeaderError as error:
        fault = error.line
    else:
        assert header.title == " ".join(str(content["title"]).split())
        fault = 1
    assert 1 <= fault <= len(text.splitlines()) + 1


@pytest.mark.parametrize(
    ("name", "iri"),
    [("ex:a:b", "http://example.org/a:b"), ("http://a/b", "http://a/b"), ("ex:", "http://example.org/")],
)
def test_expand(name: str, iri: str) -> None:
    assert expand(name, PREFIXES) == iri


@pytest.mark.parametrize("name", ["a", "no:b", ""])
def test_expand_refuses(name: str) -> None:
    with pytest.raises(ValueError, match="neither an IRI nor"):
        expand(name, PREFIXES)
