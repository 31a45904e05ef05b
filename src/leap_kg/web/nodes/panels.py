"""The panels of a page: named queries about its node, each with its rows and a link to the query itself.

A panel runs in this process, so it must be bounded: it has a LIMIT and starts from the node of the page. One
without rows is left out, except those that every node has.
"""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.iri import path_of
from leap_kg.sparql.catalogue import NamedQuery
from leap_kg.sparql.header import ANY
from leap_kg.web.cells import Cell, Column, Node
from leap_kg.web.links import query_url
from leap_kg.web.reading import Reading, Term


@dataclass(frozen=True, slots=True)
class Panel:
    """The answer of one named query about a node; `name` is the query's, without its folder."""

    name: str
    title: str
    description: str
    columns: list[Column]
    rows: list[dict[str, Cell]]
    query_url: str


def panels_of(reading: Reading, node: NamedNode) -> list[Panel]:
    """The panels for the classes of a node, in order."""
    types = [cls.value for cls in reading.types(node)]
    made = ((query, _panel(reading, query, node)) for query in reading.queries.panels_for(types))
    return [panel for query, panel in made if panel.rows or ANY in query.panel_of]


def _panel(reading: Reading, query: NamedQuery, node: NamedNode) -> Panel:
    text = query.bind(node=node)
    rows = [{name: _cell(reading, name, term) for name, term in row.items()} for row in reading.select(text)]
    columns = [
        Column(name, label, number=bool(rows) and all(type(row.get(name)) is int for row in rows))
        for name, label in query.columns.items()
    ]
    return Panel(query.name.rpartition("/")[2], query.title, query.description, columns, rows, query_url(text))


def _cell(reading: Reading, name: str, term: Term) -> Cell:
    """A value; a property, which stands under that name, in words."""
    if name == "property" and isinstance(term, NamedNode):
        return Node(reading.word(term), path_of(reading.base, term.value) if reading.is_own(term) else "", term.value)
    return reading.cell(term)
