"""Bytes to text to a tree, within bounds; nothing is compiled or run.

Hazard: the parser of Python overflows on deep nesting, takes f-strings in time with the square of their length, and
warns of what is in the code. All of it becomes `Unparsed`.
"""

import ast
import re
import tokenize
import warnings
from io import BytesIO

from leap_kg.links.code.bounds import MAX_FORMATTED, MAX_PYTHON

_LONG_LINE = re.compile(rf"[^\r\n]{{{MAX_FORMATTED},}}")
_FORMATTED = re.compile(r"(?i)\b(?:f|rf|fr)['\"]")


class Unparsed(Exception):
    """Why a text is no Python that can be read; `line` counts from 1, 0 where unknown."""

    def __init__(self, reason: str, hint: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.hint, self.line = reason, hint, line


def decoded(data: str | bytes) -> str:
    """The text of a file, by its own declaration of an encoding; raises `Unparsed`."""
    if len(data) > MAX_PYTHON:
        raise Unparsed(f"it is larger than {MAX_PYTHON} bytes", "Move data out of the code, or split the file.")
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return data.decode(encoding).removeprefix("\ufeff")
    except (SyntaxError, LookupError, UnicodeDecodeError) as problem:
        reason = f"its text cannot be decoded: {str(problem)[:120]}"
        raise Unparsed(reason, "Save the file as UTF-8.") from None


def parsed(text: str) -> ast.Module:
    """The tree of `text`; raises `Unparsed`, nothing else."""
    if any(_FORMATTED.search(line[0]) for line in _LONG_LINE.finditer(text)):
        raise Unparsed("it has an f-string that takes too long to parse", "Break the line up.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as problem:
        raise Unparsed(f"it is no Python 3: {problem.msg}", "Mend the syntax.", problem.lineno or 0) from None
    except (ValueError, OverflowError) as problem:
        raise Unparsed(f"it is no Python: {str(problem)[:120]}", "Remove what is no text.") from None
    except (RecursionError, MemoryError):
        raise Unparsed("it is nested too deeply", "Break the expression up.") from None
