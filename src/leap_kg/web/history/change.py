"""The page of one revision: what it did to each entity, statement by statement, some entities a page."""

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.history.feed import entity_of
from leap_kg.graph.history.timeline import Group, Revised, Timeline, Touched
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import source_graph
from leap_kg.web.cells import Cell, Node
from leap_kg.web.history.changes import touched_node
from leap_kg.web.history.patchscan import Changed, Gate, changed
from leap_kg.web.links import url
from leap_kg.web.listing import Pages, kind_plural, pages
from leap_kg.web.reading import Reading

SHOWN_ENTITIES = 40
EXAMPLES = 3
# How an address names the entities that are of no kind.
NO_KIND = "none"
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
class GroupedChange:
    """The entities of one kind of which the same became; `path` lists them with their statements."""

    how: str
    kind: str
    count: int
    removed: int
    added: int
    examples: list[Node]
    path: str
    active: bool


@dataclass(frozen=True, slots=True)
class ChangePage:
    """The page of one revision: its entities in groups, and, if they are few or one group was chosen, each of them.

    `total` counts the entities, `listed` those of the list that `entities` is a page of; `every` leads to the list of
    all, `""` where that is shown.
    """

    revised: Revised
    at: str
    source: Node
    run: Node
    total: int
    groups: list[GroupedChange]
    listed: int
    entities: list[EntityChange]
    pages: Pages
    every: str
    older: str
    newer: str


def change_page(
    log: PatchLog,
    timeline: Timeline,
    gate: Gate,
    reading: Reading,
    revised: Revised,
    wanted: tuple[str, str] | None,
    number: int,
) -> ChangePage:
    """A page of a revision; raises `LogError` if its patch is missing or damaged, `Busy` while too many are read.

    `wanted` is what became of the entities to list, and their kind; two empty texts list all, `None` those of a
    revision that has few. `number` is the page of the list.
    """
    revision, path = revised.revision, f"/changes/{revised.revision}"
    groups = timeline.groups(revision)
    total = sum(group.count for group in groups)
    chosen = next((group for group in groups if (group.how, group.kind) == wanted), None)
    listed = chosen.count if chosen else total if wanted or total <= SHOWN_ENTITIES else 0
    touched = _touched(timeline, revision, chosen.place if chosen else 0, listed, number)
    with gate.enter(revised.removed + revised.added if touched else 0):
        iris = (one.iri for one in touched)
        found = changed(log, revision, iris, reading.base, SHOWN_STATEMENTS) if touched else {}
    fields = {"how": chosen.how, "kind": chosen.kind or NO_KIND} if chosen else {"list": "all"} if wanted else {}
    return ChangePage(
        revised=revised,
        at=revised.at.isoformat(),
        source=reading.link(source_graph(reading.base, revised.source)),
        run=reading.link(NamedNode(revised.run)),
        total=total,
        groups=[_group(timeline, reading, revision, group, group is chosen) for group in groups],
        listed=listed,
        entities=[_entity(reading, one, found[one.iri]) for one in touched],
        pages=pages(listed, number, SHOWN_ENTITIES, lambda n: url(path, **fields, page=n if n > 1 else None)),
        every=url(path, list="all") if listed < total else "",
        older=f"/changes/{revision - 1}" if revision > 1 else "",
        newer=f"/changes/{revision + 1}" if revision < reading.revision else "",
    )


def _touched(timeline: Timeline, revision: int, place: int, listed: int, number: int) -> list[Touched]:
    """The entities on a page of a list that begins at a place."""
    before = (number - 1) * SHOWN_ENTITIES
    return timeline.touched(revision, max(0, min(SHOWN_ENTITIES, listed - before)), place + before)


def _group(timeline: Timeline, reading: Reading, revision: int, group: Group, active: bool) -> GroupedChange:
    examples = timeline.touched(revision, min(EXAMPLES, group.count), group.place)
    return GroupedChange(
        how=group.how,
        kind=kind_plural(group.kind, reading.base) or "Nodes of no kind",
        count=group.count,
        removed=group.removed,
        added=group.added,
        examples=[touched_node(reading, one) for one in examples],
        path=url(f"/changes/{revision}", how=group.how, kind=group.kind or NO_KIND),
        active=active,
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
