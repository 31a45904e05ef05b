"""Loads the module of a recipe: with other values for its settings, and with its pipeline turned to the staging place.

A recipe of Pangeo Forge leaves open where it writes; `pangeo_forge_recipes.injections` says which arguments those are.
They are put into the calls of the module's source, and what its pipelines are created from passes through `created`,
which fetches first. Nothing of anybody's library is changed.
"""

import ast
import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from .failing import Failed

_CREATED = "_leap_recipe_created"
_PLACES = "_leap_recipe_places"


def load(
    folder: Path,
    name: str,
    settings: Mapping[str, Any],
    places: Mapping[str, str],
    created: Callable[[Any, Any], Any] | None,
) -> ModuleType:
    """The module `name` of the folder, run; raises `Failed` for one that is not there or no Python."""
    file = folder / f"{name}.py"
    try:
        tree = ast.parse(file.read_bytes(), str(file))
    except OSError:
        raise Failed("feedstock", f"{file.name} is not there: meta.yaml names it") from None
    except (SyntaxError, ValueError) as error:
        raise Failed("feedstock", f"{file.name} is no Python: {error}") from None
    _set(tree, settings, file.name)
    tree = ast.fix_missing_locations(_Turned(_arguments() if created else {}, created is not None).visit(tree))
    sys.path.insert(0, str(folder))
    module = ModuleType(name)
    module.__file__ = str(file)
    vars(module).update({_CREATED: created, _PLACES: dict(places)})
    sys.modules[name] = module  # what a pipeline pickles must be found again
    try:
        exec(compile(tree, str(file), "exec"), vars(module))  # noqa: S102 - this is what a recipe is for
    except ModuleNotFoundError as error:
        does = "do without it"
        if str(error.name).partition(".")[0] in ("apache_beam", "pangeo_forge_recipes"):
            does = "a recipe of Pangeo Forge is run with --runner direct"
        message = f"{file.name} imports {error.name}, which the environment of recipes lacks: {does}"
        raise Failed("import", message) from error
    except ImportError as error:
        raise Failed(
            "import", f"{file.name}: {error}. It may be written for another release of Pangeo Forge"
        ) from error
    return module


def _arguments() -> dict[str, dict[str, str]]:
    """By the name of a transform, which argument takes which place; none where Pangeo Forge is not installed."""
    try:
        found = importlib.import_module("pangeo_forge_recipes.injections").get_injection_specs()
    except ImportError:
        return {}
    # Inputs are fetched before a pipeline begins, so a cache has no use.
    return {
        name: {key: place for key, place in places.items() if place == "TARGET_STORAGE"}
        for name, places in found.items()
    }


def _set(tree: ast.Module, settings: Mapping[str, Any], file: str) -> None:
    """Give the names that the module binds to literals at its top other values."""
    bound: dict[str, list[ast.Assign | ast.AnnAssign]] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if (
                isinstance(target, ast.Name)
                and isinstance(node, ast.Assign | ast.AnnAssign)
                and _is_literal(node.value)
            ):
                bound.setdefault(target.id, []).append(node)
    for name, value in settings.items():
        if name not in bound:
            known = ", ".join(sorted(bound)) or "there is none"
            raise Failed("setting", f"--set {name}: {file} binds no such name to a literal; those it binds: {known}")
        for each in bound[name]:
            each.value = ast.parse(repr(value), mode="eval").body


def _is_literal(value: ast.expr | None) -> bool:
    try:
        ast.literal_eval(value) if value is not None else None
    except (ValueError, TypeError):
        return False
    return value is not None


class _Turned(ast.NodeTransformer):
    def __init__(self, arguments: Mapping[str, Mapping[str, str]], creates: bool) -> None:
        self._arguments = arguments
        self._creates = creates

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Point what writes at the staging place, and what is created at the items that were fetched."""
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for argument, place in self._arguments.get(name, {}).items():
            node.keywords = [each for each in node.keywords if each.arg != argument]
            taken = ast.Subscript(ast.Name(_PLACES, ast.Load()), ast.Constant(place), ast.Load())
            node.keywords.append(ast.keyword(argument, taken))
        match node.args:
            case [ast.Call(func=ast.Attribute(value=pattern, attr="items"), args=[], keywords=[])] if (
                name == "Create" and self._creates
            ):
                return ast.Call(ast.Name(_CREATED, ast.Load()), [node.func, pattern], [])
        return node
