"""Columns whose values are all written alike, which most are, read at once and not one by one.

What is not recognised here is left to the slow way, which gives the same for what is.
"""

import re
from collections.abc import Sequence
from typing import Any

from leap_kg.client.packages import need
from leap_kg.client.results import XSD

_END = r"(?:\n|\Z)"
_IRIS = re.compile(rf"(?:<(?!<)[^<>\\\n]*+>{_END})++")
_INTEGERS = re.compile(rf"(?:[+-]?[0-9]{{1,18}}+{_END})++")
_DECIMALS = re.compile(rf"(?:[+-]?[0-9]{{1,300}}+\.[0-9]++{_END})++")
_FLOATS = re.compile(rf"(?:[+-]?[0-9]{{1,300}}+(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+{_END})++")
_MOMENT = r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?+"
_ZONED = re.compile(rf"(?:{_MOMENT}Z{_END})++")
_LOCAL = re.compile(rf"(?:{_MOMENT}{_END})++")
_TRUTHS = {"true": True, "false": False}
_NUMBERS = frozenset(("double", "float", "decimal"))


def uniform(tokens: Sequence[str]) -> tuple[str, Sequence[Any]]:
    """The kind of these values and the values; `("", ())` for what has to be looked at one by one.

    The kinds are `text`, `integer`, `number`, `boolean`, `moment` and `zoned`; the last two have an array of numpy's.
    """
    first, joined = tokens[0], "\n".join(tokens)
    if first[0] == "<" and _IRIS.fullmatch(joined):
        return "text", [token[1:-1] for token in tokens]
    if first[0] == '"':
        return _literals(tokens, joined)
    if first in _TRUTHS and set(tokens) <= _TRUTHS.keys():
        return "boolean", [_TRUTHS[token] for token in tokens]
    if _INTEGERS.fullmatch(joined):
        return "integer", list(map(int, tokens))
    if _DECIMALS.fullmatch(joined):
        return "number", list(map(float, tokens))
    return "", ()


def _literals(tokens: Sequence[str], joined: str) -> tuple[str, Sequence[Any]]:
    """Texts between quotes with the same language or datatype after them."""
    suffix = tokens[0][tokens[0].rindex('"') :]
    if "\\" in joined or joined.count('"') != 2 * len(tokens):
        return "", ()
    if not all(token[0] == '"' and token.endswith(suffix) for token in tokens):
        return "", ()
    texts = [token[1 : -len(suffix)] for token in tokens]
    if suffix == '"' or suffix[1] == "@":
        return "text", texts
    if not (suffix.startswith(f'"^^<{XSD}') and suffix.endswith(">")):
        return "", ()
    datatype, together = suffix[len(f'"^^<{XSD}') : -1], "\n".join(texts)
    if datatype in _NUMBERS and _FLOATS.fullmatch(together):
        return "number", list(map(float, texts))
    if datatype == "dateTime" and _ZONED.fullmatch(together):
        return _moments("zoned", [text[:-1] for text in texts])
    if datatype == "dateTime" and _LOCAL.fullmatch(together):
        return _moments("moment", texts)
    return "", ()


def _moments(kind: str, texts: list[str]) -> tuple[str, Sequence[Any]]:
    try:
        return kind, need("numpy", "a table").array(texts, dtype="datetime64[us]")
    except ValueError:  # a thirteenth month, or the end of a day written as 24:00:00
        return "", ()
