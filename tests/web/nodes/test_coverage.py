"""Maps and axes of time: right at the antimeridian and the poles, for periods without an end and for moments."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.mapping.extents import turned
from leap_kg.web.nodes.timeline import WIDTH, timeline
from leap_kg.web.nodes.worldmap import Patch, Ring, world_map


def test_a_box_over_the_antimeridian_is_two_patches_at_the_edges() -> None:
    box = turned(170, -30, 200, 10.5)
    assert box is not None
    found = world_map([box])
    assert found is not None
    assert found.patches == (Patch(350, 79.5, 10, 40.5), Patch(0, 79.5, 20, 40.5))
    assert found.rings == ()
    assert found.words == "30° S to 10.5° N, 170° E to 160° W"


def test_the_globe_fills_the_map_and_a_point_has_a_ring_wherever_it_is() -> None:
    globe, pole, edge = turned(0, -90, 360, 90), turned(-180, 89, 180, 90), turned(179.9, 0, 180.3, 0.2)
    assert globe is not None
    assert pole is not None
    assert edge is not None
    found = world_map([globe, globe, pole, edge])
    assert found is not None
    assert found.patches[:2] == (Patch(0, 0, 360, 180), Patch(0, 0, 360, 1))
    assert found.rings == (Ring(0.1, 89.9),)
    assert world_map([]) is None


@settings(max_examples=50)
@given(st.floats(-360, 360, allow_nan=False), st.floats(-90, 90), st.floats(0, 360), st.floats(0, 180))
def test_every_patch_lies_on_the_map(west: float, south: float, width: float, height: float) -> None:
    box = turned(west, south, west + width, min(south + height, 90.0))
    assert box is not None
    found = world_map([box])
    assert found is not None
    for patch in found.patches:
        assert 0 <= patch.x <= patch.x + patch.width <= 360.001
        assert 0 <= patch.y <= patch.y + patch.height <= 180.001
    for ring in found.rings:
        assert 0 <= ring.x <= 360
        assert 0 <= ring.y <= 180
    assert abs(sum(patch.width for patch in found.patches) - box.width) < 0.01


def test_years_have_marks_and_a_bar_between_its_ends() -> None:
    found = timeline([("2019-01-01T00:00:00Z", "2022-12-31T12:30:00Z")])
    assert found is not None
    assert [tick.label for tick in found.ticks] == ["2019", "2020", "2021", "2022", "2023"]
    (bar,) = found.bars
    assert bar.x == 0
    assert 358 < bar.width < WIDTH


def test_an_open_end_runs_off_the_axis_and_a_moment_can_be_seen() -> None:
    found = timeline([("1850-01-01T00:00:00Z", ""), ("", "1900"), ("1875-06-01", "1875-06-01")])
    assert found is not None
    since, until, moment = found.bars
    assert (since.since, since.until, since.x + since.width) == (False, True, WIDTH)
    assert (until.since, until.until, until.x) == (True, False, 0)
    assert moment.width == 3
    assert since.x < moment.x < until.width


@pytest.mark.parametrize(
    ("start", "end", "labels"),
    [
        ("2020-01-15T21:00:00Z", "2020-01-16T21:00:00Z", ["2020-01", "2020-02"]),
        ("2024-06-01", "2024-07-30", ["2024-06", "2024-07", "2024-08"]),
        ("0001-01-01", "2000-01-01", ["0000", "0500", "1000", "1500", "2000"]),
        ("-9999-01-01", "-9990-01-01", ["-10000", "-9995", "-9990"]),
    ],
)
def test_marks_suit_the_length_of_the_period(start: str, end: str, labels: list[str]) -> None:
    found = timeline([(start, end)])
    assert found is not None
    assert [tick.label for tick in found.ticks] == labels


@pytest.mark.parametrize(
    "period", [("", ""), ("yesterday", "2020-13-01"), ("2024-01-01", "2023-01-01"), ("20240101", "")]
)
def test_what_is_no_period_is_not_drawn(period: tuple[str, str]) -> None:
    assert timeline([period]) is None


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(), st.text()) | st.tuples(*[st.dates().map(str) | st.just("")] * 2), max_size=30))
def test_every_bar_and_mark_lies_on_the_axis(periods: list[tuple[str, str]]) -> None:
    found = timeline(periods)
    if found is None:
        return
    assert 2 <= len(found.ticks) <= 9
    assert len({tick.label for tick in found.ticks}) == len(found.ticks)
    for bar in found.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.11
