"""Stores whose attributes tell another place or time than their coordinates span."""

from pathlib import Path
from typing import Any

import pytest

from leap_kg.ontology.namespaces import DCAT
from tests.ingest.zarr.stores import ATTRIBUTES, WEB, Folder, build, source, taken

GLOBE = {"geospatial_lat_min": -90, "geospatial_lat_max": 90, "geospatial_lon_min": -180, "geospatial_lon_max": 180}
OWN = {
    "geospatial_lat_min": -40.5,
    "geospatial_lat_max": 40.5,
    "geospatial_lon_min": 159.5,
    "geospatial_lon_max": 200.5,
}


def told(folder: Path, attributes: dict[str, Any], read: bool = True) -> list[str]:
    """The messages about extents on a store with these attributes; its coordinates are there or not."""
    path = build(folder / "a.zarr", 2, attributes={**ATTRIBUTES, **attributes})
    for chunk in () if read else (path / "lat" / "0", path / "lon" / "0"):
        chunk.unlink()
    good, _ = taken(source(f"{WEB}a.zarr"), Folder(folder))
    findings = [finding for record in good.values() for finding in record.findings]
    return [finding.message for finding in findings if finding.kind == "extents-differ" and finding.hint]


def test_the_globe_of_which_a_part_was_cut_out(tmp_path: Path) -> None:
    (message,) = told(tmp_path, GLOBE)
    assert message == (
        "the attributes state the whole globe, but the coordinates span 40.5° S to 40.5° N, 159.5° E to 159.5° W, "
        "which count"
    )


@pytest.mark.parametrize("attributes", [{}, OWN], ids=["nothing", "its own"])
def test_a_store_that_tells_its_own_place_is_told_nothing(tmp_path: Path, attributes: dict[str, Any]) -> None:
    assert told(tmp_path, attributes) == []


def test_the_time_of_one_of_the_files_that_it_was_made_of(tmp_path: Path) -> None:
    first = {"time_coverage_start": "2000-01-01T00:00:00Z", "time_coverage_end": "2000-01-02T00:00:00Z"}
    (message,) = told(tmp_path, first)
    assert message.startswith("the attributes state 2000-01-01 to 2000-01-02, but the coordinates span 2000-01-01 to")


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ((0.01, 0.01), 1),
        (("0.01 degrees", "0.01°"), 1),
        ((1, 1), 1),
        ((3, 9), 0),
        (("1 km", None), 0),
        ((True, "x"), 0),
    ],
    ids=["fine", "in words", "a third", "enough", "kilometres", "nonsense"],
)
def test_how_many_there_are_and_how_far_apart_tells_too(tmp_path: Path, steps: tuple[Any, Any], count: int) -> None:
    stated = {**GLOBE, "geospatial_lat_resolution": steps[0], "geospatial_lon_resolution": steps[1]}
    messages = told(tmp_path, stated, read=False)
    assert len(messages) == count
    assert all("longitudes" in message and "could not be read: no place counts" in message for message in messages)
    # What would be found by a search for any place is better found by none.
    good, _ = taken(source(f"{WEB}a.zarr"), Folder(tmp_path))
    boxes = [t for record in good.values() for t in record.triples if t.predicate == DCAT("bbox")]
    assert len(boxes) == 1 - count
