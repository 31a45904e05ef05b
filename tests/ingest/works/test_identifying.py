"""What a work names becomes one IRI for each thing, whatever scheme its register gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.works.identifying import container_of, doi_or_link
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.reading import reading_of


@pytest.mark.parametrize(
    ("scheme", "text", "iri"),
    [
        ("doi", "10.1000/ABC", "https://doi.org/10.1000/abc"),
        ("DOI", "http://dx.doi.org/10.1000/abc", "https://doi.org/10.1000/abc"),
        ("url", "https://doi.org/10.1000/abc", "https://doi.org/10.1000/abc"),
        ("URL", "https://arxiv.org/abs/2306.08754v1", "https://arxiv.org/abs/2306.08754"),
        ("arXiv", "arXiv:0706.0001", "https://arxiv.org/abs/0706.0001"),
        ("uri", "https://example.org/a b", "https://example.org/a%20b"),
        ("ISBN", "978-3-905673-82-1", "urn:isbn:9783905673821"),
        ("EAN13", "9783468111242", "urn:isbn:9783468111242"),
        ("eissn", "1562-6865", "https://portal.issn.org/resource/ISSN/1562-6865"),
        ("Handle", "10013/epic.10033", "https://hdl.handle.net/10013/epic.10033"),
        ("ARK", "ark:/13030/tqb3kh97gh8w", "https://n2t.net/ark:/13030/tqb3kh97gh8w"),
        ("PMID", "12082125", "https://pubmed.ncbi.nlm.nih.gov/12082125"),
        ("URN", "urn:nbn:de:101:1-201102033592", "urn:nbn:de:101:1-201102033592"),
        ("url", "javascript:alert(1)", None),
        ("IGSN", "IECUR0097", None),
        ("doi", "no doi", None),
        ("", "", None),
    ],
)
def test_schemes(scheme: str, text: str, iri: str | None) -> None:
    assert doi_or_link(text, scheme, ("x",), reading_of("https://example.org/")) == iri


@given(
    st.text(max_size=30),
    st.sampled_from(["doi", "url", "arxiv", "isbn", "issn", "urn", "ark", "handle", "pmid", "x", ""]),
)
def test_any_text_is_an_iri_or_kept(text: str, scheme: str) -> None:
    iri = doi_or_link(text, scheme, ("x",), reading_of("https://example.org/"))
    assert iri is None or NamedNode(iri).value == iri


def test_a_book_goes_before_its_series_and_a_name_is_better_than_nothing() -> None:
    reading = reading_of("https://example.org/")
    book = container_of("The Book", ["2041-1723"], ["9783905673821"], reading)
    assert book is not None
    assert (book.kind, book.iri) == (Kind.BOOK, "urn:isbn:9783905673821")
    named = container_of("The Journal", [], [], reading)
    assert named is not None
    assert (named.kind, named.iri) == (Kind.JOURNAL, "")
    assert container_of("", [], [], reading) is None
