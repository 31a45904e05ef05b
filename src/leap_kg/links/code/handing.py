"""Functions that are handed on to be called later: `partial`, `map`, `submit`, threads.

Whoever maps a function over addresses opens each of them. What maps is rarely told (a pool, an executor, a cluster, a
bag), so its method counts by name, if what it is given first can be called.
"""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code.bounds import MOST_VALUES
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Bound,
    Class,
    Entries,
    External,
    Function,
    Instance,
    Items,
    Partial,
    Value,
    Values,
    elements,
    one,
    only,
)

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_EACH = {"from_map", "map", "imap", "imap_unordered", "map_async", "thread_map", "process_map", "Map", "FlatMap"}
_ROWS = {"starmap", "starmap_async"}
_ONCE = {"submit", "apply_async", "run_in_executor", "to_thread", "run_sync"}
_STARTED = {"Thread", "Process", "Timer"}
_SENT = {"submit", "remote", "delay", "fn", "spawn", "local", "delayed", "func", "__wrapped__"}
_STEPS = {"Map", "FlatMap", "ParDo"}
_STEP = External("step of a pipeline")


def partial(given: list[Values], named: dict[str, Values]) -> Values:
    """`partial(function, …)`."""
    function = only(given[0]) if given else None
    if not isinstance(function, Function | External | Partial | Bound | Class):
        return NOTHING
    return one(Partial(function, tuple(given[1:]), tuple(named.items())))


def handed(
    folder: "Folder", name: str, node: ast.Call, given: list[Values], named: dict[str, Values], over: Value = None
) -> Values | None:
    """What `….name(function, …)` gives; `None` if it hands on no function. `over` is the list whose method it is."""
    if name in _STARTED:
        function, arguments = only(named.get("target")), only(named.get("args"))
        if isinstance(function, Function | External | Partial | Bound):
            call(folder, function, node, list(arguments.each) if isinstance(arguments, Items) else [], {})
        return None
    if not given or name not in _EACH | _ROWS | _ONCE | _STEPS:
        return None
    rest = given[1:] if name != "run_in_executor" else given[2:]
    function = only(given[0] if name != "run_in_executor" or len(given) < 2 else given[1])
    if name == "ParDo" and isinstance(function, Instance):
        return one(Partial(_STEP, tuple(given), tuple(named.items())))
    if not isinstance(function, Function | External | Partial | Bound):
        return None
    if isinstance(function, External) and function.name.startswith("builtins."):
        return None
    if name in _STEPS and not any(map(_is_list, rest)):
        # What comes down the pipeline is known where the steps are put together.
        return one(Partial(_STEP, (given[0], *rest), tuple(named.items())))
    if name in _ONCE:
        if name == "apply_async" and isinstance(packed := only(rest[0]) if rest else None, Items):
            rest = list(packed.each)
        return call(folder, function, node, rest, named)
    turn = f"handed{node.lineno}:{node.col_offset}"
    sources = [one(over)] if isinstance(over, Items) else rest
    if not any(map(_is_list, sources)):
        return None
    if name in _ROWS:
        rows = only(sources[0])
        told = [only(turns) for turns in rows.each] if isinstance(rows, Items) else []
        each = [list(row.each) for row in told if isinstance(row, Items)]
        results = [result for row in each[:MOST_VALUES] for result in call(folder, function, node, row, {})]
    else:
        taken = [elements(source, turn) if _is_list(source) else NOTHING for source in sources]
        # Keywords of `map` are for the pool as often as for the function.
        results = list(call(folder, function, node, taken, {}))
    return one(Items(tuple((Alternative(result.value),) for result in results)))


def started(
    folder: "Folder", function: Function, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """`function.submit(…)`, of a function that a decorator made a task; `None` for other methods."""
    if name in _SENT:
        return call(folder, function, node, given, named)
    return handed(folder, name, node, [one(function), *given], named) if name in _EACH | _ROWS else None


def piped(folder: "Folder", taken: Values, step: Values, node: ast.expr) -> Values | None:
    """What `taken | step` gives, where `step` makes a collection of a pipeline or handles each element of one; `None`
    for all other operands.
    """
    handling, collection = only(step), only(taken)
    if isinstance(handling, Items) and not isinstance(collection, Items | Entries):
        return step
    if not isinstance(handling, Partial) or handling.of != _STEP:
        # A step of which nothing is known is taken for one that regroups.
        return taken if step == NOTHING and isinstance(collection, Items) else None
    node = node.right if isinstance(node, ast.BinOp) else node
    if not isinstance(collection, Items) or not isinstance(node, ast.Call):
        return NOTHING
    given = [elements(taken, f"piped{node.lineno}:{node.col_offset}"), *handling.given[1:]]
    function, named = only(handling.given[0]), dict(handling.named)
    if isinstance(function, Instance):
        from leap_kg.links.code import functions

        results = functions.method(folder, function, "process", given, named, node) or NOTHING
    else:
        results = call(folder, function, node, given, named)
    return one(Items(tuple((Alternative(result.value),) for result in results)))


def call(folder: "Folder", function: Value, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    """What the function returns for these arguments."""
    from leap_kg.links.code import calls

    if isinstance(function, Partial):
        return call(folder, function.of, node, [*function.given, *given], {**dict(function.named), **named})
    return calls.called(folder, function, node, given, named)


def _is_list(source: Values) -> bool:
    return isinstance(only(source), Items | Entries)
