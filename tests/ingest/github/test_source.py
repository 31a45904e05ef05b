"""GitHub repositories from listing to triples, against a GitHub in memory."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.fetch import FetchFailed
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github import fields
from leap_kg.ingest.github.files import LARGEST, LARGEST_MODULE
from leap_kg.ingest.github.mapping import map_repository
from leap_kg.ingest.github.source import Github, GithubConfig
from leap_kg.ingest.http.asking import too_large
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers.github import Repository
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import CODEMETA, DCT, FOAF, ONTOLOGY_PATH, OWL, PROV, RDF, SCHEMA, SPDX, Namespace
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.github.hub import API, COMMIT, Hub, Made

LEAP = Namespace(BASE + ONTOLOGY_PATH)
CODE = "https://github.com/lab/code"
NOTEBOOK = json.dumps(
    {
        "cells": [],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python", "version": "3.11.6"},
        },
        "nbformat": 4,
    }
).encode()
CITATION = b"""cff-version: 1.2.0
title: The code
license: MIT
doi: 10.5281/zenodo.123
authors:
  - {family-names: Carberry, given-names: Josiah, orcid: 'https://orcid.org/0000-0002-1825-0097'}
  - {name: The Lab}
preferred-citation: {type: article, title: A paper, doi: 10.5555/paper, year: 2024}
"""
FILES = {
    "README.md": b"# code",
    "CITATION.cff": CITATION,
    "environment.yml": b"name: x\ndependencies: [zarr=2.18, dask==2025.1.0]",
    "binder/Dockerfile": b"FROM pangeo/pangeo-notebook:2024.06.02\n",
    "conda-linux-64.lock": b"@EXPLICIT",
    "notebooks/one.ipynb": NOTEBOOK,
    "notebooks/two.ipynb": b"{",
    "src/code.py": b"x = 1",
    "node_modules/other/setup.py": b"",
}


def source(**more: object) -> Source:
    entry = {"id": "code", "kind": "github", "title": "Code", **more}
    return GithubConfig.model_validate(entry).source(Path(), BASE)


def refs(taken: Source, hub: Hub) -> tuple[dict[str, Ref], Listing]:
    listing = Listing(hub)
    return {ref.key: ref for ref in taken.enumerate(listing)}, listing


def mapped(made: Made, **more: object) -> Mapped:
    hub = Hub(made)
    taken = source(repositories=[made.name], **more)
    found, _ = refs(taken, hub)
    result = taken.map(taken.fetch(found[f"repository/{made.number}"], hub))
    assert not list(validate(quads_in(result.triples, NamedNode(f"{BASE}graph/source/code")), BASE))
    return result


def objects(result: Mapped, subject: str, predicate: NamedNode) -> set[str]:
    found = (t.object for t in result.triples if t.subject == NamedNode(subject) and t.predicate == predicate)
    return {each.value for each in found if isinstance(each, NamedNode | Literal)}


def kinds(result: Mapped) -> list[str]:
    return sorted(finding.kind for finding in result.findings)


# --- listing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("via", ["rest", "graphql"])
def test_an_organisation_is_listed_page_by_page_to_its_end(via: str) -> None:
    hub = Hub(*(Made(number, f"lab/code-{number}", {"a.py": b""}) for number in range(1, 6)), Made(9, "other/x"))
    found, listing = refs(source(organisations=["lab"], repositories=["other/x"], via=via), hub)
    assert set(found) == {"organisation/7", *(f"repository/{number}" for number in (1, 2, 3, 4, 5, 9))}
    assert listing.expected == len(found)
    assert not listing.shortfall
    assert (f"{API}/graphql" in hub.asked) == (via == "graphql")


@pytest.mark.parametrize("via", ["rest", "graphql"])
def test_a_repository_that_did_not_change_costs_nothing_beside_the_listing(via: str) -> None:
    hub = Hub(*(Made(number, f"lab/code-{number}", {"a.py": b""}) for number in range(1, 4)))
    first, _ = refs(source(organisations=["lab"], via=via), hub)
    again, _ = refs(source(organisations=["lab"], via=via), hub)
    assert {key: ref.version for key, ref in first.items()} == {key: ref.version for key, ref in again.items()}
    assert all(ref.version for ref in first.values())
    assert all("/commits/" not in url and "/releases" not in url for url in hub.asked)
    hub.repositories["lab/code-1"].said = {"pushed_at": "2027-01-01T00:00:00Z"}
    if via == "rest":
        changed, _ = refs(source(organisations=["lab"], via=via), hub)
        assert [key for key in changed if changed[key].version != first[key].version] == ["repository/1"]


def test_a_private_repository_is_never_taken() -> None:
    hub = Hub(Made(1, "lab/open"), Made(2, "lab/closed", said={"private": True}))
    found, _ = refs(source(organisations=["lab"], repositories=["lab/closed"]), hub)
    assert "repository/2" not in found
    assert "private" in found["lab/closed"].problem


def test_a_repository_that_is_made_private_meanwhile_is_not_fetched() -> None:
    hub = Hub(Made(1, "lab/code", FILES))
    taken = source(repositories=["lab/code"])
    found, _ = refs(taken, hub)
    hub.repositories["lab/code"].said = {"private": True}
    with pytest.raises(RecordUnusable, match="private"):
        taken.fetch(found["repository/1"], hub)


def test_a_named_repository_that_is_gone_is_a_problem_and_the_others_are_listed() -> None:
    found, _ = refs(source(repositories=["lab/gone", "lab/code"]), Hub(Made(1, "lab/code")))
    assert "nothing is there" in found["lab/gone"].problem
    assert not found["repository/1"].problem


def test_graphql_says_why_it_lists_nothing() -> None:
    with pytest.raises(RecordUnusable, match="Could not resolve lab"):
        refs(source(organisations=["lab"], via="graphql"), Hub())


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'"x"', b"{", b'[{"id": 1}]', b'[{"full_name": "a/b"}]'])
def test_answers_that_make_no_sense_are_refused_or_reported(answer: bytes) -> None:
    class Odd(Hub):
        def _page(self, url: str, items: list[dict[str, Any]], number: int) -> Any:
            body = super()._page(url, items, number)
            return type(body).of(url, url, answer, None)

    try:
        found, _ = refs(source(organisations=["lab"]), Odd(Made(1, "lab/code")))
    except (RecordUnusable, Unreadable):
        return
    assert all(ref.problem for key, ref in found.items() if not key.startswith("organisation/"))


# --- one repository ---------------------------------------------------------------------------------------


def test_a_repository_is_described_by_github_and_by_its_files() -> None:
    result = mapped(Made(1, "Lab/Code", FILES))
    assert result.subject == NamedNode(CODE)
    assert objects(result, CODE, DCT("title")) == {"lab/code"}
    assert objects(result, CODE, OWL("sameAs")) == {"https://api.github.com/repositories/1"}
    assert objects(result, CODE, DCT("license")) == {"https://spdx.org/licenses/MIT"}
    assert objects(result, CODE, SCHEMA("keywords")) == {"zarr"}
    assert objects(result, CODE, DCT("modified")) == {"2026-01-02T03:04:05Z"}
    assert objects(result, CODE, CODEMETA("readme")) == {f"{CODE}/blob/main/README.md"}
    assert objects(result, CODE, SCHEMA("identifier")) == {"https://doi.org/10.5281/zenodo.123"}
    authors = {"https://orcid.org/0000-0002-1825-0097", f"{BASE}organization/the-lab"}
    assert objects(result, CODE, SCHEMA("author")) == authors
    assert objects(result, CODE, CODEMETA("referencePublication")) == {"https://doi.org/10.5555/paper"}
    assert objects(result, CODE, DCT("publisher")) == {f"{BASE}organization/github/lab"}
    assert kinds(result) == ["unreadable-file"]


def test_environments_and_dockerfiles_say_what_they_ask_for() -> None:
    result = mapped(Made(1, "lab/code", FILES))
    environment = f"{CODE}/blob/main/environment.yml"
    assert objects(result, environment, DCT("requires")) == {"pkg:conda/zarr"}
    assert objects(result, environment, SCHEMA("softwareRequirements")) == {"pkg:conda/dask@2025.1.0"}
    assert objects(result, environment, SCHEMA("isPartOf")) == {CODE}
    assert LEAP("Environment").value in objects(result, environment, RDF("type"))
    image = f"{BASE}image/pangeo/pangeo-notebook/2024.06.02"
    assert objects(result, f"{CODE}/blob/main/binder/Dockerfile", PROV("wasDerivedFrom")) == {image}
    assert LEAP("Environment").value in objects(result, f"{CODE}/blob/main/conda-linux-64.lock", RDF("type"))


def test_notebooks_and_code_are_nodes_with_path_commit_and_hash() -> None:
    result = mapped(Made(1, "lab/code", FILES))
    notebook = f"{CODE}/blob/main/notebooks/one.ipynb"
    assert LEAP("Notebook").value in objects(result, notebook, RDF("type"))
    assert objects(result, notebook, SPDX("fileName")) == {"notebooks/one.ipynb"}
    assert objects(result, notebook, DCT("hasVersion")) == {f"{CODE}/blob/{COMMIT}/notebooks/one.ipynb"}
    assert objects(result, notebook, SCHEMA("runtimePlatform")) == {"Python 3 (python 3.11.6)"}
    (identifier,) = objects(result, notebook, SCHEMA("identifier"))
    assert identifier.startswith("swh:1:cnt:")
    code = f"{CODE}/blob/main/src/code.py"
    assert objects(result, code, RDF("type")) == {SPDX("File").value}
    assert not [t for t in result.triples if "node_modules" in str(t)]


@pytest.mark.parametrize(("python", "fetched"), [(0, []), (1, ["setup.py"]), (9, ["setup.py", "src/code.py"])])
def test_python_files_are_fetched_as_far_as_is_wanted_but_not_large_ones(python: int, fetched: list[str]) -> None:
    files = {"src/code.py": b"x = 1", "setup.py": b"", "table.py": b"#" * 300_000, "references.bib": b"@misc{a}"}
    hub, taken = Hub(Made(1, "lab/code", files)), source(repositories=["lab/code"], python=python)
    found, _ = refs(taken, hub)
    record = taken.fetch(found["repository/1"], hub)
    roles = [part.role.removeprefix("file:") for part in record.parts if part.role.startswith("file:")]
    assert roles == ["references.bib", *fetched]
    result = taken.map(record)
    for path in ("src/code.py", "setup.py", "table.py"):
        assert objects(result, f"{CODE}/blob/main/{path}", RDF("type")) == {SPDX("File").value}


@pytest.mark.parametrize(("code", "fetched"), [(0, 0), (2, 2), (9, 4)])
def test_code_of_other_languages_is_fetched_as_far_as_is_wanted(code: int, fetched: int) -> None:
    files = {
        "run.R": b"x <- 1",
        "src/a.jl": b"x = 1",
        "get.sh": b"wget",
        "Artifacts.toml": b"",
        "big.jl": b"#" * 300_000,
    }
    hub, taken = Hub(Made(1, "lab/code", files)), source(repositories=["lab/code"], code=code)
    found, _ = refs(taken, hub)
    record = taken.fetch(found["repository/1"], hub)
    roles = [part.role.removeprefix("file:") for part in record.parts if part.role.startswith("file:")]
    every = ["Artifacts.toml", "get.sh", "run.R", "src/a.jl"]
    assert len(roles) == fetched
    assert set(roles) <= set(every)
    result = taken.map(record)
    said = {
        path: objects(result, f"{CODE}/blob/main/{path}", SCHEMA("programmingLanguage")) for path in (*every, "big.jl")
    }
    assert said == {
        "Artifacts.toml": set(),
        "get.sh": {"Shell"},
        "run.R": {"R"},
        "src/a.jl": {"Julia"},
        "big.jl": {"Julia"},
    }


@pytest.mark.parametrize(("locks", "cut"), [(40, []), (43, ["3"])])
def test_a_list_of_files_that_is_cut_says_how_many_are_missing_and_those_are_the_deepest(
    locks: int, cut: list[str]
) -> None:
    files = {f"{'deep/' * (number == 0)}env-{number}/conda-lock.yml": b"{}" for number in range(locks)}
    result = mapped(Made(1, "lab/code", files))
    found = [finding for finding in result.findings if finding.kind == "list-cut"]
    assert [finding.value for finding in found] == cut
    assert all("40 environments" in finding.message for finding in found)
    environments = {t.subject for t in result.triples if t.object == LEAP("Environment")}
    assert len(environments) == 40
    assert (NamedNode(f"{CODE}/blob/main/deep/env-0/conda-lock.yml") in environments) == (not cut)


def test_a_list_of_files_that_github_cuts_is_reported() -> None:
    class Cut(Hub):
        def _body(self, url: str, value: object, headers: Any = None) -> Any:
            return super()._body(url, {**value, "truncated": True} if isinstance(value, dict) else value, headers)

    hub, taken = Cut(Made(1, "lab/code", FILES)), source(repositories=["lab/code"])
    found, _ = refs(taken, hub)
    result = taken.map(taken.fetch(found["repository/1"], hub))
    (finding,) = [finding for finding in result.findings if finding.kind == "list-cut"]
    assert "GitHub cuts" in finding.message


def test_releases_and_people_come_from_all_pages() -> None:
    releases = [
        {"tag_name": f"v1.{n}", "name": f"Release {n}", "published_at": f"2026-01-0{n}T00:00:00Z", "draft": n == 3,
         "assets": [{"name": "a", "browser_download_url": f"{CODE}/releases/download/v1.{n}/a.zip"}]}
        for n in (1, 2, 3, 4)
    ]  # fmt: skip
    people = [{"login": login, "id": n, "type": kind} for n, (login, kind) in enumerate(
        [("ada", "User"), ("helper[bot]", "Bot"), ("Grace", "User"), ("lab", "Organization")]
    )]  # fmt: skip
    result = mapped(Made(1, "lab/code", FILES, releases=releases, contributors=people))
    tags = {f"{CODE}/releases/tag/v1.{n}" for n in (1, 2, 4)}
    assert objects(result, CODE, CODEMETA("isSourceCodeOf")) == tags
    release = f"{CODE}/releases/tag/v1.2"
    assert objects(result, release, SCHEMA("softwareVersion")) == {"v1.2"}
    assert objects(result, release, SCHEMA("downloadUrl")) == {f"{CODE}/releases/download/v1.2/a.zip"}
    contributors = {f"{BASE}person/github/ada", f"{BASE}person/github/grace", f"{BASE}organization/github/lab"}
    assert objects(result, CODE, SCHEMA("contributor")) == contributors


def test_a_renamed_repository_keeps_its_number_and_its_old_name_leads_to_the_new() -> None:
    hub = Hub(Made(1, "lab/code", FILES), former={"lab/old": "lab/code"})
    taken = source(repositories=["lab/old"])
    found, _ = refs(taken, hub)
    assert set(found) == {"repository/1"}
    result = taken.map(taken.fetch(found["repository/1"], hub))
    assert result.subject == NamedNode(CODE)
    assert objects(result, "https://github.com/lab/old", DCT("isReplacedBy")) == {CODE}
    assert objects(result, CODE, DCT("replaces")) == {"https://github.com/lab/old"}
    assert "renamed" in kinds(result)


def test_an_empty_repository_is_described_by_what_there_is() -> None:
    result = mapped(Made(1, "lab/code", said={"license": None, "description": None, "homepage": "lab.example.org"}))
    assert objects(result, CODE, FOAF("homepage")) == {"https://lab.example.org"}
    assert kinds(result) == ["empty-repository", "missing-licence"]
    (empty,) = [finding for finding in result.findings if finding.kind == "empty-repository"]
    assert "no commit" in empty.message
    assert "push" in empty.hint


def test_a_repository_whose_commit_is_not_to_be_had_is_not_called_empty() -> None:
    hub = Hub(Made(1, "lab/code", FILES))
    hub.failing["/commits/"] = FetchFailed(API, "nothing is there", "missing", 404)
    taken = source(repositories=["lab/code"])
    found, _ = refs(taken, hub)
    assert "empty-repository" not in kinds(taken.map(taken.fetch(found["repository/1"], hub)))


def test_each_file_that_is_too_large_to_be_read_is_a_finding_with_size_limit_and_what_to_do() -> None:
    sizes = {"big.ipynb": 200_000_000, "edge.ipynb": LARGEST, "README.md": 9_000_000, "table.py": 300_000}

    class Sized(Hub):
        """Says other sizes than its files have, and has no body of what is too large."""

        def _body(self, url: str, value: object, headers: Any = None) -> Any:
            if "/git/trees/" in url and isinstance(value, dict):
                value = {"tree": [{**e, "size": sizes.get(e["path"], e.get("size", 0))} for e in value["tree"]]}
            return super()._body(url, value, headers)

    files = {**dict.fromkeys(sizes, NOTEBOOK), "picture.tif": b"", "node_modules/a/b.py": b""}
    sizes |= {"picture.tif": 10**9, "node_modules/a/b.py": 10**9}
    hub, taken = Sized(Made(1, "lab/code", files)), source(repositories=["lab/code"])
    hub.failing["README.md"] = too_large(CODE, 1_000_000)
    found, _ = refs(taken, hub)
    record = taken.fetch(found["repository/1"], hub)
    result = taken.map(record)
    large = {finding.pointer: finding for finding in result.findings if finding.kind == "unreadable-file"}
    assert set(large) == {"big.ipynb", "README.md", "table.py"}
    assert kinds(result).count("unreadable-file") == len(large)
    assert large["big.ipynb"].message == f"big.ipynb has 200000000 bytes and is not read: {LARGEST} are the most"
    assert "Clear the outputs" in large["big.ipynb"].hint
    assert "README.md is not read: it is larger than 1000000 bytes" in large["README.md"].message
    assert not [part for part in record.parts if b"larger" in part.data and "/blob/" in part.url]
    assert str(LARGEST_MODULE) in large["table.py"].message
    assert not [url for url in hub.asked if url.endswith(("big.ipynb", "table.py"))]


def test_of_many_files_that_are_too_large_the_last_are_only_counted() -> None:
    files = {f"part-{number}.jl": b"#" * (LARGEST_MODULE + 1) for number in range(53)}
    result = mapped(Made(1, "lab/code", files))
    assert kinds(result).count("unreadable-file") == 50
    assert [finding.value for finding in result.findings if finding.kind == "list-cut"] == ["3"]


def test_a_failure_that_may_pass_is_raised_and_nothing_half_is_mapped() -> None:
    hub = Hub(Made(1, "lab/code", FILES))
    taken = source(repositories=["lab/code"])
    found, _ = refs(taken, hub)
    for part in ("/releases", "/git/trees", "CITATION.cff"):
        hub.failing = {part: FetchFailed("u", "answers HTTP 502", "status", 502)}
        with pytest.raises(FetchFailed, match="502"):
            taken.fetch(found["repository/1"], hub)
    hub.failing = {"notebooks/one.ipynb": FetchFailed("u", "is larger than 10 bytes", "too-large")}
    assert taken.map(taken.fetch(found["repository/1"], hub)).subject == NamedNode(CODE)


def test_nothing_private_is_kept() -> None:
    hub = Hub(Made(1, "lab/code", FILES))
    taken = source(organisations=["lab"])
    found, _ = refs(taken, hub)
    record = taken.fetch(found["repository/1"], hub)
    kept = b"".join(part.data for part in (*record.parts, *found["organisation/7"].found))
    assert b"secret-token" not in kept
    assert b"private@example.org" not in kept
    assert b"stargazers" not in kept


def test_licences_that_disagree_are_reported_and_both_are_said() -> None:
    files = {"CITATION.cff": CITATION.replace(b"license: MIT", b"license: Apache-2.0")}
    result = mapped(Made(1, "lab/code", files))
    assert len(objects(result, CODE, DCT("license"))) == 2
    assert kinds(result) == ["differing-licence"]


def test_hostile_answers_become_triples_or_are_left_out() -> None:
    said = {
        "homepage": "javascript:alert(1)", "topics": [1, None, "ok"], "description": {"a": 1}, "owner": "me",
        "license": {"spdx_id": "NOASSERTION"}, "parent": {"full_name": "up/stream"},
        "created_at": "yesterday", "archived": True,
    }  # fmt: skip
    releases: list[dict[str, Any]] = [{"tag_name": "a b\n<script>", "assets": "none"}, {"tag_name": 7}, {}]
    people: list[dict[str, Any]] = [
        {"login": "../..", "type": "User"},
        {"login": None},
        {"login": "ok", "type": "Robot"},
    ]
    result = mapped(Made(1, "lab/code", {"a.py": b""}, said, releases, people))
    assert objects(result, CODE, FOAF("homepage")) == set()
    assert objects(result, CODE, SCHEMA("keywords")) == {"ok"}
    assert objects(result, CODE, PROV("wasDerivedFrom")) == {"https://github.com/up/stream"}
    assert objects(result, CODE, CODEMETA("developmentStatus")) == {"inactive"}
    assert objects(result, CODE, SCHEMA("contributor")) == set()
    assert kinds(result) == ["missing-citation", "unknown-licence"]


FIELDS = st.sampled_from(
    (
        *(
            "id",
            "full_name",
            "description",
            "homepage",
            "topics",
            "license",
            "spdx_id",
            "owner",
            "login",
            "type",
            "parent",
        ),
        *(
            "created_at",
            "pushed_at",
            "default_branch",
            "archived",
            "tag_name",
            "assets",
            "browser_download_url",
            "body",
        ),
    )
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(("a/b", "User", "MIT", "2026-01-01T00:00:00Z")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(FIELDS, ANYTHING), st.lists(ANYTHING, max_size=3), st.lists(ANYTHING, max_size=3))
def test_any_answer_about_a_repository_is_mapped(said: dict[str, Any], releases: list[Any], people: list[Any]) -> None:
    url = f"{API}/repos/lab/code"
    parts = (
        fields.cut("repository", url, {**said, "full_name": "lab/code"}),
        fields.cut("release", url, releases),
        fields.cut("contributor", url, people),
    )
    result = map_repository(RawRecord("repository/1", parts), BASE)
    assert result.subject == NamedNode(CODE)
    assert all(finding.hint for finding in result.findings)


def test_an_organisation_is_a_record_of_its_own() -> None:
    taken = source(organisations=["lab"])
    found, _ = refs(taken, Hub(Made(1, "lab/code")))
    result = taken.map(RawRecord("organisation/7", found["organisation/7"].found))
    node = f"{BASE}organization/github/lab"
    assert result.subject == NamedNode(node)
    assert objects(result, node, FOAF("name")) == {"The Lab"}
    assert objects(result, node, FOAF("homepage")) == {"https://lab.example.org"}


# --- by files alone ---------------------------------------------------------------------------------------


def test_files_alone_tell_licence_environment_and_citation_without_the_api() -> None:
    files = {**FILES, "LICENSE": b"\n        Apache License\n    Version 2.0, January 2004\n   http://www.apache.org/"}
    hub = Hub(Made(1, "lab/code", files))
    taken = source(repositories=["lab/code", "Lab/Code", "lab/gone"], via="files")
    found, listing = refs(taken, hub)
    assert set(found) == {"lab/code", "lab/gone"}
    assert listing.expected == 2
    result = taken.map(taken.fetch(found["lab/code"], hub))
    assert not [url for url in hub.asked if url.startswith(API)]
    both = {"https://spdx.org/licenses/Apache-2.0", "https://spdx.org/licenses/MIT"}
    assert objects(result, CODE, DCT("license")) == both
    assert objects(result, f"{CODE}/blob/HEAD/environment.yml", SCHEMA("softwareRequirements")) == {
        "pkg:conda/dask@2025.1.0"
    }
    with pytest.raises(RecordUnusable, match=r"none of README\.md"):
        taken.fetch(found["lab/gone"], hub)


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        (b"MIT License\n\nCopyright", "MIT"),
        (b"BSD 3-Clause License\n", "BSD-3-Clause"),
        (b"# Apache License\nVersion 2.0, January 2004", "Apache-2.0"),
        (b"You may do as you like.", ""),
        (b"\xff\xfe\x00", ""),
        (b"", ""),
    ],
)
def test_a_licence_is_known_by_how_it_begins(text: bytes, licence: str) -> None:
    hub = Hub(Made(1, "lab/code", {"LICENSE": text, "README.md": b""}))
    taken = source(repositories=["lab/code"], via="files")
    found, _ = refs(taken, hub)
    result = taken.map(taken.fetch(found["lab/code"], hub))
    assert objects(result, CODE, DCT("license")) == ({f"https://spdx.org/licenses/{licence}"} if licence else set())
    assert ("unknown-licence" in kinds(result)) == (not licence)


# --- configuration ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"repositories": ["nothing"]},
        {"organisations": ["a/b"]},
        {"organisations": ["lab"], "via": "files"},
        {"repositories": ["a/b"], "via": "telepathy"},
        {"repositories": ["a/b"], "api": "ftp://x"},
        {"repositories": ["a/b"], "token": "x"},
    ],
)
def test_a_mistake_in_the_configuration_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        source(**wrong)


def test_which_repositories_are_covered() -> None:
    taken = source(organisations=["Lab"], repositories=["other/X"])
    assert isinstance(taken, Github)
    asked = (Repository("lab", "any"), Repository("Other", "x"), Repository("other", "y"))
    assert [taken.covers(repository) for repository in asked] == [True, True, False]
