"""Writes what was found in a feedstock as a text that can be sent to its maintainers, as an issue say."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.recipes.checking import Report

_HEADS = {
    Severity.VIOLATION: "Has to be mended",
    Severity.WARNING: "Is probably wrong",
    Severity.INFO: "Good to know",
}
_MOST_PLACES = 6


def letter(report: Report) -> str:
    """The report on one feedstock, in Markdown."""
    return "\n".join(_lines(report)) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs."""
    findings = [
        {
            "kind": each.kind,
            "severity": each.severity.name.lower(),
            "place": each.pointer,
            "message": each.message,
            "hint": each.hint,
            "value": each.value,
            "file": each.file,
        }
        for each in report.findings
    ]
    counts = {severity.name.lower(): count for severity, count in report.counts.items()}
    return {
        "feedstock": report.name,
        "path": str(report.path),
        "passes": report.passes,
        "failure": report.failure,
        "maintainers": list(report.maintainers),
        **counts,
        "findings": findings,
    }


def _lines(report: Report) -> Iterator[str]:
    yield f"## {report.name}"
    yield ""
    if report.failure:
        yield f"It could not be checked: {report.failure}."
        return
    if report.maintainers:
        yield f"Maintained by {', '.join(report.maintainers)}."
        yield ""
    if not report.findings:
        yield "Nothing was found that would have to be mended."
        return
    for severity, found in groupby(report.findings, key=lambda each: each.severity):
        yield f"### {_HEADS[severity]}"
        yield ""
        for same in _alike(list(found)):
            first, places = same[0], [each.pointer for each in same if each.pointer]
            shown = ", ".join(f"`{place}`" for place in places[:_MOST_PLACES])
            more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
            told = f"{len(same)} times, for example: {first.message}" if len(same) > 1 else first.message
            yield f"- {shown}{more}{': ' if shown else ''}{told.rstrip('.')}. {first.hint}"
        yield ""


def _alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings that one change mends in several places, together."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        found.setdefault((each.kind, each.hint), []).append(each)
    return list(found.values())
