"""One run over one source: list, fetch, map, publish; every record that was seen ends up in one of four counts.

`seen = published + unchanged + dead + tombstoned`. A record that cannot be read or breaks the shapes becomes
a dead letter; what was last good about it stays published. A listing that cannot be had changes nothing.
A record that two complete listings in a row lack is taken out, with a tombstone. A loss of more than a
fifth of a source waits for approval.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from pyoxigraph import Quad, Store

from leap_kg.graph.activity import Activity
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Difference, Rejected, Writer, difference
from leap_kg.ingest.composition import Composition, compose
from leap_kg.ingest.departures import departures
from leap_kg.ingest.fetch import Fetcher, FetchFailed
from leap_kg.ingest.people import known_accounts
from leap_kg.ingest.raw import BodyDamaged, BodyMissing, RawStore
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.state import DeadLetter, KeptPart, KeptRecord, RunReport, State
from leap_kg.ingest.yamltext import Unreadable
from leap_kg.ontology.iri import iri_text

_ABSENCES = 2
_LARGE_LOSS = 0.2
_SMALL_SOURCE = 5

log = structlog.get_logger(__name__)

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, or, of a dry run, would do."""

    report: RunReport
    difference: Difference


@dataclass(slots=True)
class _Taking:
    """The records of a run as they are sorted out."""

    mapped: dict[str, Mapped] = field(default_factory=dict)
    parts: dict[str, tuple[KeptPart, ...]] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    dead: dict[str, DeadLetter] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    message: str = ""


