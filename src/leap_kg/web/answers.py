"""Puts a page together as an HTTP answer: form, validators, links to its other forms and moments, and its frame.

A route says what it can give and how to make each form; what the client gets is decided here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from leap_kg.ontology.iri import digest
from leap_kg.sparql.formats import Format
from leap_kg.web.history.pinned import pinned
from leap_kg.web.links import without_moment
from leap_kg.web.negotiation import HTML, by_accept, etag, link_header, not_acceptable, unchanged, with_suffix
from leap_kg.web.revision import Revision
from leap_kg.web.security import raw_path
from leap_kg.web.signin.member import member_of
from leap_kg.web.site import Site
from leap_kg.web.sparql.clients import Networks

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
# What a 304 repeats of the answer that it stands for (RFC 9110, section 15.4.5).
_VALIDATED = ("ETag", "Vary", "Cache-Control", "Content-Location", "Memento-Datetime")


@dataclass(frozen=True, slots=True)
class Resource:
    """One page in all its forms.

    `revision` is the revision it was read from (0 if it depends on none), `address` its path with query string and
    without suffix, `about` the IRI of what it is about, `make` the maker of the body of a form, `stamp` what the page
    depends on beside revision and build, `page_stamp` what only the web page does, `status` that of a full answer,
    `moment` the headers that `memento.headers` made for it, `page_links` links that only the web page's header has.
    """

    revision: int
    address: str
    about: str
    forms: Sequence[Format]
    make: Callable[[Format], bytes | str]
    stamp: str = ""
    status: int = 200
    moment: Mapping[str, str] = field(default_factory=dict)
    page_stamp: str = ""
    page_links: str = ""


def site_of(request: Request) -> Site:
    """The state of the process."""
    site: Site = request.app.state.site
    return site


def answer(request: Request, resource: Resource, form: Format | None) -> Response:
    """The page in the form named by its suffix, else in the one that the client likes best."""
    chosen = form or by_accept(request, resource.forms)
    if chosen is None:
        return not_acceptable(resource.forms, resource.address)
    fixed = "at" if "Memento-Datetime" in resource.moment else ""
    member = member_of(request)
    frame = digest(member.name, member.role) if member else ""
    of_page = (site_of(request).build, frame, resource.page_stamp) if chosen is HTML else ()
    stamp = "-".join(filter(None, (*of_page, resource.stamp, fixed)))
    tag = etag(resource.revision, chosen, stamp)
    links = link_header(resource.about, resource.address, (f for f in resource.forms if f is not chosen))
    of_form = resource.page_links if chosen is HTML else ""
    headers = {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Leap-Revision": str(resource.revision),
        **resource.moment,
        "Vary": ", ".join(filter(None, ("Accept", resource.moment.get("Vary")))),
        "Link": ", ".join(filter(None, (links, resource.moment.get("Link"), of_form))),
    }
    if resource.status == 200 and unchanged(request, tag):
        return Response(status_code=304, headers={name: headers[name] for name in _VALIDATED if name in headers})
    if resource.status != 200:
        del headers["ETag"]
    return Response(resource.make(chosen), status_code=resource.status, media_type=chosen.content_type, headers=headers)


def render(request: Request, template: str, revision: Revision | None = None, **context: object) -> str:
    """A page with what the frame needs; the links of one about a fixed moment stay at that moment."""
    site = site_of(request)
    if member := member_of(request):
        context["member"] = {"name": member.name, "role": member.role, "home": member.home}
    if revision is None:
        return site.templates.render(template, context)
    context |= {
        "revision": revision.number,
        "revision_path": f"/changes/{revision.number}",
        "revision_time": _second(site.history.committed(revision.number)),
    }
    if revision.fixed is None:
        return site.templates.render(template, context)
    query = request.scope["query_string"].decode("latin-1")
    now = without_moment(f"{raw_path(request.scope)}{'?' if query else ''}{query}")
    context["fixed"] = {"at": revision.fixed.isoformat(), "now": now}
    return pinned(site.templates.render(template, context), revision.number)


def _second(moment: datetime) -> str:
    """A time to the second, as people read it in the frame of a page."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def page(
    request: Request, template: str, revision: Revision | None = None, status: int = 200, **context: object
) -> Response:
    """A page that exists as HTML only."""
    headers = {"Cache-Control": "no-cache"}
    if revision is not None and revision.fixed is not None:
        headers["X-Robots-Tag"] = "noindex"
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
    scheme = forwarded_scheme(request, site_of(request).settings.trusted_proxies) or request.url.scheme
    return f"{scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"


def server_of(request: Request) -> str:
    """The address of this server as the client knows it, without a slash at its end; it may be below a path."""
    return f"{origin(request)}{site_of(request).settings.path}"


def forwarded_scheme(request: Request, trusted: Networks) -> str | None:
    """What a proxy before us says the client used, if it is one that we were told to trust."""
    named = request.headers.get("x-forwarded-proto", "")
    if not trusted or named not in ("http", "https") or request.client is None:
        return None
    try:
        peer = ip_address(request.client.host)
    except ValueError:
        return None
    return named if any(peer in network for network in trusted) else None
