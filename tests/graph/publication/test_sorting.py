"""Sorting and comparing more lines than fit in memory, held against the interpreter's own sets and sorting."""

from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leap_kg.graph.log.digest import total
from leap_kg.graph.publication import sorting
from leap_kg.graph.publication.sorting import Batch, Sorter, Spool, compared, cut, merged, text_of, unique

lines = st.lists(st.binary(min_size=1, max_size=3).filter(lambda line: b"\n" not in line), max_size=60)
sizes = st.integers(1, 12)


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "MOST_HELD", 7)
    monkeypatch.setattr(sorting, "_PIECE", 5)
    monkeypatch.setattr(sorting, "_BATCH", 3)


several = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def batched(values: Batch, size: int) -> Iterator[Batch]:
    return (values[place : place + size] for place in range(0, len(values), size))


@several
@given(lines, sizes)
def test_all_lines_come_back_in_order_as_often_as_they_went_in(tmp_path: Path, values: Batch, size: int) -> None:
    with Sorter(tmp_path / "staging") as sorter:
        for batch in batched(values, size):
            sorter.add(batch)
        for _ in range(2):
            batches = list(sorter.batches())
            assert list(chain.from_iterable(batches)) == sorted(values)
            assert list(chain.from_iterable(unique(sorter.batches()))) == sorted(set(values))
        assert all(one[-1] < other[0] for one, other in pairwise(batches) if one and other)
        assert sorter.count == len(values)
    assert not (tmp_path / "staging").exists() or not list((tmp_path / "staging").iterdir())


@several
@given(st.lists(st.tuples(lines, sizes), max_size=4))
def test_merging_is_sorting(parts: list[tuple[Batch, int]]) -> None:
    streams = [batched(sorted(values), size) for values, size in parts]
    assert list(chain.from_iterable(merged(streams))) == sorted(chain.from_iterable(values for values, _ in parts))


@several
@given(lines, lines, sizes, sizes)
def test_comparing_is_the_difference_of_sets(before: Batch, after: Batch, one: int, other: int) -> None:
    found = list(compared(batched(sorted(set(before)), one), batched(sorted(set(after)), other)))
    assert list(chain.from_iterable(gone for gone, _ in found)) == sorted(set(before) - set(after))
    assert list(chain.from_iterable(come for _, come in found)) == sorted(set(after) - set(before))


@several
@given(lines, sizes)
def test_a_spool_keeps_what_it_is_given(tmp_path: Path, values: Batch, size: int) -> None:
    with Spool(tmp_path / "staging") as spool:
        for batch in batched(values, size):
            spool.add(batch)
        for _ in range(2):
            assert list(chain.from_iterable(spool.batches())) == values
        assert spool.count == len(values)
        assert spool.total % 2**256 == total(values)
        assert (spool.path is None) == (len(values) <= 7)
    assert not (tmp_path / "staging").exists() or not list((tmp_path / "staging").iterdir())


@several
@given(lines, sizes)
def test_a_text_in_pieces_is_cut_into_its_lines(values: Batch, size: int) -> None:
    text = text_of(values)
    pieces = (text[place : place + size] for place in range(0, len(text), size))
    assert list(chain.from_iterable(cut(pieces))) == values


def test_a_text_whose_last_line_is_torn_off_is_refused() -> None:
    with pytest.raises(ValueError, match="the last line has no end"):
        list(cut([b"a\nb"]))
