"""What a text says of papers, archives, data and hubs, with the line that shows it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.places.passage import MOST_LINES
from leap_kg.links.prose import read_prose, reads
from leap_kg.links.prose.reading import MOST_SIGNALS
from leap_kg.links.signal import Role, Signal

PAPER = "https://doi.org/10.1029/2020ms002203"
BIBTEX = """@article{wu2020,
  title = {A {Study}},
  doi = {10.1029/2020MS002203},
}"""


def mined(text: str, path: str = "README.md") -> list[Signal]:
    return list(read_prose(text.encode(), path).signals)


def brief(signals: list[Signal]) -> list[tuple[str, str, float, int]]:
    return [(each.method, each.target, each.confidence, each.place.start) for each in signals]


@pytest.mark.parametrize(
    ("text", "confidence", "line"),
    [
        ("# Model\n\n## How to cite\n\nWu (2020), https://doi.org/10.1029/2020MS002203.\n", 0.85, 5),
        ("# Model\n\n## Citation\n\n### Text\n\ndoi:10.1029/2020MS002203\n", 0.85, 7),
        ("# Model\n\n**Citation**\n\ndoi:10.1029/2020MS002203\n", 0.85, 5),
        ("# Model\n\nPlease cite Wu (doi:10.1029/2020MS002203).\n", 0.85, 3),
        ("# Model\n\nIt is part of our paper:\n\n> Wu, doi:10.1029/2020MS002203\n", 0.85, 5),
        ("# Model\n\n## Velocity\n\nAs in doi:10.1029/2020MS002203\n", 0.4, 5),
        ("# Model\n\n## API reference\n\nAs in doi:10.1029/2020MS002203\n", 0.4, 5),
        ("# Model\n\n## Papers using Model\n\ndoi:10.1029/2020MS002203\n", 0.4, 5),
        (f"# Model\n\n```bibtex\n{BIBTEX}\n```\n", 0.9, 6),
        ("# Model\n\n    " + BIBTEX.replace("\n", "\n    ") + "\n", 0.9, 5),
        (f"# Model\n\n<pre><code>{BIBTEX}</code></pre>\n", 0.9, 5),
    ],
    ids=[
        "heading", "above", "bold", "asked", "below", "velocity", "api", "others", "fence", "indented", "html",
    ],
)  # fmt: skip
def test_the_nearest_heading_or_an_entry_decides(text: str, confidence: float, line: int) -> None:
    assert brief(mined(text)) == [("L5", PAPER, confidence, line)]


def test_restructured_text_has_headings_badges_and_comments() -> None:
    text = (
        "Model\n=====\n\n.. image:: https://zenodo.org/badge/DOI/10.5281/zenodo.12345.svg\n"
        "   :target: https://doi.org/10.5281/zenodo.12345\n\nCiting\n------\n\n`Wu <https://doi.org/10.1029/2020MS002203>`_\n"
        "\n.. hidden\n\n   doi:10.1029/1999AA001\n\nUse\n---\n\ndoi:10.1029/2001BB002\n"
    )
    archive = "https://doi.org/10.5281/zenodo.12345"
    assert brief(mined(text, "README.rst")) == [
        ("L6", archive, 0.97, 4),
        ("L6", archive, 0.97, 5),
        ("L5", PAPER, 0.85, 10),
        ("L5", "https://doi.org/10.1029/2001bb002", 0.4, 19),
    ]


@pytest.mark.parametrize(
    ("text", "target", "confidence"),
    [
        (
            "[![DOI](https://zenodo.org/badge/12345.svg)](https://zenodo.org/badge/latestdoi/12345)",
            "https://zenodo.org/badge/latestdoi/12345",
            0.97,
        ),
        (
            "[![DOI](https://zenodo.org/badge/7766/a/b.svg)](https://zenodo.org/badge/latestdoi/7766/a/b)",
            "https://zenodo.org/badge/latestdoi/7766/a/b",
            0.97,
        ),
        (
            "[![DOI](https://img.shields.io/badge/DOI-x-blue)](https://doi.org/10.5281/zenodo.7)",
            "https://doi.org/10.5281/zenodo.7",
            0.97,
        ),
        ("[![DOI][b]][d]\n\n[d]: https://doi.org/10.5281/zenodo.7", "https://doi.org/10.5281/zenodo.7", 0.97),
        (
            '<a href="https://doi.org/10.5281/zenodo.7"><img src="z.svg"></a>',
            "https://doi.org/10.5281/zenodo.7",
            0.97,
        ),
        (
            "The data: [![DOI](https://zenodo.org/badge/DOI/10.5281/zenodo.7.svg)](https://doi.org/10.5281/zenodo.7)",
            "https://doi.org/10.5281/zenodo.7",
            0.6,
        ),
    ],
    ids=["number", "named", "shield", "label", "html", "data"],
)
def test_a_badge_is_the_archive_of_its_repository_once_on_a_line(text: str, target: str, confidence: float) -> None:
    assert [(each.role, each.target, each.confidence) for each in mined(text)] == [
        (Role.ARCHIVED_AT, target, confidence)
    ]


def test_badges_that_cannot_all_be_of_this_repository_are_less_sure() -> None:
    two = "https://zenodo.org/badge/latestdoi/11111 https://zenodo.org/badge/latestdoi/22222"
    assert {each.confidence for each in mined(two)} == {0.6}
    badge = "[![D](https://zenodo.org/badge/DOI/10.5281/zenodo.{0}.svg)](https://doi.org/10.5281/zenodo.{0})\n"
    assert {each.confidence for each in mined("".join(badge.format(n) for n in range(1, 6)))} == {0.6}
    assert {each.confidence for each in mined(badge.format(1), "docs/index.md")} == {0.6}


def test_a_badge_of_a_paper_is_of_the_paper_of_its_repository() -> None:
    text = (
        "# M\n[![J](https://joss.theoj.org/papers/10.21105/joss.02018/status.svg)](https://doi.org/10.21105/joss.02018)"
    )
    (found,) = mined(text)
    assert (found.role, found.confidence, found.via) == (Role.CITES, 0.85, "badge")


def test_lists_of_references_count_for_less_where_they_are_of_one_page() -> None:
    text = "# Page\n\n## References\n\ndoi:10.1029/2020MS002203\n\n## How to cite\n\ndoi:10.1029/2020MS002203\n"
    assert [each.confidence for each in mined(text)] == [0.85, 0.85]
    assert [each.confidence for each in mined(text, "docs/page.md")] == [0.6, 0.85]


def test_a_page_that_asks_to_cite_asks_for_a_part_of_the_repository() -> None:
    for text, elsewhere in (
        ("Please cite", 0.6),
        ("Reproduces the results of the paper", 0.6),
        ("See our paper", 0.85),
    ):
        cited = f"# Page\n\n{text} doi:10.1029/2020MS002203\n"
        assert [each.confidence for each in mined(cited)] == [0.85]
        assert [each.confidence for each in mined(cited, "docs/page.md")] == [elsewhere]


def test_a_long_list_of_references_is_of_what_others_wrote() -> None:
    text = "# M\n\n## References\n\n" + "".join(f"- doi:10.1029/200{n}GL00{n}\n" for n in range(4))
    assert {each.confidence for each in mined(text)} == {0.6}
    assert {each.confidence for each in mined(text.replace("References", "Our papers"))} == {0.85}


def test_data_and_hubs() -> None:
    text = (
        "Open `gs://leap-persistent/x/y.zarr`, not [the docs](https://a.readthedocs.io/x.html).\n\n"
        "[![B](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/leap-stc/x/main?labpath=a.ipynb)\n\n"
        "<https://huggingface.co/datasets/LEAP/ClimSim_low-res/tree/main>\n"
    )
    found = [(each.method, each.role, each.target, each.confidence) for each in mined(text)]
    assert found == [
        ("D5", Role.MENTIONS, "gs://leap-persistent/x/y.zarr", 0.3),
        ("E1", Role.RUNS_IN, "https://mybinder.org/v2/gh/leap-stc/x/main", 0.95),
        ("D5", Role.MENTIONS, "https://huggingface.co/datasets/LEAP/ClimSim_low-res", 0.3),
    ]


def test_comments_say_nothing() -> None:
    assert mined("<!-- cite doi:10.1029/2020MS002203 -->\n\ntext\n") == []


def test_an_entry_without_its_brace_is_a_finding_and_the_others_count() -> None:
    text = f"# M\n\n```\n@misc{{open, title={{A}}, doi={{10.1/a\n\n{BIBTEX}\n```\n"
    found = read_prose(text.encode(), "README.md")
    assert ("L5", PAPER, 0.9, 8) in brief(list(found.signals))
    (problem,) = found.findings
    assert (problem.kind, problem.pointer) == ("bad-value", "README.md (line 4)")
    assert "brace" in problem.hint


@pytest.mark.parametrize(
    ("path", "confidence"), [("CITATION.bib", 0.9), ("paper.bib", 0.3), ("docs/references.bib", 0.3)]
)
def test_a_bibliography_is_not_the_paper_of_its_repository(path: str, confidence: float) -> None:
    text = f"{BIBTEX}\n@misc{{p, eprint={{2306.08754}}, archivePrefix={{arXiv}}}}\n@book{{b, title={{No address}}}}\n"
    assert brief(mined(text, path)) == [
        ("L5", PAPER, confidence, 3),
        ("L5", "https://arxiv.org/abs/2306.08754", confidence, 5),
    ]


def notebook(*cells: tuple[str, Any]) -> dict[str, Any]:
    return {"cells": [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells], "nbformat": 4}


@pytest.mark.parametrize("indent", [None, 1], ids=["line", "indented"])
def test_markdown_cells_are_read_and_name_the_stored_line(indent: int | None) -> None:
    source = ["# Title\n", "\n", "## Citation\n", "doi:10.1029/2020MS002203"]
    text = json.dumps(notebook(("code", "x = 'doi:10.1/a'"), ("markdown", source), ("markdown", "no")), indent=indent)
    (found,) = mined(text, "a/b.ipynb")
    assert (found.place.cell, found.place.start, found.place.quote) == (2, 4, "doi:10.1029/2020MS002203")
    assert "doi:10.1029/2020MS002203" in text.split("\n")[found.place.file_line - 1]
    assert found.confidence == 0.85


def test_the_heading_of_a_cell_holds_in_the_next() -> None:
    text = json.dumps(notebook(("markdown", "# A\n## Citation"), ("markdown", "doi:10.1029/2020MS002203")))
    assert [(each.via, each.confidence) for each in mined(text, "a.ipynb")] == [("Citation", 0.85)]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"cells": 3}', b'{"cells": [null, {"cell_type": "markdown"}]}']
)
def test_a_notebook_that_is_none_is_a_finding_at_most(data: bytes) -> None:
    found = read_prose(data, "a.ipynb")
    assert found.signals == ()
    assert [each.kind for each in found.findings] in ([], ["unreadable-file"])


def test_a_notebook_of_too_many_lines_is_read_to_where_they_end() -> None:
    text = json.dumps(notebook(("markdown", "doi:10.1029/2020MS002203"), ("markdown", "a\n" * MOST_LINES)))
    found = read_prose(text.encode(), "a.ipynb")
    assert [each.target for each in found.signals] == [PAPER]
    assert [(each.kind, each.pointer) for each in found.findings] == [("list-cut", "a.ipynb (cell 2)")]


def test_which_paths_are_read() -> None:
    assert all(map(reads, ["README", "readme.rst", "docs/a.md", "a/b.ipynb", "refs.bib", "CITATION"]))
    assert not any(map(reads, ["setup.py", "a.txt", "CITATION.cff", "environment.yml"]))


def test_no_more_signals_than_a_graph_can_use() -> None:
    text = "".join(f"doi:10.1234/{n}\n\n" for n in range(MOST_SIGNALS + 10))
    found = read_prose(text.encode(), "README.md")
    assert len(found.signals) == MOST_SIGNALS
    assert [each.kind for each in found.findings] == ["list-cut"]


PIECES = st.sampled_from(
    ["# ", "\n", "\n\n", "> ", "- ", "```", "    ", "<!--", "-->", "<h1>", "@article{", "{", "}", "doi:10.1234/", "[",
     "](", ")", "![", "https://", "doi.org/", "arXiv:", "2306.08754", "our paper", ":", "===\n", ".. ", "|", "a", " ",
     "zenodo.org/badge/1", "mybinder.org/v2/gh/", "\\", "*", "\0", "é", "\u2028", "\r"]
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join), st.sampled_from(["README.md", "README.rst", "a.bib", "README"]))
def test_any_text_gives_signals_whose_quotes_stand_on_their_lines(text: str, path: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for signal in read_prose(text.encode(), path).signals:
        assert 0 < signal.confidence < 1
        assert signal.place.quote in "\n".join(lines[signal.place.start - 1 : signal.place.end])
        assert signal.place.quote.strip()


@pytest.mark.timeout(60)
@settings(max_examples=25, deadline=None)
@given(PIECES, PIECES, st.sampled_from(["README.md", "README.rst", "a.bib"]))
def test_repetition_does_not_make_a_search_backtrack(first: str, second: str, path: str) -> None:
    text = (first + second) * (20_000 // len(first + second))
    found = read_prose(text.encode(), path)
    assert len(found.signals) <= MOST_SIGNALS
