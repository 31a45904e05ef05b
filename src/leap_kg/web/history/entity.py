"""The history of one entity: every revision that touched it, and what differs between a day and now.

"Then and now" adds up what the patches in between did to the entity, and tells of each statement that differs which
revision made it so: the last one to add what is there now, or to remove what was there then.
"""

from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import NamedNode, Quad

from leap_kg.graph.history.feed import REMOVED
from leap_kg.graph.history.folding import Net
from leap_kg.graph.history.timeline import Revised, Timeline, Touched
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.log.patchfile import LogError
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import path_of
from leap_kg.web.cells import Node
from leap_kg.web.history.change import Statement, statement, told
from leap_kg.web.history.changes import touched_node
from leap_kg.web.history.patchscan import Changed, Gate, changed
from leap_kg.web.links import at_moment, url
from leap_kg.web.listing import Pages, pages
from leap_kg.web.reading import Reading

PAGE = 10
_STATEMENTS = 100
_COMPARED = 5000
_MOST_REVISIONS = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One revision in the life of an entity; `problem` says why its statements cannot be shown, if they cannot."""

    revision: int
    path: str
    at: str
    how: str
    source: Node
    run: Node
    removed: int
    added: int
    statements: list[Statement]
    more: int
    as_it_was: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One statement that is not as it was, with who made it so: the source, the run and the revision, and when."""

    statement: Statement
    source: Node
    run: Node
    revision: int
    path: str
    at: str


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """What differs between a past revision and the one that is read; `problem` says why that cannot be told."""

    revision: int
    at: str
    path: str
    existed: bool
    differences: list[Difference]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The history of one entity, newest first."""

    node: Node
    iri: str
    total: int
    events: list[Event]
    pages: Pages
    page_path: str
    feed: str
    follow: str
    comparison: ThenAndNow | None


class Histories:
    """Tells the history of entities from the timeline and the log."""

    def __init__(self, log: PatchLog, timeline: Timeline, gate: Gate, reading: Reading) -> None:
        self._log = log
        self._timeline = timeline
        self._gate = gate
        self._reading = reading

    def page(self, iri: str, number: int, comparison: ThenAndNow | None = None) -> HistoryPage | None:
        """A page of the history of an entity, `None` if no revision ever touched it."""
        total = self._timeline.count(entity=iri)
        if not total:
            return None
        touched = self._timeline.of_entity(iri, PAGE, (number - 1) * PAGE)
        newest = self._timeline.of_entity(iri, 1)[0]
        return HistoryPage(
            node=replace(touched_node(self._reading, newest), path=path_of(self._reading.base, iri), external=False),
            iri=iri,
            total=total,
            events=[self._event(one) for one in touched],
            pages=pages(total, number, PAGE, lambda n: url("/history", iri=iri, page=n if n > 1 else None)),
            page_path=path_of(self._reading.base, iri),
            feed=url("/changes.atom", entity=iri),
            follow=url("/changes", entity=iri),
            comparison=comparison,
        )

    def compare(self, iri: str, start: Revised) -> ThenAndNow:
        """What differs between what was said of an entity at revision `start` and what is said now.

        Raises `LogError` if a patch in between is damaged, `Busy` while too many are being read.
        """
        held = self._timeline.revisions(entity=iri, before=start.revision + 1, limit=1)
        later = self._timeline.count(entity=iri, since=start.revision)
        last = self._timeline.of_entity(iri, 1, later) if held else []
        found = ThenAndNow(
            revision=start.revision,
            at=start.at.isoformat(),
            path=at_moment(path_of(self._reading.base, iri), start.revision),
            existed=bool(last) and last[0].how != REMOVED,
            differences=[],
        )
        if later > _MOST_REVISIONS:
            problem = (
                f"{later:,} revisions changed it since; at most {_MOST_REVISIONS} can be compared, choose a later day"
            )
            return replace(found, problem=problem)
        differences = [self._difference(*one) for one in self._net(iri, start.revision)]
        order = sorted(differences, key=lambda d: (d.statement.part, d.statement.property, d.statement.added))
        return replace(found, differences=order)

    def _net(self, iri: str, start: int) -> list[tuple[Quad, bool, Revised]]:
        """The statements that differ, whether each was added, and the revision that did it last."""
        net, makers = Net(), dict[tuple[bool, Quad], Revised]()
        later = self._timeline.revisions(
            entity=iri, since=start, before=self._reading.revision + 1, limit=_MOST_REVISIONS
        )
        for revised in reversed(later):
            change = self._changed(revised, iri, _COMPARED)
            steps = [*((False, quad) for quad in change.removed), *((True, quad) for quad in change.added)]
            net.take(steps)
            makers.update(dict.fromkeys(steps, revised))
        store = self._reading.snapshot.store
        lost = [quad for quad in net.removed if not stands(store, *_said(quad))]
        gained = [quad for quad in net.added if all(one in net.added for one in looked_up(store, *_said(quad)))]
        return [(quad, side, makers[side, quad]) for side, quads in ((False, lost), (True, gained)) for quad in quads]

    def _difference(self, quad: Quad, added: bool, revised: Revised) -> Difference:
        return Difference(
            statement=statement(self._reading, quad, added),
            source=self._reading.link(source_graph(self._reading.base, revised.source)),
            run=self._reading.link(NamedNode(revised.run)),
            revision=revised.revision,
            path=f"/changes/{revised.revision}",
            at=revised.at.isoformat(),
        )

    def _event(self, touched: Touched) -> Event:
        reading, revised = self._reading, self._timeline.revision(touched.revision)
        if revised is None:
            raise LookupError(f"the timeline lacks revision {touched.revision}")
        problem, change = "", Changed()
        try:
            change = self._changed(revised, touched.iri, _STATEMENTS)
        except LogError:
            problem = "its patch file is missing or damaged"
        statements = told(reading, change)
        return Event(
            revision=touched.revision,
            path=f"/changes/{touched.revision}",
            at=touched.at.isoformat(),
            how=touched.how,
            source=reading.link(source_graph(reading.base, revised.source)),
            run=reading.link(NamedNode(revised.run)),
            removed=touched.removed,
            added=touched.added,
            statements=statements,
            more=max(0, touched.removed + touched.added - len(statements)),
            as_it_was=at_moment(path_of(reading.base, touched.iri), touched.revision),
            problem=problem,
        )

    def _changed(self, revised: Revised, iri: str, most: int) -> Changed:
        with self._gate.enter(revised.removed + revised.added):
            return changed(self._log, revised.revision, (iri,), self._reading.base, most)[iri]


def _said(quad: Quad) -> tuple[Any, Any, Any]:
    """What a quad says, whoever says it."""
    return quad.subject, quad.predicate, quad.object
