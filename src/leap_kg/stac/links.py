"""Links of objects, as JSON, and documents put together with their links.

Documents are kept as texts and never parsed for an answer: the links go before the last brace.
"""

import json
from typing import Any

JSON, GEOJSON = "application/json", "application/geo+json"

_FIRST = '{"collection":'
_DECODER = json.JSONDecoder()


def link(relation: str, href: str, media_type: str = JSON, **more: object) -> dict[str, Any]:
    """One link."""
    return {"rel": relation, "href": href, "type": media_type, **more}


def with_links(document: str, own: list[dict[str, Any]], kept: str, collection: str = "") -> str:
    """The document with its own links and those that were kept, and with the collection it has here."""
    mine = json.dumps(own, ensure_ascii=False, separators=(",", ":"))[1:-1]
    placed = _placed(document, collection) if collection else document
    return f'{placed[:-1]},"links":[{",".join(filter(None, (mine, kept)))}]}}'


def _placed(document: str, collection: str) -> str:
    """The document in the collection that it is in here; the index puts what it said itself first."""
    rest = document[1:]
    if document.startswith(_FIRST):
        _, end = _DECODER.raw_decode(document, len(_FIRST))
        rest = document[end + 1 :]
    return f"{_FIRST}{json.dumps(collection, ensure_ascii=False)},{rest}"
