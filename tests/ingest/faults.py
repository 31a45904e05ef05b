"""Inputs with one fault each, for kinds of findings that the catalogue of feedstocks does not have.

Each is a source that is to harvest it and what answers the source, once with the fault and once without. All else is as
it is in service: the source lists, fetches and maps.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import icechunk
import yaml
import zarr

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.files import FilesConfig
from leap_kg.ingest.github.source import GithubConfig
from leap_kg.ingest.hubs import HubConfig
from leap_kg.ingest.intake.source import IntakeConfig
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.ingest.pangeoforge.source import PangeoForgeConfig
from leap_kg.ingest.source import Listing, RecordUnusable, Source
from leap_kg.ingest.zarr.source import ZarrConfig
from tests.ingest.crossref import records as crossref
from tests.ingest.datacite import records as datacite
from tests.ingest.github.hub import Hub, Made
from tests.ingest.shelf import BASE, GITHUB, Shelf, meta_of
from tests.ingest.zarr.stores import WEB, Folder, build
from tests.ingest.zarr.test_thumbnail import ramp

CITATION = "cff-version: 1.2.0\ntitle: The code\nlicense: MIT\nauthors: [{name: The Lab}]\n"
WORK = "10.1029/2023ms004000"
DATASET = "10.5281/zenodo.7761881"


@dataclass(frozen=True)
class Example:
    """`made` gives the source and what answers it, below a folder of its own; `fault` says whether with the fault.

    `absent` are modules that are not installed where it happens.
    """

    made: Callable[[Path, bool], tuple[Source, Fetcher]]
    absent: tuple[str, ...] = field(default=())

    def findings(self, folder: Path, *, fault: bool) -> list[Finding]:
        """What the source finds."""
        folder.mkdir()
        source, fetcher = self.made(folder, fault)
        found: list[Finding] = []
        with patch.dict(sys.modules, dict.fromkeys(self.absent if fault else ())):
            for ref in source.enumerate(Listing(fetcher)):
                assert not ref.problem
                try:
                    found += source.map(source.fetch(ref, fetcher)).findings
                except RecordUnusable:
                    assert fault
        return found


def configured(kind: type[SourceConfig], name: str, place: Path, **more: Any) -> Source:
    return kind.model_validate({"id": "lab", "kind": name, "title": "Lab", **more}).source(place, BASE)


def curated(good: str, bad: str) -> Example:
    """A file that a curator wrote."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        (folder / "facts").mkdir()
        (folder / "facts" / "events.yaml").write_text(bad if fault else good)
        return configured(FilesConfig, "files", folder, folder="facts"), Shelf()

    return Example(made)


def repository(good: dict[str, str], bad: dict[str, str]) -> Example:
    """The files of a repository of GitHub."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        files = {path: text.encode() for path, text in (bad if fault else good).items()}
        return configured(GithubConfig, "github", folder, repositories=["lab/code"]), Hub(Made(1, "lab/code", files))

    return Example(made)


def recipes(good: str, bad: str) -> Example:
    """The `meta.yaml` of a feedstock by its object, and one recipe."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        shelf, at = Shelf(), f"{GITHUB}lab/ice_feedstock/blob/HEAD/feedstock/"
        shelf.put(f"{at}meta.yaml", meta_of("ice", recipes=[{"id": "ice", "object": bad if fault else good}]))
        shelf.put(f"{at}recipe.py", b"recipe = Create(p) | StoreToZarr()\n")
        return configured(PangeoForgeConfig, "pangeo-forge", folder, feedstocks=["lab/ice_feedstock"]), shelf

    return Example(made)


def catalogue(good: dict[str, Any], bad: dict[str, Any]) -> Example:
    """The options of an entry of intake's."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        shelf, url = Shelf(), f"{GITHUB}lab/catalogs/blob/main/master.yaml"
        options = {"urlpath": "s3://lab/ice.zarr", "storage_options": bad if fault else good}
        shelf.put(url, {"sources": {"ice": {"description": "Ice.", "driver": "zarr", "args": options}}})
        return configured(IntakeConfig, "intake", folder, catalogs=[url]), shelf

    return Example(made)


def article(**bad: Any) -> Example:
    """A work at Crossref."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        shelf = Shelf()
        shelf.put(crossref.address(WORK), crossref.single(crossref.work(WORK, **(bad if fault else {}))))
        return crossref.config(members={"works": [WORK]}).source(folder, BASE), shelf

    return Example(made)


