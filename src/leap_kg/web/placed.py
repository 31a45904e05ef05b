"""The page of a node in its place: its address, its forms, and its moments before and after."""

from collections.abc import Callable, Sequence

from fastapi import Request
from pyoxigraph import NamedNode

from leap_kg.ontology.iri import digest, path_of
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import Resource, site_of
from leap_kg.web.history.memento import headers
from leap_kg.web.links import at_moment, url
from leap_kg.web.negotiation import HTML, NODE_FORMS
from leap_kg.web.revision import Revision


def placed(
    request: Request,
    revision: Revision,
    iri: str,
    address: str,
    forms: Sequence[Format],
    make: Callable[[Format], bytes | str],
    status: int,
) -> Resource:
    """A page about the node `iri`, whose path is `address`; a page of a moment has addresses of that moment."""
    place = at_moment(address, revision.number) if revision.fixed is not None else address
    states = site_of(request).freshness.states(revision).values()
    freshness = digest(*(f"{state.state} {state.checked}" for state in states))[:6]
    return Resource(
        revision=revision.number,
        address=place,
        about=iri,
        forms=forms,
        make=make,
        status=status,
        page_stamp=freshness,
        moment=headers(request, revision, address, iri),
    )


def node_address(revision: Revision, node: NamedNode) -> str:
    """The path of a node to which suffixes can be put: not where another node's IRI is this one with a suffix."""
    path = path_of(revision.reading.base, node.value)
    taken = (NamedNode(node.value + form.suffix) for form in NODE_FORMS if form is not HTML)
    if "?" in path or not any(revision.reading.exists(other) for other in taken):
        return path
    return url("/node", iri=node.value)
