"""The first half of a run: list, fetch and map; every record ends up taken, kept, dead or gone.

Nothing is published here. A record whose version, or whose bodies, are those of its last good reading is unchanged and
not looked at. One that cannot be read becomes a dead letter, and what was last good about it stays. A record that two
complete listings in a row lack is gone; a loss of more than a fifth of a source waits for approval.

Records go by one after the other: what is held of a source is its keys.
"""

from collections.abc import Callable, Container, Iterable, Sequence, Sized
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog
from pyoxigraph import Literal, NamedNode

from leap_kg.graph.home import HomeError
from leap_kg.graph.publication.canonical import TooLong, require_readable
from leap_kg.ingest.bodies import Bodies
from leap_kg.ingest.fetch import Fetcher, FetchFailed, NotMirrored, Parked
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.mapping.statements import printable
from leap_kg.ingest.raw import BodyDamaged, BodyMissing
from leap_kg.ingest.runs.defects import defect
from leap_kg.ingest.runs.given import Watched, is_page
from leap_kg.ingest.runs.hiding import Names, without_secrets, without_secrets_in_addresses
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.state import DeadLetter, KeptPart, KeptRecord
from leap_kg.ingest.state.facts import said_hash
from leap_kg.ingest.state.rows import logins_text, said_text
from leap_kg.ingest.state.staged import Known, Staged
from leap_kg.redaction import hide

ABSENCES = 2
"""Complete listings in a row that must lack a record before it is gone."""
_LARGE_LOSS = 0.2
_LONG = 1_000_000

log = structlog.get_logger(__name__)

Progress = Callable[[int, int, str], None]
"""Told how many records are done, of how many (0 if nobody knows), and which comes next."""


