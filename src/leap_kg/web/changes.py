"""What each revision changed, read from the patch log and told by entity.

A patch never changes, so its summary is kept for as long as the process lives. A patch that cannot be read is
shown as such; the pages of the other revisions work.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.names import provenance_graph, source_graph
from leap_kg.graph.patch import LogError, Patch, PatchLog
from leap_kg.ontology.iri import path_of, readable
from leap_kg.ontology.kinds import LABELS, kind_of, kinds
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, RDF
from leap_kg.web.cells import Cell, Node
from leap_kg.web.listing import Pages, pages
from leap_kg.web.reading import Reading

PAGE = 20
SHOWN_ENTITIES = 40
SHOWN_STATEMENTS = 60
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Touched:
    """An entity that a patch touched: what became of it (`new`, `changed`, `removed`) and how many statements."""

    iri: str
    label: str
    kind: str
    how: str
    removed: int
    added: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What one revision did."""

    revision: int
    source: str
    run: str
    at: str
    removed: int
    added: int
    entities: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One revision in the timeline; `problem` says why its patch cannot be read, if it cannot."""

    revision: int
    path: str
    at: str
    source: Node | None
    removed: int
    added: int
    entities: list[tuple[Node, str]]
    more: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of the timeline, newest first."""

    total: int
    changes: list[Change]
    pages: Pages


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that was taken away or added; `part` is the fragment it is about, `""` for the node itself."""

    added: bool
    part: str
    property: str
    value: Cell


@dataclass(frozen=True, slots=True)
class EntityChange:
    """What a revision changed of one entity."""

    node: Node
    how: str
    statements: list[Statement]
    more: int


@dataclass(frozen=True, slots=True)
class ChangePage:
    """The page of one revision."""

    summary: Summary
    source: Node
    run: Node
    entities: list[EntityChange]
    pages: Pages
    older: str
    newer: str


def timeline(log: PatchLog, reading: Reading, number: int) -> Timeline:
    """A page of all revisions up to the one being read."""
    revisions = [r for r in sorted(log.files(), reverse=True) if r <= reading.revision]
    shown = revisions[(number - 1) * PAGE : number * PAGE]
    return Timeline(
        total=len(revisions),
        changes=[_change(log, reading, revision) for revision in shown],
        pages=pages(len(revisions), number, PAGE, lambda n: f"/changes?page={n}" if n > 1 else "/changes"),
    )


def change_page(log: PatchLog, reading: Reading, revision: int, number: int) -> ChangePage:
    """The page of one revision; raises `LogError` if its patch is missing or damaged."""
    patch, done = log.read(revision), summary(log, revision, reading.base)
    first = (number - 1) * SHOWN_ENTITIES
    quads = _by_entity(patch, reading.base)
    known = log.files()
    return ChangePage(
        summary=done,
        source=reading.link(source_graph(reading.base, patch.source)),
        run=reading.link(NamedNode(patch.run)),
        entities=[_entity(reading, t, *quads[t.iri]) for t in done.entities[first : first + SHOWN_ENTITIES]],
        pages=pages(
            len(done.entities),
            number,
            SHOWN_ENTITIES,
            lambda n: f"/changes/{revision}?page={n}" if n > 1 else f"/changes/{revision}",
        ),
        older=f"/changes/{revision - 1}" if revision - 1 in known else "",
        newer=f"/changes/{revision + 1}" if revision + 1 in known and revision < reading.revision else "",
    )


def newest(log: PatchLog, reading: Reading, cls: NamedNode, count: int) -> list[Node]:
    """The nodes of a class that came into the graph last and are still there."""
    kind = kind_of([cls.value], reading.base)
    found: dict[str, Node] = {}
    for revision in sorted(log.files(), reverse=True):
        try:
            entities = summary(log, revision, reading.base).entities if revision <= reading.revision else ()
        except LogError:
            continue
        for touched in entities:
            if kind and touched.how == "new" and touched.kind == kind.label:
                node = NamedNode(touched.iri)
                if cls in reading.types(node):
                    found.setdefault(touched.iri, reading.link(node))
        if len(found) >= count:
            break
    return list(found.values())[:count]


def summary(log: PatchLog, revision: int, base: str) -> Summary:
    """What a revision did; raises `LogError` if its patch is missing or damaged."""
    path = log.files().get(revision)
    if path is None:
        raise LogError(f"there is no revision {revision}")
    return _summary(path.parent, revision, path.stat().st_mtime_ns, base)


@lru_cache(maxsize=512)
def _summary(folder: Path, revision: int, _time: int, base: str) -> Summary:
    patch = PatchLog(folder).read(revision)
    quads = _by_entity(patch, base)
    touched = [_touched(iri, removed, added, base) for iri, (removed, added) in quads.items()]
    order = {"new": 0, "changed": 1, "removed": 2}
    places = {kind.label: place for place, kind in enumerate(kinds(base))}
    return Summary(
        revision=patch.revision,
        source=patch.source,
        run=patch.run,
        at=patch.at.isoformat(),
        removed=len(patch.removed),
        added=len(patch.added),
        entities=tuple(sorted(touched, key=lambda t: (order[t.how], places.get(t.kind, 99), t.label.lower(), t.iri))),
    )


def _by_entity(patch: Patch, base: str) -> dict[str, tuple[list[Quad], list[Quad]]]:
    """The statements of a patch by the entity they are part of; the graph of runs is left out."""
    found: dict[str, tuple[list[Quad], list[Quad]]] = defaultdict(lambda: ([], []))
    runs = provenance_graph(base)
    for side, quads in enumerate((patch.removed, patch.added)):
        for quad in quads:
            if quad.graph_name != runs and isinstance(quad.subject, NamedNode):
                found[_entity_of(quad.subject.value, base)][side].append(quad)
    return found


def _entity_of(iri: str, base: str) -> str:
    """The node that a node is part of, or itself."""
    own_part = iri.startswith(base) and not iri.startswith(base + ONTOLOGY_PATH)
    return iri.partition("#")[0] if own_part else iri


def _touched(iri: str, removed: Sequence[Quad], added: Sequence[Quad], base: str) -> Touched:
    before, after = _types(iri, removed), _types(iri, added)
    kind = kind_of(after or before, base)
    how = "new" if after and not before and not removed else "removed" if before and not after else "changed"
    label = _label(iri, added) or _label(iri, removed) or readable(iri)
    return Touched(iri, label, kind.label if kind else "", how, len(removed), len(added))


def _types(iri: str, quads: Iterable[Quad]) -> list[str]:
    return [
        q.object.value
        for q in quads
        if q.predicate == RDF("type") and isinstance(q.object, NamedNode) and q.subject == NamedNode(iri)
    ]


def _label(iri: str, quads: Sequence[Quad]) -> str:
    for predicate in LABELS:
        values = [q.object for q in quads if q.predicate == predicate and q.subject == NamedNode(iri)]
        if names := [value.value for value in values if isinstance(value, Literal)]:
            return min(names)
    return ""


def _change(log: PatchLog, reading: Reading, revision: int) -> Change:
    path = f"/changes/{revision}"
    try:
        done = summary(log, revision, reading.base)
    except LogError:
        return Change(revision, path, "", None, 0, 0, [], 0, problem="its patch file is missing or damaged")
    return Change(
        revision=revision,
        path=path,
        at=done.at,
        source=reading.link(source_graph(reading.base, done.source)),
        removed=done.removed,
        added=done.added,
        entities=[(_node(reading, touched), touched.how) for touched in done.entities[:_NAMED]],
        more=max(0, len(done.entities) - _NAMED),
    )


def _entity(reading: Reading, touched: Touched, removed: list[Quad], added: list[Quad]) -> EntityChange:
    gone = [_statement(reading, quad, False) for quad in sorted(removed, key=str)]
    come = [_statement(reading, quad, True) for quad in sorted(added, key=str)]
    statements = sorted([*gone, *come], key=lambda s: (s.part, s.property, s.added))
    return EntityChange(
        node=_node(reading, touched),
        how=touched.how,
        statements=statements[:SHOWN_STATEMENTS],
        more=max(0, len(statements) - SHOWN_STATEMENTS),
    )


def _statement(reading: Reading, quad: Quad, added: bool) -> Statement:
    subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
    part = subject.partition("#")[2] if _entity_of(subject, reading.base) != subject else ""
    value: Cell = reading.cell(quad.object) if isinstance(quad.object, NamedNode | Literal) else str(quad.object)
    return Statement(added, part, reading.word(quad.predicate), value)


def _node(reading: Reading, touched: Touched) -> Node:
    """The entity as it is called now, or as the patch calls it if it is gone."""
    node = NamedNode(touched.iri)
    if reading.described(node):
        return reading.link(node)
    known = reading.exists(node) and touched.iri.startswith(reading.base)
    path = path_of(reading.base, touched.iri) if known else ""
    return Node(touched.label, path, touched.iri, touched.kind or None)
