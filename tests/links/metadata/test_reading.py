"""What CITATION.cff, codemeta.json and .zenodo.json say, key by key."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.metadata import read_metadata, reads
from leap_kg.links.signal import Role

CFF = """cff-version: 1.2.0
title: Model
doi: 10.5281/zenodo.10
identifiers:
  - type: swh
    value: swh:1:dir:3d568702945207a22ac35e038256e4be88d20f17
  - type: url
    value: https://example.org/
preferred-citation:
  type: article
  title: A study
  doi: "10.1029/2020MS002203"
references:
  - type: article
    title: Before
    identifiers:
      - type: doi
        value: 10.1175/JAS3935.1
  - type: article
    title: Preprint
    url: https://arxiv.org/abs/2306.08754
  - type: software
    title: Nothing to find it by
"""


def brief(text: str, path: str) -> list[tuple[Role, str, float, int, str]]:
    found = read_metadata(text.encode(), path)
    assert all(each.method == "L1" for each in found.signals)
    assert all(each.place.quote in text.split("\n")[each.place.start - 1] for each in found.signals)
    return [(each.role, each.target, each.confidence, each.place.start, each.via) for each in found.signals]


def test_each_key_of_a_citation_file_says_something_else() -> None:
    assert brief(CFF, "CITATION.cff") == [
        (Role.ARCHIVED_AT, "https://doi.org/10.5281/zenodo.10", 0.97, 3, "doi"),
        (
            Role.ARCHIVED_AT,
            "https://archive.softwareheritage.org/swh:1:dir:3d568702945207a22ac35e038256e4be88d20f17",
            0.97,
            6,
            "identifiers[0].value",
        ),
        (Role.CITES, "https://doi.org/10.1029/2020ms002203", 0.99, 12, "preferred-citation"),
        (Role.CITES, "https://doi.org/10.1175/jas3935.1", 0.9, 18, "references[0]"),
        (Role.CITES, "https://arxiv.org/abs/2306.08754", 0.9, 21, "references[1]"),
    ]
    assert read_metadata(CFF.encode(), "CITATION.cff").findings == ()


def test_a_paper_at_the_top_of_a_citation_file_is_no_archive() -> None:
    (found,) = read_metadata(b"title: M\ndoi: 10.21105/joss.02018\n", "CITATION.cff").signals
    assert (found.role, found.confidence) == (Role.CITES, 0.85)


@pytest.mark.parametrize(
    ("data", "kind", "signals"),
    [
        (b"- title: M\n  doi: 10.5281/zenodo.10\n", "bad-value", 1),
        (b"- a\n- b\n", "bad-value", 0),
        (b"title: M\ndoi: none yet\n", "bad-identifier", 0),
        ("title: Grüße\ndoi: 10.5281/zenodo.10\n".encode("latin-1"), "unreadable-file", 0),
        (b"title: [\n", "unreadable-file", 0),
    ],
    ids=["list", "list-of-texts", "no-doi", "latin-1", "no-yaml"],
)
def test_a_citation_file_that_is_wrong_is_one_finding_with_a_way_to_mend_it(
    data: bytes, kind: str, signals: int
) -> None:
    found = read_metadata(data, "CITATION.cff")
    assert [each.kind for each in found.findings] == [kind]
    assert found.findings[0].hint
    assert len(found.signals) == signals


def test_codemeta() -> None:
    text = json.dumps(
        {
            "@context": "https://doi.org/10.5063/schema/codemeta-2.0",
            "schema:identifier": {"@type": "PropertyValue", "value": "https://doi.org/10.5281/zenodo.10"},
            "codemeta:referencePublication": [
                {"@type": "ScholarlyArticle", "name": "A study", "@id": "https://doi.org/10.1029/2020MS002203"},
                "10.1175/JAS3935.1",
            ],
            "relatedLink": ["https://example.org", "https://arxiv.org/abs/2306.08754"],
        },
        indent=2,
    )
    assert brief(text, "codemeta.json") == [
        (Role.ARCHIVED_AT, "https://doi.org/10.5281/zenodo.10", 0.97, 5, "identifier"),
        (Role.CITES, "https://doi.org/10.1029/2020ms002203", 0.99, 11, "referencePublication"),
        (Role.CITES, "https://doi.org/10.1175/jas3935.1", 0.99, 13, "referencePublication"),
        (Role.CITES, "https://arxiv.org/abs/2306.08754", 0.5, 17, "relatedLink"),
    ]


def test_zenodo_relations() -> None:
    related = [
        ("isSupplementTo", "10.1029/2020MS002203"),
        ("cites", "https://doi.org/10.1175/JAS3935.1"),
        ("isNewVersionOf", "10.5281/zenodo.9"),
        ("isPartOf", "10.5281/zenodo.8"),
        ("isSupplementTo", "https://github.com/a/b"),
    ]
    entries = [{"relation": relation, "identifier": text} for relation, text in related]
    text = json.dumps({"title": "M", "related_identifiers": entries, "references": ["Wu, arXiv:2306.08754"]}, indent=1)
    doi = "https://doi.org/10."
    assert [
        (role, target.removeprefix(doi), sure, via) for role, target, sure, _, via in brief(text, ".zenodo.json")
    ] == [
        (Role.CITES, "1029/2020ms002203", 0.99, "related_identifiers isSupplementTo"),
        (Role.CITES, "1175/jas3935.1", 0.9, "related_identifiers cites"),
        (Role.ARCHIVED_AT, "5281/zenodo.9", 0.97, "related_identifiers isNewVersionOf"),
        (Role.CITES, "5281/zenodo.8", 0.5, "related_identifiers isPartOf"),
        (Role.CITES, "https://arxiv.org/abs/2306.08754", 0.9, "references"),
    ]


def test_json_that_is_no_object_is_a_finding() -> None:
    for path in (".zenodo.json", "codemeta.json"):
        for data, kind in ((b"[1]", "bad-value"), (b"{", "unreadable-file"), (b"[" * 100, "unreadable-file")):
            assert [each.kind for each in read_metadata(data, path).findings] == [kind], (path, data)


def test_which_paths_are_read() -> None:
    assert all(map(reads, ["CITATION.cff", "a/codemeta.json", ".zenodo.json"]))
    assert not any(map(reads, ["citation.md", "zenodo.json"]))
    assert read_metadata(b"doi: 10.1/a", "other.yml").signals == ()


KEYS = st.sampled_from(
    ["doi", "identifiers", "preferred-citation", "references", "url", "type", "value", "identifier", "relation",
     "referencePublication", "relatedLink", "related_identifiers", "@id", "@list", "sameAs"]
)  # fmt: skip
TEXTS = st.sampled_from(["doi", "10.5281/zenodo.1", "https://arxiv.org/abs/2306.08754", "", "swh:1:", "isPartOf"])
VALUES = st.recursive(
    TEXTS | st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, VALUES, max_size=5), st.sampled_from(["CITATION.cff", "codemeta.json", ".zenodo.json"]))
def test_any_values_under_known_keys_give_places_in_the_file(value: dict[str, Any], path: str) -> None:
    text = json.dumps(value, indent=1)
    lines = text.split("\n")
    for signal in read_metadata(text.encode(), path).signals:
        assert 0 < signal.confidence < 1
        assert signal.target.startswith("https://")
        assert signal.place.quote.strip() in lines[signal.place.start - 1]
