"""What pytest gives a test: the values that it is to be tried with, and what fixtures of its name return.

Nobody calls a test or a fixture: pytest does, by the names of its parameters. Those of a fixture come from the class,
the file, or a `conftest.py` in the folder or above it. What a plugin gives is not told.
"""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import functions
from leap_kg.links.code.evidence import Site
from leap_kg.links.code.values import (
    Class,
    Function,
    Instance,
    Items,
    Values,
    elements,
    one,
    only,
    unpacked,
)

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_REQUEST = Class("FixtureRequest", {})
_CONFTEST = "conftest"
_DEEPEST = 3
"""Fixtures that ask for fixtures."""
_HIGHEST = 6
"""Folders above that of a test in which a `conftest.py` is looked for."""
_FIXTURES = {"fixture"}


def made(last: str, given: list[Values]) -> Values | None:
    """`pytest.param(…)`: the value, or a row of them; `None` for other calls."""
    if last != "param" or not given:
        return None
    return given[0] if len(given) == 1 else one(Items(tuple(given)))


def from_decorator(folder: "Folder", decorator: ast.Call) -> dict[str, Values]:
    """The arguments that `@pytest.mark.parametrize(…)` gives a test, and `@pytest.fixture(params=…)` a fixture."""
    name = decorator.func.attr if isinstance(decorator.func, ast.Attribute) else getattr(decorator.func, "id", "")
    if name == "parametrize":
        return _tried(folder, decorator)
    params = next((each.value for each in decorator.keywords if each.arg == "params"), None)
    if name not in _FIXTURES or params is None:
        return {}
    turns = elements(folder.fold(params), f"params{decorator.lineno}")
    return {"request": one(Instance(_REQUEST, {"param": turns}))}


def _tried(folder: "Folder", decorator: ast.Call) -> dict[str, Values]:
    given = [*decorator.args[:2], None, None]
    keywords = {each.arg: each.value for each in decorator.keywords}
    if "indirect" in keywords or len(decorator.args) > 2:
        # The values go to fixtures, which make of them what the test gets.
        return {}
    told = only(folder.fold(given[0] or keywords.get("argnames")))
    if isinstance(told, Items):
        names = [text for each in told.each if isinstance(text := only(each), str)]
    else:
        names = [each.strip() for each in told.split(",") if each.strip()] if isinstance(told, str) else []
    turns = elements(folder.fold(given[1] or keywords.get("argvalues")), f"tried{decorator.lineno}")
    if len(names) == 1 and not isinstance(told, Items):
        return {names[0]: turns}
    return {name: unpacked(turns, place) for place, name in enumerate(names)}


def arguments(folder: "Folder", function: Function, depth: int = 0) -> dict[str, Values]:
    """What the fixtures give that a test or fixture asks for; nothing for other functions."""
    node = function.node
    if isinstance(node, ast.Lambda) or depth >= _DEEPEST or not _is_run_by_pytest(function):
        return {}
    places = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    names = [each.arg for each in places if each.arg not in function.defaults and each.arg not in {"self", "request"}]
    found: dict[str, Values] = {}
    for name in names:
        fixture = _fixture(folder, function, name)
        if fixture is not None and fixture is not function:
            found[name] = _given(folder, fixture, depth)
    return found


def _is_run_by_pytest(function: Function) -> bool:
    named = not isinstance(function.node, ast.Lambda) and function.node.name.startswith("test")
    return named or bool(functions.decorators(function) & _FIXTURES)


def _fixture(folder: "Folder", function: Function, name: str) -> Function | None:
    """The nearest fixture of that name."""
    found = only(function.owner.find(name)) if function.owner is not None else None
    if not isinstance(found, Function):
        found = only(function.scope.get(name))
    if isinstance(found, Function) and functions.decorators(found) & _FIXTURES:
        return found
    for level in range(1, _HIGHEST + 1):
        module = folder.neighbours.module(_CONFTEST, level, function.passage.path)
        found = only(module.names.get(name)) if module is not None else None
        if isinstance(found, Function) and functions.decorators(found) & _FIXTURES:
            return found
    return None


def _given(folder: "Folder", fixture: Function, depth: int) -> Values:
    """What a fixture gives. What one of another file reads by itself is told there."""
    named = arguments(folder, fixture, depth + 1)
    own: list[Values] = [one(Instance(fixture.owner))] if fixture.owner is not None else []
    if fixture.passage.path == folder.path:
        return functions.follow(folder, fixture, own, named, None)
    before = folder.site
    head = ast.copy_location(ast.Constant(None), fixture.node)
    folder.site = Site(folder.passage, head, frozenset(), len(folder.active))
    try:
        return functions.follow(folder, fixture, own, named, None)
    finally:
        folder.site = before
