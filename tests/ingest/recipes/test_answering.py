"""Somebody asked for what a recipe makes: the request is answered by the run that publishes it."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.recipes.checkout import read_checkout
from leap_kg.ingest.recipes.publishing import publish_feedstock
from leap_kg.ingest.requests.asking import ask
from leap_kg.ingest.requests.wish import Wish
from leap_kg.settings import DEFAULT_BASE
from tests.ingest.recipes.conftest import RECIPES, Sources
from tests.ingest.recipes.test_running import asked, leap_kg, run

PLACE = "https://data.example.org/sea-surface"
NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
def feedstock(tmp_path: Path) -> Path:
    """A recipe of ours whose catalogue entry names the place that is asked for."""
    shutil.copytree(RECIPES / "sea-surface", tmp_path / "lab", ignore=shutil.ignore_patterns("__pycache__"))
    catalog = tmp_path / "lab" / "feedstock" / "catalog.yaml"
    catalog.write_text(f"{catalog.read_text()}links:\n  - label: files\n    url: {PLACE}\n")
    return tmp_path / "lab"


def wanted(home: Home) -> None:
    """Somebody asks for the data."""
    home.create()
    with Writer(home, DEFAULT_BASE) as writer:
        ask(writer, DEFAULT_BASE, Wish("Warm water", url=PLACE), "kim", "key", Activity("http/1", "Asked", NOW, NOW))


def standing(home: Home) -> list[str]:
    rows = asked(home, "SELECT ?word { ?request a schema:Demand ; schema:availability ?word }")
    return [row["word"].rpartition("/")[2] for row in rows]


def test_a_feedstock_without_a_store_is_at_it(tmp_path: Path, feedstock: Path) -> None:
    home = Home(tmp_path / "home")
    wanted(home)
    assert standing(home) == ["asked"]
    publish_feedstock(home, DEFAULT_BASE, "recipe-1", read_checkout(feedstock), NOW, NOW)
    assert standing(home) == ["in-progress"]
    # What is known already is not said again.
    before = Snapshots(home).current()
    publish_feedstock(home, DEFAULT_BASE, "recipe-2", read_checkout(feedstock), NOW, NOW)
    after = Snapshots(home).current()
    assert before is not None
    assert after is not None
    assert before.revision == after.revision


def test_where_nobody_asked_nothing_is_said_of_requests(tmp_path: Path, feedstock: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    publish_feedstock(home, DEFAULT_BASE, "recipe-1", read_checkout(feedstock), NOW, NOW)
    assert asked(home, "SELECT ?dataset { ?dataset a dcat:Dataset }")
    assert not asked(home, f"SELECT ?s {{ GRAPH <{DEFAULT_BASE}graph/source/standing> {{ ?s ?p ?o }} }}")
    assert not asked(home, f"SELECT ?p {{ <{DEFAULT_BASE}run/standing/recipe-1> ?p ?o }}")


@pytest.mark.all
@pytest.mark.timeout(600)
def test_a_run_answers_what_was_asked_for(home: Home, sources: Sources, feedstock: Path) -> None:
    wanted(home)
    source = f"SOURCE={sources.url('sea-surface')}"
    run(home, feedstock, "--runner", "dask", "--prune", "1", "--set", source)
    assert standing(home) == ["published"]
    (row,) = asked(home, "SELECT ?answer { ?request a schema:Demand ; schema:itemOffered ?answer }")
    assert row["answer"] == f"{DEFAULT_BASE}dataset/example-lab/sea-surface-feedstock"


@pytest.mark.all
@pytest.mark.timeout(600)
def test_what_was_staged_answers_once_it_is_promoted(home: Home, sources: Sources, feedstock: Path) -> None:
    wanted(home)
    recipe = feedstock / "feedstock" / "recipe.py"
    spoilt = 'prepare=lambda content: content.where(False),\n    store="'
    recipe.write_text(recipe.read_text().replace('store="', spoilt, 1))
    source = f"SOURCE={sources.url('sea-surface')}"
    done = leap_kg(home, "run", str(feedstock), "--runner", "dask", "--prune", "1", "--set", source)
    staged = re.search(r"leap-kg recipe promote (\S+)`", done.stderr)
    assert staged is not None
    assert standing(home) == ["asked"]
    promoted = leap_kg(home, "promote", staged[1])
    assert promoted.returncode == 0, promoted.stderr
    assert standing(home) == ["published"]
