"""Spellings of one DOI or GitHub page are one IRI; what might be something else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers.canonical import canonical


@pytest.mark.parametrize(
    ("written", "iri"),
    [
        ("https://doi.org/10.5555/FRESH.1", "https://doi.org/10.5555/fresh.1"),
        ("http://dx.doi.org/10.5555/Fresh.1", "https://doi.org/10.5555/fresh.1"),
        ("HTTPS://www.DOI.org/10.5555/fresh.1", "https://doi.org/10.5555/fresh.1"),
        ("https://doi.org/10.5555/FRESH.1#author-B", "https://doi.org/10.5555/fresh.1#author-B"),
        ("https://github.com/Ada-L", "https://github.com/ada-l"),
        ("http://www.github.com/Lab/Code/", "https://github.com/lab/code"),
    ],
)
def test_spellings_become_one(written: str, iri: str) -> None:
    assert canonical(written) == iri
    assert canonical(iri) == iri


@pytest.mark.parametrize(
    "iri",
    [
        "https://doi.org/10.5555/FRESH.1?x=Y",
        "https://doi.org/",
        "https://doi.org/About",
        "https://example.org/10.5555/FRESH.1",
        "https://github.com/",
        "https://github.com/Lab/Code/blob/main/README.md",
        "https://github.com/search?q=A",
        "https://orcid.org/0000-0002-1825-0097",
        "urn:X",
    ],
)
def test_other_addresses_stay(iri: str) -> None:
    assert canonical(iri) == iri


@given(st.text(max_size=60) | st.from_regex(r"https?://(dx\.)?doi\.org/10\.\d{4}/\S{1,20}"))
def test_nothing_fails_and_once_is_enough(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
