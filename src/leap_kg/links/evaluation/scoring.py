"""Compares what readers found with what people judged; pure, so that the same input gives the same numbers.

A claim is that a file reads or writes an address. It is right if a judged place of that file says so; wrong if the
place it points at was judged to be something else, or if the whole file was judged and no place says so; a claim
anywhere else is not judged and counts for nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leap_kg.links.evaluation.addresses import canonical, fit, paper
from leap_kg.links.evaluation.gold import NAMED, Gold, Pair, Site, Source
from leap_kg.links.signal import Role, Signal

PUBLISHED = 0.8
DATA_METHODS = ("D1", "D2", "D3")
_ROLES = {Role.READS: "reads", Role.WRITES: "writes"}
_MADE = frozenset(_ROLES.values())

Found = dict[Source, Sequence[Signal]]
"""What was found in each file that was there to be read."""


@dataclass(frozen=True, slots=True)
class Score:
    """Right and wrong claims, and how many of the judged truths were found; `unjudged` claims count for nothing."""

    right: int
    wrong: int
    found: int
    truths: int
    unjudged: int = 0

    @property
    def precision(self) -> float | None:
        """The share of judged claims that are right; `None` without any."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """The share of the truths that was found; `None` without any."""
        return self.found / self.truths if self.truths else None


@dataclass(frozen=True, slots=True)
class Judged:
    """A signal that somebody judged: its method, how sure it was, whether it is right, and whose file it is in."""

    method: str
    confidence: float
    right: bool
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """A disagreement, to be looked at: the place, what was judged and what was found."""

    source: Source
    place: str
    judged: str
    found: str


class Sites:
    """The judged places of the files that were read."""

    def __init__(self, gold: Gold, found: Found, repositories: Iterable[str]) -> None:
        wanted = set(repositories)
        self._found = {source: signals for source, signals in found.items() if source.repository in wanted}
        self._whole = gold.whole
        self._sites: dict[Source, list[Site]] = {}
        for site in gold.sites:
            if site.source in self._found:
                self._sites.setdefault(site.source, []).append(site)

    def published(self) -> Score:
        """Claims sure enough to be published, against the places whose address is known whole."""
        claims = {
            (source, signal.role, canonical(signal.target)): signal
            for source, signal in self._signals()
            if is_published(signal)
        }
        judged = [self.judge(source, signal) for (source, _, _), signal in claims.items()]
        truths = {
            (site.source, site.label, canonical(address)) for site in self._made("exact") for address in site.addresses
        }
        found = sum(
            any(_ROLES[role] == label and one == source and fit(claim, address) for one, role, claim in claims)
            for source, label, address in truths
        )
        return Score(judged.count(True), judged.count(False), found, len(truths), judged.count(None))

    def candidates(self) -> Score:
        """Whether there is any signal at, or of the address of, each place that reads or writes what can be told."""
        truths = [site for site in self._made("exact", "template") if site.addresses]
        found = sum(any(self._shows(site, signal) for signal in self._found[site.source]) for site in truths)
        return Score(0, 0, found, len(truths))

    def judged(self) -> Iterator[Judged]:
        """Each signal that says that data are read or written, with whether it is right."""
        for source, signal in self._signals():
            if signal.role in _ROLES and signal.exact:
                right = self.judge(source, signal)
                if right is not None:
                    yield Judged(signal.method, signal.confidence, right, source.repository)

    def misses(self) -> Iterator[Miss]:
        """Places that were not found, and claims that are wrong."""
        for source, signal in self._signals():
            if is_published(signal) and self.judge(source, signal) is False:
                sites = [site for site in self._sites.get(source, ()) if _overlap(site, signal)]
                said = "; ".join(f"{site.id} {site.label} {' '.join(site.addresses)}" for site in sites)
                yield Miss(source, _where(signal), said or "no place in a file judged whole", _claim(signal))
        for site in self._made("exact"):
            for address in site.addresses:
                if not any(
                    is_published(signal) and _ROLES[signal.role] == site.label and fit(signal.target, address)
                    for signal in self._found[site.source]
                ):
                    near = [_claim(signal) for signal in self._found[site.source] if _overlap(site, signal)]
                    place = f"{site.id}, cell {site.cell or '-'}, line {site.start}"
                    yield Miss(site.source, place, f"{site.label} {address}", "; ".join(near) or "nothing")
        for site in self._made("template"):
            if site.addresses and not any(self._shows(site, signal) for signal in self._found[site.source]):
                place = f"{site.id}, cell {site.cell or '-'}, line {site.start}"
                yield Miss(site.source, place, f"{site.label} {' '.join(site.addresses)}", "no candidate")

    def judge(self, source: Source, signal: Signal) -> bool | None:
        """Whether the claim is right; `None` where nobody judged."""
        sites = self._sites.get(source, [])
        here = [site for site in sites if _overlap(site, signal)]
        same = [site for site in sites if site.label == _ROLES[signal.role] and _uses(site, signal)]
        # What is only named here may be opened elsewhere, by a statement judged to open all that fit a template.
        named = bool(here) and all(site.label == "mentions" and _uses(site, signal) for site in here)
        if any(site in here or site.resolvable == "exact" or named for site in same):
            return True
        return False if here or source in self._whole else None

    def _signals(self) -> Iterator[tuple[Source, Signal]]:
        return ((source, signal) for source in self._found for signal in self._found[source])

    def _made(self, *resolvable: str) -> list[Site]:
        sites = (site for those in self._sites.values() for site in those)
        return [site for site in sites if site.label in _MADE and site.resolvable in resolvable]

    def _shows(self, site: Site, signal: Signal) -> bool:
        return _overlap(site, signal) or _uses(site, signal)


def is_published(signal: Signal) -> bool:
    """Whether a signal alone is sure enough to be said as a plain statement."""
    sure = signal.exact and signal.confidence >= PUBLISHED
    return sure and signal.method in DATA_METHODS and signal.role in _ROLES


class Papers:
    """The judged papers of repositories whose files were read."""

    def __init__(self, gold: Gold, found: Found, repositories: Iterable[str]) -> None:
        wanted = set(repositories)
        self._cited: dict[str, dict[str, float]] = {}
        for source, signals in found.items():
            if source.repository in wanted:
                cited = self._cited.setdefault(source.repository, {})
                for signal in signals:
                    if signal.role is Role.CITES:
                        key = paper(signal.target)
                        cited[key] = max(cited.get(key, 0.0), signal.confidence)
        self._pairs = [pair for pair in gold.pairs if pair.source in found and pair.source.repository in wanted]

    def one_sided(self) -> Score:
        """Papers that the repository's own files say are its paper, surely enough to be published."""
        return self._score([pair for pair in self._pairs if self._sure(pair) >= PUBLISHED], self._pairs)

    def two_sided(self) -> Score:
        """Papers that the repository names and that name the repository."""
        known = [pair for pair in self._pairs if pair.names_back == "yes"]
        return self._score([pair for pair in known if self._sure(pair) > 0], known)

    def misses(self) -> Iterator[Miss]:
        """Papers that are the repository's own and were not found to be, and those that were and are not."""
        for pair in self._pairs:
            sure = self._sure(pair)
            if pair.label != NAMED and (sure >= PUBLISHED) != (pair.label == "implements"):
                place = f"{pair.id}, lines {pair.start} to {pair.end}"
                yield Miss(
                    pair.source, place, f"{pair.label} {pair.paper}", f"cites ({sure:.2f})" if sure else "nothing"
                )

    def _sure(self, pair: Pair) -> float:
        return self._cited.get(pair.source.repository, {}).get(paper(pair.paper), 0.0)

    def _score(self, claimed: Sequence[Pair], among: Sequence[Pair]) -> Score:
        judged = [pair for pair in claimed if pair.label != NAMED]
        right = sum(pair.label == "implements" for pair in judged)
        truths = sum(pair.label == "implements" for pair in among)
        return Score(right, len(judged) - right, right, truths, len(claimed) - len(judged))


def _overlap(site: Site, signal: Signal) -> bool:
    place = signal.place
    return site.cell == place.cell and site.start <= place.end and place.start <= site.end


def _uses(site: Site, signal: Signal) -> bool:
    return any(fit(signal.target, address) for address in site.addresses)


def _where(signal: Signal) -> str:
    place = signal.place
    return f"cell {place.cell or '-'}, line {place.start}"


def _claim(signal: Signal) -> str:
    return f"{signal.method} {signal.role.value} {signal.target} ({signal.confidence:.2f})"
