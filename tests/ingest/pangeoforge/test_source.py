"""Feedstocks by their recipes: which dataset they belong to, and what their code adds."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.leap.record import map_files
from leap_kg.ingest.pangeoforge.source import PangeoForge, PangeoForgeConfig
from leap_kg.ingest.source import Listing, Mapped, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers.github import Repository
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, RDF, SCHEMA, Namespace
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.github.hub import Hub, Made

LEAP = Namespace(BASE + ONTOLOGY_PATH)
LIST = "https://github.com/lab/data/blob/main/input.yaml"
LISTED = b"feedstocks: ['https://github.com/lab/osn-feedstock/blob/main/feedstock/catalog.yaml', 7]"
CODE = b"recipe = Create(p) | StoreToZarr()\nurls = ['https://in.example.org/1.nc']\ntemplate = f'https://in.example.org/{year}.nc'\n"


def meta(**more: object) -> bytes:
    said = {
        "title": "Sea ice", "description": "Ice.", "recipes": [{"id": "ice", "object": "recipe:recipe"}],
        "provenance": {"providers": [{"name": "Lab", "roles": ["producer"]}], "license": "CC-BY-4.0"},
        "maintainers": [{"name": "A B", "github": "ab"}], "pangeo_notebook_version": "2022.06.02", **more,
    }  # fmt: skip
    return yaml.safe_dump(said).encode()


class Shelf(Fetcher):
    """Files of repositories by their pages on GitHub, else the answers of `hub`."""

    def __init__(self, files: dict[str, bytes], hub: Hub | None = None) -> None:
        self.files = files
        self.hub = hub or Hub()

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        path = url.removeprefix("https://github.com/")
        return Body.of(url, url, self.files[path], None) if path in self.files else self.hub.fetch(ask)


def source(**more: object) -> Source:
    entry = {"id": "recipes", "kind": "pangeo-forge", "title": "Recipes", **more}
    return PangeoForgeConfig.model_validate(entry).source(Path(), BASE)


def taken(shelf: Shelf, **more: object) -> tuple[dict[str, Mapped], Listing]:
    recipes, listing = source(**more), Listing(shelf)
    found = {}
    for ref in recipes.enumerate(listing):
        found[ref.key] = recipes.map(recipes.fetch(ref, shelf))
        assert not list(validate(quads_in(found[ref.key].triples, NamedNode(f"{BASE}graph/source/recipes")), BASE))
    return found, listing


def objects(mapped: Mapped, subject: str, predicate: NamedNode) -> set[str]:
    found = (t.object for t in mapped.triples if t.subject == NamedNode(subject) and t.predicate == predicate)
    return {each.value for each in found if isinstance(each, NamedNode | Literal)}


def catalog(url: str) -> bytes:
    return yaml.safe_dump({"meta_yaml_url": url, "stores": [{"id": "ice", "url": "gs://lab/ice.zarr"}]}).encode()


def test_a_feedstock_that_no_catalogue_lists_is_described_with_its_code() -> None:
    shelf = Shelf(
        {
            "forge/ice-feedstock/blob/HEAD/feedstock/meta.yaml": meta(),
            "forge/ice-feedstock/blob/HEAD/feedstock/recipe.py": CODE,
        }
    )
    found, _ = taken(shelf, feedstocks=["forge/ice-feedstock"])
    mapped = found["forge/ice-feedstock"]
    dataset, recipe = f"{BASE}dataset/forge/ice-feedstock", f"{BASE}recipe/forge/ice-feedstock/ice"
    assert mapped.subject == NamedNode(dataset)
    assert objects(mapped, dataset, DCT("title")) == {"Sea ice"}
    assert objects(mapped, dataset, LEAP("recipe")) == {recipe}
    assert objects(mapped, recipe, LEAP("runsIn")) == {f"{BASE}image/pangeo/pangeo-notebook/2022.06.02"}
    assert objects(mapped, recipe, SCHEMA("abstract")) == {"Create | StoreToZarr"}
    assert objects(mapped, recipe, SCHEMA("isBasedOn")) == {"https://in.example.org/1.nc"}
    assert objects(mapped, recipe, SCHEMA("urlTemplate")) == {"https://in.example.org/{year}.nc"}


def test_a_feedstock_behind_a_catalogue_has_the_nodes_of_the_catalogue() -> None:
    """meta.yaml and recipe of one repository, the catalogue's entry in another."""
    url = "https://github.com/forge/ice-feedstock/blob/main/feedstock/meta.yaml"
    shelf = Shelf(
        {
            "lab/data/blob/main/input.yaml": LISTED,
            "lab/osn-feedstock/blob/main/feedstock/catalog.yaml": catalog(url),
            "forge/ice-feedstock/blob/main/feedstock/meta.yaml": meta(),
            "forge/ice-feedstock/blob/main/feedstock/recipe.py": CODE,
            "forge/ice-feedstock/blob/HEAD/feedstock/meta.yaml": meta(),
        }
    )
    found, _ = taken(shelf, catalog=LIST, feedstocks=["forge/ice-feedstock"])
    assert set(found) == {"lab/osn-feedstock"}
    mapped = found["lab/osn-feedstock"]
    recipe = f"{BASE}recipe/lab/osn-feedstock/ice"
    recipes = source(catalog=LIST)
    record = recipes.fetch(next(iter(recipes.enumerate(Listing(shelf)))), shelf)
    entry, described = record.part("catalog"), record.part("meta")
    assert entry is not None
    assert described is not None
    theirs = map_files("lab/osn-feedstock", entry, described, BASE)
    assert theirs.subject == mapped.subject
    assert objects(theirs, mapped.subject.value, LEAP("recipe")) == {recipe}
    assert objects(mapped, recipe, SCHEMA("isBasedOn")) == {"https://in.example.org/1.nc"}
    assert not objects(mapped, mapped.subject.value, DCT("title"))
    assert not mapped.findings


