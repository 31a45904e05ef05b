"""All metrics of a dataset as they were tried, with the sum and what the twins lack."""

from dataclasses import dataclass
from typing import Any

from leap_kg.catalog.fair import accessible, findable, interoperable, reusable
from leap_kg.catalog.fair.metric import Metric, Result
from leap_kg.catalog.fair.served import Served
from leap_kg.catalog.lacks import Lack

METRICS: tuple[Metric, ...] = (*findable.METRICS, *accessible.METRICS, *interoperable.METRICS, *reusable.METRICS)
LETTERS = {"F": "Findable", "A": "Accessible", "I": "Interoperable", "R": "Reusable"}


@dataclass(frozen=True, slots=True)
class Report:
    """How FAIR a dataset is."""

    iri: str
    title: str
    revision: int
    results: tuple[Result, ...]
    lacks: tuple[Lack, ...]

    @property
    def share(self) -> float:
        """The points of all metrics, each worth the same, as a share of all that there are."""
        return sum(result.points / result.most for result in self.results) / len(self.results)

    @property
    def percent(self) -> int:
        """The share in percent, never rounded up to all."""
        return int(self.share * 100)

    def count(self, verdict: str) -> int:
        """How many metrics came out so."""
        return sum(result.verdict == verdict for result in self.results)

    def of(self, letter: str) -> list[Result]:
        """The results of one principle."""
        return [result for result in self.results if result.metric.letter == letter]

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "dataset": self.iri,
            "title": self.title,
            "revision": self.revision,
            "percent": self.percent,
            "counts": {verdict: self.count(verdict) for verdict in ("pass", "partial", "fail")},
            "metrics": [
                {
                    "metric": result.metric.identifier,
                    "title": result.metric.title,
                    "verdict": result.verdict,
                    "points": result.points,
                    "of": result.most,
                    "tests": [
                        {"test": one.name, "points": one.points, "of": one.most, "found": one.found}
                        for one in result.tried
                    ],
                    "mend": result.mend,
                }
                for result in self.results
            ],
            "lacks": [{"name": lack.name, "why": lack.why, "mend": lack.mend} for lack in self.lacks],
        }


def report(served: Served, title: str, revision: int, lacks: tuple[Lack, ...]) -> Report:
    """Try every metric on what was served."""
    results = (Result(metric, tuple(check(served) for check in metric.checks)) for metric in METRICS)
    return Report(served.iri, title, revision, tuple(results), lacks)
