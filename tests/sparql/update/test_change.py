"""A delta survives the pipe, and other bytes are no delta."""

import pytest
from hypothesis import given

from leap_kg.sparql.update import Delta
from tests.sparql.update.worlds import stores


@given(stores, stores)
def test_bytes_and_back(removed: list, added: list) -> None:  # type: ignore[type-arg]
    change = Delta.of(set(removed), set(added))
    assert Delta.from_bytes(change.to_bytes()) == change
    assert [str(each) for each in change.added] == sorted(str(each) for each in change.added)
    assert bool(change) is bool(removed or added)


@pytest.mark.parametrize("data", [b"", b"x\n", b"5\nabc", b"-1\n", b"3\nabcdef\n", b"0\n<a> <b> .\n"])
def test_other_bytes(data: bytes) -> None:
    with pytest.raises(ValueError, match="these bytes are no delta"):
        Delta.from_bytes(data)
