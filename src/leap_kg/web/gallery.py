"""The page of named queries: each with its description, its parameters and a link that runs it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.graph.index.search import SearchIndex
from leap_kg.sparql.catalogue import Catalogue, NamedQuery
from leap_kg.sparql.naming import meant
from leap_kg.sparql.parameters import Value
from leap_kg.sparql.template import limit
from leap_kg.sparql.unknown import Unknown, unknown
from leap_kg.web.cells import Node
from leap_kg.web.links import query_url, url
from leap_kg.web.reading import Reading

# Queries that pages run for themselves; they would mislead in a list of questions.
_INTERNAL = ("pages/", "panels/", "names/")
# Queries of this folder are asked of the history of changes.
_OF_CHANGES = "changes/"
_MOST_SUGGESTED = 400


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """A parameter of a query with the value that stands in for it here; `among` lists values that it can take."""

    name: str
    description: str
    default: str
    among: str


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """One query, with its parameters replaced by their defaults.

    `anchor` is its name as a fragment, `run_path` runs it as it is, `form_path` takes values for its parameters. An
    answer ends after `limit` rows, if it is given.
    """

    name: str
    anchor: str
    title: str
    description: str
    parameters: list[ParameterEntry]
    text: str
    limit: int | None
    run_path: str
    form_path: str


def gallery(catalogue: Catalogue) -> list[GalleryEntry]:
    """Every named query that can run as it is, in the order of their headers."""
    shown = (query for query in catalogue.all() if not query.name.startswith(_INTERNAL) and _runs_alone(query))
    return [_entry(query) for query in sorted(shown, key=lambda query: (query.order, query.name))]


def suggested(reading: Reading, entries: list[GalleryEntry]) -> dict[str, list[str]]:
    """The values that the graph has for the parameters of these queries, by the name of the list; no long lists."""
    wanted = {parameter.among for entry in entries for parameter in entry.parameters if parameter.among}
    found = {name: reading.names(name) for name in sorted(wanted)}
    return {name: names for name, names in found.items() if len(names) <= _MOST_SUGGESTED}


def bound(catalogue: Catalogue, name: str, values: Mapping[str, str], reading: Reading | None = None) -> str | None:
    """The text of a query of the gallery with these values; `None` if there is none; raises `ParameterError`.

    An empty value stands for the default; a name, where an IRI is due, for the node that `reading` knows by it.
    """
    query = catalogue.get(name)
    if query is None or name.startswith(_INTERNAL) or not _runs_alone(query):
        return None
    given = _given(query, values)
    if reading is None or name.startswith(_OF_CHANGES):
        return query.bind(**given)
    return query.bind(**meant(query, given, reading.snapshot.store, reading.base))


def strangers(
    reading: Reading, index: SearchIndex, name: str, values: Mapping[str, str], once: Callable[[NamedNode], bool]
) -> list[Unknown]:
    """The values that the graph does not have, for a query that `bound` has bound; no defaults, which nobody chose.

    `once` says whether the graph ever had a node, which is enough for what is asked of the changes.
    """
    query = reading.queries.get(name)
    if query is None:
        return []
    if name.startswith(_OF_CHANGES):
        given: Mapping[str, Value] = _given(query, values)
        missed = unknown(query, given, reading.queries, reading.snapshot.store, index, once=once)
    else:
        given = meant(query, _given(query, values), reading.snapshot.store, reading.base)
        missed = unknown(query, given, reading.queries, reading.snapshot.store, index) if given else []
    return [each for each in missed if each.parameter in given]


def instead(name: str, values: Mapping[str, str], missed: Unknown) -> list[Node]:
    """The same question with each of the values that the graph has instead."""
    return [Node(near, url(f"/queries/{name}", **{**values, missed.parameter: near}), near) for near in missed.near]


def anchor_of(name: str) -> str:
    """The name of a query as a fragment of the page of questions."""
    return name.replace("/", "-")


def endpoint_of(name: str) -> str:
    """The path of the endpoint that answers a query."""
    return "/changes/sparql" if name.startswith(_OF_CHANGES) else "/sparql"


def _given(query: NamedQuery, values: Mapping[str, str]) -> dict[str, str]:
    return {key: values[key] for key in query.parameters if values.get(key)}


def _runs_alone(query: NamedQuery) -> bool:
    return all(parameter.default is not None for parameter in query.parameters.values())


def _entry(query: NamedQuery) -> GalleryEntry:
    text = query.bind()
    return GalleryEntry(
        name=query.name,
        anchor=anchor_of(query.name),
        title=query.title,
        description=query.description,
        parameters=[
            ParameterEntry(p.name, p.description, str(p.default), p.among or "") for p in query.parameters.values()
        ],
        text=text,
        limit=limit(text),
        run_path=query_url(text, endpoint=endpoint_of(query.name)),
        form_path=f"/queries/{query.name}",
    )
