"""Every real STAC document: taken or refused for a reason, mapped, and given back field for field."""

import json
from pathlib import Path

import pytest
from pyoxigraph import Store

from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.source import Listing, Mapped, RecordUnusable
from leap_kg.ingest.sources import read_sources
from leap_kg.ingest.stac.document import stac_json
from leap_kg.ingest.stac.naming import stac_iri
from leap_kg.ontology.namespaces import DCAT, DCT, RDF, SCHEMA, STAC
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.judged import judge, kinds, values

DATA = Path(__file__).parents[3] / "shared" / "data" / "stac"
RAW = "https://raw.githubusercontent.com/"
BRANCH = {"stac-spec": "v1.1.0-beta.1"}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the STAC documents are not beside the project, in ../shared/data"
)


def address(path: Path) -> str:
    """Where the document is published."""
    owner, _, repository = path.relative_to(DATA).parts[0].partition("__")
    rest = "/".join(path.relative_to(DATA).parts[1:])
    return f"{RAW}{owner}/{repository}/{BRANCH.get(repository, 'main')}/{rest}"


class Taken:
    """What the sources of the project's own file make of the documents."""

    def __init__(self) -> None:
        self.mapped: dict[str, Mapped] = {}
        self.refused: dict[str, str] = {}
        with MirrorFetcher(read_mirror(Path(__file__).parent / "mirror.yaml"), Limits()) as fetcher:
            for source in read_sources(declarations() / "ingest" / "leap.yaml", BASE):
                if source.id in ("stac-catalogs", "stac-documents"):
                    for ref in source.enumerate(Listing(fetcher)):
                        assert ref.problem == ""
                        try:
                            self.mapped[ref.key] = source.map(source.fetch(ref, fetcher))
                        except RecordUnusable as problem:
                            self.refused[ref.key] = problem.reason
        self.store: Store = judge(*self.mapped.values())


@pytest.fixture(scope="module")
def taken() -> Taken:
    return Taken()


def test_every_document_is_taken_or_refused_for_what_it_is(taken: Taken) -> None:
    every = {address(path) for path in DATA.rglob("*.json")}
    of_files = {key.partition("#")[0] for key in (*taken.mapped, *taken.refused)}
    assert of_files == every
    assert {key.rpartition("/")[2] for key in taken.refused} == {
        "netherlands_aoi.json", "item_assets.json", "collection_datacube.json",
    }  # fmt: skip
    assert len([key for key in taken.mapped if "sample-item-collection.json#" in key]) == 10


def test_every_object_comes_back_equal(taken: Taken) -> None:
    for path in DATA.rglob("*.json"):
        url, document = address(path), json.loads(path.read_text())
        if url in taken.mapped:
            assert stac_json(taken.store, stac_iri(url, BASE)) == document, path
    features = json.loads(next(DATA.rglob("sample-item-collection.json")).read_text())["features"]
    for feature in features:
        url = address(next(DATA.rglob("sample-item-collection.json")))
        assert stac_json(taken.store, stac_iri(f"{url}#{feature['id']}", BASE)) == feature


def test_every_object_has_its_class_its_title_and_its_extent(taken: Taken) -> None:
    for path in DATA.rglob("*.json"):
        url, document = address(path), json.loads(path.read_text())
        if url not in taken.mapped:
            continue
        node = stac_iri(url, BASE)
        name = {"Feature": "Item", "Collection": "Collection", "Catalog": "Catalog"}.get(document.get("type", ""))
        if name:
            assert STAC(name).value in values(taken.store, node, RDF("type"))
        title = document.get("properties", document).get("title") or document["id"]
        assert values(taken.store, node, DCT("title")) == {title.strip()}
        box = document.get("bbox") or document.get("extent", {}).get("spatial", {}).get("bbox")
        assert bool(values(taken.store, node, DCT("spatial"))) == bool(box), path
        assets = document.get("assets") or {}
        hrefs = {asset["href"] for asset in assets.values()}
        assert bool(values(taken.store, node, DCAT("distribution"))) == bool(hrefs), path
        cubes = document.get("properties", document).get("cube:variables") or {}
        assert len(values(taken.store, node, SCHEMA("variableMeasured"))) == len(cubes), path


def test_what_is_wrong_with_them_is_known(taken: Taken) -> None:
    found = kinds(taken.mapped.values())
    assert set(found) == {"bad-value", "placeholder", "unknown-licence"}
    assert found.count("bad-value") == 2  # two documents that do not follow the version they name
