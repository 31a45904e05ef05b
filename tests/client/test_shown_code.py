"""All Python that the pages of the example platform show is run, as a reader would, and opens what the graph says.

What a page says that its code needs is all that is installed where it runs.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import html5lib
import pytest

from leap_kg.client.graph import Client
from leap_kg.ontology.iri import path_of
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.client.files import data
from tests.client.installed import install
from tests.web.server import Server

pytestmark = pytest.mark.all

# Runs each text as a program of its own would, in one process, since reading the libraries takes longer than all else.
# What is named to it is the only place of packages.
_RUNNER = """
import json, sys, warnings
sys.path += sys.argv[1:]
warnings.simplefilter("ignore")
found = []
for code in json.load(sys.stdin):
    names = {"__name__": "__main__"}
    try:
        exec(compile(code, "<snippet>", "exec"), names)
    except BaseException as error:
        found.append({"error": f"{type(error).__name__}: {error}"})
        continue
    ds = names.get("ds")
    found.append({
        "sum": {n: float(v.sum()) for n, v in ds.data_vars.items()},
        "shapes": {str(n): " ".join(f"{d}={s}" for d, s in v.sizes.items()) for n, v in ds.variables.items()},
    } if ds is not None else {})
json.dump(found, sys.stdout)
"""
_WAYS = ("xarray", "pystac-client", "intake")
# What tests put into the graph to be refused; nothing was harvested of it, so the pages cannot know.
_FAULTY = (
    "private",
    "gone",
    "removed",
    "closed-netcdf",
    "disguised",
    "stealing",
    "metadata",
    "chained",
    "other",
    "needs-gcs",
    "scattered",
    "hostile",
)


class Shown(NamedTuple):
    """Python that a page shows, and the packages that it says the code needs; `()` if it says nothing of them."""

    page: str
    caption: str
    code: str
    needs: tuple[str, ...]


@pytest.fixture(scope="module")
def shown(kg_server: Server, kg: Client) -> list[Shown]:
    """The Python of all pages that the site map names, of the stores that no test made faulty."""
    locations = kg_server.get("/sitemap.xml").text
    document = html5lib.parse(locations, namespaceHTMLElements=False)
    paths = {"".join(e.itertext()).strip().removeprefix(kg_server.origin) for e in document.iter("loc")}
    if any(path.startswith("/sitemap-") for path in paths):
        raise AssertionError("the site map has parts; read them too")
    found = []
    for path in sorted({*paths, "/", "/about", "/stac/"}):
        answer = kg_server.get(path, accept="text/html")
        assert answer.status_code == 200, path
        page = html5lib.parse(answer.text, namespaceHTMLElements=False)
        for one, after in ((one, after) for parent in page.iter() for one, after in pairwise([*parent, None])):
            code = one is not None and next((c for c in one.iter("code") if c.get("class") == "language-python"), None)
            if one is None or one.tag != "figure" or code is None or code is False:
                continue
            if not path.endswith(tuple(f"/loopback/{name}" for name in _FAULTY)):
                caption = next("".join(c.itertext()) for c in one.iter("figcaption"))
                words = "".join(after.itertext()).split() if after is not None else []
                needs = tuple(words[3:]) if words[:3] == ["Needs", "pip", "install"] else ()
                found.append(Shown(path, caption.strip(), "".join(code.itertext()), needs))
    return found


@pytest.fixture(scope="module")
def outcomes(shown: list[Shown], tmp_path_factory: pytest.TempPathFactory) -> dict[Shown, dict[str, Any]]:
    """What came of each text where just what it needs is installed; of one that names nothing, where all is."""
    found: dict[Shown, dict[str, Any]] = {}
    for needs in sorted({each.needs for each in shown}):
        folder = tmp_path_factory.mktemp("installed")
        install(needs, folder)
        mine = [each for each in shown if each.needs == needs]
        codes = sorted({each.code for each in mine})
        came = dict(zip(codes, _came(codes, folder if needs else None), strict=True))
        found |= {each: came[each.code] for each in mine}
    return found


def _came(codes: list[str], only: Path | None) -> list[dict[str, Any]]:
    alone = [] if only is None else ["-I", "-S"]
    done = subprocess.run(
        [sys.executable, *alone, "-c", _RUNNER, *([] if only is None else [str(only)])],
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=only,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_text_runs(shown: list[Shown], outcomes: Mapping[Shown, dict[str, Any]]) -> None:
    failures = {(each.page, each.caption): outcomes[each]["error"] for each in shown if "error" in outcomes[each]}
    assert not failures
    assert len(shown) > 30
    needs = {each.needs for each in shown}
    assert {("pystac-client", "xarray", "zarr", "fsspec"), ("xarray", "zarr")} <= needs
    assert ("xarray", "h5netcdf", "h5py", "fsspec", "aiohttp") in needs
    assert all(each.needs for each in shown if each.page.startswith(("/dataset/", "/store/")))


def test_what_is_opened_is_what_the_graph_says(
    kg: Client, shown: list[Shown], outcomes: Mapping[Shown, dict[str, Any]]
) -> None:
    rows = kg.rows(
        """SELECT ?store ?name ?shape WHERE { ?store leap:storageURI ?uri ; schema:variableMeasured ?v .
        ?v schema:name ?name ; leap:shape ?shape }"""
    )
    said: dict[str, dict[str, str]] = {}
    for row in rows:
        said.setdefault(path_of(BASE, row["store"]), {})[row["name"]] = row["shape"]
    compared = set()
    for each in shown:
        if each.page in said and "error" not in outcomes[each]:
            assert outcomes[each]["shapes"] == said[each.page], each
            compared.add((each.page, _way(each)))
    assert {page for page, _ in compared} == said.keys()
    assert len(said) == 6
    # Arrays that have to be named are no matter for intake, which knows addresses only.
    assert {(page, way) for page in said for way in _WAYS} - {("/store/loopback/named", "intake")} == compared


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("v2", {"xarray", "pystac-client", "intake"}),
        ("v3", {"xarray", "pystac-client", "intake"}),
        ("references", {"xarray"}),
        ("netcdf", {"xarray"}),
        ("icechunk", {"xarray"}),
    ],
)
def test_every_format_opens_by_all_ways_that_it_has(
    shown: list[Shown], outcomes: Mapping[Shown, dict[str, Any]], name: str, ways: set[str]
) -> None:
    mine = [each for each in shown if each.page == f"/dataset/loopback/{name}"]
    assert {_way(each) for each in mine} == ways
    for each in mine:
        assert outcomes[each]["sum"] == {"sst": float(data()["sst"].sum())}, (each, outcomes[each])


def _way(each: Shown) -> str:
    return next((way for way in _WAYS[1:] if each.caption.startswith(way)), _WAYS[0])


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("https/data.example.org/precipitation/daily-2024.nc", "reserved for examples"),
        ("https/data.example.org/wind-stress/2022.zarr", "reserved for examples"),
        ("loopback/other", "opens addresses of az"),
    ],
)
def test_a_store_without_code_says_why(kg_server: Server, store: str, said: str) -> None:
    page = html5lib.parse(kg_server.get(f"/store/{store}", accept="text/html").text, namespaceHTMLElements=False)
    codes = [code for code in page.iter("code") if code.get("class") == "language-python"]
    notes = ["".join(note.itertext()) for note in page.iter("p") if note.get("class") == "note"]
    assert codes == []
    assert any(said in note for note in notes)
