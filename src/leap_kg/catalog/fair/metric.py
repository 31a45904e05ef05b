"""A metric, its checks, and what came out: points, in words, with what to mend."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from leap_kg.catalog.fair.served import Served

Verdict = Literal["pass", "partial", "fail"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What one check of a metric found: `found` is the evidence, `mend` what to do where there is none."""

    name: str
    points: float
    most: float
    found: str
    mend: str

    @property
    def passed(self) -> bool:
        """Whether the check got all its points."""
        return self.points >= self.most


@dataclass(frozen=True, slots=True)
class Metric:
    """One of F-UJI's metrics; `alternative` if the best of its checks counts, and not their sum."""

    identifier: str
    title: str
    checks: tuple[Callable[[Served], Tried], ...]
    alternative: bool = False

    @property
    def letter(self) -> str:
        """F, A, I or R."""
        return self.identifier.removeprefix("FsF-")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """A metric as it was tried."""

    metric: Metric
    tried: tuple[Tried, ...]

    @property
    def most(self) -> float:
        """The points that there are."""
        all_of = [one.most for one in self.tried]
        return max(all_of) if self.metric.alternative else sum(all_of)

    @property
    def points(self) -> float:
        """The points that were given."""
        got = [one.points for one in self.tried]
        return max(got) if self.metric.alternative else sum(got)

    @property
    def verdict(self) -> Verdict:
        """Pass with all points, fail with none."""
        if self.points >= self.most:
            return "pass"
        return "partial" if self.points > 0 else "fail"

    @property
    def mend(self) -> list[str]:
        """What to do to get all points."""
        if self.verdict == "pass":
            return []
        return list(dict.fromkeys(one.mend for one in self.tried if not one.passed and one.mend))


def check(name: str, mend: str, most: float = 1.0) -> Callable[[Callable[[Served], str]], Callable[[Served], Tried]]:
    """A check that passes if the function finds something, which it gives in words, `""` if it finds nothing."""

    def made(look: Callable[[Served], str]) -> Callable[[Served], Tried]:
        def tried(served: Served) -> Tried:
            found = look(served)
            return Tried(name, most if found else 0.0, most, found, "" if found else mend)

        return tried

    return made


def listed(values: list[str], most: int = 3) -> str:
    """Some values in a sentence, each shortened, with how many more there are."""
    shown = ", ".join(value if len(value) <= 120 else f"{value[:119]}…" for value in values[:most])
    return f"{shown} and {len(values) - most} more" if len(values) > most else shown