class Harvest:
    """Runs sources one after the other into one graph.

    Without a `writer` it is a dry run against `store` (the newest snapshot's, or an empty one): nothing on disk
    changes. `approve` lets a large loss through. `store` is called anew for each use and never kept: the
    store closes with its last reference, and a traceback that is kept somewhere keeps what its frames hold.
    """

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        base: str,
        store: Callable[[], Store],
        raw: RawStore,
        state: State | None,
        writer: Writer | None,
        approve: bool = False,
    ) -> None:
        self._fetcher = fetcher
        self._base = base
        self._store = store
        self._raw = raw
        self._state = state
        self._writer = writer
        self._approve = approve

    def run(self, source: Source, progress: Progress) -> Outcome:
        """Harvest one source. A source that cannot be listed is a failed run in the report, not an exception."""
        started = datetime.now(UTC)
        name = f"{source.id}/{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        previous = self._state.records(source.id) if self._state else {}
        try:
            refs = source.enumerate(self._fetcher)
            taking = self._take(source, refs, previous, progress)
        except (FetchFailed, Unreadable, RecordUnusable, BodyMissing, BodyDamaged) as problem:
            return self._failed(source, name, started, str(problem))
        activity = Activity(
            run=name,
            title=source.title,
            started=started,
            ended=datetime.now(UTC),
            origin=iri_text(source.origin) if source.origin else None,
            used=_used(taking, previous),
            stale_after=source.stale_after,
        )
        while True:
            known = known_accounts(self._store(), source_graph(self._base, source.id))
            composition = compose(taking.mapped.values(), known, self._base)
            quads = self._quads(source, composition, started)
            try:
                change, revision = self._publish(source, quads, activity)
                break
            except Rejected as rejection:
                blamed = composition.blamed(rejection.violations)
                fresh = {key: reason for key, reason in blamed.items() if key in taking.fresh}
                if not fresh:
                    return self._failed(source, name, started, f"the shapes refuse the source: {rejection}")
                for key, reason in fresh.items():
                    self._bury(source, Ref(key, taking.parts[key][0].url), "validate", reason, taking, previous)
        return self._finish(source, activity, taking, previous, composition, change, revision)

    def _take(
        self, source: Source, refs: Sequence[Ref], previous: dict[str, KeptRecord], progress: Progress
    ) -> _Taking:
        taking = _Taking()
        for number, ref in enumerate(refs):
            progress(number, len(refs), ref.key)
            try:
                raw = source.fetch(ref, self._fetcher)
                self._keep(raw.parts)
                mapped = source.map(raw)
            except FetchFailed as problem:
                self._bury(source, Ref(ref.key, problem.url), "fetch", str(problem), taking, previous)
            except Unreadable as problem:
                self._bury(source, ref, "parse", str(problem), taking, previous)
            except RecordUnusable as problem:
                self._bury(source, Ref(ref.key, problem.url), "map", problem.reason, taking, previous)
            except Exception as problem:  # noqa: BLE001 - one record must not take the others with it
                reason = f"a defect of leap-kg, please report it: {type(problem).__name__}: {problem}"
                self._bury(source, ref, "map", reason, taking, previous)
            else:
                taking.mapped[ref.key] = mapped
                taking.parts[ref.key] = tuple(KeptPart(p.role, p.url, p.sha256) for p in raw.parts)
                taking.fresh.add(ref.key)
        progress(len(refs), len(refs), "")
        self._miss(source, {ref.key for ref in refs}, taking, previous)
        return taking

    def _bury(
        self,
        source: Source,
        ref: Ref,
        stage: str,
        reason: str,
        taking: _Taking,
        previous: dict[str, KeptRecord],
    ) -> None:
        """Make the record a dead letter and put what was last good about it in its place."""
        log.warning("dead letter", source=source.id, key=ref.key, stage=stage, reason=reason)
        taking.dead[ref.key] = DeadLetter(source.id, ref.key, ref.url, stage, reason)
        refused = taking.parts.pop(ref.key, None)
        taking.mapped.pop(ref.key, None)
        taking.fresh.discard(ref.key)
        kept = previous.get(ref.key)
        if kept is not None and kept.parts != refused:
            self._restore(source, kept, taking)

    def _miss(self, source: Source, seen: set[str], taking: _Taking, previous: dict[str, KeptRecord]) -> None:
        """Keep or let go the records that the listing lacks."""
        absent = {key: kept.absences + 1 for key, kept in previous.items() if key not in seen}
        gone = {key for key, absences in absent.items() if absences >= _ABSENCES}
        large = len(previous) >= _SMALL_SOURCE and len(gone) > _LARGE_LOSS * len(previous)
        if large and not self._approve:
            taking.message = (
                f"{len(gone)} of {len(previous)} records are gone from {source.id}; "
                "nothing was removed: run the harvest with --approve-removals if that is right"
            )
            gone = set()
        taking.gone = gone
        taking.absent = {key: absences for key, absences in absent.items() if key not in gone}
        for key in taking.absent:
            self._restore(source, previous[key], taking)

    def _restore(self, source: Source, kept: KeptRecord, taking: _Taking) -> None:
        parts = tuple(Part(p.role, p.url, p.sha256, self._raw.get(p.sha256)) for p in kept.parts)
        taking.mapped[kept.key] = source.map(RawRecord(kept.key, parts))
        taking.parts[kept.key] = kept.parts

    def _keep(self, parts: Sequence[Part]) -> None:
        if self._writer is not None:
            for part in parts:
                self._raw.put(part.data)

    def _quads(self, source: Source, composition: Composition, moment: datetime) -> set[Quad]:
        graph = source_graph(self._base, source.id)
        present = self._store().quads_for_pattern(None, None, None, graph)
        left = departures(present, composition.triples, moment, self._base)
        return {Quad(t.subject, t.predicate, t.object, graph) for t in [*composition.triples, *left]}

    def _publish(self, source: Source, quads: set[Quad], activity: Activity) -> tuple[Difference, int]:
        if self._writer is None:
            return difference(self._store(), source.id, quads, self._base), 0
        publication = self._writer.publish(source.id, quads, activity)
        return publication.difference, publication.revision

    def _finish(
        self,
        source: Source,
        activity: Activity,
        taking: _Taking,
        previous: dict[str, KeptRecord],
        composition: Composition,
        change: Difference,
        revision: int,
    ) -> Outcome:
        digests = composition.digests()
        good = [KeptRecord(key, taking.parts[key], digests[key], taking.absent.get(key, 0)) for key in taking.mapped]
        changed = {r.key for r in good if r.key not in previous or previous[r.key].digest != r.digest}
        published = len(changed & taking.fresh)
        seen = len(taking.fresh | taking.dead.keys() | taking.absent.keys() | taking.gone)
        report = RunReport(
            run=activity.run,
            source=source.id,
            title=source.title,
            started=activity.started.isoformat(),
            ended=activity.ended.isoformat(),
            outcome="held" if taking.message else "complete",
            seen=seen,
            published=published,
            unchanged=len(taking.fresh) - published + len(taking.absent),
            dead=len(taking.dead),
            tombstoned=len(taking.gone),
            revision=revision,
            message=taking.message,
        )
        if not report.balanced:
            raise AssertionError(f"records went missing in the accounts of {source.id}: {report}")
        if self._state is not None and self._writer is not None:
            self._state.finish(report, good, taking.gone, taking.dead.values())
        return Outcome(report, change)

    def _failed(self, source: Source, name: str, started: datetime, reason: str) -> Outcome:
        log.error("source failed", source=source.id, reason=reason)
        moment = datetime.now(UTC).isoformat()
        report = RunReport(
            name, source.id, source.title, started.isoformat(), moment, "failed", 0, 0, 0, 0, 0, 0, reason
        )
        if self._state is not None and self._writer is not None:
            self._state.fail(report)
        return Outcome(report, Difference((), ()))


def _used(taking: _Taking, previous: dict[str, KeptRecord]) -> tuple[str, ...]:
    """The files whose content is new in this run."""
    known = {(part.url, part.sha256) for kept in previous.values() for part in kept.parts}
    new = {p.url for key in taking.fresh for p in taking.parts[key] if (p.url, p.sha256) not in known}
    return tuple(sorted(iri for iri in map(iri_text, new) if iri))
