"""One run over one source: what was taken is put together and published; every record ends up in one of four counts.

`seen = published + unchanged + dead + tombstoned`. A record that breaks the shapes becomes a dead letter; what was
last good about it stays published. A listing that cannot be had changes nothing.

People, and nodes that are gone, are judged by what all sources say. So sources that are harvested together are
all read before the first of them is published: their order does not matter.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from pyoxigraph import NamedNode, Triple
from structlog.contextvars import bound_contextvars

from leap_kg.graph.activity import Activity
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.change import Difference, Publication
from leap_kg.graph.publication.provenance import graph_revision
from leap_kg.graph.publication.records import Record
from leap_kg.graph.publish import Rejected
from leap_kg.ingest.runs.comparing import compare_sources
from leap_kg.ingest.runs.composition import Composer
from leap_kg.ingest.runs.departures import Departures, departed
from leap_kg.ingest.runs.plan import Planner
from leap_kg.ingest.runs.publication import NOTHING, Opened, Sent, Target
from leap_kg.ingest.runs.requesting import settle_requests
from leap_kg.ingest.runs.scene import Around, Elsewhere
from leap_kg.ingest.runs.taking import Progress, Taker, Taking
from leap_kg.ingest.source import Ref, Source
from leap_kg.ingest.state import RunReport, State
from leap_kg.ingest.state.causes import Cause, causes
from leap_kg.ontology.iri import iri_text
from leap_kg.ontology.jsonld import quads_in

_MOST_USED = 1_000
"""Addresses that a run says it has used; of more, their source says it better."""

log = structlog.get_logger(__name__)

__all__ = ["Harvest", "Outcome", "Progress"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, or, of a dry run, would do."""

    report: RunReport
    difference: Difference
    causes: tuple[Cause, ...] = ()
    """Why records could not be taken."""
    sent: Sent | None = None
    """What a server took of it, if there is one."""


class _Refused(Exception):
    """The source as a whole cannot be published; the text says why and what to do."""


