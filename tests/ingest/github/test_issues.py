"""Issues that ask for data, from listing to triples, against a GitHub in memory and its recorded answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyoxigraph import NamedNode

from leap_kg.ingest.fetch import Ask, Body, FetchFailed, Limits
from leap_kg.ingest.github.issues import map_issue
from leap_kg.ingest.github.source import GithubConfig
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.source import Listing, Mapped, RawRecord, Ref, Source
from leap_kg.ontology.identifiers import github
from leap_kg.ontology.iri import mint
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, FOAF, SCHEMA
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.github.hub import API, Hub, Made
from tests.ingest.requests.writing import LEAP_URL, body, issue

RECORDED = Path("../shared/data/github/octokit__fixtures/scenarios/api.github.com")
FILLED = body([("Dataset Name", "Sea ice"), ("Dataset URL", "https://ice.example.org/v2"), ("Size", "")])
INSTANCE = "CMIP6.CMIP.NCC.NorESM2-LM.historical.r1i1p1f1.Omon.thetao.gr.v20190815"
LISTED = body(
    [("List of requested idds", f"'{INSTANCE}',\n'{INSTANCE.replace('v20190815', '*')}'")], ["List of requested idds"]
)


class Asking(Hub):
    """A GitHub whose repository has issues; a page has two."""

    def __init__(self, *issues: dict[str, Any]) -> None:
        super().__init__(Made(1, "lab/data-management"))
        self.issues = list(issues)

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        if f"{API}/repos/lab/data-management/issues?" not in url:
            return super().fetch(ask)
        self.asked.append(url)
        wanted = url.partition("labels=")[2].partition("&")[0].replace("%20", " ")
        found = [each for each in self.issues if not wanted or wanted in [label["name"] for label in each["labels"]]]
        return self._page(url, found, int(url.partition("&page=")[2] or 1))


def source(**requests: Any) -> Source:
    named = {"repositories": ["lab/data-management"], **requests}
    entry = {"id": "asking", "kind": "github", "title": "Asking", "requests": named}
    return GithubConfig.model_validate(entry).source(Path(), BASE)


def taken(given: Source, hub: Hub) -> tuple[dict[str, Ref], Listing]:
    listing = Listing(hub)
    return {ref.key: ref for ref in given.enumerate(listing)}, listing


def mapped(said: dict[str, Any]) -> Mapped:
    given, hub = source(labels=["data request"]), Asking(said)
    refs, _ = taken(given, hub)
    (ref,) = refs.values()
    result = given.map(RawRecord(ref.key, ref.found))
    assert not list(validate(quads_in(result.triples, NamedNode(f"{BASE}graph/source/asking")), BASE))
    return result


def values(result: Mapped, predicate: NamedNode) -> list[str]:
    return [
        getattr(t.object, "value", "")
        for t in result.triples
        if (t.subject, t.predicate) == (result.subject, predicate)
    ]


def test_issues_with_a_label_are_requests_and_pull_requests_are_none() -> None:
    hub = Asking(
        issue(1, FILLED), issue(2, "please"), issue(3, FILLED, pull_request={"url": "x"}),
        issue(4, FILLED, labels=[{"name": "bug"}]), issue(5, FILLED, labels=[{"name": "data request"}, {"name": "b"}]),
    )  # fmt: skip
    refs, listing = taken(source(labels=["data request", "b"]), hub)
    assert set(refs) == {"issue/1001", "issue/1002", "issue/1005"}
    assert listing.expected == 3
    refs, _ = taken(source(), hub)
    assert set(refs) == {"issue/1001", "issue/1004", "issue/1005"}, "without labels, only what a form made"


def test_a_version_changes_with_the_issue_and_not_with_its_counters() -> None:
    def version(said: dict[str, Any]) -> str:
        return next(iter(taken(source(), Asking(said))[0].values())).version

    assert version(issue(1, FILLED)) == version(issue(1, FILLED, comments=99, reactions={}))
    assert version(issue(1, FILLED)) != version(issue(1, FILLED, state="closed"))


def test_a_form_becomes_a_request() -> None:
    result = mapped(issue(7, FILLED))
    assert result.subject == mint(BASE, "request", "github", "lab/data-management", "7")
    assert values(result, DCT("title")) == ["Sea ice"]
    assert values(result, DCAT("landingPage")) == ["https://ice.example.org/v2"]
    assert values(result, FOAF("page")) == [f"{LEAP_URL}/7"]
    assert values(result, DCT("issued")) == ["2025-03-01T08:00:00Z"]
    assert values(result, DCT("creator")) == [f"{BASE}person/github/kim"]
    assert values(result, ADMS("status")) == [f"{BASE}request-status/asked"]


def test_an_issue_without_a_form_keeps_its_words() -> None:
    result = mapped(issue(8, "We need the drift of ice.", title="[REQUEST]: Drift of ice", user={"login": "ghost"}))
    assert values(result, DCT("title")) == ["Drift of ice"]
    assert values(result, DCT("description")) == ["We need the drift of ice."]
    assert values(mapped(issue(9, "", title="New Dataset [Dataset Name]")), DCT("title")) == ["lab/data-management #9"]


def test_cmip6_instances_become_parts_that_lists_have_too() -> None:
    result = mapped(issue(10, LISTED, title="[REQUEST]: Heat"))
    parts = values(result, DCT("hasPart"))
    assert parts[0] == f"{BASE}request/cmip6/{INSTANCE}"
    assert len(parts) == 2
    said = {(t.subject.value, t.predicate) for t in result.triples if isinstance(t.subject, NamedNode)}
    assert (parts[0], SCHEMA("creativeWorkStatus")) in said
    closed = mapped(issue(10, LISTED, state="closed", state_reason="completed"))
    assert not any(t.predicate == SCHEMA("creativeWorkStatus") for t in closed.triples)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "asked"),
        ({"labels": [{"name": "Accepted"}]}, "accepted"),
        ({"labels": [{"name": "status: in progress"}]}, "asked"),
        ({"labels": [{"name": "in-progress"}, {"name": "accepted"}]}, "in-progress"),
        ({"labels": [{"name": "wontfix"}]}, "declined"),
        ({"state": "closed"}, "published"),
        ({"state": "closed", "state_reason": "completed"}, "published"),
        ({"state": "closed", "state_reason": "not_planned"}, "declined"),
        ({"state": "closed", "state_reason": "duplicate"}, "declined"),
        ({"state": "closed", "state_reason": "completed", "labels": [{"name": "declined"}]}, "declined"),
    ],
)
def test_what_state_and_labels_say(more: dict[str, Any], word: str) -> None:
    labels = [{"name": "data request"}, *more.pop("labels", [])]
    assert values(mapped(issue(1, FILLED, labels=labels, **more)), ADMS("status")) == [f"{BASE}request-status/{word}"]


_json = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.lists(st.text(max_size=5), max_size=3)


@given(
    st.dictionaries(st.sampled_from(sorted(set(issue(1, "")) - {"id", "html_url", "labels"})), _json),
    st.text(max_size=300),
)
def test_an_answer_of_any_kind_is_mapped_or_refused(more: dict[str, Any], text: str) -> None:
    said = {**issue(1, text), **more}
    for ref in taken(source(labels=["data request"]), Asking(said))[0].values():
        result = map_issue(RawRecord(ref.key, ref.found), BASE)
        assert not list(validate(quads_in(result.triples, NamedNode(f"{BASE}graph/source/asking")), BASE))


def test_a_repository_that_is_gone_is_a_dead_letter_beside_good_ones() -> None:
    given, hub = source(repositories=["lab/gone", "lab/data-management"]), Asking(issue(1, FILLED))
    refs, _ = taken(given, hub)
    problems = [ref.problem for ref in refs.values() if ref.problem]
    assert len(refs) == 2
    assert problems
    assert "leave it out" in problems[0]
    hub.failing["/issues"] = FetchFailed("u", "answers HTTP 500", "status", 500)
    with pytest.raises(FetchFailed):
        taken(source(repositories=["lab/gone"]), hub)


def test_what_asks_for_nothing_or_too_much_is_told() -> None:
    with pytest.raises(ValidationError, match="only an API lists issues"):
        GithubConfig.model_validate(
            {"id": "x1", "kind": "github", "title": "x", "via": "files", "requests": {"repositories": ["lab/data"]}}
        )
    with pytest.raises(ValidationError, match="repositories"):
        GithubConfig.model_validate({"id": "x1", "kind": "github", "title": "x", "requests": {"repositories": []}})


def test_the_source_covers_the_repositories_whose_issues_it_reads() -> None:
    repository = github.parse_repository("lab/data-management")
    assert isinstance(repository, github.Repository)
    assert source().covers(repository)  # type: ignore[attr-defined]


def test_recorded_answers_of_github_are_listed_page_by_page(tmp_path: Path) -> None:
    recording = RECORDED / "paginate-issues" / "raw-fixture.json"
    if not recording.is_file():
        pytest.skip(f"{recording} is not here")
    asked = [each["path"] for each in json.loads(recording.read_bytes()) if "/issues?" in each["path"]]
    assert asked
    exchanges = [each for each in json.loads(recording.read_bytes()) if "/issues?" in each["path"]]
    for exchange in exchanges:
        for said in exchange["response"]:
            result = mapped({**said, "labels": [{"name": "data request"}], "body": FILLED, "user": said["user"]})
            assert values(result, DCT("title")) == ["Sea ice"]


def test_the_issues_of_the_example_are_three_requests() -> None:
    mirror = read_mirror(Path("examples/platform/mirror.yaml"))
    named = {"repositories": ["example-lab/data-management"], "labels": ["data request"]}
    given = GithubConfig.model_validate({"id": "x1", "kind": "github", "title": "x", "requests": named})
    refs, _ = taken(given.source(Path(), BASE), MirrorFetcher(mirror, Limits()))  # type: ignore[arg-type]
    found = [map_issue(RawRecord(ref.key, ref.found), BASE) for ref in refs.values()]
    words = [values(result, ADMS("status"))[0].rpartition("/")[2] for result in found]
    assert words == ["published", "accepted", "declined"]
    assert values(found[1], DCAT("downloadURL"))[0] == "ftp://ice.example.org/thickness/v2/2024-w01.nc"
