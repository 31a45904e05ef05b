"""DOIs: the spellings that occur, and what is refused."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers import Doi, Refusal, doi

ZENODO = Doi("10.5281/zenodo.10306095")


@pytest.mark.parametrize(
    "text",
    [
        "10.5281/zenodo.10306095",
        "10.5281/Zenodo.10306095",
        "doi:10.5281/zenodo.10306095",
        "DOI: 10.5281/zenodo.10306095",
        "DOI 10.5281/zenodo.10306095.",
        "info:doi/10.5281/zenodo.10306095",
        "urn:doi:10.5281/zenodo.10306095",
        "https://doi.org/10.5281/zenodo.10306095",
        "http://dx.doi.org/10.5281/zenodo.10306095",
        "https://www.doi.org/10.5281/zenodo.10306095",
        "doi.org/10.5281/zenodo.10306095",
        "doi:https://doi.org/10.5281/zenodo.10306095",
        "https://doi.org/https://doi.org/10.5281/zenodo.10306095",
        "https://doi.org/10.5281%2Fzenodo.10306095",
        "https://doi.org/10.5281%252Fzenodo.10306095",
        "https://doi.org/10.5281/zenodo.10306095?utm_source=x#top",
        "https://zenodo.org/doi/10.5281/zenodo.10306095",
        " <https://doi.org/10.5281/zenodo.10306095> ",
        "(doi:10.5281/zenodo.10306095).",
        "“10.5281/zenodo.10306095”,",
        "https://doi.org/10.5281/zenodo.10306095%20",
        "\u200b10.5281/zenodo.10306095\ufeff",
    ],
)
def test_all_spellings_of_one_doi_are_equal(text: str) -> None:
    assert doi.parse(text) == ZENODO


@pytest.mark.parametrize(
    ("text", "value", "iri"),
    [
        (
            "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2",
            "https://doi.org/10.1002/(sici)1097-0258(19980815/30)17:15/16%3C1661::aid-sim968%3E3.0.co;2-2",
        ),
        ("10.1016/S0021-8634(05)80001-X)", "10.1016/s0021-8634(05)80001-x", None),
        ("10.1000/abc(1)", "10.1000/abc(1)", None),
        ("10.1000/a#b", "10.1000/a#b", "https://doi.org/10.1000/a%23b"),
        ("https://doi.org/10.1000/a%23b?x", "10.1000/a#b", "https://doi.org/10.1000/a%23b"),
        ("10.1000/100%", "10.1000/100%", "https://doi.org/10.1000/100%25"),
        ("10.1000/Ünï", "10.1000/Ünï", "https://doi.org/10.1000/%C3%9Cn%C3%AF"),
        ('10.1000/a"b{c}|d^e`f\\g[h]', '10.1000/a"b{c}|d^e`f\\g[h]', "https://doi.org/10.1000/a%22b%7Bc%7D%7Cd%5Ee%60f%5Cg%5Bh%5D"),
        ("10.1000.10/123", "10.1000.10/123", None),
        ("https://doi.org/10.48550/arXiv.2306.08754", "10.48550/arxiv.2306.08754", None),
    ],
)  # fmt: skip
def test_suffixes_keep_what_belongs_to_them(text: str, value: str, iri: str | None) -> None:
    parsed = doi.parse(text)
    assert isinstance(parsed, Doi)
    assert parsed.value == value
    assert parsed.iri == (iri or "https://doi.org/" + value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no DOI"),
        ("10.12/x", "not a DOI"),
        ("10.5281", "not a DOI"),
        ("10.5281/", "not a DOI"),
        ("10.5281/).", "not a DOI"),
        ("11.5281/x", "not a DOI"),
        ("١٠.٥٢٨١/x", "not a DOI"),
        ("https://zenodo.org/records/10261274", "web address"),
        ("https://zenodo.org/badge/latestdoi/618127503", "web address"),
        ("https://example.org/10.5281/zenodo.1", "web address"),
        ("10.5281/zenodo.1 and 10.5281/zenodo.2", "white space"),
        ("10.5281/a%0Ab", "escaped control"),
        ("10.5281/%FF", "not UTF-8"),
        ("10.5281/../settings", "`..`"),
        ("10.5281/a\u202eb", "cannot be seen"),
        ("10.5281/" + "é" * 900, "too long"),
        ("10.5281/" + "a" * 3000, "too long"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    parsed = doi.parse(text)
    assert isinstance(parsed, Refusal)
    assert reason in parsed.reason


@given(st.from_regex(r"10\.[0-9]{4,9}/[A-Za-z0-9_\-/:;()<>.#?+]{0,30}[a-z0-9]", fullmatch=True))
def test_a_doi_and_its_escaped_forms_are_one(name: str) -> None:
    bare = doi.parse(name)
    if isinstance(bare, Doi):
        assert doi.parse("https://doi.org/" + quote(name, safe="")) == bare
        assert doi.parse("DOI:" + quote(quote(name))) == bare
        assert doi.parse(bare.iri) == bare
    else:
        assert "`..`" in bare.reason
