"""Statements one after another: assignments, branches, loops, definitions, imports.

A loop's body is taken once, with all turns side by side; the arms of a branch are taken one after another from the same
start, and joined.
"""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import configuring, narrowing, options, testing, truths
from leap_kg.links.code.bounds import MAX_DEPTH, MOST_ARMS, MOST_ITEMS
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Class,
    Entries,
    External,
    Function,
    Instance,
    Items,
    Values,
    as_text,
    merged,
    one,
    only,
    unpacked,
)
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder
    from leap_kg.links.code.scope import Scope


def body(folder: "Folder", statements: list[ast.stmt], returned: list[Alternative] | None = None) -> bool:
    """Take the statements in order; whether what follows them is never reached."""
    folder.depth += 1
    try:
        if folder.depth >= MAX_DEPTH:
            return False
        ended = False
        for each in statements:
            # What follows a return is never reached, but it is still what the code says.
            ended = _statement(folder, each, returned) or ended
        return ended
    finally:
        folder.depth -= 1


def _statement(folder: "Folder", node: ast.stmt, returned: list[Alternative] | None) -> bool:
    # Most statements are of two kinds.
    if isinstance(node, ast.Assign):
        values = folder.fold(node.value)
        for target in node.targets:
            assign(folder, target, values)
        return False
    if isinstance(node, ast.If):
        return _branch(folder, node, returned)
    match node:
        case ast.Expr(value=ast.Yield(value=value)) if value is not None and returned is not None:
            folder.yielded += folder.fold(value)
        case ast.Expr(value=value):
            if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                folder.fold(value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            assign(folder, target, folder.fold(value))
        case ast.AnnAssign(target=ast.Name(id=name)):
            folder.scope.names.setdefault(name, NOTHING)
        case ast.AugAssign(target=target, op=op, value=value):
            # Rules look at the kind of an expression, not at its context: the target is read as it stands.
            assign(folder, target, folder.fold(ast.copy_location(ast.BinOp(target, op, value), node)))
        case ast.For() | ast.AsyncFor():
            folder.turns(node.target, node.iter, f"for{node.iter.lineno}:{node.iter.col_offset}")
            body(folder, node.body, returned)
            body(folder, node.orelse, returned)
        case ast.While():
            folder.fold(node.test)
            body(folder, node.body, returned)
            body(folder, node.orelse, returned)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                values = folder.fold(item.context_expr)
                if item.optional_vars is not None:
                    assign(folder, item.optional_vars, values)
            return body(folder, node.body, returned)
        case ast.Try() | ast.TryStar():
            _attempt(folder, node, returned)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            define(folder, node, folder.scope)
        case ast.ClassDef():
            _class(folder, node)
        case ast.Return(value=value):
            values = folder.fold(value) if value is not None else one(None)
            if returned is not None and len(returned) < MOST_ARMS * 4:
                returned.extend(values)
            return True
        case ast.Import() | ast.ImportFrom():
            _import(folder, node)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            folder.scope.outside.update(names)
        case ast.Match():
            cases = _cases(folder, node)
            _side_by_side(folder, [case.body for case in cases], f"match{node.lineno}", returned)
        case ast.Raise() | ast.Continue() | ast.Break():
            _expressions(folder, node)
            return True
        case _:
            _expressions(folder, node)
    return False


def _expressions(folder: "Folder", node: ast.stmt) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            folder.fold(child)


def _branch(folder: "Folder", node: ast.If, returned: list[Alternative] | None) -> bool:
    if _is_main(node.test):
        before = dict(folder.scope.names)
        ended = body(folder, node.body, returned)
        # Whoever imports the module does not run this, so its functions see what stood before.
        folder.scope.names |= before
        return ended
    told = truths.known(folder, node.test)
    ways = narrowing.ways(folder, node.test)
    start = folder.scope.names
    arms: list[tuple[dict[str, Values], bool]] = []
    for number, arm in enumerate((node.body, node.orelse)):
        folder.scope.names = dict(start)
        # What an arm that is never taken returns is left out; what it reads the code says, but does not do.
        untaken = told is (number == 1)
        unlikely = untaken and (folder.site is not None or not folder.active)
        folder.untaken += unlikely
        folder.undecided += told is None and folder.site is not None
        # Whoever comes to an arm that this call does not take, comes with something else.
        other = untaken and bool(folder.active)
        folder.elsewhere += other
        kept = narrowing.forget(folder, node.test) if other else narrowing.narrow(folder, node.test, arm=number == 0)
        ended = body(folder, arm, [] if untaken and returned is not None else returned)
        narrowing.restore(folder, kept)
        folder.untaken -= unlikely
        folder.elsewhere -= other
        folder.undecided -= told is None and folder.site is not None
        arms.append((folder.scope.names, ended))
    folder.scope.names = start
    if told is not None:
        folder.scope.names, ended = arms[0 if told else 1]
        return ended and not folder.active
    reached = [names for names, ended in arms if not ended]
    folder.scope.join(_question(node.test), reached, ways)
    return False


def _question(test: ast.expr) -> str:
    """Two branches that ask the same plain question of the same name go the same way."""
    match test:
        case ast.Name(id=name):
            return f"if {name}"
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=value)]):
            return f"if {name} {type(op).__name__} {value!r}"
    return f"if{test.lineno}:{test.col_offset}"


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _attempt(folder: "Folder", node: "ast.Try | ast.TryStar", returned: list[Alternative] | None) -> None:
    start = dict(folder.scope.names)
    ended = body(folder, node.body, returned) or body(folder, node.orelse, returned)
    arms = [] if ended else [folder.scope.names]
    folder.undecided += folder.site is not None
    for handler in node.handlers:
        folder.scope.names = dict(start)
        if not body(folder, handler.body, returned):
            arms.append(folder.scope.names)
    folder.undecided -= folder.site is not None
    folder.scope.names = start
    folder.scope.join(f"try{node.lineno}:{node.col_offset}", arms)
    body(folder, node.finalbody, returned)


