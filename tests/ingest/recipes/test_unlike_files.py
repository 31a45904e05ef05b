"""Files that do not go together, or are none: each is named, and nothing that mixes them is published."""

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.recipes.environments import CHECKS, Environment, NotReady, set_up
from leap_kg.ingest.recipes.process import JobFailed
from leap_kg.ingest.recipes.running import Outcome, Unfit
from tests.ingest.hostile_server import HostileServer, serving
from tests.ingest.recipes.conftest import RECIPES, field_of, link
from tests.ingest.recipes.test_repeating import run_of

pytestmark = [pytest.mark.all, pytest.mark.timeout(600)]

RECIPE = """
from leap_recipe import Files, Recipe

SOURCE = ""
files = Files(SOURCE + "/a-{{time}}.nc", concat={{"time": [{keys}]}})
recipe = Recipe(files, store="a.zarr", chunks={{"time": 31}}{more})
"""
PIPELINE = """
import apache_beam as beam
from pangeo_forge_recipes.patterns import ConcatDim, FilePattern
from pangeo_forge_recipes.transforms import (
    ConsolidateDimensionCoordinates, ConsolidateMetadata, OpenURLWithFSSpec, OpenWithXarray, StoreToZarr,
)

SOURCE = ""
pattern = FilePattern(lambda time: f"{SOURCE}/a-{time}.nc", ConcatDim("time", [1, 2]))
recipe = (
    beam.Create(pattern.items()) | OpenURLWithFSSpec() | OpenWithXarray(file_type=pattern.file_type)
    | StoreToZarr(store_name="a.zarr", combine_dims=pattern.combine_dim_keys)
    | ConsolidateDimensionCoordinates() | ConsolidateMetadata()
)
"""


class Feed:
    """A feedstock and the files that it reads, `a-1.nc` and so on."""

    def __init__(self, home: Home, server: HostileServer, folder: Path) -> None:
        self.home, self.server, self.folder = home, server, folder
        self.store = folder / "stores" / "a.zarr"
        self.bodies: list[bytes] = []
        shutil.copytree(RECIPES / "sea-surface", folder / "feedstock-of-test")

    def add(self, content: xr.Dataset | bytes, group: str | None = None, units: str = "days since 2000-01-01") -> str:
        """The next file; returns its address."""
        name = f"a-{len(self.bodies) + 1}.nc"
        if isinstance(content, xr.Dataset):
            encoding = {"time": {"units": units}} if "time" in content.coords else {}
            file = self.folder / name
            content.to_netcdf(file, engine="h5netcdf", group=group, encoding=encoding)
            content = file.read_bytes()
        body = content
        self.bodies.append(body)
        return self.server.page(f"/{name}", lambda exchange: exchange.answer(200, body))

    def run(self, runner: str = "dask", more: str = "", recipe: str = "") -> Outcome:
        keys = ", ".join(str(number + 1) for number in range(len(self.bodies)))
        file = self.folder / "feedstock-of-test" / "feedstock" / "recipe.py"
        file.write_text(recipe or RECIPE.format(keys=keys, more=more))
        values: dict[str, object] = {"SOURCE": self.server.url("")}
        return run_of(self.home, file.parents[1], self.store.parent, values, runner)

    def stored(self) -> xr.Dataset:
        with xr.open_zarr(self.store, consolidated=True, chunks=None) as stored:
            found: xr.Dataset = stored.load()
            return found


@pytest.fixture
def feed(home: Home, tmp_path: Path) -> Iterator[Feed]:
    with serving() as server:
        yield Feed(home, server, tmp_path)


def month(number: int) -> xr.Dataset:
    first = np.datetime64(f"2024-{number:02}")
    return field_of("sst", np.arange(first, first + 1, dtype="datetime64[D]"), number)


def with_ice(content: xr.Dataset) -> xr.Dataset:
    return content.assign(ice=content.sst * 0 + 1)


