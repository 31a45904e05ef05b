"""Settings that a framework loads, not the code itself: Hydra's, composed of files; and those of `configparser`.

`${key}` in a value stands for another value of the same settings.
"""

import ast
import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from leap_kg.links.code.bounds import LONGEST_TEXT, MOST_ITEMS
from leap_kg.links.code.values import NOTHING, Entries, Items, Value, Values, as_text, one, only

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_REFERENCE = re.compile(r"\$\{([\w.]+|oc\.env:[^{}]*)\}")
_DEEPEST = 8
_MOST_FILES = 40
_MOST_REFERENCES = 2000


def of_main(
    folder: "Folder", decorator: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> dict[str, Values]:
    """What `@hydra.main(config_path="conf", config_name="config")` gives the function that it stands before."""
    called = decorator.func.attr if isinstance(decorator.func, ast.Attribute) else ""
    if called != "main" or not function.args.args:
        return {}
    named = {each.arg: only(folder.fold(each.value)) for each in decorator.keywords if each.arg}
    name, path = named.get("config_name"), named.get("config_path", ".")
    if not isinstance(name, str):
        return {}
    here = dirname(folder.passage.path)
    place = normpath(join(here, path)) if isinstance(path, str) else here
    found = only(_composed(folder, place, name.removesuffix(".yaml"), [0]))
    return {function.args.args[0].arg: one(interpolated(found))} if isinstance(found, Entries) else {}


def _composed(folder: "Folder", place: str, name: str, count: list[int]) -> Values:
    """The settings of a file with those that its list of defaults names, which lie below it by their groups."""
    count[0] += 1
    if count[0] > _MOST_FILES:
        return NOTHING
    own = only(folder.neighbours.settings(f"{place}/{name}.yaml", ""))
    if not isinstance(own, Entries):
        return NOTHING
    whole: dict[str | int, Values] = {}
    defaults = only(own.each.get("defaults"))
    for each in defaults.each if isinstance(defaults, Items) else ():
        chosen = only(each)
        if isinstance(chosen, str) and chosen != "_self_":
            more = only(_composed(folder, place, chosen, count))
            whole.update(more.each if isinstance(more, Entries) else {})
        for group, option in chosen.each.items() if isinstance(chosen, Entries) else ():
            plain = re.sub(r"^(?:override|optional)\s+|@.*$", "", str(group)).strip("/")
            if isinstance(wanted := only(option), str):
                whole[plain.rpartition("/")[2]] = _composed(folder, f"{place}/{plain}", wanted, count)
    return one(Entries({**whole, **_merged(whole, own)}))


def _merged(below: dict[str | int, Values], own: Entries) -> dict[str | int, Values]:
    found: dict[str | int, Values] = {}
    for key, values in own.each.items():
        before, now = only(below.get(key)), only(values)
        if isinstance(before, Entries) and isinstance(now, Entries):
            values = one(Entries({**before.each, **now.each}))
        found[key] = values
    return found


def interpolated(settings: Value) -> Value:
    """The settings with each `${key}` that they tell themselves."""
    return _Filling(settings).filled(settings, 0)


class _Filling:
    """Fills the values of one file; what names itself, or grows without end, stays as it is from some point on."""

    def __init__(self, root: Value) -> None:
        self._root = root
        self._left = _MOST_REFERENCES

    def filled(self, value: Value, depth: int) -> Value:
        """The value with what its references tell."""
        if depth > _DEEPEST:
            return value
        match value:
            case str() if "${" in value:
                text = _REFERENCE.sub(lambda match: self._told(match, depth), value)
                return text if len(text) <= LONGEST_TEXT else value
            case Entries(each=each):
                return Entries({key: self._each(values, depth) for key, values in each.items()})
            case Items(each=every):
                return Items(tuple(self._each(values, depth) for values in every[:MOST_ITEMS]))
        return value

    def _each(self, values: Values, depth: int) -> Values:
        return tuple(each._replace(value=self.filled(each.value, depth + 1)) for each in values)

    def _told(self, match: "re.Match[str]", depth: int) -> str:
        self._left -= 1
        if self._left < 0:
            return match[0]
        if match[1].startswith("oc.env:"):
            return match[1].partition(",")[2] or match[0]
        value: Value = self._root
        for key in match[1].split("."):
            value = only(value.each.get(key)) if isinstance(value, Entries) else None
        if not isinstance(value, str | int | float):
            return match[0]
        text = as_text(self.filled(value, depth + 1))
        return text if len(text) <= LONGEST_TEXT else match[0]
