"""Puts a page together as an HTTP answer: form, validators, links to its other forms, and the frame of the page.

A route says what it can give and how to make each form; what the client gets is decided here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from leap_kg.sparql.formats import Format
from leap_kg.web.negotiation import (
    HTML,
    by_accept,
    etag,
    link_header,
    not_acceptable,
    not_modified,
    unchanged,
    with_suffix,
)
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Resource:
    """One page in all its forms.

    `revision` is the revision it was read from (0 if it depends on none), `address` its path with query string and
    without suffix, `about` the IRI of what it is about, `make` the maker of the body of a form, `stamp` what the page
    depends on beside revision and build, `status` that of a full answer.
    """

    revision: int
    address: str
    about: str
    forms: Sequence[Format]
    make: Callable[[Format], bytes | str]
    stamp: str = ""
    status: int = 200


def site_of(request: Request) -> Site:
    """The state of the process."""
    site: Site = request.app.state.site
    return site


def answer(request: Request, resource: Resource, form: Format | None) -> Response:
    """The page in the form named by its suffix, else in the one that the client likes best."""
    chosen = form or by_accept(request, resource.forms)
    if chosen is None:
        return not_acceptable(resource.forms, resource.address)
    stamp = "-".join(filter(None, (site_of(request).build if chosen is HTML else "", resource.stamp)))
    tag = etag(resource.revision, chosen, stamp)
    if resource.status == 200 and unchanged(request, tag):
        return not_modified(tag)
    headers = {
        "ETag": tag,
        "Vary": "Accept",
        "Cache-Control": "no-cache",
        "Leap-Revision": str(resource.revision),
        "Link": link_header(resource.about, resource.address, (f for f in resource.forms if f is not chosen)),
    }
    if resource.status != 200:
        del headers["ETag"]
    return Response(resource.make(chosen), status_code=resource.status, media_type=chosen.content_type, headers=headers)


def render(request: Request, template: str, revision: Revision | None = None, **context: object) -> str:
    """A page with what the frame needs."""
    if revision is not None:
        context |= {
            "revision": revision.number,
            "revision_path": f"/changes/{revision.number}",
            "revision_time": revision.time,
        }
    return site_of(request).templates.render(template, context)


def page(
    request: Request, template: str, revision: Revision | None = None, status: int = 200, **context: object
) -> Response:
    """A page that exists as HTML only."""
    headers = {"Cache-Control": "no-cache"}
    return HTMLResponse(render(request, template, revision, **context), status_code=status, headers=headers)


def twins(address: str, forms: Sequence[Format]) -> list[dict[str, str]]:
    """The other forms of a page, as the frame lists them."""
    return [
        {"label": form.label, "path": with_suffix(address, form), "type": form.media_type}
        for form in forms
        if form is not HTML
    ]


def origin(request: Request) -> str:
    """Scheme and host of the server as the client knows them; the Host header is whatever the client sends."""
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"
