"""Notebooks: cells in order as one program, magics and shell lines, the stored line, and what is no notebook."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import bounds, magics, read_notebook
from tests.links.code.reading import IMPORTS, found_in_cells, notebook, short, stored


def test_names_live_from_cell_to_cell_and_change_in_order() -> None:
    cells = ("u = 'gs://lake/a.zarr'", "xr.open_zarr(u)", "u = 'gs://lake/b.zarr'", "xr.open_zarr(u)")
    assert found_in_cells(*cells) == [("D1", "gs://lake/a.zarr"), ("D1", "gs://lake/b.zarr")]


@pytest.mark.parametrize(
    "cell",
    [
        "%time ds = xr.open_zarr('gs://lake/a.zarr')",
        "%%time\nds = xr.open_zarr('gs://lake/a.zarr')\nds?",
        "x = 1\n%%time\nds = xr.open_zarr('gs://lake/a.zarr')",
        "%matplotlib inline\nfor n in 'a':\n    !echo {n}\nxr.open_zarr('gs://lake/a.zarr')\n?xr",
        "cd data\nls\npip install zarr\nxr.open_zarr('gs://lake/a.zarr')",
        "files = !ls\n%cd ..\nxr.open_zarr('gs://lake/a.zarr')",
        "x = (5\n%3)\nawait xr.open_zarr('gs://lake/a.zarr')",
        "!gsutil cp -r \\\n  gs://lake/a.zarr .",
        "%%bash\n# fetch\naws s3 ls && gsutil cp gs://lake/a.zarr ./a.zarr",
        "name = 'a'\n!gcloud storage cp gs://lake/{name}.zarr .",
        "for name in ['a']:\n    !gsutil cp gs://lake/$name.zarr .",
    ],
)
def test_magics_and_shell_lines(cell: str) -> None:
    assert found_in_cells(cell) == [("D1", "gs://lake/a.zarr")]


def test_what_is_uploaded_is_written() -> None:
    assert found_in_cells("!aws s3 sync ./a.zarr s3://lake/a.zarr --endpoint-url https://nyu1.osn.mghpcc.org") == [
        ("D2", "https://nyu1.osn.mghpcc.org/lake/a.zarr")
    ]
    assert found_in_cells("!wget -q https://host.org/a.nc -O b.nc; curl https://host.org/install.sh") == [
        ("D1", "https://host.org/a.nc")
    ]


def test_text_cells_are_prose_whatever_the_language() -> None:
    data = notebook(("markdown", "Data: <gs://lake/a.zarr>"), "xr.open_zarr('gs://lake/b.zarr')", language="ruby")
    assert short(read_notebook(data, "a.ipynb")) == [("D5", "gs://lake/a.zarr")]


def test_one_bad_cell_does_no_harm_to_the_others() -> None:
    data = notebook(
        IMPORTS, "xr.open_zarr('gs://lake/a.zarr'", "1 +", "xr.open_zarr('gs://lake/b.zarr')", "%%html\n<b>"
    )
    mined = read_notebook(data, "a.ipynb")
    assert short(mined) == [("D5", "gs://lake/a.zarr"), ("D1", "gs://lake/b.zarr")]
    assert [(f.kind, f.pointer) for f in mined.findings] == [
        ("unreadable-file", "a.ipynb (cell 2, line 1)"),
        ("unreadable-file", "a.ipynb (cell 3, line 1)"),
    ]


def test_the_stored_line_is_told_for_every_way_of_storing_a_cell() -> None:
    code = "import xarray as xr\n\nds = xr.open_zarr(\n    'gs://lake/é.zarr'\n)\n"
    sources = [code, code.splitlines(keepends=True), [code[:30], code[30:40], code[40:]]]
    for source in sources:
        data = stored(
            [{"cell_type": "markdown", "source": ["# no\n", "text"]}, {"cell_type": "code", "source": source}]
        )
        (signal,) = read_notebook(data, "a.ipynb").signals
        assert (signal.place.cell, signal.place.start, signal.place.end) == (2, 3, 4)
        assert "ds = xr" in data.decode().splitlines()[signal.place.file_line - 1]


def test_version_three_is_read_too() -> None:
    cells = [
        {
            "cell_type": "code",
            "language": "python",
            "input": ["import zarr\n", "zarr.open('gs://lake/a.zarr')"],
            "outputs": [],
        }
    ]
    data = json.dumps({"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}, indent=1).encode()
    (signal,) = read_notebook(data, "a.ipynb").signals
    assert (signal.target, signal.place.start) == ("gs://lake/a.zarr", 2)
    assert "zarr.open" in data.decode().splitlines()[signal.place.file_line - 1]


HOSTILE = {
    "empty": b"",
    "cut": notebook("x = 1")[:-20],
    "a list": b"[1, 2]",
    "no cells": b'{"nbformat": 4}',
    "latin": notebook("x = 'é'").decode().encode("latin-1"),
    "deep": b'{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b', "cells": []}',
    "deep cell": b'{"cells": [' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_notebook_is_a_finding(name: str) -> None:
    mined = read_notebook(HOSTILE[name], "a.ipynb")
    assert [finding.kind for finding in mined.findings] == ["unreadable-file"]
    assert mined.signals == ()


def test_large_cells_and_many_cells_are_findings() -> None:
    long = "x = 1\n" * (bounds.MAX_CELL // 6 + 1)
    mined = read_notebook(notebook(IMPORTS, long, "xr.open_zarr('gs://lake/a.zarr')"), "a.ipynb")
    assert (short(mined), len(mined.findings)) == ([("D1", "gs://lake/a.zarr")], 1)
    odd: list[dict[str, object]] = [{"cell_type": "code", "source": {}}, {"cell_type": 3}, {}]
    assert [finding.pointer for finding in read_notebook(stored(odd), "a.ipynb").findings] == ["a.ipynb (cell 1)"]
    mined = read_notebook(stored([{"cell_type": "raw", "source": ""}] * (bounds.MAX_CELLS + 1)), "a.ipynb")
    assert [finding.kind for finding in mined.findings] == ["list-cut"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(alphabet="%!? \t#='\"\\abc()\n:", max_size=20), max_size=8))
def test_blanking_moves_no_line(lines: list[str]) -> None:
    cell = "\n".join(lines).split("\n")
    text, shell = magics.plain(cell)
    assert text.count("\n") == len(cell) - 1
    assert set(shell) <= set(range(1, len(cell) + 1))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400))
def test_any_bytes_give_an_answer(noise: bytes, at: int) -> None:
    whole = notebook(IMPORTS, "xr.open_zarr('gs://lake/a.zarr')")
    mined = read_notebook(whole[:at] + noise + whole[at:], "a.ipynb")
    assert mined.signals or mined.findings or noise
