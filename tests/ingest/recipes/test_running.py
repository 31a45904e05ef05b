"""Recipes run for real, in their own environments, from files behind a server to what pages, STAC and SPARQL say."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from pyoxigraph import NamedNode

from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.settings import DEFAULT_BASE
from tests.ingest.hostile_server import Exchange
from tests.ingest.recipes.conftest import RECIPES, Sources
from tests.web.server import running

pytestmark = [pytest.mark.all, pytest.mark.timeout(600)]

STORES = {"sea-surface": "sea-surface.zarr", "ocean-state": "ocean-state.zarr"}


def leap_kg(home: Home, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leap_kg", "recipe", *arguments],
        env={**os.environ, "LEAP_KG_HOME": str(home.path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def run(home: Home, feedstock: Path, *arguments: str) -> dict[str, Any]:
    done = leap_kg(home, "run", str(feedstock), "--json", *arguments)
    assert done.returncode == 0, done.stderr
    (outcome,) = json.loads(done.stdout)
    found: dict[str, Any] = outcome
    return found


def asked(home: Home, query: str) -> list[dict[str, str]]:
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    prefixes = {
        "leap": DEFAULT_BASE + "ontology#", "prov": "http://www.w3.org/ns/prov#", "schema": "https://schema.org/",
        "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
    }  # fmt: skip
    found = snapshot.store.query(query, prefixes=prefixes, use_default_graph_as_union=True)
    names = [variable.value for variable in found.variables]  # type: ignore[union-attr]
    return [{name: row[name].value for name in names} for row in found]  # type: ignore[union-attr]


def truncated(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Length": "90000"})
    exchange.send(b"x" * 1000)
    exchange.close_connection = True


@pytest.mark.parametrize("runner", ["direct", "dask"])
@pytest.mark.parametrize("name", sorted(STORES))
def test_from_files_to_what_the_graph_says(name: str, runner: str, home: Home, sources: Sources) -> None:
    files = sorted((sources.folder / name).iterdir())
    sources.faults[f"{name}/{files[1].name}"] = [lambda exchange: exchange.answer(503), truncated]
    outcome = run(home, RECIPES / name, "--runner", runner, "--set", f"SOURCE={sources.url(name)}")
    (path,) = outcome["stores"]
    with xr.open_zarr(path, consolidated=True, chunks=None) as stored:
        xr.testing.assert_equal(stored.load(), sources.whole(name))
        assert stored.attrs["pangeo_forge_gh_actions_url"] == outcome["iri"]
        assert stored.attrs["pangeo_forge_build_timestamp"].startswith("20")
    if name == "ocean-state":
        check_pyramid(Path(path), sources.whole(name))
    (form,) = asked(home, "SELECT ?form { ?store a leap:ZarrStore ; dct:conformsTo ?form }")
    assert f"/v{'2' if runner == 'direct' else '3'}" in form["form"]
    used = asked(
        home,
        f"SELECT ?file ?sum {{ <{outcome['iri']}> prov:used ?input . ?input schema:sha256 ?sum ; dct:source ?file }}",
    )
    assert len(used) == len(files) == outcome["inputs"]
    assert {row["file"] for row in used} == {sources.url(f"{name}/{file.name}") for file in files}
    (made,) = asked(
        home,
        "SELECT ?store ?lock ?recipe { ?dataset dcat:distribution ?store ; leap:recipe ?recipe . "
        f"?store prov:wasGeneratedBy <{outcome['iri']}> ; leap:recipe ?recipe . "
        f"<{outcome['iri']}> prov:used ?environment, ?recipe ; prov:wasAssociatedWith ?agent ; schema:duration ?long . "
        "?environment a leap:Environment ; schema:sha256 ?lock }",
    )
    assert made["recipe"].endswith(f"/{name}")
    assert not list(Path(path).parent.glob(".leap-staging/*/*"))


def check_pyramid(store: Path, finest: xr.Dataset) -> None:
    """Each level halves the last, as xarray does, and the store says where they are."""
    levels = json.loads(json.dumps(xr.open_zarr(store, consolidated=True, chunks=None).attrs["multiscales"]))
    assert [each["path"] for each in levels[0]["datasets"]] == [".", "level-1", "level-2"]
    for group in ("level-1", "level-2"):
        finest = finest.coarsen(lat=2, lon=2, boundary="pad").mean()
        with xr.open_zarr(store, group=group, consolidated=True, chunks=None) as level:
            xr.testing.assert_allclose(level.load(), finest)
            assert level.temperature.encoding["chunks"][0] == 6
    assert dict(finest.sizes) == {"time": 36, "lat": 5, "lon": 9}


def test_a_page_stac_and_sparql_show_what_was_run(home: Home, sources: Sources) -> None:
    source = f"SOURCE={sources.url('sea-surface')}"
    first = run(home, RECIPES / "sea-surface", "--prune", "2", "--set", source)
    second = run(home, RECIPES / "sea-surface", "--prune", "3", "--set", source)
    assert first["stores"] == second["stores"]
    assert (first["inputs"], second["inputs"]) == (2, 3)
    with running(home.path) as server:
        page = server.get("/dataset/example-lab/sea-surface-feedstock").text
        assert "Daily sea-surface temperature of an example ocean" in page
        assert "sea-surface.zarr" in page
        assert "2024-01-01 to 2024-03-31" in page
        assert "sst-2024-03.nc" in server.get(f"/run/{second['run']}").text
        picture = page.split("/thumbnail/")[1].split('"')[0]
        assert server.get(f"/thumbnail/{picture}", "image/png").content.startswith(b"\x89PNG")
        search = {"bbox": "-10,-10,10,10", "datetime": "2024-02-01T00:00:00Z/2024-02-02T00:00:00Z"}
        found = server.get("/stac/collections", "application/json", params=search).json()["collections"]
        dataset, store = sorted(found, key=lambda each: str(each["id"]))
        assert dataset["id"] == "dataset-example-lab-sea-surface-feedstock"
        assert dataset["assets"]["sea-surface.zarr"]["href"] == f"file://{second['stores'][0]}"
        assert store["cube:variables"]["sst"]["shape"] == [91, 18, 36]
        never = {**search, "datetime": "2024-05-01T00:00:00Z/.."}
        assert not server.get("/stac/collections", "application/json", params=never).json()["collections"]
        query = f"ASK {{ ?store <http://www.w3.org/ns/prov#wasGeneratedBy> <{second['iri']}> }}"
        answer = server.get("/sparql", "application/sparql-results+json", params={"query": query})
        assert answer.json()["boolean"] is True


PIPELINE = """
import apache_beam as beam
from pangeo_forge_recipes.patterns import ConcatDim, FilePattern
from pangeo_forge_recipes.transforms import (
    ConsolidateDimensionCoordinates, ConsolidateMetadata, OpenURLWithFSSpec, OpenWithXarray, StoreToZarr,
)

