"""Releases of images: how they are listed, what is fetched, and what their files become."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.images.releases import ImagesConfig
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable, Source
from leap_kg.ontology.identifiers import github
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, SCHEMA, XSD, Namespace
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE

API = "https://api.github.com/repos/lab/images"
LEAP = Namespace(BASE + ONTOLOGY_PATH)
IMAGE = f"{BASE}image/lab/notebook/2024.06.02"


class Lab(Fetcher):
    """A repository of images and the tags that GitHub lists, in memory, a page for each list of tags."""

    def __init__(self, files: dict[str, bytes], *pages: list[str], failure: FetchFailed | None = None) -> None:
        self.files = files
        self.pages = pages
        self.failure = failure
        self.asked: list[str] = []

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        self.asked.append(url)
        if url.startswith(f"{API}/tags"):
            if self.failure is not None:
                raise self.failure
            number = int(url.partition("&page=")[2] or 1)
            tags = [{"name": name, "commit": {"sha": f"{name:0>40}"}} for name in self.pages[number - 1]]
            more = f'<{API}/tags?per_page=100&page={number + 1}>; rel="next"' if number < len(self.pages) else ""
            return Body.of(url, url, json.dumps(tags).encode(), "application/json", {"link": more})
        path = url.removeprefix("https://github.com/lab/images/blob/")
        if path not in self.files:
            raise FetchFailed(url, "nothing is there", "missing", 404)
        return Body.of(url, url, self.files[path], None)


def source(**more: object) -> Source:
    entry = {"id": "images", "kind": "images", "title": "Images", "repository": "lab/images", **more}
    return ImagesConfig.model_validate({"images": {"lab/notebook": "notebook"}, **entry}).source(Path(), BASE)


def harvested(files: dict[str, bytes], **more: object) -> Mapped:
    lab = Lab({f"2024.06.02/notebook/{name}": data for name, data in files.items()}, ["2024.06.02"])
    images = source(**more)
    (ref,) = images.enumerate(Listing(lab))
    mapped = images.map(images.fetch(ref, lab))
    graph = NamedNode(f"{BASE}graph/source/images")
    assert not list(validate(quads_in(mapped.triples, graph), BASE))
    return mapped


def objects(mapped: Mapped, subject: str, predicate: NamedNode) -> set[str]:
    found = (t.object for t in mapped.triples if t.subject == NamedNode(subject) and t.predicate == predicate)
    return {each.value for each in found if isinstance(each, NamedNode | Literal)}


def test_every_image_at_every_tag_is_a_record_whose_version_is_the_commit() -> None:
    lab = Lab({}, ["2024.06.02", "2024.02.27"], ["2022.01.01", "weird tag"])
    images = source(images={"lab/notebook": "notebook", "lab/ml": "ml"}, since={"lab/ml": "2024.02.27"})
    refs = {ref.key: ref.version for ref in images.enumerate(Listing(lab))}
    assert refs == {
        **{f"lab/notebook:{tag}": f"{tag:0>40}" for tag in ("2024.06.02", "2024.02.27", "2022.01.01")},
        **{f"lab/ml:{tag}": f"{tag:0>40}" for tag in ("2024.06.02", "2024.02.27")},
    }


def test_releases_that_are_named_are_taken_when_the_tags_cannot_be_listed_and_the_listing_says_so() -> None:
    gone = FetchFailed(API, "answers HTTP 500", "status", 500)
    listing = Listing(Lab({}, failure=gone))
    refs = list(source(releases=["2024.06.02"], branches={"main": "latest"}).enumerate(listing))
    assert {ref.key for ref in refs} == {"lab/notebook:2024.06.02", "lab/notebook:latest"}
    assert "HTTP 500" in listing.shortfall
    with pytest.raises(FetchFailed):
        list(source().enumerate(Listing(Lab({}, failure=gone))))


def test_a_release_has_its_packages_its_date_and_what_it_builds_on() -> None:
    mapped = harvested(
        {
            "packages.txt": b"# list\nzarr==2.18.2\nnumpy==1.26.4\n",
            "environment.yml": b"name: lab\ndependencies: [zarr>=2.18, python=3.11]\n",
            "apt.txt": b"git\n",
            "Dockerfile": b"FROM lab/base:2024.06.02\n",
        }
    )
    assert mapped.subject == NamedNode(IMAGE)
    assert objects(mapped, IMAGE, SCHEMA("softwareRequirements")) == {"pkg:conda/zarr@2.18.2", "pkg:conda/numpy@1.26.4"}
    assert objects(mapped, IMAGE, DCT("issued")) == {"2024-06-02"}
    assert objects(mapped, IMAGE, PROV("wasDerivedFrom")) == {f"{BASE}image/lab/base/2024.06.02"}
    assert objects(mapped, IMAGE, DCT("requires")) == {"pkg:deb/debian/git"}
    assert objects(mapped, IMAGE, DCT("isVersionOf")) == {f"{BASE}image/lab/notebook"}
    environment = "https://github.com/lab/images/blob/2024.06.02/notebook/environment.yml"
    assert environment in objects(mapped, IMAGE, DCT("source"))
    assert objects(mapped, environment, DCT("requires")) == {"pkg:conda/zarr", "pkg:conda/python"}
    assert objects(mapped, environment, SCHEMA("text")) == {"zarr>=2.18\npython=3.11"}
    assert objects(mapped, "pkg:conda/zarr@2.18.2", SCHEMA("softwareVersion")) == {"2.18.2"}
    assert objects(mapped, "pkg:conda/zarr@2.18.2", DCT("isVersionOf")) == {"pkg:conda/zarr"}
    issued = next(t.object for t in mapped.triples if t.predicate == DCT("issued"))
    assert isinstance(issued, Literal)
    assert issued.datatype == XSD("date")
    assert not mapped.findings


def test_the_lock_counts_and_a_list_that_differs_is_reported() -> None:
    lock = b"@EXPLICIT\nhttps://c.example/noarch/zarr-2.18.3-0.conda\n# pip rio @ https://p.example/rio-1.0-py3-none-any.whl\n"
    mapped = harvested({"packages.txt": b"zarr==2.18.2\nrio==1.0\n", "conda-linux-64.lock": lock})
    assert objects(mapped, IMAGE, SCHEMA("softwareRequirements")) == {"pkg:conda/zarr@2.18.3", "pkg:pypi/rio@1.0"}
    (finding,) = mapped.findings
    assert (finding.kind, finding.value) == ("bad-value", "zarr")


def test_a_release_without_a_list_has_no_known_packages() -> None:
    mapped = harvested({"environment.yml": b"dependencies: [zarr]\n"})
    assert not objects(mapped, IMAGE, SCHEMA("softwareRequirements"))
    assert [finding.kind for finding in mapped.findings] == ["unknown-version"]


def test_bad_files_are_findings_beside_what_is_good() -> None:
    mapped = harvested(
        {"packages.txt": b"IT\nzarr==2.18.2\n", "environment.yml": b"\0", "Dockerfile": b"FROM ${X}/y:1\n"}
    )
    assert objects(mapped, IMAGE, SCHEMA("softwareRequirements")) == {"pkg:conda/zarr@2.18.2"}
    assert sorted(finding.kind for finding in mapped.findings) == ["bad-value", "unknown-version", "unreadable-file"]
    assert all(finding.hint and finding.file for finding in mapped.findings)


def test_a_release_without_files_is_a_dead_letter_that_says_what_was_looked_for() -> None:
    images, lab = source(), Lab({}, ["2024.06.02"])
    (ref,) = images.enumerate(Listing(lab))
    with pytest.raises(RecordUnusable, match=r"none of packages\.txt"):
        images.fetch(ref, lab)


def test_a_failure_that_may_pass_is_no_missing_file() -> None:
    class Broken(Lab):
        def fetch(self, ask: Ask | str) -> Body:
            if Ask.of(ask).url.endswith("packages.txt"):
                raise FetchFailed(Ask.of(ask).url, "answers HTTP 500", "status", 500)
            return super().fetch(ask)

    images, lab = source(), Broken({"2024.06.02/notebook/environment.yml": b"dependencies: [zarr]"}, ["2024.06.02"])
    (ref,) = images.enumerate(Listing(lab))
    with pytest.raises(FetchFailed, match="500"):
        images.fetch(ref, lab)


def test_the_images_of_a_branch_are_no_release() -> None:
    lab = Lab({"main/notebook/packages.txt": b"zarr==3.0.8\n"}, [])
    images = source(branches={"main": "latest"})
    (ref,) = images.enumerate(Listing(lab))
    mapped = images.map(images.fetch(ref, lab))
    node = f"{BASE}image/lab/notebook/latest"
    assert mapped.subject == NamedNode(node)
    assert not objects(mapped, node, LEAP("versionOrder"))
    assert objects(mapped, node, SCHEMA("softwareRequirements")) == {"pkg:conda/zarr@3.0.8"}


def test_a_conda_lock_stands_in_where_there_is_no_list() -> None:
    lock = b"package: [{name: zarr, version: 2.18.3, manager: conda, platform: linux-64}]"
    mapped = harvested({"conda-lock.yml": lock})
    assert objects(mapped, IMAGE, SCHEMA("softwareRequirements")) == {"pkg:conda/zarr@2.18.3"}


def test_mapping_is_pure_and_gives_the_same_twice() -> None:
    images = source()
    lab = Lab({"2024.06.02/notebook/packages.txt": b"zarr==1.0\n"}, ["2024.06.02"])
    (ref,) = images.enumerate(Listing(lab))
    record = images.fetch(ref, lab)
    assert images.map(record) == images.map(RawRecord(record.key, record.parts))


def test_the_repository_of_the_images_is_covered() -> None:
    covered = github.parse_repository("Lab/Images")
    other = github.parse_repository("lab/other")
    images = source()
    assert isinstance(covered, github.Repository)
    assert isinstance(other, github.Repository)
    assert images.covers(covered)  # type: ignore[attr-defined]
    assert not images.covers(other)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong",
    [
        {"repository": "nowhere"},
        {"images": {}},
        {"images": {"lab/notebook:1": "notebook"}},
        {"images": {"Not An Image": "notebook"}},
        {"images": {"lab/notebook": "../other"}},
        {"releases": ["a b"]},
        {"since": {"lab/notebook": "early"}},
        {"branches": {"main": "a b"}},
        {"colour": "red"},
    ],
)
def test_a_mistake_in_the_configuration_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        source(**wrong)
