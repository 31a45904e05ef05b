"""Plain scalars have the types that Helm gives them, and what is written for Helm is read as it was."""

import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.formats.yamltext import read_yaml
from leap_kg.ingest.hubs.scalars import HelmDumper, typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-17", -17),
        ("+3", 3),
        ("0", 0),
        ("3620925866", 3620925866),
        ("1_000", 1000),
        ("0644", 420),
        ("0x1F", 31),
        ("0b101", 5),
        ("15.536", 15.536),
        ("1.", 1.0),
        (".5", 0.5),
        ("1.5e+3", 1500.0),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("true", True),
        ("Yes", True),
        ("off", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("7.222G", "7.222G"),
        ("08", 8.0),
        ("-089.5", -89.5),
        ("0o17", 15),
        ("-0O17", -15),
        ("0B1", 1),
        ("0.1e1", 1.0),
        ("2e9", 2e9),
        (".5_0E1", 5.0),
        ("._5", "._5"),
        (".e1", ".e1"),
        ("1e400", "1e400"),
        (".1e400", ".1e400"),
        ("0o8", "0o8"),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 2.0**64),
        ("-9223372036854775809", -(2.0**63)),
        ("1:30", "1:30"),
        ("2026-06-04", "2026-06-04"),
        ("2024.06.02", "2024.06.02"),
        ("y", True),
        ("N", False),
        ("yes1", "yes1"),
        ("NaN", "NaN"),
        ("1e3", 1000.0),
        ("0b", "0b"),
        ("0x_", "0x_"),
        ("_1", "_1"),
        ("٣", "٣"),
    ],
)
def test_each_scalar_has_its_type(text: str, value: object) -> None:
    assert (typed(text), type(typed(text))) == (value, type(value))


def test_what_is_no_number_is_a_float() -> None:
    assert math.isnan(typed(".nan"))  # type: ignore[arg-type]


def test_a_number_without_end_stays_text() -> None:
    assert typed("1" * 5000) == "1" * 5000


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),  # all that Helm knows
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)


TEXTS = st.text("abyYnN01~.eo_+-", max_size=5)


@given(st.dictionaries(TEXTS, SCALARS | TEXTS | st.lists(SCALARS, max_size=3), max_size=4))
@settings(max_examples=50)
def test_whatever_is_written_for_helm_is_read_as_it_was(value: dict[str, Any]) -> None:
    written = yaml.dump(value, Dumper=HelmDumper, allow_unicode=False)
    assert repr(read_yaml(written.encode(), what="x", plain=typed).value) == repr(dict(sorted(value.items())))


@pytest.mark.parametrize("text", ["1e3", "y", "08", "0o17", ".5e1", "true", "1:30"])
def test_a_text_that_looks_like_something_else_is_written_in_quotes(text: str) -> None:
    assert read_yaml(yaml.dump({text: text}, Dumper=HelmDumper).encode(), what="x", plain=typed).value == {text: text}


def test_a_tag_decides_where_there_is_one() -> None:
    data = b'{a: !!str 1, b: "1", c: !!int "2", d: !!float "1.5", e: !!int x}'
    assert read_yaml(data, what="x", plain=typed).value == {"a": "1", "b": "1", "c": 2, "d": 1.5, "e": "x"}
    assert read_yaml(data, what="x").value == {"a": "1", "b": "1", "c": "2", "d": "1.5", "e": "x"}
