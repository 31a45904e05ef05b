"""What a store on the web is asked when its data are read: each chunk once, in whichever form they are wanted."""

import functools
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from leap_kg.web.data.worker import answer
from tests.web.data.stores import request_for

HOURS = 600


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[str, Counter[str]]]:
    """The address of a store with a chunk for each hour, and how often each of its keys was given."""
    given: Counter[str] = Counter()

    class Host(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            given[self.path.removeprefix("/hours.zarr/")] += Path(self.translate_path(self.path)).is_file()
            super().do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
            """Say nothing."""

    values = np.arange(HOURS * 4, dtype="float32").reshape(HOURS, 2, 2)
    times = pd.date_range("2024-01-01", periods=HOURS, freq="h")
    data = xr.Dataset(
        {"warmth": (("time", "y", "x"), values)},
        coords={
            "time": times,
            "lat": ("y", [10.0, 20.0], {"units": "degrees_north", "standard_name": "latitude"}),
            "lon": ("x", [350.0, 10.0], {"units": "degrees_east", "standard_name": "longitude"}),
        },
    )
    data.to_zarr(tmp_path / "hours.zarr", consolidated=False, encoding={"warmth": {"chunks": (1, 2, 2)}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hours.zarr", given
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("form", "query", "series", "rows"),
    [
        ("csv", "variable=warmth&lat=10&lon=9", True, HOURS),
        ("csv", "variable=warmth&bbox=340,5,20,25", False, HOURS * 4),
        ("nc", "variable=warmth&bbox=340,5,20,25", False, HOURS * 4),
    ],
    ids=["a series as CSV", "a subset as CSV", "a subset as NetCDF"],
)
def test_each_chunk_is_asked_for_once(
    host: tuple[str, Counter[str]], tmp_path: Path, form: str, query: str, *, series: bool, rows: int
) -> None:
    address, given = host
    file = tmp_path / f"out.{form}"
    reply = answer(request_for(address, file, query, series=series, private_hosts=["127.0.0.1"], seconds=60))
    assert reply == {"status": 200, "chunks": HOURS, "bytes": HOURS * 16}
    chunks = {key: times for key, times in given.items() if "/c/" in key}
    assert len([key for key in chunks if key.startswith("warmth/")]) == HOURS
    assert set(chunks.values()) == {1}, [key for key, times in chunks.items() if times > 1][:5]
    if form == "csv":
        assert len(pd.read_csv(file)) == rows
    else:
        with xr.open_dataset(file, engine="h5netcdf") as found:
            assert found["warmth"].size == rows
