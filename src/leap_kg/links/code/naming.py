"""Calls of which only the name is known: what a library of somebody's own calls `open_…` or `download_…` reads.

Hazard: a name promises little, so the address must be that of data by itself, and told whole.
"""

import ast
import re
from typing import TYPE_CHECKING

from leap_kg.links.code import addresses
from leap_kg.links.code.values import Items, Values, as_text
from leap_kg.links.signal import UNKNOWN, Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_READING = re.compile(r"(?:open|read|load|download|fetch|retrieve|wget|scan)(?:_\w+|[A-Z]\w*|er)?\Z", re.ASCII)
_NO_READING = re.compile(r"(?:\w*_(?:tab|browser|url|urls|window|link|figure|image|page))\Z|opener\Z", re.ASCII)
_MOST = 20


def noted(folder: "Folder", name: str, node: ast.Call, given: list[Values], named: dict[str, Values]) -> None:
    """Note the addresses that a call reads whose name alone is known."""
    if not _READING.match(name) or _NO_READING.match(name) or folder.site is not None:
        return
    keywords = {each.arg: each.value for each in node.keywords}
    told = [(values, node.args[at] if at < len(node.args) else None) for at, values in enumerate(given)]
    for values, at in [*told, *((values, keywords.get(key)) for key, values in named.items())]:
        for text in _texts(values):
            address = addresses.looking(text) if "://" in text and UNKNOWN not in text else None
            if address is not None and UNKNOWN not in address:
                folder.ledger.named(Role.READS, address, folder.place(node, at), name)


def _texts(values: Values) -> list[str]:
    found: list[str] = []
    for value, _ in values[:_MOST]:
        inner = [each.value for item in value.each[:_MOST] for each in item] if isinstance(value, Items) else [value]
        found += [as_text(each) for each in inner]
    return found[:_MOST]
