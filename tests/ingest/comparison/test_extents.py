"""Extents that cannot both be right are findings that name both; those that differ by rounding are none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.comparison.said import LEAP, Lab, described, extent, has, store

DATASET = NamedNode(f"{BASE}dataset/lab/warmth")
GLOBE, EUROPE, SOUTH = [-180, -90, 180, 90], [-10, 35, 30, 70], [-10, -70, 30, -35]


def found(path: Path, **said: Any) -> list[str]:
    """The messages of the comparison of these sources."""
    lab = Lab(path / "home")
    lab.harvest(said)
    assert all(
        finding["fixHint"] and finding["resultSeverity"].endswith("Warning") for finding in lab.findings().values()
    )
    return sorted(name.partition(" extents-differ ")[2] for name in lab.findings())


def test_two_sources_that_put_one_store_elsewhere_are_both_named(tmp_path: Path) -> None:
    (message,) = found(
        tmp_path, stac=extent(store("a"), GLOBE), zarr=extent(store("a"), EUROPE), cf=extent(store("b"), GLOBE)
    )
    assert message == "stac says the whole globe, zarr says 35° N to 70° N, 10° W to 30° E"


@pytest.mark.parametrize(
    ("record", "held", "told"),
    [
        (EUROPE, SOUTH, "is not within it"),
        (GLOBE, EUROPE, "is all that it has"),
        (EUROPE, [-9.5, 35.5, 29.5, 69.5], ""),
        (GLOBE, [0, -88, 357.5, 88], ""),
        ([170, -20, -170, 20], [175, -19, -171, 19], ""),
        ([170, -20, -170, 20], [150, -19, 169, 19], "is not within it"),
    ],
    ids=["outside", "a part", "centres of cells", "longitudes to 360", "antimeridian", "beside the antimeridian"],
)
def test_the_store_of_a_record_lies_where_the_record_says(
    tmp_path: Path, record: Sequence[float], held: Sequence[float], told: str
) -> None:
    messages = found(
        tmp_path, catalogue=[*extent(DATASET, record), *has(DATASET, store("a"))], zarr=extent(store("a"), held)
    )
    assert [message.rpartition(", ")[2] for message in messages] == ([told] if told else [])


def test_a_part_is_not_called_all_where_other_stores_did_not_answer(tmp_path: Path) -> None:
    silent = described(store("b"), LEAP("ZarrStore"))
    whole = [*extent(DATASET, GLOBE), *silent, *has(DATASET, store("a"), store("b"))]
    assert found(tmp_path, catalogue=whole, zarr=extent(store("a"), EUROPE)) == []


def test_of_several_stores_each_may_hold_a_part_but_none_may_lie_outside(tmp_path: Path) -> None:
    whole = [*extent(DATASET, [-10, -70, 30, 70]), *has(DATASET, store("a"), store("b"))]
    parts = [*extent(store("a"), EUROPE), *extent(store("b"), SOUTH)]
    assert found(tmp_path / "parts", catalogue=whole, zarr=parts) == []
    (message,) = found(
        tmp_path / "far", catalogue=whole, zarr=[*parts, *extent(store("c"), GLOBE), *has(DATASET, store("c"))]
    )
    assert "store c " in message or "/c" in message


@pytest.mark.parametrize(
    ("record", "held", "told"),
    [
        (("1982-01-01", "2020-12-31"), ("1982-01-01", "2021-01-15"), False),
        (("1982-01-01", "2020-12-31"), ("1850-01-01", "2014-12-31"), True),
        (("1982-01-01", ""), ("1982-01-01", "2026-01-01"), False),
        (("", "2020-12-31"), ("1982-01-01", "2026-01-01"), True),
    ],
    ids=["added to since", "before", "open end", "after"],
)
def test_the_store_of_a_record_is_of_the_time_that_the_record_says(
    tmp_path: Path, record: tuple[str, str], held: tuple[str, str], told: bool
) -> None:
    catalogue = [*extent(DATASET, when=record), *has(DATASET, store("a"))]
    messages = found(tmp_path, catalogue=catalogue, zarr=extent(store("a"), when=held))
    assert bool(messages) is told
