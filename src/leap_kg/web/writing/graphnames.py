"""Which graph a request to the graph store is about.

By `?graph=IRI`, by `?default`, or by the address itself, whose IRI then is that of the graph:
https://www.w3.org/TR/sparql11-http-rdf-update/#graph-identification

Hazard: the IRI of a graph decides who may write it. It is taken as it stands and never resolved; an address with `.`
or `..` in it is refused, since clients would resolve it to another.
"""

import re
from urllib.parse import parse_qsl

from fastapi import Request
from pyoxigraph import NamedNode

from leap_kg.graph.scopes import default_graph
from leap_kg.sparql.guard import Refused
from leap_kg.web.answers import server_of
from leap_kg.web.security import raw_path

PATH = "/graph-store"
_LONGEST = 2000
_MOST_PARAMETERS = 20
_DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)


def graph_of(request: Request, base: str) -> NamedNode | None:
    """The graph that the request names; `None` if it names none. Raises `Refused` (400)."""
    try:
        pairs = parse_qsl(
            request.scope["query_string"].decode("ascii"),
            keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS,
        )  # fmt: skip
    except ValueError:
        raise Refused(400, "the parameters are not percent-encoded UTF-8, or too many") from None
    graphs = [value for name, value in pairs if name == "graph"]
    is_default = any(name == "default" for name, _ in pairs)
    path = raw_path(request.scope)
    is_direct = path.removeprefix(PATH).strip("/") != ""
    if len(graphs) + is_default + is_direct > 1:
        raise Refused(400, "the request names more than one graph; use one of ?graph=IRI, ?default and the address")
    if is_default:
        return default_graph(base)
    if is_direct:
        if any(_DOTS.fullmatch(segment) for segment in path.split("/")):
            raise Refused(400, "an address with '.' or '..' in it names no graph")
        return _iri(server_of(request) + path)
    return _iri(graphs[0]) if graphs else None


def _iri(text: str) -> NamedNode:
    if len(text) > _LONGEST:
        raise Refused(400, f"the IRI of a graph has at most {_LONGEST} characters")
    try:
        return NamedNode(text)
    except ValueError:
        raise Refused(400, f"{text[:200]!r} is no absolute IRI; percent-encode it in ?graph=") from None
