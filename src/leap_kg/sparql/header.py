"""The header of a `.rq` file: comment lines that begin with `#+` and hold YAML between them.

A fault is a `HeaderError` with the number of the line it is in, counted from 1.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from leap_kg.ontology.kinds import kinds
from leap_kg.ontology.namespaces import RDFS
from leap_kg.settings import DEFAULT_BASE
from leap_kg.sparql.parameters import TYPES, Parameter, ParameterError

MARK = "#+"
# Every node is one of these.
ANY = RDFS("Resource").value
SUBJECT = "node"
_OF_PARAMETER = ("type", "default", "description", "pattern", "lower", "among", "not_before", "titled")


class HeaderError(ValueError):
    """A header that cannot be used; `line` is where."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says; see `leap_kg.sparql.catalogue` for the meaning."""

    title: str
    description: str = ""
    question: int | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    panel_of: tuple[str, ...] = ()
    order: int = 100
    columns: Mapping[str, str] = field(default_factory=dict)


def read(lines: Sequence[str], prefixes: Mapping[str, str]) -> Header:
    """Read the header lines, marks included; classes are written with `prefixes`."""
    try:
        content = yaml.safe_load("".join(line.removeprefix(MARK) for line in lines))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise HeaderError(mark.line + 1 if mark else 1, f"the header is no YAML: {problem}") from None
    if not isinstance(content, dict):
        raise HeaderError(1, f"begin the file with a header, at least '{MARK} title: ...'")
    values: dict[str, Any] = {}
    for key, value in content.items():
        line = _line(lines, str(key))
        if key not in _READERS:
            raise HeaderError(line, f"unknown key {key!r}; the keys are {', '.join(_READERS)}")
        try:
            values[key] = _READERS[key](value, prefixes)
        except (ValueError, TypeError) as error:
            raise HeaderError(line, f"{key}: {error}") from None
    if "title" not in values:
        raise HeaderError(1, "the header has no title")
    header = Header(**values)
    if header.panel_of and getattr(header.parameters.get(SUBJECT), "type", None) != "iri":
        raise HeaderError(_line(lines, "panel_of"), f"a panel needs a parameter {SUBJECT!r} of type iri")
    return header


def expand(name: str, prefixes: Mapping[str, str]) -> str:
    """The IRI of a prefixed name; an IRI stays. Raises `ValueError` for a prefix that is not known."""
    prefix, colon, local = name.partition(":")
    if colon and local.startswith("//"):
        return name
    if not colon or prefix not in prefixes:
        raise ValueError(f"{name!r} is neither an IRI nor a name with a known prefix")
    return prefixes[prefix] + local


def _line(lines: Sequence[str], key: str) -> int:
    starts = (number for number, line in enumerate(lines, 1) if line[len(MARK) :].strip().startswith(f"{key}:"))
    return next(starts, 1)


def _text(value: object, _: Mapping[str, str]) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError("must be text")
    return " ".join(value.split())


def _number(value: object, _: Mapping[str, str]) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("must be a whole number")
    return value


def _classes(value: object, prefixes: Mapping[str, str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise TypeError("must be a list of classes such as [dcat:Dataset], or [any]")
    return tuple(ANY if each == "any" else expand(each, prefixes) for each in value)


def _columns(value: object, _: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for pair in value.items() for each in pair):
        raise TypeError("must map variables to labels")
    return value


def _parameters(value: object, _: Mapping[str, str]) -> dict[str, Parameter]:
    if not isinstance(value, dict):
        raise TypeError("must map names to {type, default, description}")
    found = {name: _parameter(name, declared) for name, declared in value.items()}
    for name, parameter in found.items():
        if parameter.not_before is not None and parameter.not_before not in found:
            raise ValueError(f"{name} is not before {parameter.not_before}, which is no parameter")
    return found


def _parameter(name: object, declared: object) -> Parameter:
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        raise TypeError(f"{name!r} must be letters, digits and underscores")
    if not isinstance(declared, dict) or not declared.keys() <= set(_OF_PARAMETER):
        raise TypeError(f"{name} must be {{{', '.join(f'{key}: ...' for key in _OF_PARAMETER)}}}")
    if declared.get("type") not in TYPES:
        raise ValueError(f"the type of {name} must be one of {', '.join(TYPES)}")
    default = declared.get("default")
    if default is not None and not isinstance(default, str | int | date):
        raise TypeError(f"the default of {name} must be text, a whole number or a date")
    pattern = declared.get("pattern")
    if pattern is not None:
        _check_pattern(name, pattern, declared["type"], default)
    lower = declared.get("lower", False)
    if not isinstance(lower, bool):
        raise TypeError(f"lower of {name} must be true or false")
    among = declared.get("among")
    if among is not None and (not isinstance(among, str) or declared["type"] not in ("string", "iri")):
        raise TypeError(f"among of {name} must be the name of a query, for a string or an iri")
    description = str(declared.get("description", ""))
    not_before = declared.get("not_before")
    if not_before is not None and (not isinstance(not_before, str) or declared["type"] not in ("string", "date")):
        raise TypeError(f"not_before of {name} must be the name of a parameter, for a string or a date")
    kind, titled = declared["type"], _kinds(name, declared)
    parameter = Parameter(name, kind, description, default, pattern, lower, among, not_before, titled)
    if default is not None:
        try:
            parameter.write(None)
        except ParameterError as error:
            raise ValueError(f"the default does not fit: {error}") from None
    return parameter


def _kinds(name: str, declared: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of nodes whose titles a string is a part of."""
    if "titled" not in declared:
        return ()
    titled, known = declared["titled"], {kind.name for kind in kinds(DEFAULT_BASE)}
    if declared["type"] != "string" or not isinstance(titled, list) or not known.issuperset(map(str, titled)):
        raise TypeError(f"titled of {name} must be a list of kinds such as [dataset, store], for a string")
    return tuple(titled)


def _check_pattern(name: str, pattern: object, kind: str, default: object) -> None:
    """A pattern needs a default, which shows what fits."""
    if kind != "string" or not isinstance(pattern, str) or default is None:
        raise TypeError(f"the pattern of {name} must be text, for a string that has a default")
    try:
        re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"the pattern of {name} is no regular expression: {error}") from None


_READERS: dict[str, Callable[[object, Mapping[str, str]], Any]] = {
    "title": _text,
    "description": _text,
    "question": _number,
    "parameters": _parameters,
    "panel_of": _classes,
    "order": _number,
    "columns": _columns,
}