@pytest.mark.parametrize("having", [1, 2, 3])
def test_a_variable_that_not_all_files_have_is_named_with_them(having: int, feed: Feed) -> None:
    urls = [feed.add(with_ice(month(each)) if each == having else month(each)) for each in (1, 2, 3)]
    with pytest.raises(JobFailed) as raised:
        feed.run()
    lacking = urls[1] if having == 1 else urls[0]
    assert str(raised.value).startswith(
        f"ice is in 1 of 3 files, along time: the first that has it is {urls[having - 1]}, "
        f"the first that lacks it {lacking}"
    )
    assert Snapshots(feed.home).current() is None
    # What the recipe leaves out is missed by nobody.
    feed.run(more=', prepare=lambda content: content[["sst"]]')
    assert list(feed.stored().data_vars) == ["sst"]


def test_files_that_follow_those_of_the_store_are_held_against_them(feed: Feed) -> None:
    first = feed.add(month(1))
    feed.run()
    second = feed.add(with_ice(month(2)))
    with pytest.raises(JobFailed, match="ice is in 1 of 2 files") as raised:
        feed.run()
    assert first in str(raised.value)
    assert second in str(raised.value)


def test_a_mask_that_only_later_files_have_and_another_shape_are_named(feed: Feed) -> None:
    first = feed.add(month(1))
    second = feed.add(month(2).assign(mask=("lat", np.ones(18, "int8"))))
    with pytest.raises(JobFailed, match=f"mask is in {second}, but not in {first}, the first file"):
        feed.run()
    shorter = 'prepare=lambda content: content[["sst"]].isel(lat=slice(0, 9 if "mask" in content else 18))'
    with pytest.raises(JobFailed, match=f"lat 9, lon 36 in {second}, and lat 18, lon 36 in {first}"):
        feed.run(more=f", {shorter}")


@pytest.mark.parametrize("runner", ["direct", "dask"])
def test_units_that_differ_are_held_back_until_the_recipe_brings_them_together(runner: str, feed: Feed) -> None:
    warm = month(2)
    warm["sst"] = (warm.sst + 273.15).assign_attrs(warm.sst.attrs, units="K")
    first, second = feed.add(month(1)), feed.add(warm)
    with pytest.raises(Unfit, match=f"sst has the units '1' in {first}, and 'K' in {second}"):
        feed.run(runner)
    assert Snapshots(feed.home).current() is None
    assert not feed.store.exists()
    # A recipe that alters the values, but not so that they go together, is no better.
    with pytest.raises(Unfit, match="sst has the units"):
        feed.run(runner, ', prepare=lambda content: content.assign_attrs(note="mine")')
    mended = (
        ', prepare=lambda content: content if content.sst.attrs["units"] == "1" else '
        'content.assign(sst=(content.sst - 273.15).assign_attrs(content.sst.attrs, units="1"))'
    )
    feed.run(runner, mended)
    assert feed.stored().sst.attrs["units"] == "1"
    assert float(feed.stored().sst.max()) < 100


@pytest.mark.parametrize("runner", ["direct", "dask"])
def test_units_of_time_may_differ(runner: str, feed: Feed) -> None:
    feed.add(month(1), units="days since 2000-01-01")
    feed.add(month(2), units="days since 2001-01-01")
    feed.run(runner)
    np.testing.assert_array_equal(feed.stored().time, np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]"))


def noleap(year: int, calendar: str = "noleap", hours: float = 0) -> xr.Dataset:
    is_common = calendar == "standard"
    times = xr.date_range(f"{year}-01-01", periods=12, freq="MS", calendar=calendar, use_cftime=not is_common)
    values = np.arange(12, dtype="float32") + year
    content = xr.Dataset({"sst": ("time", values, {"units": "1"})}, {"time": times})
    bounds = np.stack([times, times.shift(1, "MS")], 1)
    content["time_bnds"] = ("time", "nv"), bounds
    if hours:
        shift = datetime.timedelta(hours=hours)
        content["time_bnds"] = content.time_bnds + (np.timedelta64(shift) if is_common else shift)
        content = content.assign_coords(time=content.time + (np.timedelta64(shift) if is_common else shift))
    content.time.attrs["bounds"] = "time_bnds"
    return content


