"""The panels of a page: named queries about its node, each with its rows and a link to the query itself.

A panel runs in this process, so it must be bounded: it has a LIMIT and starts from the node of the page. One
without rows is left out, except those that every node has.
"""

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.graph.statements import Term
from leap_kg.ontology.iri import path_of
from leap_kg.sparql.catalogue import NamedQuery
from leap_kg.sparql.header import ANY
from leap_kg.web.cells import Cell, Column, Node, plain
from leap_kg.web.links import external_href, query_url
from leap_kg.web.reading import Reading

_AT = "_at"

# The last line of every panel; tests hold it to that.
_LIMIT = re.compile(r"^LIMIT (\d+)\s*\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Panel:
    """The answer of one named query about a node; `name` is the query's, without its folder.

    `cut` if there are as many rows as the query asks for at most: there may be more of them in the graph.
    """

    name: str
    title: str
    description: str
    columns: list[Column]
    rows: list[dict[str, Cell]]
    query_url: str
    cut: bool

    @property
    def of_links(self) -> bool:
        """Whether each row is a link with evidence, whose confidence leads to the link's page."""
        return bool(self.rows) and all(_is_link(row.get("confidence")) for row in self.rows)


def _is_link(cell: Cell) -> bool:
    return isinstance(cell, Node) and "/link/" in cell.iri and not cell.external


def panels_of(reading: Reading, node: NamedNode) -> list[Panel]:
    """The panels for the classes of a node, in order."""
    types = [cls.value for cls in reading.types(node)]
    made = ((query, _panel(reading, query, node)) for query in reading.queries.panels_for(types))
    return [panel for query, panel in made if panel.rows or ANY in query.panel_of]


def _panel(reading: Reading, query: NamedQuery, node: NamedNode) -> Panel:
    text = query.bind(node=node)
    rows = [
        {name: _leading(reading, _cell(reading, name, term), row.get(f"{name}{_AT}")) for name, term in row.items()}
        for row in reading.select(text)
    ]
    columns = [
        Column(name, label, number=bool(rows) and all(type(row.get(name)) is int for row in rows))
        for name, label in query.columns.items()
    ]
    limit = _LIMIT.search(text)
    return Panel(
        name=query.name.rpartition("/")[2],
        title=query.title,
        description=query.description,
        columns=columns,
        rows=rows,
        query_url=query_url(text),
        cut=limit is not None and len(rows) >= int(limit[1]),
    )


def _cell(reading: Reading, name: str, term: Term) -> Cell:
    """A value; a property, which stands under that name, in words."""
    if name == "property" and isinstance(term, NamedNode):
        return Node(reading.word(term), path_of(reading.base, term.value) if reading.is_own(term) else "", term.value)
    return reading.cell(term)


def _leading(reading: Reading, cell: Cell, at: Term | None) -> Cell:
    """The cell as a link, if the query says where it leads."""
    if isinstance(at, NamedNode):
        return Node(plain(cell), path_of(reading.base, at.value), at.value)
    address = external_href(at.value) if at is not None else ""
    return Node(plain(cell), address, address, external=True) if address else cell
