"""Lines of the values of a JSON text."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.places.jsonplaces import Path, places

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def walked(value: Any, path: Path = ()) -> dict[Path, Any]:
    found = {path: value}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found |= walked(inner, (*path, key))
    return found


@settings(max_examples=50)
@given(VALUES, st.integers(0, 4))
def test_every_value_has_the_line_that_it_begins_on(value: Any, deepest: int) -> None:
    text = json.dumps(value, indent=1)
    lines = text.split("\n")
    found = places(text)
    expected = walked(value)
    assert found.keys() == expected.keys()
    for path, line in found.items():
        begins = json.dumps(expected[path])[0]
        shown = f"{json.dumps(path[-1])}: {begins}" if path and isinstance(path[-1], str) else begins
        assert lines[line - 1].lstrip().startswith(shown)
    assert places(text, deepest=deepest) == {path: line for path, line in found.items() if len(path) <= deepest}


def test_one_line_and_wanted_paths_only() -> None:
    assert places('{"a": {"b": [1, "x\\"]"]}}', lambda path: path[-1:] == (1,)) == {("a", "b", 1): 1}
