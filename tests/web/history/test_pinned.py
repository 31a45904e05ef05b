"""Links of a page about the past stay in the past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from leap_kg.web.history.pinned import pinned
from leap_kg.web.links import at_moment, without_moment

PATHS = st.from_regex(r"/[a-z]{1,5}(\?[a-z]=[a-z]{0,3}(&[a-z]=[a-z]{1,3})?)?(#[a-z]{1,3})?", fullmatch=True)


@given(PATHS, st.integers(1, 999))
def test_a_moment_can_be_added_and_taken_away(path: str, revision: int) -> None:
    moved = at_moment(path, revision)
    assert f"at={revision}" in moved
    assert without_moment(moved) == without_moment(path)
    assert at_moment(moved, revision) == moved


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="/dataset/x">', '<a href="/dataset/x?at=3">'),
        ('<a href="/node?iri=a&amp;b=c#d">', '<a href="/node?iri=a&amp;b=c&amp;at=3#d">'),
        ('<link rel="alternate" href="/x.ttl">', '<link rel="alternate" href="/x.ttl?at=3">'),
        ('<a href="/x?at=2">', '<a href="/x?at=2">'),
        ('<a href="/static/main.css">', '<a href="/static/main.css">'),
        ('<a href="/changes/4">', '<a href="/changes/4">'),
        ('<a rel="latest-version" href="/x">', '<a rel="latest-version" href="/x">'),
        ('<a href="#part">', '<a href="#part">'),
        ('<a href="https://example.org/">', '<a href="https://example.org/">'),
        (
            '<form class="q" action="/sparql" method="get" data-x>',
            '<form class="q" action="/sparql" method="get" data-x><input type="hidden" name="at" value="3">',
        ),
        ('<form action="/changes" method="get">', '<form action="/changes" method="get">'),
    ],
)
def test_what_is_moved_and_what_is_not(before: str, after: str) -> None:
    assert pinned(before, 3) == after


@given(st.text(max_size=80))
def test_texts_of_the_graph_are_never_taken_for_links(text: str) -> None:
    page = Environment(autoescape=True).from_string('<p title="{{ t }}">{{ t }} href="{{ t }}</p>')
    hostile = page.render(t=f'href="/x" {text} <form action="/x" method="get">')
    assert pinned(hostile.replace(' href="', " "), 3) == hostile.replace(' href="', " ")
