"""Which form of a page is asked for: by the suffix of its path, else by the Accept header.

Validators: the ETag of everything read from the graph is the revision with the form; that of a web page also names
the build, since a page changes with its templates. HTTP semantics: RFC 9110, sections 8.8.3, 12 and 13.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from fastapi import Request, Response

from leap_kg.sparql.accept import best
from leap_kg.sparql.formats import GRAPHS, Format

HTML = Format("html", "HTML", "text/html", (), is_graph=False)
TURTLE, N_TRIPLES, JSONLD, RDF_XML = GRAPHS
JSON = Format("json", "JSON", "application/json", (), is_graph=False)
CSV = Format("csv", "CSV", "text/csv", (), is_graph=False)

RDF_FORMS = (JSONLD, TURTLE, N_TRIPLES, RDF_XML)
NODE_FORMS = (HTML, *RDF_FORMS, JSON, CSV)
LIST_FORMS = (HTML, JSON, CSV)


def by_suffix(path: str, forms: Iterable[Format]) -> tuple[str, Format | None]:
    """The path without the suffix of one of these forms, and that form; the path itself and `None` without one."""
    for form in forms:
        if form is not HTML and path.endswith(form.suffix) and not path.endswith(f"/{form.suffix}"):
            return path.removesuffix(form.suffix), form
    return path, None


def by_accept(request: Request, forms: Sequence[Format]) -> Format | None:
    """The form that the client likes best, the first for a tie or no wish, `None` if it accepts none."""
    found = best(",".join(request.headers.getlist("accept")), [form.media_type for form in forms])
    return next((form for form in forms if form.media_type == found), None)


def wants_page(request: Request) -> bool:
    """Whether a message is better a page than a few lines of text: only for who asks for pages by name."""
    return best(",".join(request.headers.getlist("accept")), ["text/plain", HTML.media_type]) == HTML.media_type


def etag(revision: int, form: Format, stamp: str = "") -> str:
    """The weak validator of a form of a page at a revision; `stamp` is what else it depends on."""
    return f'W/"{revision}-{form.name}{"-" + stamp if stamp else ""}"'


def unchanged(request: Request, tag: str) -> bool:
    """Whether the client says it has what this validator stands for."""
    given = ",".join(request.headers.getlist("if-none-match"))
    known = re.findall(r'(?:W/)?"[^"]*"|\*', given)
    return any(one == "*" or one.removeprefix("W/") == tag.removeprefix("W/") for one in known)


def not_acceptable(forms: Sequence[Format], address: str) -> Response:
    """406 with the list of what there is."""
    lines = [f"{form.media_type}  {with_suffix(address, form)}" for form in forms]
    text = "This page is not available in a form that you accept. There are:\n\n" + "\n".join(lines) + "\n"
    return Response(text, status_code=406, media_type="text/plain", headers={"Vary": "Accept"})


def with_suffix(address: str, form: Format) -> str:
    """The address of a form of a page: the suffix goes before the query string."""
    path, mark, query = address.partition("?")
    return f"{path}{'' if form is HTML else form.suffix}{mark}{query}"


def link_header(canonical: str, address: str, forms: Iterable[Format]) -> str:
    """The Link header of a page: what it is about, and its other forms."""
    links = [f"<{_ascii(canonical)}>; rel=canonical", f"<{_ascii(canonical)}>; rel=about"]
    for form in forms:
        target = _ascii(with_suffix(address, form))
        relation = "describedby" if form in RDF_FORMS else "alternate"
        links.append(f'<{target}>; rel="{relation}"; type="{form.media_type}"')
    return ", ".join(links)


def _ascii(iri: str) -> str:
    """The IRI as a URI, fit for a header."""
    return quote(iri, safe="/-._~!$&'()*+,;=:@?#%[]")
