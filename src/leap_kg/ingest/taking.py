"""The first half of a run: list, fetch and map; every record ends up taken, kept, dead or gone.

Nothing is published here. A record that cannot be read becomes a dead letter, and what was last good about it
stands in for it. A record that two complete listings in a row lack is gone; a loss of more than a fifth of a
source waits for approval.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from pyoxigraph import Triple

from leap_kg.graph.home import HomeError
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import publishable
from leap_kg.ingest.fetch import Fetcher, FetchFailed
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.state import DeadLetter, KeptPart, KeptRecord
from leap_kg.ingest.statements import printable
from leap_kg.ingest.yamltext import Unreadable
from leap_kg.ontology.jsonld import quads_in

_ABSENCES = 2
_LARGE_LOSS = 0.2

log = structlog.get_logger(__name__)

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Taking:
    """The records of one source as they were found.

    `mapped` holds what is to be published, by key: records that are `fresh`, and the last good version of those
    that are `dead` or `absent` (with the number of complete listings in a row that lacked them). `gone` are to be
    taken out. `failure` says why the source could not be listed, `held` why records that are gone stay.
    """

    source: Source
    started: datetime
    previous: Mapping[str, KeptRecord]
    mapped: dict[str, Mapped] = field(default_factory=dict)
    parts: dict[str, tuple[KeptPart, ...]] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    dead: dict[str, DeadLetter] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    held: str = ""
    failure: str = ""

    def triples(self) -> Iterable[Triple]:
        """What the records say, each for itself."""
        return (triple for record in self.mapped.values() for triple in record.triples)

    def bury(self, ref: Ref, stage: str, reason: str) -> None:
        """Make the record a dead letter and put what was last good about it in its place."""
        log.warning("dead letter", source=self.source.id, key=ref.key, stage=stage, reason=reason)
        self.dead[ref.key] = DeadLetter(self.source.id, ref.key, printable(ref.url), stage, printable(reason))
        self.drop(ref.key)
        if ref.key in self.previous:
            self.restore(ref.key)

    def drop(self, key: str) -> None:
        """Take the record out of what is to be published."""
        self.mapped.pop(key, None)
        self.parts.pop(key, None)
        self.fresh.discard(key)

    def restore(self, key: str) -> None:
        """Put the last good version of the record in its place."""
        kept = self.previous[key]
        self.mapped[key] = Mapped(key, kept.subject, list(kept.said), [])
        self.parts[key] = kept.parts


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes sources, one after the other. Bodies go to the `raw` store unless that is None."""

    fetcher: Fetcher
    raw: RawStore | None
    base: str
    approve: bool

    def take(self, source: Source, previous: Mapping[str, KeptRecord], progress: Progress) -> Taking:
        """List, fetch and map. A source that cannot be listed is a failure in the result, not an exception.

        Raises `HomeError` if bodies cannot be stored.
        """
        taking = Taking(source, datetime.now(UTC), previous)
        try:
            refs = list(source.enumerate(Listing(self.fetcher)))
        except (FetchFailed, Unreadable, RecordUnusable) as problem:
            taking.failure = str(problem)
        except Exception as problem:  # noqa: BLE001 - one source must not take the others with it
            taking.failure = _defect(problem)
        else:
            for number, ref in enumerate(refs):
                progress(number, len(refs), ref.key)
                self._take_one(taking, ref)
            progress(len(refs), len(refs), "")
            self._miss(taking, refs)
        return taking

    def _take_one(self, taking: Taking, ref: Ref) -> None:
        if ref.problem:
            taking.bury(ref, "list", ref.problem)
            return
        try:
            raw = taking.source.fetch(ref, self.fetcher)
            self._keep(raw)
            mapped = self._map(taking.source, raw)
        except HomeError:
            raise
        except FetchFailed as problem:
            taking.bury(Ref(ref.key, problem.url), "fetch", str(problem))
        except Unreadable as problem:
            taking.bury(Ref(ref.key, problem.what or ref.url), "parse", str(problem))
        except RecordUnusable as problem:
            taking.bury(Ref(ref.key, problem.url), "map", problem.reason)
        except Exception as problem:  # noqa: BLE001 - one record must not take the others with it
            taking.bury(ref, "map", _defect(problem))
        else:
            taking.mapped[ref.key] = mapped
            taking.parts[ref.key] = tuple(KeptPart(p.role, p.url, p.sha256) for p in raw.parts)
            taking.fresh.add(ref.key)

    def _map(self, source: Source, raw: RawRecord) -> Mapped:
        """The record as triples, its own findings among them; raises `ValueError` if they cannot be published."""
        mapped = source.map(raw)
        found = [triple for finding in mapped.findings for triple in finding.triples(mapped.subject, self.base)]
        triples, graph = [*mapped.triples, *found], source_graph(self.base, source.id)
        publishable(quads_in(triples, graph), graph)
        return Mapped(mapped.key, mapped.subject, triples, [], mapped.logins)

    def _keep(self, raw: RawRecord) -> None:
        if self.raw is not None:
            for part in raw.parts:
                try:
                    self.raw.put(part.data)
                except OSError as error:
                    reason = f"cannot keep what was fetched ({error}); free some room, or set LEAP_KG_HOME"
                    raise HomeError(f"{reason} to another folder") from None

    def _miss(self, taking: Taking, refs: Sequence[Ref]) -> None:
        """Keep or let go the records that the listing lacks; an incomplete listing lacks nothing for certain."""
        seen, complete = {ref.key for ref in refs}, not any(ref.problem for ref in refs)
        previous = taking.previous
        absent = {key: kept.absences + complete for key, kept in previous.items() if key not in seen}
        gone = {key for key, absences in absent.items() if complete and absences >= _ABSENCES}
        if len(gone) > max(1, _LARGE_LOSS * len(previous)) and not self.approve:
            taking.held = (
                f"{len(gone)} of {len(previous)} records are gone from {taking.source.id}; "
                "nothing was removed: run the harvest with --approve-removals if that is right"
            )
            gone = set()
        taking.gone = gone
        taking.absent = {key: absences for key, absences in absent.items() if key not in gone}
        for key in taking.absent:
            taking.restore(key)


def _defect(problem: Exception) -> str:
    return f"a defect of leap-kg, please report it: {type(problem).__name__}: {problem}"
