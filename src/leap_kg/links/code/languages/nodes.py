"""What R and Julia have and Python has not, as nodes beside those of `ast`."""

import ast
from collections.abc import Callable


class Block(ast.expr):
    """Statements, and the expression that they come to."""

    _fields = ("body", "value")

    def __init__(self, body: list[ast.stmt], value: ast.expr) -> None:
        super().__init__()
        self.body = body
        self.value = value


class Deferred(ast.FunctionDef):
    """A function whose body is translated when somebody first looks at it: most are never followed."""

    def __init__(self, name: str, parameters: ast.arguments, translated: Callable[[], list[ast.stmt]]) -> None:
        self._made: list[ast.stmt] | None = None
        self._translated = translated
        super().__init__(name=name, args=parameters, body=[], decorator_list=[])
        self._made = None

    @property
    def body(self) -> list[ast.stmt]:
        """The statements of the function."""
        if self._made is None:
            self._made = self._translated()
        return self._made

    @body.setter
    def body(self, made: list[ast.stmt]) -> None:
        self._made = made


class Closure(ast.expr):
    """A function without a name that holds statements."""

    _fields = ("definition",)

    def __init__(self, definition: ast.FunctionDef) -> None:
        super().__init__()
        self.definition = definition
