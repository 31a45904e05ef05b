"""Sizes as plain numbers; KubeSpawner's G is a power of two."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.hubs.quantities import bytes_of, cores_of, count_of


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("8G", 8 * 2**30),
        ("7.222G", 7754563452),
        ("512M", 2**29),
        ("1Gi", 2**30),
        ("2T", 2**41),
        ("1.5K", 1536),
        (3620925866, 3620925866),
        (1.5, 1),
        (0, 0),
        (1e30, None),
        (True, None),
        (None, None),
        ("8 G", None),
        ("G", None),
        ("-1G", None),
        ("8GB", None),
        ([], None),
        (float("nan"), None),
        ("9" * 40, None),
    ],
)
def test_memory(value: object, size: int | None) -> None:
    assert bytes_of(value) == size


@pytest.mark.parametrize(
    ("value", "cores"),
    [
        (15.536, "15.536"),
        (64, "64"),
        ("500m", "0.5"),
        (0.1, "0.1"),
        ("2", "2"),
        (100, "100"),
        ("x", None),
        ("1G", None),
    ],
)
def test_processors(value: object, cores: str | None) -> None:
    assert cores_of(value) == (None if cores is None else Decimal(cores))
    assert cores is None or str(cores_of(value)) == cores


@pytest.mark.parametrize(("value", "count"), [("1", 1), (4, 4), ("x", None), (1.5, None), (True, None), ("-1", None)])
def test_devices(value: object, count: int | None) -> None:
    assert count_of(value) == count


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20))
def test_anything_is_a_size_or_none(value: object) -> None:
    for size in (bytes_of(value), cores_of(value), count_of(value)):
        assert size is None or size >= 0
