"""What somebody wants to hear of: revisions of a source, of a kind of things, of one thing, and since when.

Read from the address of every list and feed of changes, so that a bookmark, an Atom reader and a program that listens
all mean the same by the same parameters.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import groupby, islice
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from leap_kg.graph.history.timeline import Revised, Timeline, Touched
from leap_kg.ontology.iri import iri_of
from leap_kg.ontology.kinds import kinds
from leap_kg.web.history.instants import ACCEPTED, read_moment
from leap_kg.web.history.past import Past
from leap_kg.web.history.refusal import NotThen

MOST_FOLLOWED = 50
_LONGEST = 2000
_SPAN = re.compile(r"([0-9]{1,5})([hdwmy])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SCANNED = 400


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on revisions; an empty field is none. `kind` is a name such as `dataset`, `entity` an IRI."""

    source: str = ""
    kind: str = ""
    entity: str = ""

    def revisions(self, timeline: Timeline, since: int, before: int | None, limit: int) -> list[Revised]:
        """The newest revisions that meet it, newest first."""
        return timeline.revisions(self.source or None, self.kind or None, self.entity or None, since, before, limit)

    def count(self, timeline: Timeline, since: int) -> int:
        """How many revisions meet it."""
        return timeline.count(self.source or None, self.kind or None, self.entity or None, since)

    def touched(self, timeline: Timeline, revision: int, limit: int) -> list[Touched]:
        """The entities of a revision that it is about, at most `limit`; a kind is looked for among the first ones."""
        if self.entity:
            later = timeline.count(entity=self.entity, since=revision)
            return [one for one in timeline.of_entity(self.entity, 1, later) if one.revision == revision]
        if not self.kind:
            return timeline.touched(revision, limit)
        found = (one for one in timeline.touched(revision, _SCANNED) if one.kind == self.kind)
        return list(islice(found, limit))

    def narrowed(self, other: "Filter") -> "Filter | None":
        """This and another condition together; `None` if both cannot hold."""
        pairs = [(self.source, other.source), (self.kind, other.kind), (self.entity, other.entity)]
        if any(one and two and one != two for one, two in pairs):
            return None
        return Filter(*(one or two for one, two in pairs))


@dataclass(frozen=True, slots=True)
class Following:
    """What an address asks for: a condition, several things to follow (any of them), and since when.

    `since` is the text of the address, such as `7d`.
    """

    condition: Filter = Filter()
    follow: tuple[str, ...] = ()
    since: str = ""

    @classmethod
    def read(cls, parameters: QueryParams, base: str) -> "Following":
        """What a query string asks for; raises `NotThen` (400) for more than can be followed at once."""
        follow = tuple(dict.fromkeys(v.strip() for v in parameters.getlist("follow") if 0 < len(v) <= _LONGEST))
        if len(follow) > MOST_FOLLOWED:
            raise NotThen(400, f"at most {MOST_FOLLOWED} things can be followed at once; {len(follow)} are given")
        given = {name: parameters.get(name, "").strip()[:_LONGEST] for name in ("source", "kind", "entity")}
        if given["entity"].startswith("/"):
            given["entity"] = iri_of(base, given["entity"])
        return cls(Filter(**given), follow, parameters.get("since", "").strip()[:60])

    def require_kinds(self, base: str) -> "Following":
        """This, if all kinds that it names are there; raises `NotThen` (400)."""
        known = [kind.name for kind in kinds(base)]
        for one in (self.condition, *(read_follow(text, base) for text in self.follow)):
            if one.kind and one.kind not in known:
                raise NotThen(400, f"there is no kind {one.kind[:60]!r}: the kinds are {', '.join(known)}")
        return self

    def filters(self, base: str) -> list[Filter]:
        """The conditions any of which a revision must meet; empty if none can be met."""
        if not self.follow:
            return [self.condition]
        found = (self.condition.narrowed(read_follow(one, base)) for one in self.follow)
        return list(dict.fromkeys(one for one in found if one is not None))

    def href(self, path: str, before: int | None = None, **changed: object) -> str:
        """The address of a list or feed of the same things, with some fields of this object changed."""
        other = replace(self, **changed)  # type: ignore[arg-type]
        pairs = other.pairs + ([("before", str(before))] if before else [])
        return f"{path}?{urlencode(pairs)}" if pairs else path

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What is asked for, as fields of a form."""
        names = ("source", "kind", "entity")
        pairs = [(name, value) for name in names if (value := getattr(self.condition, name))]
        pairs += [("follow", one) for one in self.follow]
        return pairs + ([("since", self.since)] if self.since else [])

    @property
    def everything(self) -> bool:
        """Whether nothing is asked for in particular."""
        return self == Following()


def read_follow(text: str, base: str) -> Filter:
    """What one `follow=` means: `source:NAME`, `kind:NAME`, or the IRI or path of a thing."""
    name, _, value = text.partition(":")
    if name in ("source", "kind") and value:
        return Filter(**{name: value})
    return Filter(entity=iri_of(base, text) if text.startswith("/") else text)


def revisions(
    timeline: Timeline, filters: Iterable[Filter], since: int, before: int | None, limit: int
) -> list[Revised]:
    """The newest revisions that meet any of the conditions, newest first, each once."""
    lists = [one.revisions(timeline, since, before, limit) for one in filters]
    merged = merge(*lists, key=lambda revised: revised.revision, reverse=True)
    return [next(group) for _, group in islice(groupby(merged, key=lambda revised: revised.revision), limit)]


def since_revision(text: str, past: Past, now: datetime) -> int:
    """The last revision before `since`: a span up to now (`7d`, `12h`, `2w`), a date (from its first moment), a time or
    a revision number; raises `NotThen` (400) for anything else."""
    if not text:
        return 0
    span = _SPAN.fullmatch(text)
    try:
        if span:
            return past.at(now - timedelta(hours=int(span[1]) * _HOURS[span[2]]))
        moment = read_moment(text)
        if not isinstance(moment, int) and _DAY.fullmatch(text):
            moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC) - timedelta(microseconds=1)
    except OverflowError:
        return 0
    except ValueError:
        raise NotThen(
            400, f"nothing can begin since {text[:60]!r}: give a span such as 7d or 12h, or {ACCEPTED}"
        ) from None
    return moment if isinstance(moment, int) else past.at(moment)
