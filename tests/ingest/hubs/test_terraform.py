"""Terraform variables: literal values in either spelling, and a line for everything else."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.hubs.terraform import MAX_BYTES, MAX_DEPTH, MAX_VALUES, read_tfvars


def read(text: str) -> dict[str, Any]:
    return dict(read_tfvars(text.encode(), what="x.tfvars"))


def test_values_comments_and_both_marks() -> None:
    text = """
    # a comment
    prefix = "leap" // another
    /* and
       one more */ count = -3
    size     = 1.5e2
    on = true
    off = false
    none = null
    buckets = {
      "scratch" : { "delete_after" : 7, members : [] },
      "kept" = { delete_after = null }
      plain : ["a", 1, [true,],],
    }
    1 = 2
    """
    assert read(text) == {
        "prefix": "leap",
        "count": -3,
        "size": 150.0,
        "on": True,
        "off": False,
        "none": None,
        "buckets": {
            "scratch": {"delete_after": 7, "members": []},
            "kept": {"delete_after": None},
            "plain": ["a", 1, [True]],
        },
        "1": 2,
    }
    assert read("") == {}
    assert read(r'a = "x\n\"y\" $${z} é \u00e9"') == {"a": 'x\n"y" ${z} é é'}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a = var.b", 1, "literal"),
        ("a = 1\nb = f(1)", 2, "literal"),
        ('a = "${b}"', 1, "expression"),
        ("a = <<EOT\nx\nEOT", 1, "literal"),
        ("a = {", 1, "name is due"),
        ("a = [1 2]", 1, "',' is due"),
        ("a = 1\na = 2", 2, "stands twice"),
        ("a", 1, "'=' is due"),
        ("= 1", 1, "name is due"),
        ("a = 1 + 1", 1, "literal"),
        ('a = "x', 1, "literal"),
        ("a = [1", 1, "is due"),
        ("}", 1, "name is due"),
        (r'a = "\q"', 1, "escape"),
        ("a = 1abc", 1, "literal"),
        ("a = {b = 1]", 1, "name is due"),
    ],
)
def test_what_is_no_literal_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        read(text)
    assert (caught.value.line, caught.value.what) == (line, "x.tfvars")


@pytest.mark.parametrize(
    "data",
    [
        b"a = 1\nb = \xff",
        b"a = " + b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
        b"[" * 100_000,
        b"a = [" + b"1," * (MAX_VALUES + 1) + b"]",
        b"#" * (MAX_BYTES + 1),
        b"a = " + b"9" * 5000,
        b"a = \0",
    ],
)
def test_hostile_files_are_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_tfvars(data, what="x")


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", exclude_characters="$%"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc_", min_size=1, max_size=4), VALUES, max_size=4))
def test_any_literals_are_read_as_they_were_written(variables: dict[str, Any]) -> None:
    assert read("\n".join(f"{name} = {json.dumps(value)}" for name, value in variables.items())) == variables


@given(st.binary(max_size=80) | st.text('ab= {}[]",:#/*\\\n$1.', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(read_tfvars(data, what="x"), dict)
