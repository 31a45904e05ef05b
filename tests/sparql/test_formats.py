"""Formats: their names, and which one a request gets."""

import pytest

from leap_kg.sparql.formats import GRAPHS, ROWS, named, negotiate, offered
from leap_kg.sparql.guard import QueryForm

SELECT, ASK, CONSTRUCT, DESCRIBE = QueryForm


@pytest.mark.parametrize("form", list(QueryForm))
def test_every_format_is_found_by_all_its_names(form: QueryForm) -> None:
    for each in offered(form):
        assert negotiate(None, form, each.name) == each
        assert negotiate("image/png", form, each.suffix) == each
        assert negotiate(each.media_type, form) == each
        for alias in each.media_types():
            found = negotiate(None, form, alias)
            assert found is not None
            assert (found.name, found.media_type) == (each.name, alias) or alias in found.media_types()


@pytest.mark.parametrize(
    ("accept", "form", "requested", "name", "media_type"),
    [
        (None, SELECT, None, "json", "application/sparql-results+json"),
        ("*/*", ASK, None, "json", "application/sparql-results+json"),
        ("application/json", SELECT, None, "json", "application/json"),
        ("text/xml", SELECT, None, "xml", "text/xml"),
        ("text/csv;q=0.5, text/tab-separated-values", SELECT, None, "tsv", "text/tab-separated-values"),
        ("application/sparql-results+json;q=0.1, application/json", SELECT, None, "json", "application/json"),
        (None, CONSTRUCT, None, "ttl", "text/turtle"),
        ("application/json", DESCRIBE, None, "jsonld", "application/json"),
        ("application/rdf+xml, text/turtle;q=0.9", CONSTRUCT, None, "rdf", "application/rdf+xml"),
        ("text/turtle", SELECT, "csv", "csv", "text/csv"),
        ("text/csv", CONSTRUCT, "NT", "nt", "application/n-triples"),
        (None, CONSTRUCT, "application/ld+json", "jsonld", "application/ld+json"),
    ],
)
def test_negotiation(accept: str | None, form: QueryForm, requested: str | None, name: str, media_type: str) -> None:
    chosen = negotiate(accept, form, requested)
    assert chosen is not None
    assert (chosen.name, chosen.media_type) == (name, media_type)


@pytest.mark.parametrize(
    ("accept", "form", "requested"),
    [
        ("text/turtle", SELECT, None),
        ("text/csv", CONSTRUCT, None),
        ("text/html", ASK, None),
        ("*/*", SELECT, "ttl"),
        ("*/*", DESCRIBE, "csv"),
        ("*/*", SELECT, "pdf"),
        ("*/*", SELECT, ""),
        ("application/sparql-results+json;q=0", SELECT, None),
    ],
)
def test_what_is_not_offered_is_none(accept: str, form: QueryForm, requested: str | None) -> None:
    assert negotiate(accept, form, requested) is None


def test_text_says_its_charset() -> None:
    assert {each.name: each.content_type for each in (*ROWS, *GRAPHS)} == {
        "json": "application/sparql-results+json",
        "xml": "application/sparql-results+xml",
        "csv": "text/csv; charset=utf-8",
        "tsv": "text/tab-separated-values; charset=utf-8",
        "ttl": "text/turtle; charset=utf-8",
        "nt": "application/n-triples",
        "jsonld": "application/ld+json",
        "rdf": "application/rdf+xml",
    }


def test_named_without_a_form() -> None:
    assert named("rdf") == GRAPHS[3]
    assert named(".csv") == ROWS[2]
    assert named("zip") is None
