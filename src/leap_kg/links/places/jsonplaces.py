"""On which line each value of a JSON text stands; the text is one that `jsonvalue.read_value` has read.

The reader of JSON of the standard library tells no places, so that the text is gone through again, token by token.
Hazard: a notebook holds megabytes of outputs; what is nested deeper than is asked for is passed over in long strides.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from leap_kg.links.places.passage import unified

Path = tuple[str | int, ...]

_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rf'\s*+({_TEXT}|[{{}}\[\],:]|[^\s{{}}\[\],:"]++)', re.DOTALL)
_BRACKET = re.compile(rf'(?:[^"{{}}\[\]]++|{_TEXT})*+([{{}}\[\]])', re.DOTALL)


def place(text: str, path: Path) -> int | None:
    """The line of the one value at this path, `None` without one; what lies beside the path is passed over."""
    found = places(text, lambda here: here == path, deepest=len(path), into=lambda here: here == path[: len(here)])
    return found.get(path)


def places(
    text: str,
    wanted: Callable[[Path], bool] = lambda path: True,
    *,
    deepest: int = 64,
    into: Callable[[Path], bool] = lambda path: True,
) -> dict[Path, int]:
    """The line, from 1, of each value whose path is `wanted`; that of a value under a key is the line of the key.

    Paths of more than `deepest` steps are not looked at, nor what is below a path that `into` refuses.
    """
    text = unified(text)
    found: dict[Path, int] = {}
    path: list[Any] = []
    lists: list[bool] = []
    line, passed, at, key_due = 1, 0, 0, False
    while token := _TOKEN.match(text, at):
        at, first = token.end(), text[token.start(1)]
        if first == ",":
            if lists and lists[-1]:
                path[-1] += 1
            key_due = bool(lists) and not lists[-1]
            continue
        if first == ":":
            continue
        if first in "}]":
            if lists:
                lists.pop()
                path.pop()
            key_due = False
            continue
        is_key = key_due
        if is_key:
            path[-1] = json.loads(token[1], strict=False)
            key_due = False
        # A value under a key stands where its key does.
        if (is_key or not lists or lists[-1]) and wanted(here := tuple(path)):
            start = token.start(1)
            line += text.count("\n", passed, start)
            passed = start
            found[here] = line
        if first in "{[":
            if len(path) >= deepest or (path and not into(tuple(path))):
                at = _past(text, at)
                continue
            lists.append(first == "[")
            path.append(0 if first == "[" else "")
            key_due = first == "{"
    return found


def _past(text: str, at: int) -> int:
    """Where the list or object ends that begins before `at`."""
    depth = 1
    while depth and (bracket := _BRACKET.match(text, at)):
        depth += 1 if bracket[1] in "{[" else -1
        at = bracket.end()
    return at
