"""JSON as strangers write it: any value, and any value in any place of a good document."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "a\x85b",
        "\ud800",
        "https://x.org/a b",
        "http://[",
        "gs://b/k",
        "../..",
        "1e999",
        "é",
        "a/../b",
        "{{x}}",
    ]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -1, 2**63, 10**30, 1e308])
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


@st.composite
def planted(draw: st.DrawFn, document: Any) -> Any:
    """The document with any value in the place of one of its own, at any depth."""
    changed = copy.deepcopy(document)
    holder, key = draw(st.sampled_from(list(_places(changed))))
    if draw(st.booleans()) or isinstance(holder, list):
        holder[key] = draw(VALUES)
    else:
        del holder[key]
    return changed


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)
