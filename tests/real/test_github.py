"""GitHub's recorded answers, and the feedstocks' repositories by their files; question 16."""

import json
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.github import fields
from leap_kg.ingest.github.mapping import map_organisation, map_repository
from leap_kg.ingest.github.source import _pages
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.source import RawRecord
from leap_kg.ontology.namespaces import CODEMETA, DCT, FOAF, ONTOLOGY_PATH, OWL, RDF, SCHEMA, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.real import mapped, oracle
from tests.real.mapped import Said

RECORDED = mapped.DATA / "github" / "octokit__fixtures" / "scenarios" / "api.github.com"
SOURCES = Path(__file__).parent / "github.yaml"
API = "https://api.github.com"
ORGANISATION = "octokit-fixture-org"
RENAMED = f"{ORGANISATION}/tmp-scenario-rename-repository-20220719044033126-ukeod"  # noqa: S108 - a name
LEAP = Namespace(BASE + ONTOLOGY_PATH)

recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"GitHub's recorded answers are not at {RECORDED}")
files = pytest.mark.skipif(not oracle.FEEDSTOCKS.is_dir(), reason=oracle.WHY)


@pytest.fixture(scope="module")
def said() -> Said:
    return mapped.said(mapped.sources(SOURCES))


@pytest.fixture(scope="module")
def code() -> Said:
    return mapped.of("feedstock-code", "leap-catalog")


@recorded
def test_the_recorded_repository_is_described_as_it_was_answered(said: Said) -> None:
    answer = json.loads((RECORDED / "get-repository" / "raw-fixture.json").read_bytes())[0]["response"]
    node = said.subjects[f"repository/{answer['id']}"]
    assert node == f"https://github.com/{answer['full_name']}"
    assert said.objects(node, OWL("sameAs")) == {f"{API}/repositories/{answer['id']}"}
    assert said.objects(node, SCHEMA("keywords")) == set(answer["topics"])
    assert said.objects(node, DCT("publisher")) == {f"{BASE}organization/github/{ORGANISATION}"}
    assert said.objects(node, DCT("created")) == {answer["created_at"]}
    assert "missing-licence" in {finding.kind for finding in said.findings[f"repository/{answer['id']}"]}
    assert said.dead == {}


@recorded
def test_the_recorded_rename_leads_from_the_old_name_to_the_new(said: Said) -> None:
    old = f"https://github.com/{RENAMED}"
    assert said.subjects["repository/515436299"] == f"{old}-newname"
    assert said.objects(old, DCT("isReplacedBy")) == {f"{old}-newname"}
    assert said.objects(f"{old}-newname", DCT("replaces")) == {old}


@recorded
def test_the_recorded_pages_are_followed_to_the_last() -> None:
    first = next(
        exchange["path"]
        for exchange in json.loads((RECORDED / "paginate-issues" / "raw-fixture.json").read_bytes())
        if exchange["method"].upper() == "GET"
    )
    with MirrorFetcher(read_mirror(mapped.MIRROR), Limits()) as fetcher:
        parts = list(_pages("contributor", f"{API}{first}", fetcher))
    assert len(parts) == 5
    assert sum(len(json.loads(part.data)) for part in parts) == 13


@recorded
def test_the_recorded_organisation_is_described_without_what_is_private() -> None:
    answer = json.loads((RECORDED / "get-organization" / "raw-fixture.json").read_bytes())[0]["response"]
    part = fields.cut("organisation", f"{API}/orgs/{ORGANISATION}", answer)
    assert "billing" not in part.data.decode()
    result = map_organisation(RawRecord("organisation/1", (part,)), BASE)
    assert result.subject == NamedNode(f"{BASE}organization/github/{ORGANISATION}")
    names = {t.object.value for t in result.triples if t.predicate == FOAF("name")}  # type: ignore[union-attr]
    assert names == {answer.get("name") or ORGANISATION}


@recorded
def test_the_recorded_release_and_its_assets_are_described() -> None:
    repository = json.loads((RECORDED / "get-repository" / "raw-fixture.json").read_bytes())[0]["response"]
    exchanges = json.loads((RECORDED / "release-assets" / "raw-fixture.json").read_bytes())
    release = next(each["response"] for each in exchanges if each["path"].endswith("/releases/tags/v1.0.0"))
    assets = next(each["response"] for each in exchanges if each["path"].endswith("/assets"))
    parts = (
        fields.cut("repository", f"{API}/repos/x/y", repository),
        fields.cut("release", API, [{**release, "assets": assets}]),
    )
    result = map_repository(RawRecord("repository/1", parts), BASE)
    node = NamedNode(f"https://github.com/{repository['full_name']}/releases/tag/v1.0.0")
    said = {(t.predicate, t.object.value) for t in result.triples if t.subject == node}  # type: ignore[union-attr]
    assert (RDF("type"), SCHEMA("SoftwareApplication").value) in said
    assert (SCHEMA("softwareVersion"), "v1.0.0") in said
    assert (DCT("issued"), release["published_at"]) in said
    assert any(t.predicate == CODEMETA("isSourceCodeOf") and t.object == node for t in result.triples)


# --- the feedstocks' repositories -------------------------------------------------------------------------


@files
def test_every_recorded_repository_is_described_by_its_files(code: Said) -> None:
    folders = [*oracle.FEEDSTOCKS.iterdir(), oracle.APART]
    names = {folder.name.replace("__", "/", 1).lower() for folder in folders if folder.is_dir()}
    assert {subject for subject in code.subjects.values() if subject.startswith("https://github.com/")} == {
        f"https://github.com/{name}" for name in names
    }
    for name in names:
        licences = code.objects(f"https://github.com/{name}", DCT("license"))
        assert licences == {"https://spdx.org/licenses/Apache-2.0"}


@files
def test_requirements_of_a_real_feedstock(code: Said) -> None:
    file = "https://github.com/leap-stc/climsim_feedstock/blob/HEAD/feedstock/requirements.txt"
    pinned = {"pkg:pypi/zarr@2.16.1", "pkg:pypi/leap-data-management-utils@0.0.12"}
    assert code.objects(file, SCHEMA("softwareRequirements")) == pinned
    assert "https://github.com/pangeo-forge/pangeo-forge-recipes" in code.objects(file, DCT("requires"))
    assert LEAP("Environment").value in code.objects(file, RDF("type"))


@files
def test_which_repositories_lack_what(code: Said) -> None:
    rows = {row["repository"].removeprefix("https://github.com/"): row for row in code.ask("questions/incomplete-code")}
    assert len(rows) == 41
    chirps = rows["leap-stc/chirps_feedstock"]
    assert (chirps["licence"], chirps["release"], chirps["citation"], chirps["environment"]) == (
        "Apache-2.0",
        "unknown",
        "none",
        "2",
    )
    assert rows["pangeo-forge/agdc-feedstock"]["environment"] == "none"
