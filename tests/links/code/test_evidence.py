"""Evidence stands where it says: every quote is cut from the very lines that are named."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import read_notebook, read_python
from leap_kg.links.mined import Mined
from leap_kg.links.signal import LONGEST_QUOTE
from tests.links.code.reading import notebook

NAMES = st.sampled_from(["a", "é", "x" * 90, "{y}", "日本"])
LINES = [
    "xr.open_zarr('gs://lake/{}.zarr')",
    "ds = (xr.open_dataset('https://host.org/{}.nc',\n      chunks=dict(time=1))\n   .sel(x=1))",
    "ü = '''gs://lake/{}/1.zarr'''; xr.open_mfdataset(\n  [\n   's3://lake/1{}.nc',\n  ])",
    "# gs://lake/{}/c.zarr" + " and more" * 40,
    "(xr.open_zarr(f's3://lake/{}.zarr')\n  .mean()\n  .to_zarr('gs://lake/out/{}.zarr'))",
    "if x:\n\tzarr.open('gs://lake/{}.zarr', 'w')",
    "'''\nSee https://host.org/{}.nc\n'''",
    "x = 1" + "; y = 2" * 60 + "; zarr.open('gs://lake/{}.zarr')",
]
PROGRAMS = st.lists(st.tuples(st.sampled_from(LINES), NAMES), min_size=1, max_size=6)


def check(mined: Mined, lines_of: dict[int | None, list[str]]) -> None:
    for signal in mined.signals:
        place = signal.place
        lines = lines_of[place.cell]
        assert 1 <= place.start <= place.end <= len(lines)
        assert place.quote
        assert len(place.quote) <= LONGEST_QUOTE
        assert place.quote in "\n".join(lines[place.start - 1 : place.end])


@settings(max_examples=50, deadline=None)
@given(PROGRAMS, st.sampled_from(["\n", "\r\n"]))
def test_quotes_of_python_are_in_their_lines(program: list[tuple[str, str]], end: str) -> None:
    text = "import xarray as xr, zarr\n" + "\n".join(line.replace("{}", name) for line, name in program) + "\n"
    mined = read_python(text.replace("\n", end).encode(), "a.py")
    assert mined.signals
    assert not mined.findings
    check(mined, {None: text.split("\n")})


@settings(max_examples=30, deadline=None)
@given(PROGRAMS)
def test_quotes_of_cells_are_in_their_lines_and_in_the_stored_ones(program: list[tuple[str, str]]) -> None:
    cells = ["import xarray as xr, zarr", *(line.replace("{}", name) for line, name in program)]
    data = notebook(*cells)
    mined = read_notebook(data, "a.ipynb")
    check(mined, {number: cell.split("\n") for number, cell in enumerate(cells, start=1)})
    stored = data.decode().split("\n")
    for signal in mined.signals:
        first = cells[(signal.place.cell or 0) - 1].split("\n")[signal.place.start - 1]
        assert first.replace("\t", "\\t").replace('"', '\\"') in stored[signal.place.file_line - 1]
