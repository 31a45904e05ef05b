"""Searches for records as addresses say them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.stac.refusal import BadSearch
from leap_kg.web.records.asked import LARGEST_PAGE, asked
from leap_kg.web.records.catalogues import CATALOGUES

NAMES = ("q", "bbox", "datetime", "type", "limit", "offset", "ids", "externalIds", "f", "other")
VALUES = st.text(max_size=40) | st.sampled_from(["1", "-1", "0,0,1,1", "170,-5,-170,5", "2020-01-01/..", "dataset", ""])


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5), st.sampled_from(sorted(CATALOGUES)))
def test_whatever_is_asked_is_read_or_refused(parameters: list[tuple[str, str]], name: str) -> None:
    with suppress(BadSearch):
        found = asked(CATALOGUES[name], parameters)
        assert 1 <= found.limit <= LARGEST_PAGE
        assert 0 <= found.offset <= 1_000_000
        assert set(found.narrowing.facets["kind"]) <= set(CATALOGUES[name].kinds)


def test_boxes_are_cut_at_the_antimeridian() -> None:
    found = asked(CATALOGUES["all"], [("bbox", "170,-5,0,-170,5,100")])
    assert found.narrowing.boxes == [(170, 180, -5, 5), (-180, -170, -5, 5)]


def test_a_page_is_never_larger_than_allowed() -> None:
    for larger in ("1001", "999999", "9999999"):
        assert asked(CATALOGUES["all"], [("limit", larger)]).limit == LARGEST_PAGE
    for none in ("0", "-5", "9" * 5000, "1e3"):
        with pytest.raises(BadSearch, match=r"limit is a number from 1 to 1,000$"):
            asked(CATALOGUES["all"], [("limit", none)])
