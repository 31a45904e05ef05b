"""Reads `recipe.py`: which recipes it defines, by which steps, and from which addresses. Nothing is ever run.

Hazard: the code is a stranger's. It is only parsed, within a size, and every walk over it has a bound; what the parser
cannot take (nesting that overflows it, NUL, another version of Python) is `Unreadable`. Addresses are put together
from literals alone; what a program would compute stays a hole, `https://host/{year}.nc`.
"""

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from leap_kg.ingest.formats.yamltext import Unreadable

MAX_BYTES = 128 * 2**10  # parsing an f-string takes time with the square of its length
MAX_NODES = 100_000

_LONGEST = 2000
_MOST = 500
_PIECES = 60
_ADDRESS = re.compile(r"(?:https?|ftp|s3|gs|gcs|abfs|az)://[^\s'\"<>]+", re.IGNORECASE | re.ASCII)
# Calls and arguments that say where things go, not where they come from.
_OUTWARD = re.compile(r"(?i)^(?:to_|store|copy|write|register|upload|push)|target|output|destination|catalog")
_CLASSES = re.compile(r"\w*Recipe", re.ASCII)


@dataclass(frozen=True, slots=True)
class Defined:
    """A name that the module binds: the line, and what it is made by, in order, such as the steps of a pipeline.

    `keys` are those of a dictionary, as far as they are literals.
    """

    name: str
    line: int
    steps: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """What a recipe's module says. `inputs` are whole addresses, `templates` those with holes, in order."""

    defined: dict[str, Defined] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def recipes(self) -> list[Defined]:
        """What looks like a recipe: made by a class of recipes, or by a pipeline of several steps."""
        made = (each for each in self.defined.values() if each.steps)
        return [each for each in made if len(each.steps) > 1 or _CLASSES.fullmatch(each.steps[0])]


def read_code(data: bytes, *, what: str) -> Code:
    """What the module says; raises `Unreadable`, nothing else."""
    tree = parsed(data, what)
    nodes: list[ast.AST] = []
    for node in ast.walk(tree):
        nodes.append(node)
        if len(nodes) > MAX_NODES:
            raise Unreadable("has more code than a recipe needs: split the module", what=what)
    texts = _constants(nodes)
    found: dict[str, dict[str, None]] = {"inputs": {}, "templates": {}, "outputs": {}}
    for address, outward in _addresses(tree, texts):
        place = "outputs" if outward else "templates" if "{" in address else "inputs"
        if len(found[place]) < _MOST:
            found[place][address] = None
    every = [*found["inputs"], *found["templates"], *found["outputs"]]
    # What others begin with is the constant that they were put together from.
    whole = [text for text in found["inputs"] if not any(each != text and each.startswith(text) for each in every)]
    return Code(
        {each.name: each for each in _definitions(tree)},
        tuple(whole),
        tuple(found["templates"]),
        tuple(found["outputs"]),
    )


