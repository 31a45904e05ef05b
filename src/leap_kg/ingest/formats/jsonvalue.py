"""Reading and writing of JSON from outside: one value, bounded in depth, and one canonical text for each value.

Python writes `NaN` and `Infinity` into JSON and reads them back, though JSON has neither; they are read as `None`,
and `Json.gaps` counts them, so that the caller can say so.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leap_kg.ingest.formats.yamltext import Unreadable

DEEPEST = 64
"""How deep lists and objects may be nested; no catalogue or metadata document comes near."""


@dataclass(frozen=True, slots=True)
class Json:
    """A value that was read, and how many numbers of it are none (`NaN`, infinities, overflows): they are `None`."""

    value: Any
    gaps: int


def read_value(data: bytes, *, what: str) -> Json:
    """Read one JSON document in UTF-8; `what` names it in messages. Raises `Unreadable`, nothing else."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        raise Unreadable("answers with HTML or XML where JSON was due: check the address", what=what)
    gaps = 0

    def number(text: str) -> float | None:
        nonlocal gaps
        value = float(text)
        if math.isfinite(value):
            return value
        gaps += 1
        return None

    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=number, parse_float=number)
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 (byte offset {error.start}): save it as UTF-8", what=what) from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error.msg}", error.lineno, error.colno, what) from None
    except RecursionError:
        raise Unreadable(f"is nested deeper than {DEEPEST} levels", what=what) from None
    except ValueError:
        raise Unreadable("holds a whole number of thousands of digits: shorten it", what=what) from None
    if too_deep(value):
        raise Unreadable(f"is nested deeper than {DEEPEST} levels", what=what)
    return Json(value, gaps)


def canonical(value: object) -> str:
    """The one text of a JSON value, in ASCII, keys sorted; equal values give equal texts, and no control character.

    The value comes from `read_value` and so is bounded in depth and holds only finite numbers.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def too_deep(value: object) -> bool:
    """Whether lists and objects are nested deeper than `DEEPEST`."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
