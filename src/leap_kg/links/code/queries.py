"""Files that a query in SQL opens by their addresses, as DuckDB lets it."""

import ast
import re
from typing import TYPE_CHECKING

from leap_kg.links.code import noting
from leap_kg.links.code.values import NOTHING, Values, as_text, one
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_QUOTED = re.compile(r"'([^'\s]{1,500}://[^'\s]{1,1500})'")
_TO = re.compile(r"\bTO\s*\Z", re.IGNORECASE)


def noted(folder: "Folder", queries: Values, node: ast.Call, via: str) -> Values:
    """Note what the queries read, and what they copy their result to."""
    for value, _ in queries:
        text = as_text(value)
        for match in _QUOTED.finditer(text):
            role = Role.WRITES if _TO.search(text[: match.start()]) else Role.READS
            noting.noted(folder, role, one(match[1]), node, None, via)
    return NOTHING