SOURCE = "https://data.example.org"

class Warmer(beam.PTransform):
    @staticmethod
    def _warmer(item):
        index, content = item
        return index, content[["sst"]].assign(sst=content.sst + 1)

    def expand(self, pcoll):
        return pcoll | beam.Map(self._warmer)

def pipeline(year_part, store):
    pattern = FilePattern(lambda time: f"{SOURCE}/sst-2024-{time}.nc", ConcatDim("time", year_part))
    return (
        beam.Create(pattern.items()) | OpenURLWithFSSpec() | OpenWithXarray(file_type=pattern.file_type) | Warmer()
        | StoreToZarr(store_name=store, combine_dims=pattern.combine_dim_keys, target_root="s3://not/there")
        | ConsolidateDimensionCoordinates() | ConsolidateMetadata()
    )

recipes = {"winter": pipeline(["01", "02"], "winter.zarr"), "spring": pipeline(["03", "04"], "spring.zarr")}
"""


@pytest.fixture
def feedstock(tmp_path: Path) -> Path:
    """A copy of a recipe of ours, to be spoilt."""
    shutil.copytree(RECIPES / "sea-surface", tmp_path / "feedstock-of-test")
    return tmp_path / "feedstock-of-test"


def test_a_dictionary_of_pipelines_of_pangeo_forge_runs_as_it_is(home: Home, sources: Sources, feedstock: Path) -> None:
    folder = feedstock / "feedstock"
    (folder / "recipe.py").write_text(PIPELINE)
    meta = (folder / "meta.yaml").read_text()
    (folder / "meta.yaml").write_text(meta.replace('object: "recipe:recipe"', 'dict_object: "recipe:recipes"'))
    outcome = run(home, feedstock, "--set", f"SOURCE={sources.url('sea-surface')}")
    assert [Path(store).name for store in outcome["stores"]] == ["spring.zarr", "winter.zarr"]
    whole = sources.whole("sea-surface")
    for store, months in zip(outcome["stores"], ((3, 4), (1, 2)), strict=True):
        with xr.open_zarr(store, consolidated=True, chunks=None) as stored:
            wanted = whole.sel(time=whole.time.dt.month.isin(months))
            xr.testing.assert_allclose(stored.sst.load(), wanted.sst.drop_vars("mask") + 1)
    # That the values are not those of the sources is said, and keeps nobody from publishing what is meant.
    assert len(outcome["findings"]) == 2
    assert "spring.zarr: sst differs from 2 of the 2 inputs" in outcome["findings"][0]


def test_what_is_missing_where_the_source_has_data_stays_staged_until_somebody_decides(
    home: Home, sources: Sources, feedstock: Path
) -> None:
    spoilt = (feedstock / "feedstock" / "recipe.py").read_text()
    spoilt = spoilt.replace('    store="', '    prepare=lambda content: content.where(False),\n    store="')
    (feedstock / "feedstock" / "recipe.py").write_text(spoilt)
    source = f"SOURCE={sources.url('sea-surface')}"
    done = leap_kg(home, "run", str(feedstock), "--runner", "dask", "--prune", "2", "--set", source)
    assert done.returncode == 1
    assert "sst is missing everywhere, but its sources have values" in done.stderr
    assert Snapshots(home).current() is None
    store = home.path / "recipes" / "stores" / "example-lab" / "sea-surface-feedstock" / "sea-surface.zarr"
    assert not store.exists()
    name = done.stderr.split("leap-kg recipe promote ")[1].split("`")[0]
    promoted = leap_kg(home, "promote", name)
    assert promoted.returncode == 0, promoted.stderr
    assert (store / "zarr.json").is_file()
    assert asked(home, f"SELECT ?store {{ ?store prov:wasGeneratedBy <{DEFAULT_BASE}run/{name}> }}")
    # Why it was held back comes first, and is graver than advice.
    assert "is missing everywhere" in promoted.stdout.splitlines()[2]
    shacl = "http://www.w3.org/ns/shacl#"
    grave = asked(
        home,
        f"SELECT ?message {{ ?finding <{shacl}resultSeverity> <{shacl}Violation> ; <{shacl}resultMessage> ?message ; "
        f"dct:type <{DEFAULT_BASE}finding-kind/differs-from-source> }}",
    )
    assert any(row["message"].startswith("sst is missing everywhere") for row in grave)


def test_time_that_runs_backwards_is_not_published(home: Home, sources: Sources, feedstock: Path) -> None:
    text = (feedstock / "feedstock" / "recipe.py").read_text()
    (feedstock / "feedstock" / "recipe.py").write_text(text.replace('{"time": months}', '{"time": months[::-1]}'))
    done = leap_kg(home, "run", str(feedstock), "--set", f"SOURCE={sources.url('sea-surface')}")
    assert done.returncode == 1
    assert "time does not grow: 2024-06-30" in done.stderr


def test_a_source_that_is_gone_leaves_the_store_before_it_as_it_was(home: Home, sources: Sources) -> None:
    source = f"SOURCE={sources.url('sea-surface')}"
    before = run(home, RECIPES / "sea-surface", "--prune", "1", "--set", source)
    (store,) = before["stores"]
    stamp = (Path(store) / ".zmetadata").stat().st_mtime_ns
    sources.server.page("/sea-surface/sst-2024-02.nc", lambda exchange: exchange.answer(404))
    done = leap_kg(home, "run", str(RECIPES / "sea-surface"), "--set", source)
    assert done.returncode == 1
    assert "sst-2024-02.nc was answered with 404" in done.stderr
    assert "log.txt" in done.stderr
    assert (Path(store) / ".zmetadata").stat().st_mtime_ns == stamp
    assert not list(Path(store).parent.glob(".leap-staging/*/*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=["term", "int", "kill"])
def test_a_run_that_is_stopped_publishes_nothing_and_the_next_one_goes_through(
    number: signal.Signals, home: Home, sources: Sources
) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold(exchange: Exchange) -> None:
        entered.set()
        leave.wait(120)
        exchange.answer(503)

    sources.faults["sea-surface/sst-2024-02.nc"] = [hold]
    source = f"SOURCE={sources.url('sea-surface')}"
    arguments = ["run", str(RECIPES / "sea-surface"), "--prune", "2", "--runner", "dask", "--set", source]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # where tests run in the background it is ignored
    process = subprocess.Popen(
        [sys.executable, "-m", "leap_kg", "recipe", *arguments],
        env={**os.environ, "LEAP_KG_HOME": str(home.path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    assert entered.wait(120)
    second = leap_kg(home, *arguments)
    assert second.returncode == 1
    assert "the recipe is being run already" in second.stderr
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    leave.set()
    assert process.returncode
    assert number == signal.SIGKILL or "stopped; nothing of this run is published" in told
    assert Snapshots(home).current() is None
    until = time.monotonic() + 30
    while (jobs := _processes_of(home)) and time.monotonic() < until:
        threading.Event().wait(0.05)
    assert not jobs
    outcome = run(home, RECIPES / "sea-surface", "--prune", "2", "--runner", "dask", "--set", source)
    assert outcome["inputs"] == 2


def _processes_of(home: Home) -> dict[int, str]:
    """The processes that work in a folder of this home's runs, and what each of them is."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink().is_relative_to(home.path / "recipes" / "runs"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(entry.name)] = f"{(entry / 'stat').read_text()} {command}"
            except OSError:
                continue
    return found


