"""Addresses that links lead to."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.stac.naming import linked_iri, resolved, stac_iri
from leap_kg.ontology.iri import iri_text
from leap_kg.settings import DEFAULT_BASE as BASE

BASES = ("https://a.example.org/c/items/one.json", "http://b.example.org?x=1", "s3://bucket/key", "")
STEPS = st.sampled_from(
    ["https://", "HTTP://", "http:/", "//", "h.example.org", "", "/", "..", "a b", "?q=1", "#x", "é"]
)


@settings(max_examples=50)
@given(st.lists(STEPS, max_size=6).map("".join), st.sampled_from(BASES))
def test_a_link_leads_where_rfc_3986_says(href: str, base: str) -> None:
    try:
        wanted = iri_text(urljoin(base, href.strip()).partition("#")[0]) or ""
        wanted = wanted if href.strip() and urlsplit(wanted).hostname else ""
    except ValueError:
        wanted = ""
    assert resolved(base, href) == wanted


@pytest.mark.parametrize("href", [None, 5, "", "  ", [], "https://"])
def test_what_is_no_link_leads_nowhere(href: object) -> None:
    assert resolved("s3://bucket/key", href) == ""


def test_an_object_has_one_name_wherever_it_is_linked() -> None:
    url = "https://stac.example.org/a%20b/c.json?v=1"
    assert linked_iri(url, BASE) == stac_iri(url, BASE)
    assert isinstance(linked_iri(url, BASE), NamedNode)
