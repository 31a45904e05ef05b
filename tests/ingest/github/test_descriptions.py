"""The files by which a repository describes itself: CITATION.cff, codemeta.json, notebooks; and which are read."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github.citation import Citation, Creator, read_citation
from leap_kg.ingest.github.codemeta import read_codemeta
from leap_kg.ingest.github.files import MOST_LISTED, Blob, blobs_of, choose, reader_of
from leap_kg.ingest.github.notebook import Kernel, read_kernel

KEYS = st.sampled_from(
    (
        *(
            "title",
            "authors",
            "license",
            "doi",
            "identifiers",
            "keywords",
            "references",
            "preferred-citation",
            "version",
        ),
        *("name", "author", "@id", "identifier", "referencePublication", "givenName", "orcid", "family-names", "type"),
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9999) | st.text(st.characters(exclude_categories=["C"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


def reading() -> Reading:
    return Reading({}, File("https://example.org/file"))


def cited(text: str) -> tuple[Citation, list[str]]:
    found = reading()
    return read_citation(text.encode(), found, what="CITATION.cff"), [finding.kind for finding in found.findings]


@given(VALUES)
def test_any_citation_file_gives_what_is_good_of_it(value: object) -> None:
    found = reading()
    citation = read_citation(yaml.safe_dump(value).encode(), found, what="CITATION.cff")
    assert all(creator.name for creator in citation.creators)
    assert all(iri.startswith("https://doi.org/10.") for iri in citation.dois)
    assert all(finding.hint for finding in found.findings)


@given(VALUES)
def test_any_codemeta_file_gives_what_is_good_of_it(value: object) -> None:
    citation = read_codemeta(json.dumps(value).encode(), reading(), what="codemeta.json")
    assert all(creator.name for creator in citation.creators)
    assert all(iri.startswith("https://doi.org/10.") for iri in citation.dois)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (read_citation, read_codemeta):
        try:
            read(data, reading(), what="file")
        except Unreadable:
            continue
    try:
        read_kernel(data, what="n.ipynb")
    except Unreadable:
        return


def test_a_citation_file_in_full() -> None:
    citation, findings = cited("""