@pytest.mark.parametrize("runner", ["direct", "dask"])
def test_calendars_that_numpy_has_not_keep_their_times_and_time_must_grow(runner: str, feed: Feed) -> None:
    contents = [noleap(2003), noleap(2004), noleap(2005)]
    for each in contents:
        feed.add(each)
    feed.run(runner)
    stored, whole = feed.stored(), xr.concat(contents, "time")
    assert stored.time.encoding["calendar"] == "noleap"
    assert stored.time.encoding["units"].startswith("days since 2000-01-01")
    assert list(stored.time.values) == list(whole.time.values)
    assert stored.time_bnds.values.tolist() == whole.time_bnds.values.tolist()
    np.testing.assert_array_equal(stored.sst, whole.sst)
    feed.add(noleap(2002))
    with pytest.raises(Unfit, match="time does not grow: 2005-12-01 00:00:00 is followed by 2002-01-01 00:00:00"):
        feed.run(runner)


COUNTED = [
    ((0, "days since 2003-01-01"), (0, "days since 2004-01-01"), (0, "days since 2005-01-01")),
    ((0, "days since 2000-01-01"), (12, "hours since 2004-06-01"), (7.5, "seconds since 1990-01-01")),
    ((0, "days since 2000-01-01"), (12, "days since 2000-01-01 12:00:00"), (0, "days since 2000-01-01")),
]


@pytest.mark.parametrize("runner", ["direct", "dask"])
@pytest.mark.parametrize("calendar", ["noleap", "standard"])
@pytest.mark.parametrize("counted", COUNTED, ids=["from", "in", "at"])
def test_times_may_be_counted_differently(
    counted: tuple[tuple[float, str], ...], calendar: str, runner: str, feed: Feed
) -> None:
    contents = [noleap(year, calendar, hours) for year, (hours, _) in zip((2003, 2004, 2005), counted, strict=True)]
    for content, (_, units) in zip(contents, counted, strict=True):
        feed.add(content, units=units)
    assert feed.run(runner).findings == ()
    stored, whole = feed.stored(), xr.concat(contents, "time")
    assert stored.time.values.tolist() == whole.time.values.tolist()
    assert stored.time_bnds.values.tolist() == whole.time_bnds.values.tolist()
    np.testing.assert_array_equal(stored.sst, whole.sst)


def test_files_that_follow_and_count_their_times_differently_are_not_added_to_what_is_there(feed: Feed) -> None:
    contents = [noleap(2003), noleap(2004, hours=12)]
    feed.add(contents[0])
    feed.run()
    feed.add(contents[1], units="hours since 2000-01-01")
    feed.run()
    stored, whole = feed.stored(), xr.concat(contents, "time")
    assert stored.time_bnds.encoding["units"].startswith("hours since 2000-01-01")
    assert stored.time.values.tolist() == whole.time.values.tolist()
    assert stored.time_bnds.values.tolist() == whole.time_bnds.values.tolist()


@pytest.mark.parametrize("runner", ["direct", "dask"])
@pytest.mark.parametrize("calendar", ["noleap", "standard"])
def test_times_that_a_recipe_computes_are_exact(calendar: str, runner: str, feed: Feed) -> None:
    contents = [noleap(2003, calendar), noleap(2004, calendar)]
    for content in contents:
        feed.add(content)
    midday = 'content.assign_coords(time=content.time.to_index().shift(12, "h"))'
    feed.run(runner, f", prepare=lambda content: {midday}")
    expected = [content.assign_coords(time=content.time.to_index().shift(12, "h")) for content in contents]
    assert feed.stored().time.values.tolist() == xr.concat(expected, "time").time.values.tolist()


def test_calendars_that_differ_are_named_with_their_files(feed: Feed) -> None:
    first, second = feed.add(noleap(2003)), feed.add(noleap(2004, "360_day"))
    with pytest.raises(JobFailed, match=f"time is of the calendar 360_day in {second}, and of noleap in {first}"):
        feed.run()


@pytest.mark.parametrize("runner", ["direct", "dask"])
def test_times_that_overlap_are_told(runner: str, feed: Feed) -> None:
    feed.add(month(1))
    feed.add(month(1))
    with pytest.raises(Unfit, match=r"time does not grow: 2024-01-31.* is followed by 2024-01-01"):
        feed.run(runner)


