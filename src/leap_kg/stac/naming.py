"""What a collection is called in the API: the id it was published with, unless another collection has that already.

Ids are unique within their catalogue only. Of several collections with one id the first by its IRI has it; the others
have a sign of their own after it, `era5~0f3a…`. With its sign a collection is found also if it is the first, so what
was once said of it stays true when another catalogue comes or goes.

Hazard: an id may hold a slash, or be nothing but dots. Servers, and programs before them, undo one escape before they
look for the steps of an address, so such an id is escaped twice in one.
"""

import json
from collections.abc import Iterator
from urllib.parse import quote, unquote

from leap_kg.ontology.iri import digest

MARK = "~"
"""What stands between an id and the sign of the collection that has it, too."""

LOOSE = "items-of-no-collection"
"""What the collection of all items is called whose own is not here, or that have none."""

_ITEM_OF = "SELECT 1 FROM node AS n JOIN stac AS i ON i.series = n.iri WHERE n.id = {row}.node AND i.form = 'item'"


def is_collection(row: str) -> str:
    """SQL: whether this row of `stac` is a collection of the API; a catalogue is one if items are its own."""
    has_items = f"EXISTS ({_ITEM_OF.format(row=row)})"
    return f"({row}.form = 'collection' OR ({row}.form = 'catalog' AND {has_items}))"


def called(row: str, iri: str) -> str:
    """SQL: what this row of `stac`, whose node has this IRI, is called; an item by its own id."""
    before = (
        f"SELECT 1 FROM stac AS z JOIN node AS y ON y.id = z.node WHERE z.name = {row}.name AND z.form <> 'item' "
        f"AND y.iri < {iri} AND {is_collection('z')}"
    )
    return f"(CASE WHEN {row}.form <> 'item' AND EXISTS ({before}) THEN {_signed(row, iri)} ELSE {row}.name END)"


def is_called(row: str, iri: str) -> str:
    """SQL: whether a collection goes by one of some names; its values are `published(names)` and the names as JSON."""
    asked = f"SELECT 1 FROM json_each(?) AS j WHERE j.value IN ({called(row, iri)}, {_signed(row, iri)})"
    return f"({row}.name IN (SELECT value FROM json_each(?)) AND EXISTS ({asked}))"


def _signed(row: str, iri: str) -> str:
    return f"{row}.name || '{MARK}' || apart({iri})"


def sign(iri: str) -> str:
    """What tells a collection from others with its id; to be known to the database as `apart`."""
    return digest(iri)


def published(names: list[str]) -> str:
    """As JSON, the ids that collections with these names may have been published with."""
    return json.dumps([*names, *(name.rpartition(MARK)[0] for name in names if MARK in name)])


def step(name: str) -> str:
    """A name as one step of an address."""
    if name in (".", ".."):
        name = name.replace(".", "%2E")
    return quote(quote(name, safe="") if "/" in name else name, safe="")


def spellings(name: str) -> Iterator[str]:
    """The names that a step of an address may stand for, the likeliest first; one escape was undone on the way."""
    yield name
    if (plain := unquote(name)) != name:
        yield plain


def marked(name: str, iri: str) -> str:
    """What one of several objects with this name is called, whichever others there are."""
    return f"{name}{MARK}{sign(iri)}"
