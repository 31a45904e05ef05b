"""The example platform: built twice alike, its data open and make sense, and it harvests as its README says."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import xarray as xr
from pyoxigraph import BlankNode, NamedNode, Triple

from examples.platform.build import MARK, NotOurs, build
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import CachedFetcher, Fetcher, FetchFailed, Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.composition import compose
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.source import Listing, Mapped, Source
from leap_kg.ingest.sources import read_sources
from leap_kg.ingest.state import DeadLetter, RunReport, State
from leap_kg.links.mining import mine
from leap_kg.links.readers import READERS
from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.sparql import run
from leap_kg.web.nodes.work import work_page
from leap_kg.web.site import Site
from tests.sparql.questions.asked import questions

ROOT = Path(__file__).parents[2]
PREFIXES = f"""
PREFIX codemeta: <https://w3id.org/codemeta/terms/> PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX leap: <{BASE}ontology#> PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX schema: <https://schema.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX kg: <{BASE}>
"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("platform") / 'a "place" of its own')


def mirror(platform: Path) -> Fetcher:
    return CachedFetcher(MirrorFetcher(read_mirror(platform / "mirror.yaml"), Limits()))


def stores(platform: Path) -> list[Path]:
    return sorted((platform / "stores").iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def node_of(store: Path) -> str:
    location = storage.parse(store.as_uri())
    assert not isinstance(location, Refusal)
    return f"store/{location.slug}"


def opened(store: Path) -> xr.Dataset:
    return xr.open_dataset(store, engine="zarr", consolidated=(store / ".zmetadata").exists())


# --- the build ------------------------------------------------------------------------------------------


def test_building_again_gives_the_same_bytes(platform: Path) -> None:
    first = contents(platform)
    (platform / "stores" / "left-over.zarr").mkdir()
    (platform / "papers" / "left-over.jsonld").touch()
    build(platform)
    assert contents(platform) == first
    assert sum(map(len, first.values())) < 5_000_000


def test_two_places_differ_only_in_their_address(platform: Path, tmp_path: Path) -> None:
    first, second = contents(platform), contents(build(tmp_path / "other"))
    assert first.keys() == second.keys()
    changed = {name for name in first if first[name] != second[name]}
    assert {Path(name).name for name in changed} == {
        *("catalog.yaml", "consolidated-web-catalog.json", "global-mean-sst.ipynb", "global-mean-sst.jsonld"),
        *("rain-and-warmth.ipynb", "commit", "tree.json"),
    }


def test_no_placeholder_is_left(platform: Path) -> None:
    for file in platform.rglob("*"):
        if (
            file.is_file()
            and file.suffix in {".yaml", ".json", ".jsonld", ".ipynb", ".ttl"}
            and "stores" not in file.parts
        ):
            assert not re.search(r"\{store[a-z-]*\}", file.read_text()), file


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    for destination in (tmp_path, tmp_path / "thesis.tex"):
        with pytest.raises(NotOurs, match="holds something else"):
            build(destination)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_place_that_no_store_address_can_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotOurs, match="could not be named in the graph"):
        build(tmp_path / "{gap}")
    assert not (tmp_path / "{gap}").exists()