def test_values_in_groups_are_compared(feed: Feed) -> None:
    url = feed.add(month(1), group="deep/data")
    feed.add(month(2), group="deep/data")
    for runner in ("direct", "dask"):
        with pytest.raises(JobFailed, match=f'{url} has nothing but groups, deep/data: name one, open_options={{"gr'):
            feed.run(runner)
    opening = ', open_options={"group": "deep/data"}'
    # Something is wrong only if it is looked at: these values are not those of the files.
    spoilt = ", prepare=lambda content: content.assign(sst=content.sst + 1)"
    for runner in ("direct", "dask"):
        assert feed.run(runner, opening).findings == ()
        (told,) = feed.run(runner, opening + spoilt).findings
        values = month(1).sst
        assert told == (
            "a.zarr: sst differs from 2 of the 2 inputs that it was compared with, "
            f"first from {url}: {int(values.notnull().sum())} of {values.size} values, by up to 1"
        )


def test_a_file_without_a_time_is_no_obstacle_or_the_reason(feed: Feed) -> None:
    feed.add(month(1))
    url = feed.add(month(2).isel(time=slice(0, 0)))
    feed.add(month(3))
    with pytest.raises(JobFailed, match="no element along the dimension of concatenation, leave out its key") as raised:
        feed.run("direct")
    assert url not in str(raised.value)
    (log,) = (feed.home.path / "recipes" / "runs").glob("*/log.txt")
    assert f"{url} has no element along time" in log.read_text()
    feed.run("dask")
    assert feed.stored().sizes["time"] == 62


@pytest.mark.parametrize("runner", ["direct", "dask"])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<!DOCTYPE html>\n<html><body>Please log in</body></html>", "is a web page, not NetCDF"),
        (b"", "is empty"),
        (b"not what it should be", "is not NetCDF, or of another form that xarray can open"),
    ],
    ids=["page", "empty", "text"],
)
def test_what_is_no_file_is_named(body: bytes, told: str, runner: str, feed: Feed) -> None:
    feed.add(month(1))
    url = feed.add(body)
    with pytest.raises(JobFailed, match=f"^{url} {told}"):
        feed.run(runner)


def test_conventions_are_checked_of_what_pangeo_forge_writes(environments: Home, feed: Feed) -> None:
    checks = Environment.named(CHECKS, environments)
    try:
        set_up(checks)
    except NotReady as error:
        pytest.skip(f"the checker of conventions cannot be installed here: {error}")
    link(environments, feed.home, checks)
    feed.add(month(1))
    feed.add(month(2))
    outcome = feed.run("direct", recipe=PIPELINE)
    assert any("CF 1.11" in each for each in outcome.findings)


@pytest.mark.parametrize("runner", ["direct", "dask"])
def test_a_file_whose_places_are_others_is_named_wherever_it_stands(runner: str, feed: Feed) -> None:
    urls = [feed.add(month(each).isel(lat=slice(None, None, -1 if each == 2 else 1))) for each in range(1, 6)]
    with pytest.raises(Unfit, match=f"a.zarr: lat is another in 1 of 5 inputs than in the store, first in {urls[1]}"):
        feed.run(runner)


def test_what_stands_in_each_file_is_the_same_in_all(feed: Feed) -> None:
    urls = [feed.add(month(each).assign_coords(mask=1 if each < 3 else 5)) for each in range(1, 4)]
    with pytest.raises(Unfit, match=f"mask is another in 1 of 3 inputs than in the store, first in {urls[2]}"):
        feed.run()


def test_a_later_file_may_be_packed(feed: Feed) -> None:
    feed.add(month(1))
    file = feed.folder / "packed.nc"
    encoding = {"sst": {"dtype": "int16", "scale_factor": 0.02, "add_offset": 280.0, "_FillValue": -32768}}
    month(2).to_netcdf(file, engine="h5netcdf", encoding={**encoding, "time": {"units": "days since 2000-01-01"}})
    url = feed.add(file.read_bytes())
    (told,) = feed.run().findings
    assert told.startswith(f"a.zarr: sst is kept as float32, and {url} has float64")
    with xr.open_dataset(file) as packed:
        xr.testing.assert_allclose(feed.stored().sel(time=packed.time).sst, packed.sst.load(), rtol=1e-6)