class Harvest:
    """Runs sources into one graph, the `target`. `approve` lets a large loss through.

    `finished` is told of each source whose run has been kept.
    """

    def __init__(
        self,
        *,
        taker: Taker,
        planner: Planner,
        base: str,
        state: State,
        target: Target,
        approve: bool = False,
        finished: Callable[[Taking], None] | None = None,
    ) -> None:
        self._taker = taker
        self._planner = planner
        self._base = base
        self._state = state
        self._staged = state.staged
        self._target = target
        self._approve = approve
        self._finished = finished

    def run(self, sources: Sequence[Source], progress: Callable[[Source], Progress]) -> Iterator[Outcome]:
        """Read all sources, then publish each; yields each outcome as soon as it is published, then looks at all.

        A source that cannot be listed is a failed run in its report, not an exception. Raises `HomeError`.
        """
        taken = [self._taken(source, progress(source)) for source in sources]
        with self._target.opened() as opened:
            for run, taking in taken:
                others = [other.source.id for _, other in taken if other is not taking and not other.failure]
                with bound_contextvars(run=run):
                    outcome = self._settle(run, taking, others, opened)
                    if self._finished is not None:
                        self._finished(taking)
                yield outcome
            if self._target.writes:
                settle_requests(opened, self._state, self._base)
                compare_sources(opened, self._state, self._base)

    def _taken(self, source: Source, progress: Progress) -> tuple[str, Taking]:
        """The name of the run, which all that is logged on the way carries, and what was found."""
        run = f"{source.id}/{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        with bound_contextvars(run=run):
            return run, self._planner.take(self._taker, source, progress)

    def _settle(self, run: str, taking: Taking, others: Sequence[str], opened: Opened) -> Outcome:
        if taking.failure:
            return self._failed(taking, run, taking.failure, opened)
        activity = Activity(
            run=run,
            title=taking.source.title,
            started=taking.started,
            ended=datetime.now(UTC),
            origin=iri_text(taking.source.origin) if taking.source.origin else None,
            used=_used(taking),
            stale_after=taking.source.stale_after,
        )
        elsewhere = Elsewhere(taking.source.id, others, self._staged, opened.store, self._base)
        while True:
            composer = Composer(self._staged, taking.source.id, elsewhere.accounts(), self._base)
            try:
                numbers, changed = self._digests(taking.source.id, composer)
                around = Around(taking.source.id, composer, elsewhere, opened.store, self._base)
                left = self._left(taking, around, opened)
                publication = opened.publish(
                    taking.source.id, self._records(taking.source.id, numbers, composer, left), activity
                )
            except Rejected as rejection:
                try:
                    self._blame(taking, composer, rejection)
                except _Refused as refusal:
                    return self._failed(taking, run, str(refusal), opened)
            except _Refused as refusal:
                return self._failed(taking, run, str(refusal), opened)
            else:
                sent = opened.sent(taking.source.id)
                return self._finish(taking, activity, changed, publication, sent)

    def _digests(self, source: str, composer: Composer) -> tuple[list[tuple[int, str, str]], set[str]]:
        """Number, key and digest of each record, and the keys of those whose digest is new."""
        numbers, changed = [], set()
        for row in self._staged.rows(source):
            digest = composer.digest(row)
            if digest != row.digest:
                self._staged.digest(source, row.number, digest)
                changed.add(row.key)
            numbers.append((row.number, row.key, digest))
        return numbers, changed

    def _left(self, taking: Taking, around: Around, opened: Opened) -> Departures:
        """What is to be said of nodes that are gone; raises `_Refused` if that cannot be known."""
        source = taking.source.id
        if self._in_step(source, opened):
            nodes = around.left_before()
            changed = [*self._staged.left(source), *(n for n in self._staged.changed(source) if n > 0)]
            for number in changed:
                nodes |= {t.subject for t in self._staged.triples(number) if isinstance(t.subject, NamedNode)}
        else:
            nodes = around.all_nodes()
        left = departed(nodes, around, taking.started, self._base)
        if left.new and not taking.known and not self._approve:
            raise _Refused(
                f"it is not remembered what was good of {source}, and {left.new[0].value} and {len(left.new) - 1} "
                "more nodes are not there now; nothing was changed: harvest again when all of it can be read, or run "
                "the harvest with --approve-removals if they are gone for good"
            )
        return left

    def _in_step(self, source: str, opened: Opened) -> bool:
        """Whether the source's graph is what the last run that was kept has made of it."""
        revision = graph_revision(opened.graph(), source_graph(self._base, source), self._base)
        return self._state.kept_revision(source) >= revision

    def _records(
        self, source: str, numbers: Iterable[tuple[int, str, str]], composer: Composer, left: Departures
    ) -> Iterator[Record]:
        """Everything that the graph is to say, as records: those of the source, names, and what is left of others."""
        graph = source_graph(self._base, source)
        for number, key, digest in numbers:
            yield Record(f"record {key}", digest, partial(composer.quads, number), partial(composer.lines, number))
        for node, triples in composer.names():
            yield Record(f"name {node.value}", _digest(triples), partial(quads_in, triples, graph))
        if left.triples:
            yield Record("gone", _digest(left.triples), partial(quads_in, left.triples, graph))

    def _blame(self, taking: Taking, composer: Composer, rejection: Rejected) -> None:
        """Bury the records that break the shapes; raises `_Refused` if none can be found that may go."""
        found = composer.blamed(rejection.violations)
        blamed = {self._staged.row(number).key: (number, reason) for number, reason in found.items()}
        fresh = {key: why for key, why in blamed.items() if key in taking.seen and key not in taking.dead}
        for key, (number, reason) in fresh.items():
            parts = self._staged.parts(number)
            ref = Ref(key, next((part.url for part in parts), ""), version=self._staged.version(number))
            taking.bury(ref, "validate", reason, parts)
            self._staged.take_back(taking.source.id, key, taking.known.get(key))
        if any(number < 0 for number, _ in fresh.values()):
            return
        if not blamed or not self._approve:
            names = ", ".join(sorted(blamed)) or taking.source.id
            raise _Refused(
                f"the shapes refuse what was last good of {names}: {rejection}; "
                "nothing was changed: mend the record, or run the harvest with --approve-removals to let it go"
            )
        for key in blamed:
            self._staged.take_out(taking.source.id, taking.known[key])

    def _finish(
        self, taking: Taking, activity: Activity, changed: set[str], publication: Publication, sent: Sent | None
    ) -> Outcome:
        fresh = taking.seen - taking.dead.keys()
        published = len(changed & fresh)
        report = RunReport(
            run=activity.run,
            source=taking.source.id,
            title=taking.source.title,
            started=activity.started.isoformat(),
            ended=activity.ended.isoformat(),
            outcome=taking.outcome,
            seen=len(taking.seen | taking.absent.keys() | taking.gone),
            published=published,
            unchanged=len(fresh) - published + len(taking.absent),
            dead=len(taking.dead),
            tombstoned=len(taking.gone),
            revision=publication.revision,
            message="; ".join(filter(None, (taking.shortfall, taking.held, taking.missing))),
            scope=taking.scope,
        )
        if not report.balanced:
            raise AssertionError(f"records went missing in the accounts of {taking.source.id}: {report}")
        dead = tuple(causes(taking.dead.values()))
        for cause in dead:
            about = {"records": len(cause.letters), "host": cause.host, "example": cause.example.key}
            log.warning("dead letter", source=report.source, stage=cause.stage, reason=cause.reason, **about)
        if self._target.writes:
            retried = None if taking.scope == "full" else taking.seen
            self._listed_again(taking)
            self._state.finish(report, (), (), taking.dead.values(), retried)
            self._planner.finished(taking)
            counts = {"published": published, "dead": report.dead, "tombstoned": report.tombstoned}
            log.info("harvested", source=report.source, revision=report.revision, seen=report.seen, **counts)
        return Outcome(report, publication.difference, dead, sent)

    def _listed_again(self, taking: Taking) -> None:
        """A record that was listed was not absent, also if it could not be taken; a replay lists nothing."""
        for key in taking.dead.keys() & taking.known.keys() if not taking.replayed else ():
            if taking.known[key].absences:
                self._staged.miss(taking.source.id, taking.known[key], 0, 0)

    def _failed(self, taking: Taking, run: str, reason: str, opened: Opened) -> Outcome:
        source, moment = taking.source, datetime.now(UTC).isoformat()
        outcome = "parked" if taking.parked else "unrecorded" if taking.unrecorded else "failed"
        tell = log.warning if taking.unrecorded else log.error
        tell(f"source {outcome}", source=source.id, reason=reason)
        report = RunReport(
            run, source.id, source.title, taking.started.isoformat(), moment, outcome, 0, 0, 0, 0, 0, opened.revision,
            reason, taking.scope, taking.parked.isoformat() if taking.parked else "",
        )  # fmt: skip
        if self._target.writes:
            self._state.fail(report)
        return Outcome(report, NOTHING)


def _used(taking: Taking) -> tuple[str, ...]:
    """The files whose content is new in this run, if they are not too many to name."""
    if len(taking.used) > _MOST_USED:
        return ()
    return tuple(sorted(iri for iri in map(iri_text, taking.used) if iri))


def _digest(triples: Iterable[Triple]) -> str:
    return hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()[:32]
