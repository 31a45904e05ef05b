"""What to do about a mistake in the sources file, in the words of people who write such files.

The models of sources are pydantic's, and so are their errors: their types are translated here, one by one.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

_LEAST_ALIKE = 0.8
_LONGEST_SHOWN = 100  # characters of a value

_Given = Mapping[str, Any]

_MENDS: dict[str, Callable[[_Given], str]] = {
    "missing": lambda given: "this key is required: give it",
    "dict_type": lambda given: "give a mapping of keys and values",
    "model_type": lambda given: "give a mapping of keys and values",
    "list_type": lambda given: "give a list",
    "tuple_type": lambda given: "give a list",
    "set_type": lambda given: "give a list",
    "string_type": lambda given: "give a text",
    "int_type": lambda given: "give a whole number",
    "int_parsing": lambda given: "give a whole number",
    "int_from_float": lambda given: "give a whole number",
    "float_type": lambda given: "give a number",
    "float_parsing": lambda given: "give a number",
    "finite_number": lambda given: "give a number",
    "bool_type": lambda given: "give true or false",
    "bool_parsing": lambda given: "give true or false",
    "greater_than": lambda given: f"give a number above {given['gt']}",
    "greater_than_equal": lambda given: f"give a number of at least {given['ge']}",
    "less_than": lambda given: f"give a number below {given['lt']}",
    "less_than_equal": lambda given: f"give a number of at most {given['le']}",
    "literal_error": lambda given: f"give {given['expected']}",
    "string_pattern_mismatch": lambda given: _form(given["pattern"]),
    "string_too_short": lambda given: f"give a text of at least {given['min_length']} characters",
    "string_too_long": lambda given: f"give a text of at most {given['max_length']} characters",
    "too_short": lambda given: f"give at least {given['min_length']}",
    "too_long": lambda given: f"give at most {given['max_length']}",
}
_SHAPES = frozenset({"missing", "dict_type", "model_type", "list_type", "tuple_type", "set_type", "string_type"})
"""Mistakes in the shape of a value, which need not be shown; all others are in the value itself."""


def mend(mistake: ErrorDetails, keys: Sequence[str] = ()) -> str:
    """What is wrong and what to do; `keys` are those that there are."""
    kind = mistake["type"]
    if kind == "extra_forbidden":
        return no_such_key(str(mistake["loc"][-1]), keys if len(mistake["loc"]) == 1 else ())
    given = mistake.get("ctx", {})
    if kind in ("value_error", "assertion_error"):  # raised by a model of ours, in words of ours
        return str(given.get("error", mistake["msg"]))
    told = _MENDS.get(kind)
    if told is None:
        return f"{_shown(mistake['input'])} is not what is due here: {mistake['msg'][:1].lower()}{mistake['msg'][1:]}"
    return told(given) if kind in _SHAPES else f"{_shown(mistake['input'])} cannot be used here: {told(given)}"


def no_such_key(name: str, keys: Iterable[str]) -> str:
    """What is said of a key that there is not; `keys` are those that there are."""
    like = nearest(name, keys)
    hint = f"write {like!r}, if that is what is meant" if like else "correct its name"
    return f"there is no such key: {hint}, or leave it out"


def nearest(word: str, among: Iterable[str]) -> str | None:
    """The word that looks most like this one, `None` if none does."""
    found = process.extractOne(
        word[:_LONGEST_SHOWN], sorted(among), scorer=JaroWinkler.similarity, score_cutoff=_LEAST_ALIKE
    )
    return None if found is None else str(found[0])


def _form(pattern: str) -> str:
    if pattern.startswith("^https?://"):
        return "give an address that begins with https://"
    return f"give a text of the form {pattern}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
