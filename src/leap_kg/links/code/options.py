"""What command-line options default to: argparse, absl, click, typer."""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code.values import NOTHING, Entries, Items, PathText, Values, one, only

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_DECLARING = {"add_argument", "add", "add_arg", "parse_args", "parse_known_args"}


def declare(folder: "Folder", name: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """The default of the option that `name(…)` declares; `None` if it declares none."""
    if name not in _DECLARING and not name.startswith("DEFINE_"):
        return None
    flags = [text for each in given if isinstance(text := only(each), str)]
    if name == "add_argument" or (name in {"add", "add_arg"} and flags and flags[0].startswith("-")):
        default = _told(named.get("default"))
        for flag in [only(named.get("dest"))] if "dest" in named else flags:
            if isinstance(flag, str):
                folder.options[flag.lstrip("-").replace("-", "_")] = default
        return NOTHING
    if name.startswith("DEFINE_"):
        flag = only(given[0]) if given else None
        default = _told(given[1] if len(given) > 1 else named.get("default"))
        if isinstance(flag, str):
            folder.options[flag] = default
        return default
    if name in {"parse_args", "parse_known_args"}:
        entries: dict[str | int, Values] = {}
        entries.update(folder.options)
        namespace = one(Entries(entries))
        return namespace if name == "parse_args" else one(Items((namespace, NOTHING)))
    return None


def from_decorator(folder: "Folder", decorator: ast.Call) -> dict[str, Values]:
    """The argument that `@click.option("--path", default="gs://…")` gives a function."""
    name = decorator.func.attr if isinstance(decorator.func, ast.Attribute) else getattr(decorator.func, "id", "")
    if name not in {"option", "argument"}:
        return {}
    flags = [each.value for each in decorator.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    default = next((each.value for each in decorator.keywords if each.arg == "default"), None)
    told = folder.fold(default)
    if not all(isinstance(value, str | PathText | Items) for value, _ in told):
        return {}
    return {flag.lstrip("-").replace("-", "_"): told for flag in flags}


def _told(values: Values | None) -> Values:
    """No default means that whoever runs the program gives the value."""
    return NOTHING if values is None or only(values) is None else values
