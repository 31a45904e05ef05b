"""All that is wrong with a file of releases: by its schema, and what no schema says.

Hazard: what stands in the file may be a secret at the wrong place, so no more of it is repeated than people need.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from leap_kg.hub.declared.mistake import Mistake
from leap_kg.hub.declared.schedule import schedule_problem
from leap_kg.hub.declared.secrecy import exposed, holds_secret
from leap_kg.ingest.formats.yamltext import Path, Unreadable, read_yaml
from leap_kg.ingest.hubs.charts import CHARTS
from leap_kg.redaction import hide
from leap_kg.resources import declarations

KINDS = ("environments", "releases", "recipes", "harvests")
"""The parts of a file that have names."""

_LONGEST = 300
_HIGHEST_PORT = 65535


class _Named(NamedTuple):
    """A part with its kind, its name, and the names of those that come before it."""

    kind: str
    name: str
    after: set[str]


def mistakes_in(value: Any, written: Any = None) -> list[Mistake]:  # noqa: ANN401 - any value of YAML
    """All that is wrong with a value; what others rest on is checked first, and secrets always.

    `written` is the same value with each number and the like as the text that stands in its file, if there is one.
    """
    secret = list(exposed(value))
    places = {each.at for each in secret}
    wrong = sorted(_validator().iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    told = [
        Mistake(at, _message(error, at, written)) for error in wrong if (at := tuple(error.absolute_path)) not in places
    ]
    parts = _named_parts(value)
    together = [*_named_twice(parts), *_disordered(parts)]
    if secret or told:
        return secret + told + together
    broken = list(_broken(value, ()))
    return broken or [*_unusable(value), *_doubled(value["releases"]), *_lacking(value), *together]


def _named_parts(value: Any) -> list[_Named]:  # noqa: ANN401 - any value of YAML
    """The parts of a file that have a name, with what kind they are of, whatever else is wrong with them."""
    found: list[_Named] = []
    for kind in KINDS:
        entries = value.get(kind) if isinstance(value, dict) else None
        for each in entries if isinstance(entries, list) else ():
            if isinstance(each, dict) and isinstance(name := each.get("name"), str):
                after = each.get("after")
                waits = {other for other in after if isinstance(other, str)} if isinstance(after, list) else set()
                found.append(_Named(kind, name, waits))
    return found


def _message(error: Any, at: Path, written: Any) -> str:  # noqa: ANN401 - jsonschema has no types
    """What the schema refuses: the value first, unless it is long or may be secret, then what is wrong with it."""
    message, found = str(error.message), error.instance
    wants = error.validator_value if error.validator == "type" else None
    if found is None and wants:
        message = "stands there and says nothing: give it a value" if at else "is empty: say `cluster` and `releases`"
    elif isinstance(found, dict | list):
        message = message.replace(repr(found), "a mapping" if isinstance(found, dict) else "a list")
    elif _is_delicate(at) or (isinstance(found, str) and holds_secret(found)):
        message = message.replace(repr(found), "what stands there") + (
            ": write it in quotes" if wants == "string" else ""
        )
    elif wants == "string":
        message = _unquoted(found, _text_at(written, at))
    meant = error.schema.get("description") if error.validator == "pattern" else None
    return hide(_short(message)) + (f"; {meant}" if meant else "")


def _unquoted(found: object, text: str) -> str:
    """What to do about a text that YAML takes for a number or a truth value; `text` is how its file has it, if any."""
    read = "a truth value" if isinstance(found, bool) else f"the number {found}"
    if not text:
        return f"must be a text, and is {read}: write it in quotes"
    return f"{text} is read as {read}: write it in quotes, '{text}'"


def _text_at(written: Any, at: Path) -> str:  # noqa: ANN401 - any value of YAML
    for step in at:
        try:
            written = written[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return written if isinstance(written, str) else ""


def _is_delicate(at: Path) -> bool:
    """Whether a secret may stand where its name, or nothing of the kind, belongs."""
    named = at[-1:] in (("secret",), ("login",), ("text",)) or "secrets" in at
    return named or at[-2:-1] in (("set",), ("files",))


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST // 2]}…{message[-_LONGEST // 2 :]}"


def _broken(value: Any, path: Path) -> Iterator[Mistake]:  # noqa: ANN401 - any value of YAML
    """Texts of several lines where a name belongs: the end of a pattern also stands before the end of a line."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key not in ("files", "text"):
                yield from _broken(inner, (*path, key))
    elif isinstance(value, str) and not value.isprintable():
        yield Mistake(path, "must be one line of printable characters")