def test_an_unlisted_feedstock_with_a_catalog_of_its_own_has_its_stores() -> None:
    url = "https://github.com/lab/x_feedstock/blob/main/feedstock/meta.yaml"
    shelf = Shelf(
        {
            "lab/x_feedstock/blob/HEAD/feedstock/meta.yaml": meta(),
            "lab/x_feedstock/blob/HEAD/feedstock/catalog.yaml": catalog(url),
        }
    )
    found, _ = taken(shelf, feedstocks=["lab/x_feedstock"])
    assert objects(found["lab/x_feedstock"], f"{BASE}dataset/lab/x_feedstock", DCAT("distribution")) == {
        f"{BASE}store/gs/lab/ice.zarr"
    }


def test_an_organisation_is_searched_for_feedstocks() -> None:
    hub = Hub(
        *(Made(n, f"forge/{name}") for n, name in enumerate(("a-feedstock", "b_Feedstock", "staged", "c-feedstock"), 1))
    )
    files = {
        f"forge/{name}/blob/HEAD/feedstock/meta.yaml": meta() for name in ("a-feedstock", "b_Feedstock", "c-feedstock")
    }
    found, listing = taken(Shelf(files, hub), organisation="forge")
    assert set(found) == {"forge/a-feedstock", "forge/b_feedstock", "forge/c-feedstock"}
    assert not listing.shortfall
    found, listing = taken(Shelf(files), organisation="nobody", feedstocks=["forge/a-feedstock"])
    assert set(found) == {"forge/a-feedstock"}
    assert not listing.shortfall
    hub.failing = {"/orgs/": FetchFailed("u", "answers HTTP 500", "status", 500)}
    found, listing = taken(Shelf(files, hub), organisation="forge", feedstocks=["forge/a-feedstock"])
    assert "HTTP 500" in listing.shortfall
    with pytest.raises(FetchFailed):
        taken(Shelf(files, hub), organisation="forge")


@pytest.mark.parametrize(
    ("recipes", "code", "kind"),
    [
        ([{"id": "a", "object": "recipe:gone"}], CODE, "missing-object"),
        ([{"id": "a", "object": "recipe:not-a-name"}], CODE, "missing-object"),
        ([{"id": "a"}], CODE, "missing-object"),
        ([{"id": "a", "object": "recipe:recipe"}], b"recipe = (", "unreadable-file"),
    ],
)
def test_what_cannot_be_right_about_a_recipe_is_a_finding(recipes: object, code: bytes, kind: str) -> None:
    shelf = Shelf(
        {
            "forge/ice/blob/HEAD/feedstock/meta.yaml": meta(recipes=recipes),
            "forge/ice/blob/HEAD/feedstock/recipe.py": code,
        }
    )
    found, _ = taken(shelf, feedstocks=["forge/ice"])
    (finding,) = [each for each in found["forge/ice"].findings if each.kind != "missing-stores"]
    assert finding.kind == kind
    assert finding.hint


def test_a_dictionary_of_recipes_names_its_keys_and_modules_are_read_by_name() -> None:
    recipes = [{"dict_object": "makers:recipes"}, {"id": "two", "object": "recipe:recipe"}]
    shelf = Shelf(
        {
            "forge/ice/blob/HEAD/feedstock/meta.yaml": meta(recipes=recipes),
            "forge/ice/blob/HEAD/feedstock/makers.py": b"recipes = {'a': 1, 'b': 2}",
            "forge/ice/blob/HEAD/feedstock/recipe.py": CODE,
        }
    )
    found, _ = taken(shelf, feedstocks=["forge/ice"])
    recipe = f"{BASE}recipe/forge/ice/recipes"
    assert objects(found["forge/ice"], recipe, SCHEMA("alternateName")) == {"a", "b"}
    assert LEAP("Recipe").value in objects(found["forge/ice"], recipe, RDF("type"))
    assert objects(found["forge/ice"], f"{BASE}recipe/forge/ice/two", SCHEMA("abstract")) == {"Create | StoreToZarr"}


def test_a_feedstock_without_meta_is_a_dead_letter_and_the_others_are_taken() -> None:
    recipes, shelf = (
        source(feedstocks=["forge/gone", "forge/ice"]),
        Shelf({"forge/ice/blob/HEAD/feedstock/meta.yaml": meta()}),
    )
    refs = list(recipes.enumerate(Listing(shelf)))
    with pytest.raises(FetchFailed):
        recipes.fetch(refs[0], shelf)
    assert recipes.map(recipes.fetch(refs[1], shelf)).subject == NamedNode(f"{BASE}dataset/forge/ice")
    nothing = Shelf({"lab/x/blob/main/feedstock/catalog.yaml": b"tags: []"})
    with pytest.raises(RecordUnusable, match="meta_yaml_url"):
        recipes.fetch(Ref("lab/x", "https://github.com/lab/x/blob/main/feedstock/catalog.yaml"), nothing)


@pytest.mark.parametrize("wrong", [{}, {"feedstocks": ["x"]}, {"organisation": "a/b"}, {"catalog": "x", "ref": "a b"}])
def test_a_mistake_in_the_configuration_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        source(**wrong)


def test_which_repositories_are_covered() -> None:
    recipes = source(feedstocks=["forge/ice"], organisation="forge")
    assert isinstance(recipes, PangeoForge)
    asked = (
        Repository("Forge", "Ice"),
        Repository("forge", "a-feedstock"),
        Repository("forge", "site"),
        Repository("lab", "a-feedstock"),
    )
    assert [recipes.covers(repository) for repository in asked] == [True, True, False, False]
