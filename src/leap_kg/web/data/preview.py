"""The page on which a browser draws a variable from the store itself.

Hazard: every other page may ask this server only. This one may also ask the host of its store, and no third; it runs no
more than other pages do, so chunks that only generated code unpacks (Blosc) are not drawn.
"""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode

from leap_kg.ontology.iri import iri_of, path_of
from leap_kg.web.answers import page, site_of
from leap_kg.web.data.reachable import reachable
from leap_kg.web.nodes.picture import picture_of
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.security import CONTENT_SECURITY_POLICY, raw_path

router = APIRouter(include_in_schema=False)


@router.get("/store/{slug:path}/preview")
def preview(request: Request, slug: str) -> Response:
    """A variable of the store, drawn in the browser."""
    site = site_of(request)
    revision = site.revision()
    reading = revision.reading
    try:
        node = NamedNode(iri_of(site.settings.base, raw_path(request.scope).removesuffix("/preview")))
        whole = NamedNode(iri_of(site.settings.base, raw_path(request.scope)))
    except ValueError:
        return by_path(request)
    found = reachable(reading, node)
    if found is None or reading.exists(whole):
        return by_path(request)
    answer = page(
        request,
        "preview.html",
        revision,
        store=reading.link(node),
        path=path_of(reading.base, node.value),
        root=found.root,
        host=urlsplit(found.root).netloc,
        variables=found.variables,
        picture=picture_of(reading, node),
        section="browse",
    )
    answer.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; connect-src 'self' {found.origin}"
    return answer
