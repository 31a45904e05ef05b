"""What the graph says somebody needs stays on the cluster, unless its name is said."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.declaring import declare
from leap_kg.hub.declared.release import releases_of
from leap_kg.hub.objects.manifest import key_of
from leap_kg.hub.planned.plan import Act, Plan, Seen
from leap_kg.hub.planned.whole import planned
from leap_kg.hub.wanted.desired import Desired, desired
from leap_kg.hub.wanted.needed import needed
from leap_kg.ontology.namespaces import CITO, DCAT, PROV, ours
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity

NOTEBOOK = NamedNode("https://github.com/lab/analysis/blob/main/warm.ipynb")
PAPER = NamedNode("https://doi.org/10.5555/12345678")
FINISHED = {"conditions": [{"type": "Complete", "status": "True"}]}


def value(*packages: str) -> dict[str, Any]:
    """A cluster on which one environment is built for each package, and a recipe is run."""
    environments = [
        {"name": each, "namespace": "images", "repository": f"registry.example.org/lab/{each}",
         "files": {"requirements.txt": each}}
        for each in packages
    ]  # fmt: skip
    recipe = {"name": "warm", "namespace": "ingest", "feedstock": "lab/warm", "commit": "0" * 40, "recipe": "warm"}
    return {
        "cluster": "lab",
        "releases": [],
        "builder": {"image": "builder:1", "engine": "tcp://docker:2375"},
        "environments": environments,
        "recipes": [{**recipe, "image": "leap-kg:1"}] if "zarr" in packages else [],
    }


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desired, Desired]:
    """What was wanted first, and later, when a notebook ran in the first image and a paper needed what is made."""
    leap, graph = ours(BASE), source_graph(BASE, "code")
    with Writer(Home(tmp_path_factory.mktemp("needed")), BASE) as writer:
        revision = declare(writer, value("zarr", "dask", "keep"), BASE).revision
        first = desired(writer.store, revision, "lab", "helmrelease", BASE)
        image = releases_of(value("zarr")).environments[0].image.node(BASE)
        recipe, store = NamedNode(f"{BASE}recipe/lab/warm/warm"), NamedNode(f"{BASE}store/warm")
        dataset = NamedNode(f"{BASE}dataset/lab/warm")
        said = [
            (NOTEBOOK, leap("runsIn"), image),
            (store, leap("recipe"), recipe),
            (dataset, leap("recipe"), recipe),
            (dataset, DCAT("distribution"), store),
            (PAPER, CITO("citesAsDataSource"), dataset),
            (NOTEBOOK, PROV("used"), store),
        ]
        writer.publish("code", [Quad(*each, graph) for each in said], activity("code"))
        revision = declare(writer, value("keep"), BASE).revision
        return first, desired(writer.store, revision, "lab", "helmrelease", BASE)


def pruned(first: Desired, later: Desired, status: dict[str, Any] | None = None) -> Plan:
    more = {"uid": "made", "managedFields": [{"manager": "leap-kg", "operation": "Apply"}]}
    live = {
        key_of(each.manifest): {
            **each.manifest,
            "metadata": {**each.manifest["metadata"], **more},
            "status": status or {},
        }
        for each in first.objects
    }
    seen = {key: Seen(each, each) for key, each in live.items()}
    return planned(later, seen, dict.fromkeys(live, "made"), prune=True)


def gone(plan: Plan) -> list[str]:
    return sorted(f"{each.key.kind} {each.key.name[:-11]}" for each in plan.steps if each.act is Act.DELETE)


def test_the_graph_says_what_is_needed_and_by_whom(states: tuple[Desired, Desired]) -> None:
    image = releases_of(value("zarr")).environments[0].image.node(BASE).value
    assert states[1].needed == {
        image: f"{NOTEBOOK.value} runs in it",
        f"{BASE}recipe/lab/warm/warm": f"{PAPER.value} needs what it makes and 1 more",
    }
    assert states[0].needed == {}


def test_what_is_needed_stays_and_says_why(states: tuple[Desired, Desired]) -> None:
    plan = pruned(*states, FINISHED)
    assert gone(plan) == ["ConfigMap dask", "Job build-dask"]
    held = [each for each in plan.refused if "--override" in each]
    assert len(held) == 3
    assert f"stays: {NOTEBOOK.value} runs in it; if it may go all the same, say --override build-zarr-" in held[0]


def test_one_that_is_named_goes_all_the_same(states: tuple[Desired, Desired]) -> None:
    first, later = states
    (name,) = [
        each.manifest["metadata"]["name"]
        for each in first.objects
        if each.manifest["metadata"]["name"].startswith("build-zarr")
    ]
    plan = pruned(first, replace(later, overridden=frozenset({name})), FINISHED)
    assert gone(plan) == ["ConfigMap dask", "Job build-dask", "Job build-zarr"]


@pytest.mark.parametrize("status", [{}, {"active": 1}, {"conditions": [{"type": "Complete", "status": "False"}]}])
def test_a_job_that_is_not_finished_stays_with_its_files(
    states: tuple[Desired, Desired], status: dict[str, Any]
) -> None:
    plan = pruned(*states, status)
    assert gone(plan) == []
    assert len([each for each in plan.refused if "dask" in each and "is not finished" in each]) == 2


def test_an_empty_graph_needs_nothing(tmp_path: Path) -> None:
    with Writer(Home(tmp_path), BASE) as writer:
        assert needed(writer.store, BASE) == {}
