"""Who provides the real data, asked of the graph and read from the files: STAC, catalogue and attributes of a store."""

import json
from typing import Any

import pytest

from leap_kg.ontology.iri import slug
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.real import oracle
from tests.real.mapped import DATA, Said, of

STAC = DATA / "stac"
SST = DATA / "zarr" / "geopython__pygeoapi" / "tests" / "data" / "analysed_sst.zarr" / ".zattrs"
MAINTAINER = "maintainer"

pytestmark = pytest.mark.skipif(
    not (STAC.is_dir() and SST.is_file()), reason="the real files are not beside the project, in ../shared/data"
)


@pytest.fixture(scope="module")
def said() -> Said:
    return of("leap-catalog", "stac-documents", "stac-catalogs", "zarr-stores")


def provided(said: Said, iri: str, title: str) -> list[tuple[str, frozenset[str]]]:
    """The providers of this node itself, in the order of the answer, with their roles."""
    rows = said.ask("questions/providers", title=title)
    return [
        (row["who"].rpartition("/")[2], frozenset(row["roles"].split(", ")))
        for row in rows
        if row["dataset"] == row["of"] == iri
    ]


def stated(providers: list[dict[str, Any]]) -> list[tuple[str, frozenset[str]]]:
    """The same as a file lists them; a provider without roles is a provider, one with an ORCID is a person."""
    roles = ([str(role).strip().lower() for role in each.get("roles") or []] for each in providers)
    named = zip(providers, roles, strict=True)
    return [(each.get("orcid") or slug(each["name"]), frozenset(its) or frozenset({"provider"})) for each, its in named]


@pytest.mark.parametrize(
    "path",
    [
        "TomAugspurger__xstac/examples/gpm-imerg-hhr/collection.json",
        "TomAugspurger__xstac/examples/era5/era5-pds.json",
        "TomAugspurger__xstac/examples/gridmet/collection.json",
        "stac-utils__pystac-client/tests/data/planetary-computer-aster-l1t-collection.json",
    ],
)
def test_stac_keeps_who_comes_first(said: Said, path: str) -> None:
    document = json.loads((STAC / path).read_text(encoding="utf-8"))
    repository = path.partition("/")[0].replace("__", "/")
    key = f"https://raw.githubusercontent.com/{repository}/main/{path.partition('/')[2]}"
    expected = stated(document["providers"])
    assert len(expected) > 1
    assert provided(said, said.subjects[key], document["title"]) == expected


def test_feedstocks_keep_who_comes_first(said: Said) -> None:
    checked = 0
    for each in oracle.datasets():
        if len(each.providers) < 2 or not each.files:
            continue
        found, expected = provided(said, each.iri, each.title), stated(each.providers)
        assert [who for who, _ in found] == [who for who, _ in expected], each.iri
        assert [roles for _, roles in found] == [roles for _, roles in expected], each.iri
        checked += 1
    assert checked >= 4


def test_a_store_names_them_in_its_attributes(said: Said) -> None:
    attributes = json.loads(SST.read_text(encoding="utf-8"))
    rows = said.ask("questions/providers", title=attributes["title"])
    assert {(row["who"], row["roles"], row["step"]) for row in rows} == {
        (f"{BASE}organization/{slug(attributes[key])}", role, "itself")
        for key, role in (("creator_name", "creator"), ("publisher_name", "publisher"), ("institution", "institution"))
    }


def test_maintainers_are_no_providers(said: Said) -> None:
    assert all(MAINTAINER not in row["roles"].split(", ") for row in said.ask("questions/providers"))
