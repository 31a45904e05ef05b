"""Which graphs may be written from outside, and which scope a token needs for each.

Hazard: what stands between a stranger and a graph is a comparison of IRIs, so nothing here resolves, decodes or
normalises one. Below `<base>graph` only the graphs listed here can be written, letter by letter; `..`, percent
signs and empty names make an IRI that none of the patterns matches.
"""

import re
from collections.abc import Iterable

from pyoxigraph import NamedNode

from leap_kg.graph.names import DEFAULT_SOURCE, provenance_graph, source_graph, whole_graph

ADMIN = "admin"
CURATE = "curate"
OPERATE = "operate"
LINKS = "links"
REQUEST = "request"
"""May ask for data on the site, and write nothing else."""
ANY_SOURCE = "publish:*"

_NAME = r"[a-z0-9][a-z0-9._-]{0,99}"
_SCOPE = re.compile(rf"{ADMIN}|{CURATE}|{OPERATE}|{LINKS}|{REQUEST}|publish:(\*|{_NAME})")
_OWN = re.compile(
    rf"/(?:(?P<publish>source|metrics)/(?P<source>{_NAME})|(?P<curate>curated)"
    rf"|(?P<operate>desired|observed)/{_NAME}|(?P<links>links)/{_NAME})"
)
_LONGEST_LABEL = 100
_ONTOLOGY = "ontology"


def parse_scope(text: str) -> str:
    """The scope as it is kept; raises `ValueError` for text that is none."""
    scope = text.strip()
    if not _SCOPE.fullmatch(scope):
        known = "publish:SOURCE, publish:*, curate, operate, links, request or admin"
        raise ValueError(f"{text!r} is no scope; use {known}")
    return scope


def default_graph(base: str) -> NamedNode:
    """Where triples go that are written without naming a graph."""
    return source_graph(base, DEFAULT_SOURCE)


def protected_graphs(base: str) -> tuple[NamedNode, ...]:
    """The graphs that only the program itself writes: runs and revisions, and the ontology."""
    return (
        provenance_graph(base),
        source_graph(base, _ONTOLOGY),
        NamedNode(f"{whole_graph(base).value}/{_ONTOLOGY}"),
    )


def needed_scope(base: str, graph: str) -> str | None:
    """The scope that suffices to write a graph, beside `admin`; `None` if nobody may write it from outside.

    `admin` stands for graphs that no smaller scope covers: those with IRIs of other people.
    """
    whole = whole_graph(base).value
    if not graph.startswith(whole) or re.match(r"[A-Za-z0-9-]", graph[len(whole) :]):
        return ADMIN
    found = _OWN.fullmatch(graph, len(whole))
    if found is None or NamedNode(graph) in protected_graphs(base):
        return None
    if found["publish"]:
        return f"publish:{found['source']}"
    return CURATE if found["curate"] else OPERATE if found["operate"] else LINKS


def covers(scopes: Iterable[str], needed: str) -> bool:
    """Whether one of the scopes is the needed one or includes it."""
    held = set(scopes)
    return bool(held & {needed, ADMIN}) or (needed.startswith("publish:") and ANY_SOURCE in held)


def source_of(base: str, graph: str) -> str | None:
    """The source whose graph this is; `None` for every other graph."""
    start = f"{whole_graph(base).value}/source/"
    name = graph.removeprefix(start)
    return name if name != graph and re.fullmatch(_NAME, name) else None


def label_of(base: str, graph: str) -> str:
    """What a patch that writes this graph is called: by its source, else by its path, else `other`."""
    whole = whole_graph(base).value
    if _OWN.fullmatch(graph, len(whole)) is None or not graph.startswith(whole):
        return "other"
    return source_of(base, graph) or graph.removeprefix(f"{whole}/").replace("/", "-")[:_LONGEST_LABEL]