def registered(**bad: Any) -> Example:
    """A record at DataCite."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        said = json.dumps({"data": {"id": DATASET, "attributes": datacite.record(DATASET, **(bad if fault else {}))}})
        shelf = Shelf()
        shelf.put(f"{datacite.API}/dois/{DATASET}?affiliation=true&publisher=true", said.encode())
        return datacite.config(members={"works": [DATASET]}).source(folder, BASE), shelf

    return Example(made)


def hub(good: dict[str, Any], bad: dict[str, Any]) -> Example:
    """The values file of a hub."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        shelf, at = Shelf(), "https://lab.example.org/"
        hubs = [{"name": "prod", "domain": "hub.example.org", "helm_chart_values_files": ["values.yaml"]}]
        shelf.put(f"{at}cluster.yaml", {"hubs": hubs})
        shelf.put(f"{at}values.yaml", bad if fault else good)
        declared = {"clusters": [{"id": "lab", "cluster_yaml": f"{at}cluster.yaml"}]}
        (folder / "clusters.yaml").write_text(yaml.safe_dump(declared))
        return configured(HubConfig, "hub", folder, clusters="clusters.yaml"), shelf

    return Example(made)


def store(spoil: Callable[[Path], object], made_as: Callable[[Path], object] | None = None) -> Example:
    """A store at a web address; `spoil` is given its folder."""

    def made(folder: Path, fault: bool) -> tuple[Source, Fetcher]:
        place = folder / "ice.zarr"
        if made_as is None:
            build(place, 2)
        else:
            made_as(place)
        if fault:
            spoil(place)
        entry = {"url": f"{WEB}ice.zarr", "arrays": ["lat", "lon", "time", "v0"]}
        return configured(ZarrConfig, "zarr", folder, stores=[entry]), Folder(folder)

    return Example(made)


def without_metadata(place: Path) -> None:
    """Nothing is left that a store is known by."""
    for path in place.rglob(".z*"):
        path.unlink()


def a_page_instead(place: Path) -> None:
    """Every address answers with the same page."""
    for name in (".zmetadata", ".zgroup", ".zattrs", "zarr.json"):
        (place / name).write_text("<html>Not here</html>")


def with_broken_chunks(place: Path) -> None:
    """No chunk of the data can be read."""
    for path in (place / "v").glob("[0-9]*"):
        path.write_bytes(b"x")


def icechunked(place: Path) -> None:
    made = icechunk.Repository.create(icechunk.local_filesystem_storage(str(place)))
    session = made.writable_session("main")
    zarr.open_group(session.store, mode="w").create_array("depth", shape=(2,), dtype="f8", dimension_names=["depth"])
    session.commit("first")


DOCUMENTED = {"CITATION.cff": CITATION, "src/code.py": "x = 1"}
LOCKS = {f"env-{number}/conda-lock.yml": "{}" for number in range(41)}


def elsewhere(place: Path) -> None:
    """Attributes of a store that lies somewhere else."""
    metadata = json.loads((place / ".zmetadata").read_text())
    names = ("geospatial_lat_min", "geospatial_lat_max", "geospatial_lon_min", "geospatial_lon_max")
    metadata["metadata"][".zattrs"].update(zip(names, (50, 60, 0, 10), strict=True))
    (place / ".zmetadata").write_text(json.dumps(metadata))


EXAMPLES = {
    "bad-date": curated("{type: Event, title: A, issued: 2026-02-03}", "{type: Event, title: A, issued: 2026-02-30}"),
    "duplicate-id": curated(
        "[{type: Event, id: x, title: A}, {type: Event, id: y, title: B}]",
        "[{type: Event, id: x, title: A}, {type: Event, id: x, title: B}]",
    ),
    "unreadable-file": repository(DOCUMENTED, {**DOCUMENTED, "one.ipynb": "{"}),
    "missing-citation": repository(DOCUMENTED, {"src/code.py": "x = 1"}),
    "empty-repository": repository(DOCUMENTED, {}),
    "differing-licence": repository(DOCUMENTED, {"CITATION.cff": CITATION.replace("MIT", "Apache-2.0")}),
    "list-cut": repository(DOCUMENTED, {**DOCUMENTED, **LOCKS}),
    "missing-object": recipes("recipe:recipe", "recipe:gone"),
    "published-secret": catalogue({"anon": True}, {"key": "AKIA", "secret": "hunter2"}),
    "secret": hub({"jupyterhub": {}}, {"jupyterhub": {"hub": {"adminPassword": "hunter2-hunter2"}}}),
    "retracted": article(**{"updated-by": [{"DOI": "10.1029/notice", "type": "retraction"}]}),
    "missing-title": article(title=[]),
    "unknown-relation": registered(types={"resourceTypeGeneral": "Hologram"}),
    "store-silent": store(without_metadata),
    "not-zarr": store(a_page_instead),
    "not-consolidated": store(lambda place: (place / ".zmetadata").unlink()),
    "extent-unread": store(lambda place: (place / "lat" / "0").unlink()),
    "extents-differ": store(elsewhere),
    "not-pictured": store(with_broken_chunks, lambda place: ramp(place, 2)),
    "arrays-unread": Example(store(lambda place: None, icechunked).made, absent=("icechunk",)),
}
"""By kind."""