def _unusable(value: dict[str, Any]) -> Iterator[Mistake]:
    """What the schema lets through, and a cluster or a chart would not take."""
    for number, recipe in enumerate(value.get("recipes", ())):
        if "schedule" in recipe and (problem := schedule_problem(recipe["schedule"])):
            yield Mistake(("recipes", number, "schedule"), problem)
    for number, release in enumerate(value["releases"]):
        name = release["chart"]["name"]
        if name not in CHARTS and "under" not in release["chart"]:
            known = ", ".join(sorted(CHARTS))
            yield Mistake(
                ("releases", number, "chart", "name"),
                f"{name!r} is none of {known}: say by `under` where it takes the values of zero-to-jupyterhub, such as "
                "`under: jupyterhub`, or `under: ''` if it is that chart by another name",
            )
    for kind in KINDS:
        for number, each in enumerate(value.get(kind, ())):
            if each["namespace"].startswith("kube-"):
                yield Mistake((kind, number, "namespace"), "namespaces of this kind are Kubernetes' own: name another")
    port = int(value["builder"]["engine"].rpartition(":")[2]) if "builder" in value else 1
    if not 0 < port <= _HIGHEST_PORT:
        yield Mistake(("builder", "engine"), f"there is no port {port}: give 1 to {_HIGHEST_PORT}")


def _doubled(releases: list[dict[str, Any]]) -> Iterator[Mistake]:
    for space, hub in _twice([(each["namespace"], each["hub"]) for each in releases]):
        yield Mistake((), f"the hub {hub} is released twice into {space}")


def _lacking(value: dict[str, Any]) -> Iterator[Mistake]:
    if value.get("environments") and "builder" not in value:
        yield Mistake(("builder",), "say what builds the environments: its `image`, and the address of its `engine`")
    for number, harvest in enumerate(value.get("harvests", ())):
        if ("text" in harvest["sources"]) == ("folder" in harvest):
            what = "the file is either taken in, or in the `folder` of the image"
            yield Mistake(("harvests", number, "sources"), what)
    for number, environment in enumerate(value.get("environments", ())):
        if "environment.yml" in environment["files"]:
            at = ("environments", number, "files", "environment.yml")
            yield from (Mistake(at, what, line) for what, line in _unbuildable(environment["files"]["environment.yml"]))


def _unbuildable(text: str) -> Iterator[tuple[str, int]]:
    """What is wrong with a file of conda, and on which line."""
    try:
        document = read_yaml(text.encode(), what="environment.yml")
    except Unreadable as error:
        yield str(error), error.line or 0
    except UnicodeEncodeError as error:
        yield str(error), 0
    else:
        if not isinstance(document.value, dict):
            yield "environment.yml is no mapping: give it `dependencies`", 0
        yield from ((f"the key {path[-1]!r} is given twice: keep one", line) for path, line in document.duplicate_keys)


def _named_twice(parts: list[_Named]) -> Iterator[Mistake]:
    for name in _twice([each.name for each in parts]):
        kinds = list(dict.fromkeys(each.kind for each in parts if each.name == name))
        yield Mistake((), hide(f"two {' and '.join(kinds)} are called {name!r}: give each a name of its own"))


def _twice(values: list[Any]) -> list[Any]:
    return sorted({value for value in values if values.count(value) > 1})


def _disordered(parts: list[_Named]) -> Iterator[Mistake]:
    """What waits for what is not there, or for itself over others."""
    waits = {each.name: each.after for each in parts}
    for name, others in waits.items():
        for other in sorted(others - waits.keys()):
            yield Mistake((), hide(f"{name} comes after {other!r}, which is not declared in this file"))
    left = {name: others & waits.keys() for name, others in waits.items()}
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    if left:
        yield Mistake((), hide(f"{', '.join(sorted(left))} wait for one another: take one `after` away"))


@cache
def _validator() -> Any:  # noqa: ANN401 - what jsonschema makes of it
    from jsonschema import Draft202012Validator  # which takes a second to load: no other command should wait for it

    file = declarations() / "hub" / "schemas" / "releases.schema.json"
    return Draft202012Validator(json.loads(file.read_text(encoding="utf-8")))
