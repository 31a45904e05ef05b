"""The small pictures of stores: which one a page shows, and the files themselves, by the hash of their bytes.

Hazard: the folder of raw bodies holds everything that was ever harvested. Only what the graph names as a picture, and
what begins as a PNG does, is given out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pyoxigraph import Literal, NamedNode
from starlette.responses import PlainTextResponse

from leap_kg.ingest.raw import BodyDamaged, BodyMissing, RawStore
from leap_kg.ontology.namespaces import DCT, FOAF, SCHEMA, XSD
from leap_kg.web.answers import site_of
from leap_kg.web.cells import Node
from leap_kg.web.history.moments import revision_asked
from leap_kg.web.negotiation import unchanged
from leap_kg.web.reading import Reading

router = APIRouter(include_in_schema=False)

_FOLDER = "thumbnail/"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PNG = b"\x89PNG\r\n\x1a\n"
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its path here, what it shows, and the store it is of unless that is what the page is about."""

    path: str
    words: str
    store: Node | None = None


def picture_of(reading: Reading, store: NamedNode) -> Picture | None:
    """The picture that a harvest drew of a store."""
    for node in reading.nodes(store, FOAF("thumbnail")):
        name = reading.text(node, SCHEMA("contentUrl")).removeprefix(f"{reading.base}{_FOLDER}")
        if name.endswith(".png") and _SHA256.fullmatch(name.removesuffix(".png")):
            return Picture(f"/{_FOLDER}{name}", reading.text(node, DCT("description")))
    return None


def picture_of_any(reading: Reading, stores: Iterable[NamedNode]) -> Picture | None:
    """The picture of the first store that has one."""
    for store in stores:
        if (found := picture_of(reading, store)) is not None:
            return Picture(found.path, found.words, reading.link(store))
    return None


@router.get("/thumbnail/{sha256}.png")
def picture_file(request: Request, sha256: str) -> Response:
    """The picture of this hash, if a store of the revision asked for has it."""
    site = site_of(request)
    reading = revision_asked(request, site).reading
    url = Literal(f"{reading.base}{_FOLDER}{sha256}.png", datatype=XSD("anyURI"))
    if not _SHA256.fullmatch(sha256) or not reading.subjects(SCHEMA("contentUrl"), url):
        return PlainTextResponse("No store has this picture.\n", status_code=404)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": _FOR_EVER}
    if unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    try:
        png = RawStore(site.home.raw).get(sha256)
    except (BodyMissing, BodyDamaged, OSError):
        png = b""
    if not png.startswith(_PNG):
        text = "The picture is not on this server; it is where the store was harvested.\n"
        return PlainTextResponse(text, status_code=404)
    return Response(png, media_type="image/png", headers=headers)