def parsed(data: bytes, what: str) -> ast.Module:
    """The syntax tree of a module; raises `Unreadable`, nothing else."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES} bytes: split the module", what=what)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except SyntaxError as problem:
        raise Unreadable(f"is no Python: {problem.msg}", problem.lineno, what=what) from None
    except (ValueError, RecursionError, MemoryError) as problem:
        reason = str(problem) if isinstance(problem, ValueError) else "it is nested too deeply"
        raise Unreadable(f"is no Python that can be parsed: {reason}", what=what) from None


def _definitions(tree: ast.Module) -> Iterator[Defined]:
    """What the module binds at its top, also below an `if`, a `with` or a `try`."""
    waiting: list[ast.stmt] = list(reversed(tree.body))
    while waiting:
        match waiting.pop():
            case ast.FunctionDef(name=name, lineno=line) | ast.ClassDef(name=name, lineno=line):
                yield Defined(name, line)
            case ast.Assign(targets=targets, value=value, lineno=line):
                for target in targets:
                    names = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
                    for bound in names:
                        if isinstance(bound, ast.Name):
                            yield _bound(bound.id, line, value if len(names) == 1 else None)
            case ast.AnnAssign(target=ast.Name(id=name), value=value, lineno=line):
                yield _bound(name, line, value)
            case ast.AugAssign(target=ast.Name(id=name), value=value, lineno=line):
                yield _bound(name, line, value)
            case ast.If() | ast.With() | ast.Try() | ast.For() | ast.While() as block:
                every = (getattr(block, part, []) for part in ("finalbody", "orelse", "body"))
                waiting += [each for body in every for each in reversed(body)]
            case ast.Import(names=aliases, lineno=line) | ast.ImportFrom(names=aliases, lineno=line):
                for alias in aliases:
                    yield Defined((alias.asname or alias.name).partition(".")[0], line)


def _bound(name: str, line: int, value: ast.expr | None) -> Defined:
    keys: tuple[str, ...] = ()
    if isinstance(value, ast.Dict):
        literal = (key.value for key in value.keys if isinstance(key, ast.Constant))
        keys = tuple(str(key) for key in literal)[:_MOST]
    made = value.value if isinstance(value, ast.DictComp) else value
    return Defined(name, line, tuple(_steps(made)) if made is not None else (), keys)


def _steps(value: ast.expr) -> list[str]:
    """The names of what is called, from the first to the last: `Create(…) | Open(…)` gives both."""
    steps: list[str] = []
    while isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr | ast.RShift) and len(steps) < _MOST:
        # A label, `"Write" >> StoreToZarr(…)`, is no step.
        steps.append(_called(value.right))
        if isinstance(value.op, ast.RShift):
            return [step for step in reversed(steps) if step]
        value = value.left
    steps.append(_called(value))
    return [step for step in reversed(steps) if step]


def _called(value: ast.expr) -> str:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.RShift):
        value = value.right
    if not isinstance(value, ast.Call):
        return ""
    function = value.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


# --- addresses ----------------------------------------------------------------------------------------


def _constants(nodes: list[ast.AST]) -> dict[str, str]:
    """The names that are given one literal text, and no other value, anywhere in the module."""
    given: Counter[str] = Counter()
    texts: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            given[node.id] += 1
        elif isinstance(node, ast.arg):
            given[node.arg] += 1
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            text = _folded(node.value, texts)
            if text is not None and "{" not in text:
                texts[node.targets[0].id] = text
    return {name: text for name, text in texts.items() if given[name] == 1}


def _addresses(tree: ast.Module, texts: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Each address with whether it says where something goes; documentation is passed over."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, outward = waiting.pop()
        if isinstance(node, ast.Call):
            outward = outward or bool(_OUTWARD.search(_called(node)))
        elif isinstance(node, ast.keyword):
            outward = outward or bool(_OUTWARD.search(node.arg or ""))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            outward = outward or bool(_OUTWARD.search(node.targets[0].id))
        if isinstance(node, ast.expr) and (text := _folded(node, texts)) is not None:
            if match := _ADDRESS.match(text):
                yield match[0], outward
            continue
        below = [child for child in ast.iter_child_nodes(node) if not _is_documentation(child)]
        waiting += [(child, outward) for child in reversed(below)]


def _is_documentation(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _folded(value: ast.expr, texts: dict[str, str]) -> str | None:
    """The text that an expression is without running anything; what is computed becomes a hole. `None` for no text."""
    if isinstance(value, ast.Name):
        return texts.get(value.id)
    if not isinstance(value, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call):
        return None
    pieces: list[str] = []
    waiting: list[ast.expr] = [value]
    literal = False
    for _ in range(_PIECES):
        if not waiting:
            break
        match waiting.pop():
            case ast.Constant(value=str(text)):
                literal = True
                pieces.append(text)
            case ast.JoinedStr(values=values):
                literal = True
                waiting += reversed(values)
            case ast.FormattedValue(value=inner):
                pieces.append(_hole(inner, texts))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                waiting += [right, left]
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
                literal = True
                pieces.append(text)
            case ast.Name(id=name) if name in texts:
                literal = True
                pieces.append(texts[name])
            case other:
                pieces.append(_hole(other, texts))
    return "".join(pieces)[:_LONGEST] if literal and not waiting else None


def _hole(value: ast.expr, texts: dict[str, str]) -> str:
    """What stands for a computed piece: the text of a constant, or `{name}`."""
    if isinstance(value, ast.Name) and value.id in texts:
        return texts[value.id]
    return f"{{{_shown(value)}}}"


def _shown(value: ast.expr) -> str:
    """A hole's name: that of the variable or of what is called in it."""
    match value:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Subscript(value=ast.Name(id=name)):
            return name
        case ast.Call():
            return _called(value) or "value"
        case _:
            return "value"