cff-version: 1.2.0
title: code
version: 1.2.0
date-released: 2024-05-06
license: [MIT, Apache-2.0]
keywords: [zarr, cloud]
doi: https://doi.org/10.5281/Zenodo.1
identifiers: [{type: doi, value: 10.5281/zenodo.2}, {type: url, value: x}]
authors:
  - {given-names: Josiah, name-particle: van, family-names: Carberry, orcid: 'https://orcid.org/0000-0002-1825-0097'}
  - {name: The Lab, website: https://lab.example.org}
  - {family-names: Doe, website: https://github.com/JDoe, affiliation: Lab}
preferred-citation: {type: article, title: A paper., doi: 10.5555/x, year: 2024}
references: [{title: Other}, {}]
""")
    assert findings == []
    assert citation.creators == [
        Creator("Josiah van Carberry", "https://orcid.org/0000-0002-1825-0097"),
        Creator("The Lab", entity=True),
        Creator("Doe", login="jdoe", affiliation="Lab"),
    ]
    assert citation.dois == ["https://doi.org/10.5281/zenodo.1", "https://doi.org/10.5281/zenodo.2"]
    assert (citation.licences, citation.keywords) == (["MIT", "Apache-2.0"], ["zarr", "cloud"])
    assert citation.preferred is not None
    assert (citation.preferred.doi, citation.preferred.article) == ("https://doi.org/10.5555/x", True)
    assert [reference.title for reference in citation.references] == ["Other"]


def test_a_citation_file_that_is_a_list_of_one_is_taken_and_reported() -> None:
    citation, findings = cited("- title: code\n  authors: [{name: The Lab}]\n")
    assert citation.title == "code"
    assert findings == ["bad-value"]
    nothing, findings = cited("- title: one\n- title: two\n")
    assert nothing == Citation()
    assert findings == ["bad-value"]


def test_wrong_identifiers_are_findings_with_their_line_and_the_rest_counts() -> None:
    found = reading()
    text = (
        b"title: code\ndoi: none\nauthors:\n  - {family-names: A, orcid: 0000-0000-0000-0000}\n  - {}\n  - name: Lab\n"
    )
    citation = read_citation(text, found, what="https://example.org/CITATION.cff")
    assert [creator.name for creator in citation.creators] == ["A", "Lab"]
    assert citation.creators[0].orcid == ""
    assert sorted(finding.kind for finding in found.findings) == ["bad-identifier", "bad-identifier", "bad-value"]
    assert {finding.file for finding in found.findings} == {"https://example.org/CITATION.cff"}
    assert "CITATION.cff.doi (line 2)" in {finding.pointer for finding in found.findings}


def test_a_day_that_no_calendar_has_is_reported_and_kept() -> None:
    texts = {"CITATION.cff": (read_citation, b"title: code\ndate-released: 2020-31-12\n"),
             "codemeta.json": (read_codemeta, b'{"name": "code", "datePublished": "2020-31-12"}')}  # fmt: skip
    for name, (read, text) in texts.items():
        found = reading()
        assert read(text, found, what=name).released == ""
        assert [(finding.kind, finding.value) for finding in found.findings] == [("bad-date", "2020-31-12")]
        assert list(found.unmapped.values()) == ["2020-31-12"]
    assert cited("date-released: 2020-12-31") == (Citation(released="2020-12-31"), [])


def test_codemeta_of_every_version_reads_the_same() -> None:
    for context in ("https://doi.org/10.5063/schema/codemeta-2.0", "https://w3id.org/codemeta/3.1"):
        value = {
            "@context": context, "@type": "SoftwareSourceCode", "name": "code", "license": {"@id": "https://spdx.org/licenses/MIT"},
            "identifier": "10.5281/zenodo.1", "keywords": "zarr, cloud", "softwareVersion": "1.0",
            "author": [
                {"@type": "Person", "@id": "https://orcid.org/0000-0002-1825-0097", "givenName": "Josiah",
                 "familyName": "Carberry"},
                {"@type": "Organization", "name": "The Lab"},
                "Somebody",
            ],
            "referencePublication": {"@id": "https://doi.org/10.5555/x", "name": "A paper"},
        }  # fmt: skip
        citation = read_codemeta(json.dumps([value]).encode(), reading(), what="codemeta.json")
        assert citation.licences == ["https://spdx.org/licenses/MIT"]
        assert citation.dois == ["https://doi.org/10.5281/zenodo.1"]
        assert [(each.name, each.entity) for each in citation.creators] == [
            ("Josiah Carberry", False),
            ("The Lab", True),
            ("Somebody", False),
        ]
        assert citation.creators[0].orcid == "https://orcid.org/0000-0002-1825-0097"
        assert [reference.doi for reference in citation.references] == ["https://doi.org/10.5555/x"]


@pytest.mark.parametrize(
    ("metadata", "kernel"),
    [
        ({}, Kernel()),
        ({"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, Kernel("ir", "R", "R", "")),
        ({"kernelspec": 7, "language_info": {"name": "julia", "version": 1.9}}, Kernel("", "", "julia", "")),
    ],
)
def test_kernels(metadata: object, kernel: Kernel) -> None:
    assert read_kernel(json.dumps({"metadata": metadata}).encode(), what="n.ipynb") == kernel


# --- which files ------------------------------------------------------------------------------------------


@given(st.lists(st.from_regex(r"[a-zA-Z./_-]{1,20}(\.py|\.ipynb|\.yml|\.txt)?", fullmatch=True), max_size=20))
def test_every_file_has_at_most_one_use(paths: list[str]) -> None:
    chosen = choose([Blob(path, "0" * 40, 1) for path in dict.fromkeys(paths)])
    used = [
        blob.path
        for blobs in (chosen.described, chosen.environments, chosen.locks, chosen.notebooks, chosen.python)
        for blob in blobs
    ]
    assert len(used) == len(set(used))
    assert set(used) <= set(paths)


def test_files_of_others_are_passed_over_and_lists_are_bounded() -> None:
    paths = [
        "node_modules/x/a.py",
        ".ipynb_checkpoints/a.ipynb",
        "a/venv/b.py",
        "ok.py",
        "sub/CITATION.cff",
        "CITATION.cff",
    ]
    chosen = choose([Blob(path, "0" * 40, 1) for path in paths])
    assert [blob.path for blob in chosen.python] == ["ok.py"]
    assert [blob.path for blob in chosen.described] == ["CITATION.cff"]
    assert chosen.notebooks == []
    many = choose([Blob(f"{number}.py", "0" * 40, 1) for number in range(MOST_LISTED + 7)])
    assert (len(many.python), many.left_out) == (MOST_LISTED, 7)


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        ("environment.yml", "environment.yml"),
        ("ci/environment-3.11.yaml", "environment.yml"),
        ("requirements-dev.txt", "requirements.txt"),
        ("docker/Dockerfile.gpu", "Dockerfile"),
        ("gpu.Dockerfile", "Dockerfile"),
        ("pyproject.toml", "pyproject.toml"),
        ("binder/apt.txt", "apt.txt"),
        ("notes.txt", ""),
        ("Dockerfile/readme", ""),
    ],
)
def test_environment_files_are_known_by_name(path: str, reader: str) -> None:
    assert reader_of(path) == reader


def test_entries_of_a_tree_that_make_no_sense_are_left_out() -> None:
    sha = "a" * 40
    entries = [
        *(7, None, {}, {"type": "blob"}, {"type": "blob", "path": "a", "sha": "short"}),
        *({"type": "blob", "path": path, "sha": sha} for path in ("../up", "/root", "a\nb", "", "x" * 2000, 5)),
        {"type": "tree", "path": "folder", "sha": sha},
        {"type": "blob", "path": "good.py", "sha": sha, "size": "big"},
    ]
    assert blobs_of(entries) == [Blob("good.py", sha, 0)]