@dataclass(slots=True)
class Taking:
    """The records of one source as they were found; what they say is staged.

    `known` is what was kept before, `letters` the dead letters of before. Of those `seen` some are `dead`; `absent`
    are those that the listing lacks (with the number of complete listings in a row that did), `gone` are to be taken
    out; `missing` tells of those that this listing is the first to lack. `used` are addresses whose content is new,
    `names` what records are called whose keys hold secrets.
    `failure` says why the source could not be listed (`broken_off`: an answer was not to be had, `unrecorded`: a mirror
    has nothing at all of it), `parked` until when it must be left alone, `held` why records that are gone stay,
    `shortfall` why the listing is not to be trusted on what it lacks. `scope` is `full`, `changes` or `some`;
    `replayed` says that stored bodies were mapped.
    """

    source: Source
    started: datetime
    known: dict[str, Known]
    letters: dict[str, DeadLetter]
    scope: str = "full"
    seen: set[str] = field(default_factory=set)
    dead: dict[str, DeadLetter] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    names: Names = field(default_factory=Names)
    held: str = ""
    missing: str = ""
    shortfall: str = ""
    failure: str = ""
    parked: datetime | None = None
    broken_off: bool = False
    unrecorded: bool = False
    replayed: bool = False

    @property
    def outcome(self) -> str:
        """What became of the source, if it can be published."""
        return "replayed" if self.replayed else "partial" if self.shortfall else "held" if self.held else "complete"

    def bury(
        self, ref: Ref, stage: str, reason: str, parts: Iterable[KeptPart] = (), version: str | None = None
    ) -> None:
        """Make the record a dead letter; what was last good about it stays."""
        url, reason = hide(ref.url), hide(reason)
        log.debug("record not taken", source=self.source.id, key=ref.key, stage=stage, reason=reason)
        self.dead[ref.key] = DeadLetter(
            self.source.id, ref.key, printable(url), stage, printable(reason),
            version=ref.version if version is None else version, parts=tuple(parts),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a source is to be read.

    `since` is the moment after which changes are listed (`None`: everything), `only` the keys of the records to look
    at (`None`: all), `anew` whether records are mapped again that have not changed.
    """

    since: datetime | None = None
    only: Container[str] | None = None
    anew: bool = False

    @property
    def scope(self) -> str:
        """The scope as reports have it."""
        return "some" if self.only is not None else "full" if self.since is None else "changes"


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes sources, one after the other, into `staged`; `approve` lets a large loss through."""

    fetcher: Fetcher
    bodies: Bodies
    staged: Staged
    base: str
    approve: bool

    def take(self, source: Source, wanted: Wanted, letters: Iterable[DeadLetter], progress: Progress) -> Taking:
        """List, fetch and map. A source that cannot be listed is a failure in the result, not an exception.

        Raises `HomeError` if bodies cannot be stored.
        """
        known = self.staged.known(source.id)
        taking = Taking(source, datetime.now(UTC), known, {letter.key: letter for letter in letters}, wanted.scope)
        asked = Watched(self.fetcher)
        listing = Listing(asked, wanted.since)
        try:
            self._list(taking, listing, wanted, progress)
            self.bodies.flush()
        except FetchFailed as problem:
            taking.failure, taking.broken_off = hide(str(problem)), True
            taking.unrecorded = isinstance(problem, NotMirrored) and not asked.answered
            taking.parked = problem.until if isinstance(problem, Parked) else None
        except (Unreadable, RecordUnusable) as problem:
            taking.failure = hide(str(problem))
        except HomeError:
            raise
        except Exception as problem:  # noqa: BLE001 - one source must not take the others with it
            taking.failure = hide(defect(problem, source, page=asked.page))
        else:
            if taking.scope == "full":
                self._miss(taking)
        if taking.failure:
            self.bodies.drop()
            self.staged.clear(source.id)
        return taking

    def replay(self, source: Source, letters: Iterable[DeadLetter], progress: Progress) -> Taking:
        """Map everything anew that is kept, from the bodies of the last good readings; nothing is fetched.

        So are dead letters whose bodies are kept. A record whose body is lost keeps what was last good about it.
        """
        known = self.staged.known(source.id)
        taking = Taking(source, datetime.now(UTC), known, {letter.key: letter for letter in letters}, "some")
        taking.replayed = True
        kept = {key: letter for key, letter in taking.letters.items() if letter.parts}
        total = len(known) + len(kept)
        for number, letter in enumerate(kept.values()):
            progress(number, total, letter.key)
            self._again(taking, Ref(letter.key, letter.url, version=letter.version), letter.parts)
        for key, version, parts in self.staged.bodies(source.id):
            progress(len(taking.seen), total, key)
            if key not in taking.seen:
                self._again(taking, Ref(key, next((p.url for p in parts), ""), version=version), parts)
        progress(total, total, "")
        return taking

    def _again(self, taking: Taking, ref: Ref, parts: Sequence[KeptPart]) -> None:
        taking.seen.add(ref.key)
        try:
            raw = self.bodies.record(ref.key, parts)
        except (BodyMissing, BodyDamaged) as lost:
            taking.bury(ref, "replay", str(lost))
        else:
            self._stage(taking, ref, raw, parts)

    def _list(self, taking: Taking, listing: Listing, wanted: Wanted, progress: Progress) -> None:
        refs = taking.source.enumerate(listing)
        number = 0
        for number, listed in enumerate(refs, 1):
            ref = taking.names.shown(listed)
            progress(number - 1, len(refs) if isinstance(refs, Sized) else listing.expected or 0, ref.key)
            if ref.key in taking.seen or (wanted.only is not None and ref.key not in wanted.only):
                continue
            taking.seen.add(ref.key)
            self._take_one(taking, ref, listed, wanted.anew)
        progress(number, number, "")
        if listing.shortfall:
            taking.shortfall = hide(listing.shortfall)
        elif listing.expected is not None and wanted.only is None and len(taking.seen) < listing.expected:
            taking.shortfall = f"{len(taking.seen)} records were listed of {listing.expected} that there are said to be"

    def _take_one(self, taking: Taking, ref: Ref, listed: Ref, anew: bool) -> None:
        """Take the record `ref`, which the source itself knows as it was `listed`."""
        if ref.problem or not ref.key:
            taking.bury(ref, "list", ref.problem or "it has no key: report this to whoever wrote the source")
            return
        before = taking.known.get(ref.key)
        if before is not None and ref.version and ref.version == before.version:
            if not anew:
                if before.absences:
                    self.staged.miss(taking.source.id, before, 0, 0)
                return
            parts = self.staged.parts(before.number)
        else:
            letter = taking.letters.get(ref.key)
            parts = letter.parts if letter and ref.version and ref.version == letter.version else ()
        raw = self._stored(ref.key, parts)
        if raw is not None:
            self._stage(taking, ref, raw, parts)
        elif ref.found:
            found = RawRecord(ref.key, ref.found)
            self.bodies.pack(ref.found, lambda kept: self._stage(taking, ref, found, kept))
        else:
            self._fetch(taking, ref, listed, anew)

    def _stored(self, key: str, parts: Sequence[KeptPart]) -> RawRecord | None:
        """The bodies of this very version, if they were fetched before and are still there."""
        try:
            return self.bodies.record(key, parts) if parts else None
        except (BodyMissing, BodyDamaged):
            return None

    def _fetch(self, taking: Taking, ref: Ref, listed: Ref, anew: bool) -> None:
        asked = Watched(self.fetcher)
        try:
            raw = without_secrets_in_addresses(replace(taking.source.fetch(listed, asked), key=ref.key))
        except (HomeError, Parked):
            raise
        except FetchFailed as problem:
            taking.bury(Ref(ref.key, problem.url, version=ref.version), "fetch", str(problem))
        except Unreadable as problem:
            taking.bury(Ref(ref.key, problem.what or ref.url, version=ref.version), "parse", str(problem))
        except RecordUnusable as problem:
            taking.bury(Ref(ref.key, problem.url, version=ref.version), "map", problem.reason)
        except Exception as problem:  # noqa: BLE001 - one record must not take the others with it
            taking.bury(ref, "map", defect(problem, taking.source, ref.key, asked.page))
        else:
            parts = self.bodies.put(raw.parts)
            before = taking.known.get(ref.key)
            # Mapping is pure: the same bodies say the same.
            if before is not None and not anew and parts == self.staged.parts(before.number):
                self._unchanged(taking, ref, before, parts)
            else:
                self._stage(taking, ref, raw, parts)

    def _unchanged(self, taking: Taking, ref: Ref, before: Known, parts: Sequence[KeptPart]) -> None:
        source = taking.source.id
        if before.version != ref.version or parts != self.staged.parts(before.number):
            self.staged.touch(source, before, ref.version, parts)
        if before.absences and not taking.replayed:
            self.staged.miss(source, before, 0, 0)

    def _stage(self, taking: Taking, ref: Ref, raw: RawRecord, parts: Sequence[KeptPart]) -> None:
        """Map the record, and stage it if it says something new."""
        try:
            mapped = self._map(taking.source, raw)
        except Unreadable as problem:
            taking.bury(Ref(ref.key, problem.what or ref.url), "parse", str(problem), parts, ref.version)
        except RecordUnusable as problem:
            taking.bury(Ref(ref.key, problem.url), "map", problem.reason, parts, ref.version)
        except Exception as problem:  # noqa: BLE001 - one record must not take the others with it
            page = next((part.url for part in raw.parts if is_page(part.data)), "")
            taking.bury(ref, "map", defect(problem, taking.source, ref.key, page), parts)
        else:
            before, text = taking.known.get(ref.key), said_text(mapped.triples)
            shown = without_secrets(mapped, text, self.base)
            if shown is not mapped:
                mapped, text = shown, said_text(shown.triples)
            known = self.staged.parts(before.number) if before else ()
            taking.used |= {p.url for p in parts} - {p.url for p in known if p in parts}
            if before is not None and before.hash == said_hash(text, logins_text(mapped.logins)):
                self._unchanged(taking, ref, before, parts)
                return
            digest = before.digest if before else ""
            # A replay lists nothing: what was missing before is still missing.
            absences, approved = (before.absences, before.approved) if before and taking.replayed else (0, 0)
            kept = KeptRecord(
                ref.key, mapped.subject, tuple(mapped.triples), tuple(parts), digest, absences, ref.version,
                mapped.logins,
            )  # fmt: skip
            self.staged.put(taking.source.id, kept, before, text, approved)

    def _map(self, source: Source, raw: RawRecord) -> Mapped:
        """The record as triples, its own findings among them; raises `ValueError` if they cannot be published."""
        mapped = source.map(raw)
        found = [triple for finding in mapped.findings for triple in finding.triples(mapped.subject, self.base)]
        triples = [*mapped.triples, *found]
        long = []
        for triple in triples:
            target = triple.object
            if not (isinstance(triple.subject, NamedNode) and isinstance(target, NamedNode | Literal)):
                raise ValueError(f"only IRIs and texts can be published; give each node an IRI: {triple}")
            if isinstance(target, Literal):
                if target.direction is not None:
                    raise ValueError(f"a text with a direction cannot be published: {triple}")
                if len(target.value) > _LONG:
                    long.append(triple)
        try:
            require_readable([f"{triple} .".encode() for triple in long])
        except TooLong as problem:
            raise RecordUnusable(str(problem), raw.parts[0].url if raw.parts else "") from None
        return Mapped(mapped.key, mapped.subject, triples, [], mapped.logins)

    def _miss(self, taking: Taking) -> None:
        """Keep or let go the records that the listing lacks; an incomplete listing lacks nothing for certain."""
        known, source = taking.known, taking.source.id
        complete = not taking.shortfall and all(letter.stage != "list" for letter in taking.dead.values())
        absent = {key: known[key].absences + complete for key in known.keys() - taking.seen}
        gone = {key for key, absences in absent.items() if complete and absences >= ABSENCES}
        unasked = {key for key in gone if not known[key].approved}
        if len(unasked) > _LARGE_LOSS * len(known) and not self.approve:
            are = "is" if len(unasked) == 1 else "are"
            taking.held = (
                f"{len(unasked)} of {len(known)} records {are} gone from {source}; nothing was removed: if that is "
                f"right, run `leap-kg harvest approve {source}`, or the harvest with --approve-removals"
            )
            gone -= unasked
        taking.gone = gone
        taking.absent = {key: absences for key, absences in absent.items() if key not in gone}
        first = sum(1 for key in absent if complete and absent[key] == 1)
        if first:
            taking.missing = self._missing(first, len(known))
        for key in gone:
            self.staged.take_out(source, known[key])
        for key, absences in taking.absent.items():
            if absences != known[key].absences:
                self.staged.miss(source, known[key], absences, known[key].approved)

    def _missing(self, number: int, known: int) -> str:
        """What to say of so many records that this listing is the first to lack."""
        who = "1 of them was not listed; it goes" if number == 1 else f"{number} of them were not listed; they go"
        them = "it" if number == 1 else "them"
        large = number > max(1, _LARGE_LOSS * known) and not self.approve
        return f"{who} if the next listing lacks {them} too" + (", and somebody approves of that" if large else "")
