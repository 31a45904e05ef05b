"""The items of a long list, however the bytes are cut."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats import jsonlist
from leap_kg.ingest.formats.jsonlist import list_items
from leap_kg.ingest.formats.yamltext import Unreadable

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(st.lists(JSON, max_size=6), st.integers(1, 9), st.sampled_from([None, 2]), st.booleans())
def test_items_come_as_they_were_written(items: list[Any], size: int, indent: int | None, ascii_only: bool) -> None:
    data = json.dumps(items, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError:
        return
    found = list(list_items(cut(data, size), what="x"))
    assert [json.loads(item) for item in found] == items
    assert all(item in data for item in found)


@pytest.mark.parametrize(
    ("text", "before", "reason"),
    [
        ("", 0, "is no list"), ("{}", 0, "is no list"), ("[1", 1, "breaks off"), ("[1 2]", 1, "lacks a comma"),
        ("[1,]", 1, "no JSON"), ("[1, {]", 1, "no JSON"), ('[{"a": 1}, {"a"', 1, "no JSON"), ("[1] 2", 1, "goes on"),
        ("[" + "[" * 100_000, 0, "cannot be read"), ("<html>", 0, "is no list"), ("[1, NULL]", 1, "no JSON"),
    ],
)  # fmt: skip
def test_what_breaks_off_is_refused_after_the_items_before_it(text: str, before: int, reason: str) -> None:
    found: list[bytes] = []

    def take(pieces: list[bytes]) -> None:
        for item in list_items(pieces, what="x.json"):
            found.append(item)  # noqa: PERF402 - what came before the refusal counts

    for pieces in ([text.encode()], cut(text.encode(), 7)):
        found.clear()
        with pytest.raises(Unreadable, match=reason) as caught:
            take(pieces)
        assert (len(found), caught.value.what) == (before, "x.json")


def test_the_line_is_told_and_other_encodings_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        list(list_items([b'[1,\n2,\n"\xff"]'], what="x"))
    assert "UTF-8" in caught.value.reason
    with pytest.raises(Unreadable) as caught:
        list(list_items(cut(b"[1,\n2,\n?]", 3), what="x"))
    assert caught.value.line == 3


def test_an_item_without_end_is_refused_long_before_the_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlist, "MAX_ITEM", 1000)
    read = 0

    def endless() -> Any:
        nonlocal read
        yield b'[{"a": "'
        while True:
            read += 100
            yield b"x" * 100

    with pytest.raises(Unreadable, match="ends nowhere"):
        list(list_items(endless(), what="x"))
    assert read < 2000


def test_no_more_is_read_than_the_next_item_needs() -> None:
    taken = []

    def pieces() -> Any:
        for number in range(1000):
            taken.append(number)
            yield b"[" * (number == 0) + b"%d," % number

    items = list_items(pieces(), what="x")
    assert [next(items) for _ in range(3)] == [b"0", b"1", b"2"]
    assert len(taken) < 10


@given(st.binary(max_size=50) | st.text('[]{},:"a1 \\', max_size=40).map(str.encode), st.integers(1, 5))
def test_any_bytes_are_items_or_a_reason(data: bytes, size: int) -> None:
    try:
        found = list(list_items(cut(data, size), what="x"))
    except Unreadable:
        return
    assert json.loads(data.decode("utf-8-sig")) == [json.loads(item) for item in found]
