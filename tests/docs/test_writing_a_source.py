"""The source in the documentation is short, and works when a package offers it."""

import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import SourcesFaulty, read_sources
from tests.ingest.shelf import BASE, Bench, Shelf, silent

PAGE = (Path(__file__).resolve().parents[2] / "docs/sources/writing-a-source.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module of the page, and its entry point, as if its package were installed."""
    module = ModuleType("lab_instruments")
    exec(block("python"), module.__dict__)  # noqa: S102 - our own documentation
    monkeypatch.setitem(sys.modules, "lab_instruments", module)
    named = re.search(r'^(\w+) = "(.+)"$', block("toml"), re.MULTILINE)
    assert named
    point = EntryPoint(named[1], named[2], "leap_kg.sources")
    monkeypatch.setattr("leap_kg.ingest.sources.entry_points", lambda group: [point])


def test_it_fits_into_forty_lines() -> None:
    lines = [line for line in block("python").splitlines() if line.strip() and not re.match(r"(from|import) ", line)]
    assert len(lines) <= 40


@pytest.mark.usefixtures("offered")
def test_it_harvests_what_the_sources_file_says(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(block("yaml"))
    (source,) = read_sources(tmp_path / "sources.yaml", BASE)
    shelf = Shelf()
    folder = "https://lab.example.org/instruments"
    shelf.put(f"{folder}/index.yaml", {"instruments": ["buoy", "glider", "kite"]})
    shelf.put(f"{folder}/buoy.yaml", {"title": "A buoy"})
    shelf.put(f"{folder}/glider.yaml", {"name": "no title"})
    home = Home(tmp_path / "home")
    (outcome,) = harvest_round(home, BASE, [source], shelf, progress=silent)
    assert (outcome.report.outcome, outcome.report.published, outcome.report.dead) == ("complete", 1, 2)
    bench = Bench(home.path, shelf)
    assert '"A buoy"' in bench.export("lab-instruments")
    assert bench.dead_letters("lab-instruments")["glider"].reason.endswith("add one")


@pytest.mark.usefixtures("offered")
def test_a_key_that_it_does_not_have_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(block("yaml").replace("index:", "indx:"))
    with pytest.raises(SourcesFaulty, match=r"sources\.0\.ind"):
        read_sources(tmp_path / "sources.yaml", BASE)
