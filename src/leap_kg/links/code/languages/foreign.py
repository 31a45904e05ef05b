"""What libraries of R and Julia share: a known call noted, paths of GDAL, calls of Python, settings, shell commands."""

import ast
import re
from typing import TYPE_CHECKING

from leap_kg.links.code import known as python
from leap_kg.links.code import noting, shell
from leap_kg.links.code.known import Known
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Entries,
    External,
    Items,
    PathText,
    Value,
    Values,
    as_text,
    one,
    only,
)

if TYPE_CHECKING:
    from leap_kg.links.code.languages.following import Follower

_PYTHON = "python:"
_WITHIN = {"/vsis3/": "s3://", "/vsigs/": "gs://", "/vsiaz/": "az://", "/vsioss/": "oss://"}
_OPENED = re.compile(r"(?:/+vsi(?:curl|curl_streaming|zip|gzip|tar|cached)(?:\?[^/]*)?/)+(?=[a-z]|\{)")
_QUOTED = re.compile(r"(?:ZARR|NETCDF|HDF5|GTI|DERIVED_SUBDATASET):\\?[\"']?(?P<inside>[^\"'\\]+)[\"']?.*", re.DOTALL)


def note(
    folder: "Follower", spec: Known, via: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    """Note a call that reads or writes data; what it returns, as far as it stands for the address."""
    plain = [opened(each) for each in given]
    return noting.note(folder, spec, via, node, plain, {key: opened(each) for key, each in named.items()})


def opened(values: Values) -> Values:
    """Texts that GDAL understands, such as `/vsicurl/https://…`, as addresses."""
    if not any(isinstance(value, str | Items) for value, _ in values):
        return values
    return tuple(Alternative(_plain(value), when) for value, when in values)


def _plain(value: Value) -> Value:
    if isinstance(value, Items):
        return Items(tuple(opened(each) if isinstance(only(each), str) else each for each in value.each))
    if not isinstance(value, str) or ("/vsi" not in value and ":" not in value):
        return value
    quoted = _QUOTED.fullmatch(value)
    text = _OPENED.sub("", quoted["inside"] if quoted else value, count=1)
    for start, scheme in _WITHIN.items():
        if text.startswith(start):
            return scheme + text.removeprefix(start)
    return text


def imported(module: Values) -> Values:
    """A module of Python that the code imports."""
    text = only(module)
    return one(External(f"{_PYTHON}{text}")) if isinstance(text, str) and len(text) < 100 else NOTHING


def in_python(
    folder: "Follower", full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """A call of a module of Python; `None` if it is none."""
    if not full.startswith(_PYTHON):
        return None
    path = full.removeprefix(_PYTHON)
    top, last = path.partition(".")[0], path.rpartition(".")[2]
    spec = python.CALLS.get((top, last)) or python.METHODS.get(last)
    return noting.note(folder, spec, f"{top}.{last}", node, given, named) if spec is not None else NOTHING


def settings(folder: "Follower", given: list[Values], named: dict[str, Values]) -> Values | None:
    """What a YAML, JSON or TOML file of the repository says; `None` if the argument names none."""
    value = only(given[0] if given else next(iter(named.values()), NOTHING))
    text = as_text(value) if isinstance(value, str | PathText) else ""
    if "://" in text or not text.endswith((".yaml", ".yml", ".json", ".toml")):
        return None
    return folder.neighbours.settings(text.removeprefix("./"), folder.passage.path)


def include(folder: "Follower", path: Values) -> None:
    """Bind what another file of the repository defines, which the code runs at this place."""
    text = only(path)
    if isinstance(text, str | PathText):
        module = folder.neighbours.included(as_text(text), folder.passage.path)
        for name, values in (module.names if module is not None else {}).items():
            folder.scope.bind(name, values)


def run(folder: "Follower", node: ast.Call, given: list[Values]) -> None:
    """A command of the shell: one text, or the program and its arguments."""
    words: list[Values] = []
    for each in given:
        inner = only(each)
        words += inner.each if isinstance(inner, Items) else [each]
    if len(words) == 1:
        shell.command(folder, node, words[0])
    elif words:
        shell.command(folder, node, one(Items(tuple(words))))


def entries(named: dict[str, Values]) -> Values:
    """Values by name."""
    each: dict[str | int, Values] = {}
    each.update(named)
    return one(Entries(each))
