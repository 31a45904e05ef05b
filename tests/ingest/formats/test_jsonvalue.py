"""JSON from outside: read or refused with a place, and one text for each value."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats.jsonvalue import DEEPEST, canonical, read_value, too_deep
from leap_kg.ingest.formats.yamltext import Unreadable
from tests.ingest.anyjson import VALUES


def finite(value: Any) -> Any:
    """The value with nothing in the place of numbers that JSON does not have."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@given(VALUES)
def test_every_value_is_read_and_written_again_equal(value: Any) -> None:
    read = read_value(json.dumps(value).encode(), what="x")
    assert read.value == finite(value)
    text = canonical(read.value)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == read.value
    assert canonical(json.loads(text)) == text


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        value = read_value(data, what="x").value
    except Unreadable:
        return
    assert json.loads(canonical(value)) == value


def test_numbers_that_are_none_are_counted() -> None:
    read = read_value(b'[NaN, -Infinity, 1e999, 1.5, {"a": Infinity}]', what="x")
    assert (read.value, read.gaps) == ([None, None, None, 1.5, {"a": None}], 4)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"<!DOCTYPE html><html>", "HTML or XML"),
        (b" \n<?xml version='1.0'?>", "HTML or XML"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[" * 100_000, "nested"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nested"),
        (b"9" * 10_000, "digits"),
    ],
)
def test_what_is_no_json_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_value(data, what="x")


def test_depth_has_a_bound_and_breadth_has_none() -> None:
    assert not too_deep([[0] * 10_000] * 10)
    deep: list[Any] = []
    for _ in range(DEEPEST - 1):
        deep = [deep]
    assert not too_deep(deep)
    assert too_deep([deep])
