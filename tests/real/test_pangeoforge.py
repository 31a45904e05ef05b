"""Real feedstocks by their recipes, those of LEAP's list and the others, and question 5."""

import pytest

from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.real import mapped, oracle
from tests.real.mapped import Said

pytestmark = pytest.mark.skipif(not oracle.FEEDSTOCKS.is_dir(), reason=oracle.WHY)

LEAP = Namespace(BASE + ONTOLOGY_PATH)


@pytest.fixture(scope="module")
def said() -> Said:
    return mapped.of("leap-catalog", "pangeo-forge")


@pytest.fixture(scope="module")
def alone() -> Said:
    return mapped.of("pangeo-forge")


def test_every_recorded_meta_is_a_record_and_none_is_dead(alone: Said) -> None:
    recorded = {path.parts[-3].replace("__", "/", 1).lower() for path in oracle.metas()}
    sources = {next(iter(alone.objects(subject, DCT("source"))), "") for subject in alone.subjects.values()}
    assert "" not in sources
    described = {
        "/".join(url.removeprefix("https://github.com/").split("/")[:2]).lower()
        for subject in alone.subjects.values()
        for url in alone.objects(subject, DCT("source"))
        if url.endswith("meta.yaml")
    }
    assert described == recorded
    assert alone.dead == {}


def test_a_feedstock_of_the_list_has_the_catalogues_dataset_and_recipes(said: Said) -> None:
    dataset = f"{BASE}dataset/leap-stc/agdc-pangeo-forge-osn-feedstock"
    recipe = f"{BASE}recipe/leap-stc/agdc-pangeo-forge-osn-feedstock/AGCD"
    assert dataset in said.subjects.values()
    assert said.objects(dataset, LEAP("recipe")) == {recipe}
    graphs = {str(quad.graph_name) for quad in said.store.quads_for_pattern(None, LEAP("recipe"), None, None)}
    assert len(graphs) == 2
    assert f"{BASE}dataset/pangeo-forge/agdc-feedstock" not in said.subjects.values()


def test_feedstocks_that_leap_does_not_list_are_datasets_too(alone: Said) -> None:
    for name in ("cmip6-feedstock", "gpcp-feedstock"):
        assert alone.objects(f"{BASE}dataset/pangeo-forge/{name}", DCT("title"))
    recipe = f"{BASE}recipe/pangeo-forge/cmip6-feedstock/recipes"
    assert alone.objects(recipe, LEAP("entryPoint")) == {"recipe:recipes"}
    assert alone.objects(recipe, LEAP("runsIn")) == {f"{BASE}image/pangeo/pangeo-notebook/2021.12.02"}


def test_objects_that_no_module_can_have_are_findings(alone: Said) -> None:
    wrong = {
        each.value
        for findings in alone.findings.values()
        for each in findings
        if each.kind == "missing-object" and each.value
    }
    assert wrong == {"recipe:CanopyHeights-GLAD", "recipe:GLAB-VOD", "recipe:SRTMGL1-DEM"}


def test_which_recipe_made_which_store(said: Said) -> None:
    rows = {row["store"].rpartition("/")[2]: row for row in said.ask("questions/made-by")}
    row = rows["AGCD.zarr"]
    assert row["recipe"] == f"{BASE}recipe/leap-stc/agdc-pangeo-forge-osn-feedstock/AGCD"
    assert row["code"] == "https://github.com/pangeo-forge/AGDC-feedstock/blob/main/feedstock/recipe.py"
    assert len(rows) > 20
    (only,) = {row["dataset"] for row in said.ask("questions/made-by", title="gridded climate")}
    assert only == f"{BASE}dataset/leap-stc/agdc-pangeo-forge-osn-feedstock"


def test_identifiers_tell_which_of_two_recipes_made_which_of_two_stores(said: Said) -> None:
    rows = said.ask("questions/made-by", title="GODAS")
    assert {(row["store"].rpartition("/")[2], row["recipe"].rpartition("/")[2]) for row in rows} == {
        ("GODAS_surface_level.zarr", "godas-surface"),
        ("GODAS_multi_levels.zarr", "godas-multi"),
    }
    assert {row["known"] for row in rows} == {"by its identifier"}
