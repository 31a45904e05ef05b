"""Geometries that cost more than a search may."""

import json
import random
import time
from pathlib import Path

import pytest

from leap_kg.stac.area import Area, geometry_area
from leap_kg.stac.asked import Search
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import Index, TooLong
from tests.stac import made


def polygon(points: int) -> dict[str, object]:
    """A ring whose sides cross each other almost everywhere."""
    chance = random.Random(1)
    ring = [[chance.uniform(-170, 170), chance.uniform(-80, 80)] for _ in range(points)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


@pytest.mark.parametrize("points", [120, 9_998])
def test_a_large_geometry_that_crosses_itself_is_told_how_to_be_mended(points: int) -> None:
    with pytest.raises(BadSearch, match=r"Self-intersection at .*make_valid.* simplify it"):
        geometry_area(polygon(points))


def test_a_small_one_is_mended(index: Index) -> None:
    bow = {"type": "Polygon", "coordinates": [[[-170, -80], [170, 80], [170, -80], [-170, 80], [-170, -80]]]}
    area = geometry_area(bow)
    assert area.meets(json.dumps({"geometry": {"type": "Point", "coordinates": [-160, 0]}}))
    assert not area.meets(json.dumps({"geometry": {"type": "Point", "coordinates": [0, 60]}}))
    assert 0 < index.items(Search(area=area, limit=1000)).matched < made.NUMBER


def test_a_search_stops_in_time_though_each_comparison_takes_long(tmp_path: Path) -> None:
    compared = []

    class Slow(Area):
        def meets(self, document: str) -> bool:
            compared.append(document)
            time.sleep(0.02)
            return super().meets(document)

    triangle = geometry_area({"type": "Polygon", "coordinates": [[[-170, -80], [170, -80], [-170, 80], [-170, -80]]]})
    index = Index(made.indexed(tmp_path / "index.sqlite", made.store()), allowed=0.1)
    with pytest.raises(TooLong, match="smaller part"):
        index.items(Search(area=Slow(triangle.boxes, triangle.geometries[0])))
    index.close()
    assert 0 < len(compared) < 20
