"""The page of one revision: what it did to each entity, statement by statement, some entities a page."""

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.history.feed import entity_of
from leap_kg.graph.history.timeline import Revised, Timeline, Touched
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import source_graph
from leap_kg.web.cells import Cell, Node
from leap_kg.web.history.changes import touched_node
from leap_kg.web.history.patchscan import Changed, Gate, changed
from leap_kg.web.links import url
from leap_kg.web.listing import Pages, pages
from leap_kg.web.reading import Reading

SHOWN_ENTITIES = 40
SHOWN_STATEMENTS = 60


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that was taken away or added; `part` is the fragment it is about, `""` for the node itself."""

    added: bool
    part: str
    property: str
    value: Cell


@dataclass(frozen=True, slots=True)
class EntityChange:
    """What a revision changed of one entity; `total` counts all statements, `more` those that are not shown."""

    node: Node
    how: str
    statements: list[Statement]
    total: int
    more: int
    history: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """The page of one revision; `hows` counts its entities by what became of those on this page."""

    revised: Revised
    at: str
    source: Node
    run: Node
    total: int
    entities: list[EntityChange]
    pages: Pages
    older: str
    newer: str


def change_page(
    log: PatchLog, timeline: Timeline, gate: Gate, reading: Reading, revised: Revised, number: int
) -> ChangePage:
    """A page of a revision; raises `LogError` if its patch is missing or damaged, `Busy` while too many are read."""
    revision = revised.revision
    touched = timeline.touched(revision, SHOWN_ENTITIES, (number - 1) * SHOWN_ENTITIES)
    total = timeline.touched_count(revision)
    with gate.enter(revised.removed + revised.added):
        found = changed(log, revision, (one.iri for one in touched), reading.base, SHOWN_STATEMENTS)
    path = f"/changes/{revision}"
    return ChangePage(
        revised=revised,
        at=revised.at.isoformat(),
        source=reading.link(source_graph(reading.base, revised.source)),
        run=reading.link(NamedNode(revised.run)),
        total=total,
        entities=[_entity(reading, one, found[one.iri]) for one in touched],
        pages=pages(total, number, SHOWN_ENTITIES, lambda n: f"{path}?page={n}" if n > 1 else path),
        older=f"/changes/{revision - 1}" if revision > 1 else "",
        newer=f"/changes/{revision + 1}" if revision < reading.revision else "",
    )


def told(reading: Reading, change: Changed) -> list[Statement]:
    """The statements of a change as a page shows them, by part and property, what was removed first."""
    gone = [statement(reading, quad, False) for quad in sorted(change.removed, key=str)]
    come = [statement(reading, quad, True) for quad in sorted(change.added, key=str)]
    return sorted([*gone, *come], key=lambda s: (s.part, s.property, s.added))


def statement(reading: Reading, quad: Quad, added: bool) -> Statement:
    """One statement as a page shows it."""
    subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
    part = subject.partition("#")[2] if entity_of(subject, reading.base) != subject else ""
    value: Cell = reading.cell(quad.object) if isinstance(quad.object, NamedNode | Literal) else str(quad.object)
    return Statement(added, part, reading.word(quad.predicate), value)


def _entity(reading: Reading, touched: Touched, change: Changed) -> EntityChange:
    statements = told(reading, change)
    total = touched.removed + touched.added
    return EntityChange(
        node=touched_node(reading, touched),
        how=touched.how,
        statements=statements,
        total=total,
        more=max(0, total - len(statements)),
        history=url("/history", iri=touched.iri),
    )