def _cases(folder: "Folder", node: ast.Match) -> list[ast.match_case]:
    """The cases that the subject may be of: one, where it is told and so are they."""
    subject = only(folder.fold(node.subject))
    if not isinstance(subject, str | int):
        return node.cases
    for case in node.cases:
        patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
        told = [only(folder.fold(each.value)) for each in patterns if isinstance(each, ast.MatchValue)]
        if subject in told or (isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None):
            return [case] if case.guard is None else node.cases
        if len(told) < len(patterns):
            return node.cases
    return []


def _side_by_side(folder: "Folder", each: list[list[ast.stmt]], name: str, returned: list[Alternative] | None) -> None:
    start = folder.scope.names
    reached = []
    for arm in each[:MOST_ARMS]:
        folder.scope.names = dict(start)
        if not body(folder, arm, returned):
            reached.append(folder.scope.names)
    folder.scope.names = start
    folder.scope.join(name, reached)


def define(
    folder: "Folder", node: ast.FunctionDef | ast.AsyncFunctionDef, scope: "Scope", owner: Class | None = None
) -> None:
    """A function or method: its defaults now, its body when it is called, or at the end."""
    defaults: dict[str, Values] = {}
    places = [*node.args.posonlyargs, *node.args.args]
    for argument, default in zip(reversed(places), reversed(node.args.defaults), strict=False):
        defaults[argument.arg] = folder.fold(default)
    for argument, given in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if given is not None:
            defaults[argument.arg] = folder.fold(given)
    for decorator in node.decorator_list:
        folder.fold(decorator)
        if isinstance(decorator, ast.Call):
            defaults.update(options.from_decorator(folder, decorator))
            defaults.update(configuring.of_main(folder, decorator, node))
            defaults.update(testing.from_decorator(folder, decorator))
    function = Function(node, scope, folder.passage, defaults, owner)
    if folder.site is None:
        folder.functions.append(function)
    if owner is not None:
        owner.attributes[node.name] = one(function)
    else:
        folder.scope.bind(node.name, one(function))


