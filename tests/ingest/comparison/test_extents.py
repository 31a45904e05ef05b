"""Extents that cannot both be right are findings that name both; those that differ by rounding are none."""

from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Triple

from leap_kg.ontology.iri import slug
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.comparison.said import LEAP, Lab, described, extent, has, store

DATASET = NamedNode(f"{BASE}dataset/lab/warmth")
GLOBE, EUROPE, SOUTH = [-180, -90, 180, 90], [-10, 35, 30, 70], [-10, -70, 30, -35]


def found(path: Path, **said: Any) -> list[str]:
    """The messages of the comparison of these sources."""
    lab = Lab(path / "home")
    lab.harvest(said)
    return sorted(message for _, message in warnings_of(lab))


def warnings_of(lab: Lab) -> list[tuple[str, str]]:
    """The last word of the record and the message of each finding; all are warnings with a hint."""
    findings = lab.findings()
    assert all(each["fixHint"] and each["resultSeverity"].endswith("Warning") for each in findings.values())
    return [(record, message) for record, _, message in (name.partition(" extents-differ ") for name in findings)]


def test_two_sources_that_put_one_store_elsewhere_are_both_named(tmp_path: Path) -> None:
    (message,) = found(
        tmp_path, stac=extent(store("a"), GLOBE), zarr=extent(store("a"), EUROPE), cf=extent(store("b"), GLOBE)
    )
    assert message == "stac says the whole globe, zarr says 35° N to 70° N, 10° W to 30° E"


PLACES = {
    "outside": (EUROPE, SOUTH, "is not within it"),
    "a part": (GLOBE, EUROPE, "is all that it has"),
    "centres of cells": (EUROPE, [-9.5, 35.5, 29.5, 69.5], ""),
    "longitudes to 360": (GLOBE, [0, -88, 357.5, 88], ""),
    "antimeridian": ([170, -20, -170, 20], [175, -19, -171, 19], ""),
    "beside the antimeridian": ([170, -20, -170, 20], [150, -19, 169, 19], "is not within it"),
}
TIMES = {
    "added to since": (("1982-01-01", "2020-12-31"), ("1982-01-01", "2021-01-15"), False),
    "before": (("1982-01-01", "2020-12-31"), ("1850-01-01", "2014-12-31"), True),
    "open end": (("1982-01-01", ""), ("1982-01-01", "2026-01-01"), False),
    "after": (("", "2020-12-31"), ("1982-01-01", "2026-01-01"), True),
}


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is said of each case, a record and its one store; all are harvested at once."""
    catalogue: list[Triple] = []
    zarr: list[Triple] = []
    for case in (*PLACES, *TIMES):
        dataset, its = NamedNode(f"{BASE}dataset/lab/{slug(case)}"), store(slug(case))
        sides = [{"where": side} for side in PLACES[case][:2]] if case in PLACES else []
        sides = sides or [{"when": side} for side in TIMES[case][:2]]
        catalogue += [*extent(dataset, **sides[0]), *has(dataset, its)]  # type: ignore[arg-type]
        zarr += extent(its, **sides[1])  # type: ignore[arg-type]
    lab = Lab(tmp_path_factory.mktemp("extents") / "home")
    lab.harvest({"catalogue": catalogue, "zarr": zarr})
    said: dict[str, list[str]] = {}
    for record, message in warnings_of(lab):
        said.setdefault(record, []).append(message)
    assert said.keys() <= {slug(case) for case in (*PLACES, *TIMES)}
    return said


@pytest.mark.parametrize("case", PLACES)
def test_the_store_of_a_record_lies_where_the_record_says(messages: dict[str, list[str]], case: str) -> None:
    told = PLACES[case][2]
    found = messages.get(slug(case), [])
    assert [message.rpartition(", ")[2] for message in found] == ([told] if told else [])


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


@pytest.mark.parametrize("case", TIMES)
def test_the_store_of_a_record_is_of_the_time_that_the_record_says(messages: dict[str, list[str]], case: str) -> None:
    assert (slug(case) in messages) is TIMES[case][2]
