"""Content negotiation by `Accept`."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.sparql.accept import best

HTML, TURTLE, JSONLD, CSV = "text/html", "text/turtle", "application/ld+json", "text/csv"
OFFERED = [HTML, JSONLD, TURTLE, CSV]
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, HTML),
        ("", HTML),
        ("*/*", HTML),
        (FIREFOX, HTML),
        ("text/*", HTML),
        ("application/*", JSONLD),
        ("text/turtle", TURTLE),
        ("TEXT/Turtle", TURTLE),
        ("text/turtle;q=0.9, application/ld+json;q=0.91", JSONLD),
        ("text/turtle;q=0.5, */*;q=0.5", TURTLE),
        ("text/csv, */*", CSV),
        ("text/html;q=0, */*", JSONLD),
        ("text/html;q=0.1, text/*;q=0.9", TURTLE),
        ("text/turtle;q=0", None),
        ("image/png", None),
        ("image/png, */*;q=0", None),
        ("*;q=.2, text/csv", CSV),
        ("text/turtle; charset=utf-8", TURTLE),
        ('text/turtle;charset="UTF-8";q=0.2, text/csv;q=0.1', TURTLE),
        ("text/turtle;q=2, text/csv", CSV),
        ("text/turtle;q=x, text/csv;q=0.1", CSV),
        ("text/turtle;q=0.1234, text/csv;q=0.1", CSV),
        (" , ,text/csv ,", CSV),
        ("text, text/csv;q=0.1", CSV),
        ("*/html, text/csv;q=0.1", CSV),
        ('a/b;c="text/turtle, text/html", text/csv;q=0.1', CSV),
        ("nonsense", HTML),
        ('"', HTML),
    ],
)
def test_headers(accept: str | None, expected: str | None) -> None:
    assert best(accept, OFFERED) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted", */*;q=0.1', JSONLD),
        ("application/ld+json;profile=x;q=0.1, text/turtle;q=0.5", TURTLE),
        ("text/html;level=1", "text/html;level=1"),
        ("text/html;level=2", None),
        ("text/html;level=2;q=0.4, text/html;q=0.7", "text/html;level=1"),
    ],
)
def test_parameters(accept: str, expected: str | None) -> None:
    assert best(accept, ["text/html;level=1", JSONLD, TURTLE]) == expected


def test_the_example_of_the_standard() -> None:
    """RFC 9110, section 12.5.1: the qualities of the example, each shown by beating a lower one."""
    header = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5"
    order = [
        "text/plain;format=flowed",
        "text/plain",
        "image/jpeg",
        "text/plain;format=fixed",
        "text/html",
    ]
    for place in range(len(order)):
        assert best(header, list(reversed(order[place:]))) == order[place]


def test_nothing_offered() -> None:
    assert best("*/*", []) is None
    assert best(None, []) is None


def test_an_offer_must_be_a_media_type() -> None:
    with pytest.raises(ValueError, match="no media type"):
        best("*/*", ["text"])


qualities = st.lists(st.integers(0, 1000), min_size=4, max_size=4, unique=True)


def _header(weights: list[int], order: list[int]) -> str:
    return ",".join(f"{OFFERED[place]};q={weights[place] / 1000:.3f}" for place in order)


@given(qualities, st.permutations(range(4)))
def test_the_highest_quality_wins_in_any_order(weights: list[int], order: list[int]) -> None:
    expected = OFFERED[max(range(4), key=weights.__getitem__)]
    assert best(_header(weights, order), OFFERED) == expected
    assert best("*/*;q=1, " + _header(weights, order), OFFERED) == expected


@given(st.text(max_size=40), st.text(max_size=40), st.lists(st.sampled_from(OFFERED), unique=True, min_size=1))
def test_any_header_gives_an_offer_or_none(before: str, after: str, offered: list[str]) -> None:
    for header in (before, f"{before},text/turtle;q=0.5{after}", f"text/csv;a={before}"):
        assert best(header, offered) in (*offered, None)


@given(st.text(alphabet='abc*/;=q.01 ,"\\\t', max_size=60))
def test_text_that_looks_like_a_header(header: str) -> None:
    assert best(header, OFFERED) in (*OFFERED, None)


@pytest.mark.parametrize("unit", ["a/b;", '"', "a/b,", "\\", "a", "a/b;x=y", " ", "\t;", 'a/b;q="\\', ";q=", "*/*;"])
def test_time_is_linear(unit: str) -> None:
    started = time.process_time()
    best(unit * (100_000 // len(unit)), OFFERED)
    assert time.process_time() - started < 1
