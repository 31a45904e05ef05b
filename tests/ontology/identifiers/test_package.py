"""Package URLs: one spelling for each package, whatever a file calls it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ontology.identifiers import Refusal, package
from leap_kg.ontology.identifiers.package import Package

NAMES = st.one_of(st.text(max_size=30), st.from_regex(r"[A-Za-z0-9_.+-]{1,20}", fullmatch=True))


@given(st.sampled_from(("conda", "pypi", "deb", "npm")), NAMES, NAMES)
def test_any_text_gives_an_iri_that_reads_back_or_a_refusal(ecosystem: str, name: str, version: str) -> None:
    found = package.of(ecosystem, name, version)
    if isinstance(found, Refusal):
        assert found.reason
        return
    assert NamedNode(found.iri).value == found.value
    assert package.parse(found.value) == found
    assert found.whole.version == ""
    assert package.of(ecosystem, found.name, found.version) == found


@given(st.text(max_size=60))
def test_parsing_never_raises(text: str) -> None:
    assert isinstance(package.parse(text), Package | Refusal)


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "purl"),
    [
        ("conda", "zarr", "2.11.0", "pkg:conda/zarr@2.11.0"),
        ("conda", "_libgcc_mutex", "0.1", "pkg:conda/_libgcc_mutex@0.1"),
        ("conda", "backports.zstd", "", "pkg:conda/backports.zstd"),
        ("pypi", "Pangeo_Forge_Recipes", "0.10.8", "pkg:pypi/pangeo-forge-recipes@0.10.8"),
        ("pypi", "jax", "0.4.31+cuda12", "pkg:pypi/jax@0.4.31%2Bcuda12"),
        ("deb", "git", "", "pkg:deb/debian/git"),
        ("conda", "epoch", "1!2.0", "pkg:conda/epoch@1%212.0"),
    ],
)
def test_the_package_url_is_canonical(ecosystem: str, name: str, version: str, purl: str) -> None:
    found = package.of(ecosystem, name, version)
    assert not isinstance(found, Refusal)
    assert found.value == purl


def test_conda_and_pypi_are_two_packages() -> None:
    assert package.of("conda", "zarr") != package.of("pypi", "zarr")


@pytest.mark.parametrize("name", ["", " ", "a b", "../x", "x/y", "-x", "ünder", "a" * 300, "<name>"])
def test_what_names_no_package_is_refused(name: str) -> None:
    assert isinstance(package.of("conda", name), Refusal)
