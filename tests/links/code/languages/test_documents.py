"""Documents with chunks and notebooks in R and Julia: each piece read in its language, at its lines."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import read_notebook
from leap_kg.links.code.languages.files import read_source
from tests.links.code.reading import notebook, short

DOCUMENT = """---
title: "Rain"
params:
  place: "s3://lake/params.nc"
---

See <https://host.org/text.nc>.

```{r setup, include=FALSE}
base <- "https://host.org/d"
nc_open(params$place)
```

```{python}
import xarray as xr
xr.open_zarr("gs://lake/py.zarr")
```

Text in between.

  ```{r}
nc_open(paste0(base, "/a.nc"))  # https://host.org/comment.nc
```

```
nc_open("https://host.org/shown.nc")
```

```{bash, eval=TRUE}
wget https://host.org/sh.nc
```
"""


def test_each_chunk_is_read_in_its_language_at_its_line() -> None:
    mined = read_source(DOCUMENT.encode(), "a.Rmd")
    assert mined.findings == ()
    assert [(s.method, s.target, s.place.start) for s in mined.signals] == [
        ("D5", "s3://lake/params.nc", 4),
        ("D5", "https://host.org/text.nc", 7),
        ("D1", "s3://lake/params.nc", 11),
        ("D1", "gs://lake/py.zarr", 16),
        ("D1", "https://host.org/d/a.nc", 22),
        ("D5", "https://host.org/comment.nc", 22),
        ("D5", "https://host.org/shown.nc", 26),
        ("D1", "https://host.org/sh.nc", 30),
    ]


def test_one_bad_chunk_does_no_harm_to_the_others() -> None:
    code = "```{r}\nx <- (\n```\n\n```{r}\nnc_open('s3://lake/a.nc')\n```\n"
    mined = read_source(code.encode(), "a.qmd")
    assert ("D1", "s3://lake/a.nc") in short(mined)
    assert [finding.kind for finding in mined.findings] == ["unreadable-file"]


def test_cells_of_r_and_julia_run_in_order() -> None:
    r = notebook('u <- "s3://lake/a.nc"', ("markdown", "https://host.org/t.nc"), "x <- (", "nc_open(u)", language="R")
    mined = read_notebook(r, "a.ipynb")
    assert [(s.method, s.target, s.place.cell, s.place.start) for s in mined.signals] == [
        ("D5", "https://host.org/t.nc", 2, 1),
        ("D1", "s3://lake/a.nc", 4, 1),
    ]
    assert [finding.pointer for finding in mined.findings] == ["a.ipynb (cell 3, line 1)"]
    julia = notebook('u = "s3://lake/a.nc"', "; ls\n] add Zarr\nNCDataset(u)", language="julia")
    (signal,) = read_notebook(julia, "a.ipynb").signals
    assert (signal.target, signal.place.cell, signal.place.start) == ("s3://lake/a.nc", 2, 3)
    assert "NCDataset" in julia.decode().splitlines()[signal.place.file_line - 1]


LINES = st.sampled_from(
    [
        "```{r}", "```", "````{julia}", "````", "~~~", "```{python}", "text https://host.org/a.nc", "---",
        "nc_open('s3://lake/a.nc')", "NCDataset(\"s3://lake/a.nc\")", "x = (", "params:", "é", "\t",
    ]
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_quotes_are_in_their_lines(lines: list[str]) -> None:
    for signal in read_source("\n".join(lines).encode(), "a.qmd").signals:
        place = signal.place
        assert place.quote
        assert place.quote in "\n".join(lines[place.start - 1 : place.end])
