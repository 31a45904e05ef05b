"""One run over one source: what was taken is put together and published; every record ends up in one of four counts.

`seen = published + unchanged + dead + tombstoned`. A record that breaks the shapes becomes a dead letter; what was
last good about it stays published. A listing that cannot be had changes nothing.

People, and nodes that are gone, are judged by what all sources say. So sources that are harvested together are
all read before the first of them is published: their order does not matter.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from pyoxigraph import Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.change import Difference
from leap_kg.graph.publish import Rejected, Writer, difference
from leap_kg.ingest.composition import Composition, compose
from leap_kg.ingest.departures import departures
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.source import Ref, Source
from leap_kg.ingest.state import KeptRecord, RunReport, State
from leap_kg.ingest.taking import Progress, Taker, Taking
from leap_kg.ontology.iri import iri_text
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF

# What must be known of other sources: who has which login, which nodes there are, and what is in which dataset.
_TELLING = (FOAF("account"), RDF("type"), DCAT("distribution"), DCT("title"))

log = structlog.get_logger(__name__)

__all__ = ["Harvest", "Outcome", "Progress"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, or, of a dry run, would do."""

    report: RunReport
    difference: Difference


class _Refused(Exception):
    """The source as a whole cannot be published; the text says why and what to do."""


class Harvest:
    """Runs sources into one graph.

    Without a `writer` it is a dry run against `store` (the newest snapshot's, or an empty one): nothing on disk
    changes. `approve` lets a large loss through. `store` is called anew for each use and never kept: the
    store closes with its last reference, and a traceback that is kept somewhere keeps what its frames hold.
    """

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        base: str,
        store: Callable[[], Engine],
        raw: RawStore,
        state: State | None,
        writer: Writer | None,
        approve: bool = False,
    ) -> None:
        self._taker = Taker(fetcher, raw if writer else None, base, approve)
        self._base = base
        self._store = store
        self._state = state
        self._writer = writer
        self._approve = approve

    def run(self, sources: Sequence[Source], progress: Callable[[Source], Progress]) -> Iterator[Outcome]:
        """Read all sources, then publish each; yields each outcome as soon as it is published.

        A source that cannot be listed is a failed run in its report, not an exception. Raises `HomeError`.
        """
        taken = [self._taker.take(source, self._previous(source), progress(source)) for source in sources]
        for taking in taken:
            yield self._settle(taking, [other for other in taken if other is not taking and not other.failure])

    def _previous(self, source: Source) -> dict[str, KeptRecord]:
        return self._state.records(source.id) if self._state else {}

    def _settle(self, taking: Taking, others: list[Taking]) -> Outcome:
        run = f"{taking.source.id}/{taking.started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        if taking.failure:
            return self._failed(taking, run, taking.failure)
        activity = Activity(
            run=run,
            title=taking.source.title,
            started=taking.started,
            ended=datetime.now(UTC),
            origin=iri_text(taking.source.origin) if taking.source.origin else None,
            used=_used(taking),
            stale_after=taking.source.stale_after,
        )
        elsewhere = list(self._elsewhere(taking.source, others))
        while True:
            composition = compose(taking.mapped.values(), elsewhere, self._base)
            try:
                change, revision = self._publish(taking, composition, elsewhere, activity)
            except Rejected as rejection:
                try:
                    self._blame(taking, composition, rejection)
                except _Refused as refusal:
                    return self._failed(taking, run, str(refusal))
            except _Refused as refusal:
                return self._failed(taking, run, str(refusal))
            else:
                return self._finish(taking, activity, composition, change, revision)

    def _elsewhere(self, source: Source, others: list[Taking]) -> Iterator[Triple]:
        """What the other sources say: those read in this round as they were read, the rest as it was published."""
        for other in others:
            yield from other.triples()
        read = {source_graph(self._base, other.source.id) for other in others}
        read.add(source_graph(self._base, source.id))
        for predicate in _TELLING:
            for quad in self._store().quads_for_pattern(None, predicate, None, None):
                if quad.graph_name not in read:
                    yield quad.triple

    def _publish(
        self, taking: Taking, composition: Composition, elsewhere: list[Triple], activity: Activity
    ) -> tuple[Difference, int]:
        """Raises `Rejected`, or `_Refused` if what would be taken out cannot be known to be gone."""
        source = taking.source
        graph = source_graph(self._base, source.id)
        present = self._store().quads_for_pattern(None, None, None, graph)
        left = departures(present, composition.triples, elsewhere, taking.started, self._base)
        if left.new and not taking.previous and not self._approve:
            raise _Refused(
                f"it is not remembered what was good of {source.id}, and {left.new[0].value} and {len(left.new) - 1} "
                "more nodes are not there now; nothing was changed: harvest again when all of it can be read, or run "
                "the harvest with --approve-removals if they are gone for good"
            )
        quads = set(quads_in((*composition.triples, *left.triples), graph))
        if self._writer is None:
            return difference(self._store(), source.id, quads, self._base), 0
        publication = self._writer.publish(source.id, quads, activity)
        return publication.difference, publication.revision

    def _blame(self, taking: Taking, composition: Composition, rejection: Rejected) -> None:
        """Bury the records that break the shapes; raises `_Refused` if none can be found that may go."""
        blamed = composition.blamed(rejection.violations, self._base)
        fresh = {key: reason for key, reason in blamed.items() if key in taking.fresh}
        for key, reason in fresh.items():
            url = next((part.url for part in taking.parts[key]), "")
            taking.bury(Ref(key, url), "validate", reason)
        if fresh:
            return
        if not blamed or not self._approve:
            names = ", ".join(sorted(blamed)) or taking.source.id
            raise _Refused(
                f"the shapes refuse what was last good of {names}: {rejection}; "
                "nothing was changed: mend the record, or run the harvest with --approve-removals to let it go"
            )
        for key in blamed:
            taking.drop(key)

    def _finish(
        self, taking: Taking, activity: Activity, composition: Composition, change: Difference, revision: int
    ) -> Outcome:
        digests, previous = composition.digests(), taking.previous
        good = [
            KeptRecord(
                key=key,
                subject=record.subject,
                said=tuple(record.triples),
                parts=taking.parts[key],
                digest=digests[key],
                absences=taking.absent.get(key, 0),
            )
            for key, record in taking.mapped.items()
        ]
        changed = {r.key for r in good if r.key not in previous or previous[r.key].digest != r.digest}
        published = len(changed & taking.fresh)
        seen = len(taking.fresh | taking.dead.keys() | taking.absent.keys() | taking.gone)
        report = RunReport(
            run=activity.run,
            source=taking.source.id,
            title=taking.source.title,
            started=activity.started.isoformat(),
            ended=activity.ended.isoformat(),
            outcome="held" if taking.held else "complete",
            seen=seen,
            published=published,
            unchanged=len(taking.fresh) - published + len(taking.absent),
            dead=len(taking.dead),
            tombstoned=len(taking.gone),
            revision=revision,
            message=taking.held,
        )
        if not report.balanced:
            raise AssertionError(f"records went missing in the accounts of {taking.source.id}: {report}")
        if self._state is not None and self._writer is not None:
            forgotten = taking.previous.keys() - taking.mapped.keys()
            self._state.finish(report, good, forgotten, taking.dead.values())
            counts = {"published": published, "dead": report.dead, "tombstoned": report.tombstoned}
            log.info("harvested", source=report.source, run=report.run, revision=revision, seen=seen, **counts)
        return Outcome(report, change)

    def _failed(self, taking: Taking, run: str, reason: str) -> Outcome:
        source, moment = taking.source, datetime.now(UTC).isoformat()
        log.error("source failed", source=source.id, reason=reason)
        revision = self._writer.revision if self._writer is not None else 0
        started = taking.started.isoformat()
        report = RunReport(run, source.id, source.title, started, moment, "failed", 0, 0, 0, 0, 0, revision, reason)
        if self._state is not None and self._writer is not None:
            self._state.fail(report)
        return Outcome(report, Difference((), ()))


def _used(taking: Taking) -> tuple[str, ...]:
    """The files whose content is new in this run."""
    known = {(part.url, part.sha256) for kept in taking.previous.values() for part in kept.parts}
    new = {p.url for key in taking.fresh for p in taking.parts[key] if (p.url, p.sha256) not in known}
    return tuple(sorted(iri for iri in map(iri_text, new) if iri))