def test_a_new_feedstock_runs_before_it_is_edited(home: Home, tmp_path: Path) -> None:
    made = leap_kg(home, "new", "example-lab/warm-feedstock", str(tmp_path / "warm"))
    assert made.returncode == 0, made.stderr
    assert leap_kg(home, "check", str(tmp_path / "warm")).returncode == 0
    strict = leap_kg(home, "check", "--strict", str(tmp_path / "warm"))
    assert strict.returncode == 1
    assert "- feedstock/meta.yaml, line 1: `title` is `Dataset of example-lab/warm-feedstock`" in strict.stdout
    assert "- feedstock/meta.yaml, line 2: `description` is `Say in two sentences" in strict.stdout
    git = ["git", "-C", str(tmp_path / "warm"), "-c", "user.name=Lab", "-c", "user.email=lab@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    outcome = run(home, tmp_path / "warm", "--target", str(tmp_path / "stores"))
    assert outcome["stores"] == [str(tmp_path / "stores" / "warm.zarr")]
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    page = f"https://github.com/example-lab/warm-feedstock/commit/{commit}"
    with xr.open_zarr(outcome["stores"][0], consolidated=True, chunks=None) as stored:
        assert stored.attrs["pangeo_forge_build_git_hash"] == page
    assert asked(home, f"SELECT ?run {{ ?run prov:used <{page}> }}") == [{"run": outcome["iri"]}]
    log = leap_kg(home, "log", outcome["run"])
    assert "2 of 2 inputs fetched" in log.stdout
    dataset = NamedNode(f"{DEFAULT_BASE}dataset/example-lab/warm-feedstock")
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    assert any(snapshot.store.quads_for_pattern(dataset, None, None, None))


def test_without_its_environment_a_recipe_says_how_to_make_it(tmp_path: Path) -> None:
    done = leap_kg(Home(tmp_path / "home"), "run", str(RECIPES / "sea-surface"))
    assert done.returncode == 1
    assert "run `leap-kg recipe setup`" in done.stderr
