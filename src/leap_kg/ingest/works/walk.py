"""Walking listings page by page, and reconciling what they gave with what they said there is.

Hazard: a page comes twice, a cursor leads back, a page is lost, the other end never stops. Items are told apart by
their key, two pages that bring nothing new end the walk, and what is missing from the total is a shortfall, so that
nothing is taken for gone. A listing that breaks off is a shortfall too: what the others gave is not lost with it.

A cursor that stays the same need not lead back: Crossref's stands for the place that the other end keeps, and brings
the next page each time. So an address that comes again is asked again, and not answered from memory.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from leap_kg.ingest.fetch import Ask, Fetcher, FetchFailed, Parked
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import Listing, RecordUnusable, Ref
from leap_kg.ingest.works.document import JSON

_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, its items as they stand, how many items all pages have, and the address of the next."""

    url: str
    items: list[object]
    total: int | None
    following: str | None


Read = Callable[[Ask, Fetcher], Page]
AsRef = Callable[[object, Page, int], Ref]


@dataclass(slots=True)
class Walk:
    """The walk through all listings of one source, as JSON; a record that two listings have is given once."""

    listing: Listing
    read: Read
    as_ref: AsRef
    _given: set[str] = field(default_factory=set)
    _missing: int = 0
    _first: str = ""
    _reasons: int = 0
    _broken: list[FetchFailed | RecordUnusable | Unreadable] = field(default_factory=list)

    def through(self, url: str) -> Iterator[Ref]:
        """The records of one listing, from its first page on; raises `Parked` alone."""
        own: set[str] = set()
        turns: Counter[str] = Counter()
        total: int | None = None
        following: str | None = url
        idle = pages = 0
        while following is not None and idle < 2 and pages < _MOST_PAGES:
            page = self._page(Ask(following, JSON, turn=turns[following]))
            if page is None:
                break
            turns[following] += 1
            pages += 1
            total = page.total if page.total is not None else total
            before = len(own)
            for number, item in enumerate(page.items):
                ref = self.as_ref(item, page, number)
                own.add(ref.key)
                if ref.key not in self._given:
                    self._given.add(ref.key)
                    yield ref
            # A page may come twice by mistake; twice in a row is a circle.
            idle = 0 if len(own) > before else idle + 1
            complete = total is not None and len(own) >= total
            following = page.following if page.items and not complete else None
        if total is not None and len(own) < total:
            self._missing += total - len(own)
            self._fall_short(f"{url} says that it has {total} records and gave {len(own)} different ones")

    def named(self, ref: Ref) -> Iterator[Ref]:
        """A record that the configuration names, unless a listing gave it."""
        if ref.key not in self._given:
            self._given.add(ref.key)
            yield ref

    def finish(self) -> None:
        """Say how many records there should be, once all listings are through.

        Raises what broke the first listing off if none of them gave a record: then the source cannot be listed.
        """
        if self._broken and not self._given:
            raise self._broken[0]
        self.listing.expected = len(self._given) + self._missing

    def _page(self, ask: Ask) -> Page | None:
        try:
            return self.read(ask, self.listing.fetcher)
        except Parked:
            raise
        except (FetchFailed, RecordUnusable, Unreadable) as failure:
            self._broken.append(failure)
            self._fall_short(f"a listing broke off: {failure}")
            return None

    def _fall_short(self, reason: str) -> None:
        """Keep the first reason, and say that there are more."""
        self._reasons += 1
        self._first = self._first or reason
        more = f" (and {self._reasons - 1} more)" if self._reasons > 1 else ""
        self.listing.shortfall = self._first + more
