"""Paths and addresses: every IRI has a path that leads back to it, and no `href` leads where browsers run code."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ontology.iri import iri_of, path_of
from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.links import address_label, external_href, query_url, url
from tests.web.platform import ODD

_CHARACTERS = st.text("abAB019/-._~!$&'()*+,;=:@%?#éß[]")
_NAMESPACES = st.sampled_from(
    [DEFAULT_BASE, "https://github.com/", "https://orcid.org/", "https://spdx.org/licenses/", "http://x.org/", "urn:"]
)


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


@given(st.builds(str.__add__, _NAMESPACES, _CHARACTERS).filter(_is_iri))
@example(f"{DEFAULT_BASE}a/../b")
@example(f"{DEFAULT_BASE}/evil.example")
@example(f"{DEFAULT_BASE}a/%2E%2e/b")
@example(f"{DEFAULT_BASE}a#")
@example("https://github.com/a/b#readme")
def test_the_path_of_an_iri_leads_back_to_it(iri: str) -> None:
    path = path_of(DEFAULT_BASE, iri)
    parts = urlsplit(path)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert path.isascii() or parts.fragment
    if parts.path == "/node" and parts.query:
        assert parse_qs(parts.query, keep_blank_values=True)["iri"] == [iri]
    else:
        assert not {".", ".."} & set(parts.path.lower().replace("%2e", ".").split("/"))
        assert iri_of(DEFAULT_BASE, parts.path) + (f"#{parts.fragment}" if parts.fragment else "") == iri


@given(_CHARACTERS, _CHARACTERS)
def test_two_iris_never_share_a_path(one: str, other: str) -> None:
    first, second = DEFAULT_BASE + one, DEFAULT_BASE + other
    assert (first == second) == (path_of(DEFAULT_BASE, first) == path_of(DEFAULT_BASE, second))


@pytest.mark.parametrize("iri", ODD)
def test_odd_iris_are_shown_at_an_address_of_their_own(iri: str) -> None:
    assert path_of(DEFAULT_BASE, iri) == "/node?iri=" + quote(iri, safe="")


@pytest.mark.parametrize(
    "iri",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "JavaScript:alert(1)",
        "file:///etc/passwd",
        "http:x",
        "https:///x",
        "mailto:",
        "//evil.example",
        "gs://b/k",
        "",
        "https://[",
        "ftp://x/y",
    ],
)
def test_a_page_never_links_to_what_a_browser_might_run(iri: str) -> None:
    assert external_href(iri) == ""


@pytest.mark.parametrize("iri", ["https://a.example/x?y#z", "http://a.example", "mailto:x@example.org", "HTTPS://a.b/"])
def test_a_page_links_to_the_web_and_to_mail(iri: str) -> None:
    assert external_href(iri) == iri


@given(st.text())
def test_external_href_takes_any_text(text: str) -> None:
    assert external_href(text) in (text, "")


@given(st.text(min_size=1, max_size=300))
def test_a_label_of_an_address_is_short_and_not_empty(text: str) -> None:
    assert 0 < len(address_label(text)) <= 90


def test_a_query_string_leaves_out_what_is_empty() -> None:
    assert url("/x", a="1 &", b=None, c="", d=0) == "/x?a=1+%26&d=0"
    assert query_url("SELECT *") == "/sparql?query=SELECT+%2A"