def test_it_is_built_from_the_command_line(tmp_path: Path) -> None:
    program = [sys.executable, "examples/platform/build.py"]
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    done = subprocess.run([*program, tmp_path / "new"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"built the example platform in {tmp_path / 'new'}\n"
    assert (tmp_path / "new" / MARK).exists()
    refused = subprocess.run([*program, tmp_path / "taken"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "holds something else" in refused.stderr


# --- the data -------------------------------------------------------------------------------------------


def test_every_store_opens_and_describes_itself_by_cf(platform: Path) -> None:
    assert [store.name for store in stores(platform)] == [
        *("heat-content-0-700.zarr", "precipitation-daily.zarr", "sst-climatology.zarr"),
        *("sst-monthly-timeseries.zarr", "sst-monthly.zarr"),
    ]
    for store in stores(platform):
        with opened(store) as data:
            assert data.attrs["Conventions"] == "CF-1.11"
            assert {"title", "institution", "source"} <= data.attrs.keys()
            for name, variable in data.data_vars.items():
                assert {"standard_name", "long_name", "units", "cell_methods"} <= variable.attrs.keys(), (store, name)
            assert (data["lat"].attrs["units"], data["lon"].attrs["units"]) == ("degrees_north", "degrees_east")
            for name in {"time"} & data.coords.keys():
                assert np.issubdtype(data[name].dtype, np.datetime64)


def test_one_store_is_of_the_old_format_with_consolidated_metadata(platform: Path) -> None:
    old = [store.name for store in stores(platform) if (store / ".zmetadata").exists()]
    new = [store.name for store in stores(platform) if (store / "zarr.json").exists()]
    assert old == ["sst-climatology.zarr"]
    assert len(new) == 4


def test_the_fields_are_physically_plausible(platform: Path) -> None:
    folder = platform / "stores"
    with opened(folder / "sst-monthly.zarr") as data:
        sst = data["sst"].load()
    assert -1.81 < float(sst.min()) < 0 < 27 < float(sst.max()) < 35
    assert 0.1 < float(sst[0].isnull().mean()) < 0.5  # land
    north = sst.sel(lat=slice(30, 60)).mean(("lat", "lon"))
    assert float(north.sel(time="2024-09").item()) > float(north.sel(time="2024-03").item()) + 3
    event = sst.sel(lat=2.5, lon=242.5)
    assert float(event.sel(time="2023-12").item()) - float(event.sel(time="2024-12").item()) > 1.5
    with opened(folder / "sst-monthly-timeseries.zarr") as copy:
        xr.testing.assert_identical(copy["sst"].load(), sst)
        assert copy["sst"].encoding["chunks"] == (24, 12, 12)
    with opened(folder / "heat-content-0-700.zarr") as data:
        heat = data["ohc"].load()
    assert heat.isnull().equals(sst.isnull())
    assert 1e9 < float(heat.min()) < float(heat.max()) < 5e10
    with opened(folder / "precipitation-daily.zarr") as data:
        rain = data["pr"].load()
    assert float(rain.min()) == 0
    assert float(rain.max()) < 200
    assert 1 < float(rain.mean()) < 8  # mm a day; on the Earth 2.7


def run_notebook(file: Path) -> dict[str, object]:
    notebook = json.loads(file.read_text())
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    variables: dict[str, object] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), cell["id"], "exec"), variables)  # noqa: S102
    return variables


def test_the_notebook_runs(platform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = run_notebook(platform / "notebooks" / "global-mean-sst.ipynb")
    mean = variables["global_mean"]
    assert isinstance(mean, xr.DataArray)
    assert mean.sizes == {"time": 24}
    assert bool(((mean > 15) & (mean < 25)).all())
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 25
    assert re.fullmatch(r"December 2023 was 0\.\d\d °C warmer than December 2024", printed[-1])


def test_the_notebook_of_the_paper_runs(platform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_notebook(platform / "repositories" / "example-lab__rain-and-warmth" / "rain-and-warmth.ipynb")
    assert re.fullmatch(r"correlation over the sea: -?0\.0\d\n", capsys.readouterr().out)


# --- what it maps to ------------------------------------------------------------------------------------


def records(platform: Path) -> Iterator[tuple[Source, Mapped | FetchFailed]]:
    fetcher = mirror(platform)
    for source in read_sources(platform / "sources.yaml", BASE):
        for ref in source.enumerate(Listing(fetcher)):
            try:
                yield source, source.map(source.fetch(ref, fetcher))
            except FetchFailed as failure:
                yield source, failure


def test_every_record_maps_and_passes_the_shapes_but_the_one_without_a_file(platform: Path) -> None:
    failures, mapped = [], dict[str, list[Mapped]]()
    for source, record in records(platform):
        if isinstance(record, FetchFailed):
            failures.append((source.id, record.url))
        else:
            mapped.setdefault(source.id, []).append(record)
    missing = "https://github.com/example-lab/sea-ice-feedstock/blob/main/feedstock/meta.yaml"
    assert failures == [("example-catalog", missing)]
    assert len(mapped) == 10
    for name, found in mapped.items():
        assert validate(quads_in(compose(found, (), BASE).triples, source_graph(BASE, name)), BASE) == []


PAPERS_AND_NOTEBOOKS = {"example-papers", "example-notebooks"}


def test_every_jsonld_file_is_about_the_node_it_names(platform: Path) -> None:
    files = [*platform.glob("papers/*.jsonld"), *platform.glob("notebooks/*.jsonld")]
    named = {json.loads(file.read_text())["id"].replace("kg:", BASE) for file in files}
    found = {r.subject.value for s, r in records(platform) if isinstance(r, Mapped) and s.id in PAPERS_AND_NOTEBOOKS}
    assert len(files) == 4
    assert found == named
    assert all(
        record.findings == []
        for source, record in records(platform)
        if isinstance(record, Mapped) and source.id in {*PAPERS_AND_NOTEBOOKS, "example-curated"}
    )


# --- the harvest ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(platform: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    found = Home(tmp_path_factory.mktemp("home") / "kg")
    reports = harvested(found, platform)
    assert {source: (r.outcome, r.seen, r.published, r.dead) for source, r in reports.items()} == {
        "example-catalog": ("complete", 4, 3, 1),
        "example-published": ("complete", 5, 5, 0),
        "example-hubs": ("complete", 3, 3, 0),
        "example-papers": ("complete", 3, 3, 0),
        "example-notebooks": ("complete", 1, 1, 0),
        "example-code": ("complete", 1, 1, 0),
        "example-requests": ("complete", 3, 3, 0),
        "example-curated": ("complete", 12, 12, 0),
        "example-stores": ("complete", 10, 10, 0),
        "example-costs": ("complete", 11, 11, 0),
    }
    return found


def harvested(home: Home, platform: Path) -> dict[str, RunReport]:
    sources = read_sources(platform / "sources.yaml", BASE)
    found = harvest_round(home, BASE, sources, mirror(platform), progress=lambda source: lambda done, total, key: None)
    return {outcome.report.source: outcome.report for outcome in found}


def newest(home: Home) -> Engine:
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    return snapshot.store


def answers(home: Home, query: str) -> set[tuple[str, ...]]:
    found = newest(home).query(PREFIXES + query, use_default_graph_as_union=True)
    return {tuple(term.value for term in row) for row in found}  # type: ignore[union-attr]


def test_the_faults_that_were_put_in_come_out_and_no_others(home: Home, platform: Path) -> None:
    faults = answers(
        home, "SELECT ?focus ?kind { ?finding a sh:ValidationResult ; sh:focusNode ?focus ; dct:type ?kind }"
    )
    assert {(focus.removeprefix(BASE), kind.rpartition("/")[2]) for focus, kind in faults} == {
        ("dataset/example-lab/precipitation-feedstock", "unknown-licence"),
        ("dataset/example-lab/precipitation-feedstock", "unknown-role"),
        ("dataset/example-lab/precipitation-feedstock", "misspelt-key"),
        ("store/https/data.example.org/precipitation/daily-2024.nc", "engine-suffix"),
        ("dataset/example-lab/ocean-heat-content-feedstock", "differs-from-published"),
        ("dataset/example-lab/wind-stress-feedstock", "not-in-input"),
        ("hub/teach.example.org", "unknown-version"),
        ("bill/example-costs/2025-W11", "bad-value"),
        ("bill/example-costs/2025-W11", "bad-identifier"),
        ("bill-export/example-costs/2025-q1.csv", "bad-value"),
        *((node_of(store), "not-consolidated") for store in stores(platform) if (store / "zarr.json").exists()),
    }


def test_the_feedstock_without_a_description_is_a_dead_letter_and_known_by_its_entry(home: Home) -> None:
    with State(home.state, readonly=True) as state:
        (letter,) = state.dead_letters()
    assert isinstance(letter, DeadLetter)
    assert (letter.key, letter.stage) == ("example-lab/sea-ice-feedstock", "fetch")
    assert letter.url == "https://github.com/example-lab/sea-ice-feedstock/blob/main/feedstock/meta.yaml"
    titles = answers(home, "SELECT ?title { ?dataset a dcat:Dataset ; dct:title ?title }")
    assert titles == {
        ("Example sea-surface temperature analysis",),
        ("Example ocean heat content",),
        ("Example daily precipitation",),
        ("Example sea-ice concentration",),
        ("Example wind stress",),
    }


def test_paper_data_notebook_image_and_hub_hang_together(home: Home) -> None:
    rows = answers(
        home,
        """SELECT DISTINCT ?paper ?notebook ?store ?hub {
        ?paper a schema:ScholarlyArticle ; dct:references ?dataset .
        ?dataset a dcat:Dataset ; dcat:distribution ?store ; leap:recipe/leap:runsIn ?image .
        ?notebook a leap:Notebook ; prov:used ?store ; leap:runsIn ?image .
        ?hub a leap:HubDeployment ; leap:offersImage ?image . }""",
    )
    assert {paper for paper, *_ in rows} == {
        "https://doi.org/10.5555/example.ocean.2024.001",
        "https://doi.org/10.5555/example.ocean.2025.004",
        "https://doi.org/10.5555/example.preprint.2025.007",
    }
    assert {row[1:] for row in rows if row[2].endswith("sst-monthly.zarr")} == {row[1:] for row in rows}
    assert {hub for *_, hub in rows} == {BASE + "hub/hub.example.org"}


def test_authors_are_in_the_order_of_the_citation(home: Home) -> None:
    revision = Site(Settings(home=home.path)).revision()
    orders = {}
    for doi in ("ocean.2024.001", "ocean.2025.004", "preprint.2025.007"):
        page = work_page(revision, NamedNode(f"https://doi.org/10.5555/example.{doi}"))
        orders[doi] = ", ".join(author.label for author in page.authors)
        assert page.cited.references[0].text.startswith(f"{orders[doi]} (")
        places = [dict(page.cited.forms)["BibTeX"].index(author.label.split()[-1]) for author in page.authors]
        assert places == sorted(places)
    assert orders["preprint.2025.007"] == "Tomas Rei, Josiah Carberry", "which is no alphabetical order"


@pytest.mark.all
def test_mining_links_the_paper_to_its_code_notebook_stores_image_and_hub(
    home: Home, platform: Path, tmp_path: Path
) -> None:
    copy = Home(tmp_path / "kg")
    shutil.copytree(home.store.parent, copy.store.parent)
    report = mine(copy, BASE, READERS)
    assert (report.files, report.read, report.findings) == (4, 4, {})
    chain = answers(
        copy,
        """SELECT DISTINCT ?paper ?repository ?notebook ?store ?image ?hub {
        ?repository codemeta:referencePublication ?paper ; leap:runsIn ?image .
        ?notebook a leap:Notebook ; schema:isPartOf ?repository ; prov:used ?store .
        ?dataset dcat:distribution ?store .
        ?hub a leap:HubDeployment ; leap:offersImage ?image . }""",
    )
    code = "https://github.com/example-lab/rain-and-warmth"
    stores = {f"{storage.parse(store.as_uri()).slug}" for store in (platform / "stores").iterdir()}  # type: ignore[union-attr]
    assert {row[:3] + row[4:] for row in chain} == {
        (
            "https://doi.org/10.5555/example.preprint.2025.007", code, f"{code}/blob/main/rain-and-warmth.ipynb",
            f"{BASE}image/pangeo/pangeo-notebook/2026.06.04", f"{BASE}hub/hub.example.org",
        )
    }  # fmt: skip
    assert {row[3].removeprefix(f"{BASE}store/") for row in chain} == {
        slug for slug in stores if slug.endswith(("precipitation-daily.zarr", "sst-monthly.zarr"))
    }
    # Every piece of evidence opens a line of a file that is there and holds the quote.
    places = answers(
        copy,
        """SELECT ?file ?address ?quote { ?evidence oa:hasSource ?source ; oa:hasSelector/oa:exact ?quote ;
        spdx:fileName ?file ; schema:url ?address }""",
    )
    folder = platform / "repositories" / "example-lab__rain-and-warmth"
    commit = (platform / "github" / folder.name / "commit").read_text()
    # What a feedstock's recipe makes stands in its catalogue, of which only the branch is known.
    listed = {place for place in places if place[0] == "feedstock/catalog.yaml"}
    assert len(listed) == 4
    for file, address, quote in listed:
        line_of = re.fullmatch(rf"https://github\.com/([\w-]+)/([\w-]+)/blob/main/{file}#L(\d+)", address)
        assert line_of is not None, address
        lines = (platform / "feedstocks" / f"{line_of[1]}__{line_of[2]}" / file).read_text().splitlines()
        assert quote in lines[int(line_of[3]) - 1]
    places -= listed
    assert len(places) == 5
    for file, address, quote in places:
        start = re.fullmatch(rf"{code}/blob/{commit}/{file}(?:\?plain=1)?#L(\d+)", address)
        assert start is not None, address
        line = (folder / file).read_text().splitlines()[int(start[1]) - 1]
        assert quote in (json.loads(line.strip().rstrip(",")).rstrip() if file.endswith(".ipynb") else line)


def test_every_node_that_a_curated_file_points_at_is_described(home: Home) -> None:
    graphs = " ".join(str(source_graph(BASE, f"example-{name}")) for name in ("papers", "notebooks", "curated"))
    loose = answers(
        home,
        f"""SELECT ?target {{
        VALUES ?link {{ dct:references prov:used leap:runsIn prov:wasDerivedFrom schema:isPartOf dct:creator }}
        VALUES ?graph {{ {graphs} }}
        GRAPH ?graph {{ ?node ?link ?target }} FILTER NOT EXISTS {{ ?target a ?class }} }}""",
    )
    assert loose == set()


def test_people_are_one_node_each_in_all_sources(home: Home) -> None:
    people = answers(home, "SELECT ?person ?name { ?person a foaf:Person ; foaf:name ?name }")
    assert people == {
        ("https://orcid.org/0000-0002-1825-0097", "Josiah Carberry"),
        ("https://orcid.org/0009-9999-0000-0019", "Ines Muster"),
        (BASE + "person/github/example-lab-tr", "Tomas Rei"),
    }


def test_each_local_store_in_the_graph_opens_at_the_address_it_gives(home: Home, platform: Path) -> None:
    found = answers(home, "SELECT ?address { ?store a leap:ZarrStore ; leap:storageURI ?address }")
    local = {Path(unquote(urlsplit(address).path)) for (address,) in found if address.startswith("file:")}
    assert sorted(local) == stores(platform)


def test_harvesting_twice_changes_nothing(home: Home, platform: Path, tmp_path: Path) -> None:
    before = Snapshots(home).newest()
    copy = Home(tmp_path / "kg")
    shutil.copytree(home.store.parent, copy.store.parent)
    reports = harvested(copy, platform)
    assert {report.published for report in reports.values()} == {0}
    assert Snapshots(copy).newest() == before


def test_iris_hold_no_place_of_the_building_machine_but_the_stores(home: Home, platform: Path) -> None:
    graphs = [source_graph(BASE, name) for name in ("example-catalog", "example-published", "example-hubs")]
    iris = {
        term.value
        for graph in graphs
        for quad in newest(home).quads_for_pattern(None, None, None, graph)
        for term in (quad.subject, quad.object)
        if isinstance(term, NamedNode) and str(platform.parent) in unquote(term.value)
    }
    assert all(iri.startswith(f"{BASE}store/file/") for iri in iris)


def test_a_paper_is_cited_in_the_same_words_by_its_dataset_and_by_its_own_file(home: Home) -> None:
    cited = answers(
        home,
        """SELECT ?text (COUNT(DISTINCT ?source) AS ?sources) {
        GRAPH ?source { <https://doi.org/10.5555/example.ocean.2024.001> dct:bibliographicCitation ?text } }
        GROUP BY ?text""",
    )
    assert [number for _, number in cited] == ["2"]


def test_what_the_hubs_cost_is_what_the_bill_says(home: Home, platform: Path) -> None:
    """By hub, profile, group and week, to the last digit, as another reading of the file sums it."""
    wanted: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    with (platform / "bills" / "2025-q1.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["cost"] == "n/a":
                continue
            labels = {each["key"]: each["value"] for each in json.loads(row["labels"])}
            hub = {"research": "hub/hub.example.org", "teaching": "hub/teach.example.org"}.get(
                labels.get("k8s-namespace", "")
            )
            year, week, _ = date.fromisoformat(row["usage_start_time"][:10]).isocalendar()
            # The bill says the slug of a profile, the answer its title; on these hubs the two are alike.
            names = [labels.get("k8s-label/profile", "").capitalize(), labels.get("k8s-label/team", "")]
            discount = sum(Decimal(str(each["amount"])) for each in json.loads(row["credits"]))
            key = (hub or "cluster/example", *names, f"{year}-W{week:02}", row["currency"])
            wanted[key] += Decimal(row["cost"]) + discount
    snapshot = Snapshots(home).current()
    query = questions().get("questions/hub-costs-by-week")
    assert snapshot is not None
    assert query is not None
    found = {}
    for answer in run.select(snapshot.store, query.bind()):
        told = {name: term.value for name, term in answer.items() if not isinstance(term, BlankNode | Triple)}
        if told["cost"] != "unknown":
            key = tuple(told.get(name, "") for name in ("hub", "profile", "group", "week", "currency"))
            found[(key[0].removeprefix(BASE), *key[1:])] = Decimal(told["cost"])
    assert found == wanted
    assert len(found) > 50