def _class(folder: "Folder", node: ast.ClassDef) -> None:
    bases = tuple(value for base in node.bases if isinstance(value := only(folder.fold(base)), Class))
    made = Class(node.name, {}, bases)
    outer = folder.scope
    folder.scope = type(outer)(outer)
    try:
        for each in node.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                define(folder, each, outer, made)
            else:
                _statement(folder, each, None)
        made.attributes.update({name: v for name, v in folder.scope.names.items() if name not in made.attributes})
    finally:
        folder.scope = outer
    folder.scope.bind(node.name, one(made))
    if bases and folder.site is None:
        folder.derived.append((made, node, folder.passage))


def _import(folder: "Folder", node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names[:MOST_ITEMS]:
        if isinstance(node, ast.Import):
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            found = folder.neighbours.module(name, 0, folder.passage.path)
            folder.scope.bind(alias.asname or name, one(found or External(name)))
            continue
        module = folder.neighbours.module(node.module or "", node.level, folder.passage.path)
        if module is None and alias.name != "*":
            inner = folder.neighbours.module(
                f"{node.module or ''}.{alias.name}".strip("."), node.level, folder.passage.path
            )
            folder.scope.bind(alias.asname or alias.name, one(inner or External(_external(node, alias))))
        elif module is not None and alias.name == "*":
            folder.scope.names.update({k: v for k, v in module.names.items() if not k.startswith("_")})
        elif module is not None:
            inner = None
            if alias.name not in module.names:
                path = f"{node.module or ''}.{alias.name}".strip(".")
                inner = folder.neighbours.module(path, node.level, folder.passage.path)
            folder.scope.bind(
                alias.asname or alias.name, module.names.get(alias.name, one(inner) if inner else NOTHING)
            )


def _external(node: ast.ImportFrom, alias: ast.alias) -> str:
    """The name of what a library has; `six.moves` only hands on the standard library."""
    return f"{node.module or ''}.{alias.name}".removeprefix("six.moves.")


def assign(folder: "Folder", target: ast.expr, values: Values) -> None:
    """Bind what is on the left: a name, several, an attribute of an object, a key of a dictionary."""
    match target:
        case ast.Name(id=name):
            folder.scope.bind(name, values)
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            for place, each in enumerate(elts[:MOST_ITEMS]):
                if isinstance(each, ast.Starred):
                    assign(folder, each.value, _rest(values, place, len(elts) - place - 1))
                    break
                assign(folder, each, unpacked(values, place))
        case ast.Starred(value=inner):
            assign(folder, inner, NOTHING)
        case ast.Attribute(value=owner, attr=name):
            owners = folder.fold(owner)
            if owners == NOTHING and isinstance(owner, ast.Name):
                # Settings that nobody defined before get their values one by one.
                owners = one(Instance(Class("", {})))
                folder.scope.bind(owner.id, owners)
            for value, _ in owners:
                if isinstance(value, Instance | Class) and len(value.attributes) < MOST_ITEMS:
                    value.attributes[name] = values
        case ast.Subscript(value=owner, slice=key):
            before, keys = only(folder.fold(owner)), folder.fold(key)
            if before == External("os.environ") and isinstance(entry := only(keys), str):
                folder.options[f"${entry}"] = values
            if isinstance(before, Entries) and len(before.each) < MOST_ITEMS and isinstance(owner, ast.Name):
                folder.scope.bind(owner.id, one(Entries({**before.each, **_keyed(before, keys, values)})))


def _keyed(before: Entries, keys: Values, values: Values) -> dict[str | int, Values]:
    """What a dictionary has under new keys: of a loop's turns each under its own; under one that nobody knows, too."""
    found: dict[str | int, Values] = {}
    for place, (key, when) in enumerate(keys):
        name = key if isinstance(key, str | int) else as_text(key)
        told = tuple(Alternative(v, both) for v, also in values if (both := merged(when, also)) is not None)
        if told:
            found[name if name != UNKNOWN else f"{UNKNOWN}{len(before.each) + place}"] = told
    return found


def _rest(values: Values, start: int, after: int) -> Values:
    """What a starred name takes: from `start` on, all but the last `after`."""
    value = only(values)
    return one(Items(value.each[start : max(len(value.each) - after, start)])) if isinstance(value, Items) else NOTHING
