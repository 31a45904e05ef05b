"""The panels of a page: named queries about its node, each with its rows and a link to the query itself.

A panel runs in this process, so it must be bounded: it has a LIMIT and starts from the node of the page. One
without rows is left out, except those that every node has.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

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

    `cut` if there are as many rows as the query asks for at most: there may be more of them in the graph. Names are
    looked up for the rows that are shown.
    """

    name: str
    title: str
    description: str
    columns: list[Column]
    rows: Sequence[dict[str, Cell]]
    query_url: str
    cut: bool

    @property
    def of_links(self) -> bool:
        """Whether each row is a link with evidence, whose confidence leads to the link's page."""
        return bool(self.rows) and all(_is_link(row.get("confidence")) for row in self.rows)


class _Rows(Sequence[dict[str, Cell]]):
    """The rows of an answer as cells, each made when somebody looks at it."""

    def __init__(self, reading: Reading, answer: Sequence[Mapping[str, Term]]) -> None:
        self._reading = reading
        self._answer = answer

    def __len__(self) -> int:
        return len(self._answer)

    @overload
    def __getitem__(self, place: int) -> dict[str, Cell]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Cell]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Cell] | list[dict[str, Cell]]:
        if isinstance(place, slice):
            return list(map(self._cells, self._answer[place]))
        return self._cells(self._answer[place])

    def is_number(self, name: str) -> bool:
        """Whether there are rows, and each has a whole number under this name."""
        numbers = (name in row and type(self._cell(row, name)) is int for row in self._answer)
        return bool(self._answer) and all(numbers)

    def _cells(self, row: Mapping[str, Term]) -> dict[str, Cell]:
        return {name: self._cell(row, name) for name in row}

    def _cell(self, row: Mapping[str, Term], name: str) -> Cell:
        """A value; a property, which stands under that name, in words."""
        reading, term = self._reading, row[name]
        if name == "property" and isinstance(term, NamedNode):
            path = path_of(reading.base, term.value) if reading.is_own(term) else ""
            cell: Cell = Node(reading.word(term), path, term.value)
        else:
            cell = reading.cell(term)
        return _leading(reading, cell, row.get(f"{name}{_AT}"))


def _is_link(cell: Cell) -> bool:
    return isinstance(cell, Node) and "/link/" in cell.iri and not cell.external


def panels_of(reading: Reading, node: NamedNode) -> list[Panel]:
    """The panels for the classes of a node, in order."""
    types = [cls.value for cls in reading.types(node)]
    made = ((query, _panel(reading, query, node)) for query in reading.queries.panels_for(types))
    return [panel for query, panel in made if panel.rows or ANY in query.panel_of]


def _panel(reading: Reading, query: NamedQuery, node: NamedNode) -> Panel:
    text = query.bind(node=node)
    rows = _Rows(reading, reading.select(text))
    columns = [Column(name, label, number=rows.is_number(name)) for name, label in query.columns.items()]
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


def _leading(reading: Reading, cell: Cell, at: Term | None) -> Cell:
    """The cell as a link, if the query says where it leads."""
    if isinstance(at, NamedNode):
        return Node(plain(cell), path_of(reading.base, at.value), at.value)
    address = external_href(at.value) if at is not None else ""
    return Node(plain(cell), address, address, external=True) if address else cell
