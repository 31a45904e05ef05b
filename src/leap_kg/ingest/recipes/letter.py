"""Writes what was found in a feedstock as a text that can be sent to its maintainers, as an issue say.

Hazard: what the files say is quoted in it, and whoever sends the letter puts it on a page. Quoted texts are one line,
and no markup.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.recipes.checking import Report
from leap_kg.ingest.recipes.reasons import Reason, gravity, reason_of
from leap_kg.ingest.recipes.where import Where

_HEADS = {
    Severity.VIOLATION: "What is wrong",
    Severity.WARNING: "What is probably wrong",
    Severity.INFO: "What could be better",
}
_MOST_PLACES = 6
_MOST_LINES = 12
_MARKUP = re.compile(r"([<\\`])")
_TO_WRITE = re.compile(r'(?:"[\w:]+"|\w+): "https://[^"\s]+"', re.ASCII)


def letter(report: Report) -> str:
    """The report on one feedstock for its maintainers, in Markdown."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def of_running(reports: Sequence[Report]) -> str:
    """What is not for maintainers, of all feedstocks, in Markdown; `""` if there is nothing."""
    told: dict[str, dict[str, None]] = {}
    for report in reports:
        for each in report.of_running:
            told.setdefault(_plain(each.message), {})[report.name] = None
    if not told:
        return ""
    lines = [f"- {message} ({', '.join(names)})." for message, names in told.items()]
    head = ["# For whoever runs these recipes with leap-kg", "", "This is not for the maintainers.", ""]
    return "\n".join([*head, *lines]) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs."""
    counts = {severity.name.lower(): count for severity, count in report.counts.items()}
    return {
        "feedstock": report.name,
        "path": str(report.path),
        "commit": report.commit,
        "files": list(report.files),
        "passes": report.passes,
        "failure": report.failure,
        "maintainers": list(report.maintainers),
        **counts,
        "findings": [_finding(each, report) for each in report.findings],
        "of_running": [_finding(each, report) for each in report.of_running],
    }


def _finding(each: Finding, report: Report) -> dict[str, Any]:
    where = report.where[each]
    return {
        "kind": each.kind,
        "severity": each.severity.name.lower(),
        "place": each.pointer,
        "key": where.key,
        "file": where.file,
        "line": where.line,
        "link": where.link,
        "message": each.message,
        "hint": each.hint,
        "value": each.value,
        "source": each.file,
    }


def _lines(report: Report) -> Iterator[str]:
    yield f"## {report.name}"
    yield ""
    if report.failure:
        yield f"It could not be checked: {report.failure}."
        return
    if report.maintainers:
        yield f"To {_and([_plain(name) for name in report.maintainers])}."
        yield ""
    # The texts of a template are there to be replaced by others.
    meant = "template" in report.name.lower()
    findings = [each for each in report.findings if not (meant and each.kind == "placeholder")]
    if not findings:
        yield f"Nothing was found that would have to be mended in {_read(report)}."
        return
    yield f"Thank you for sharing these data. The following was found in {_read(report)}, without running anything."
    yield ""
    for severity, found in groupby(sorted(findings, key=_weight), key=lambda each: each.severity):
        yield f"### {_HEADS[severity]}"
        yield ""
        for reason, same in groupby(found, key=reason_of):
            yield from _told(reason, list(same), report)


def _weight(each: Finding) -> tuple[int, int]:
    return list(_HEADS).index(each.severity), gravity(each)


def _told(reason: Reason, findings: Sequence[Finding], report: Report) -> Iterator[str]:
    """The findings that matter for one reason: each with its places, and once what mends several."""
    yield f"**{reason.title}** {reason.why}".rstrip()
    yield ""
    for hint, same in _grouped(findings, lambda each: each.hint).items():
        messages = _grouped(same, lambda each: _message(each, report.where[each]))
        alone = len(messages) == 1
        for message, places in list(messages.items())[:_MOST_LINES]:
            text = f"- {_places([report.where[each] for each in places])}: {message}"
            yield f"{text}. {_hint(hint)}" if alone else f"{text}."
        if len(messages) > _MOST_LINES:
            yield f"- and {len(messages) - _MOST_LINES} more."
        if not alone:
            yield ""
            yield f"  {_hint(hint)}"
        yield ""


def _grouped(findings: Sequence[Finding], key: Any) -> dict[str, list[Finding]]:  # noqa: ANN401 - a function to a text
    found: dict[str, list[Finding]] = {}
    for each in findings:
        found.setdefault(key(each), []).append(each)
    return found


def _message(each: Finding, where: Where) -> str:
    """What is said of a finding: the words of the mapping, but for what only the graph means."""
    if each.kind == "placeholder" and each.severity is Severity.WARNING:
        return f"`{_code(where.key)}` is `{_code(each.value)}`"
    if each.kind == "unknown-key":
        return f"`{_code(where.key)}`"
    message = each.message.removeprefix("the record ")
    return _plain(message if message == each.message else f"the dataset {message}").rstrip(".")


def _places(places: Sequence[Where]) -> str:
    """Several places, the name of a file once for those that follow one another in it."""
    told, before = [], ""
    for where in places[:_MOST_PLACES]:
        line = f"line {where.line}" if where.line else ""
        name = line if where.file == before and line else ", ".join(filter(None, (where.file, line)))
        told.append(f"[{name}]({where.link})" if where.link else name)
        before = where.file
    more = [f"{len(places) - _MOST_PLACES} more"] if len(places) > _MOST_PLACES else []
    return _and([*told, *more])


def _read(report: Report) -> str:
    """The files that were read: the feedstock's own with their commit, then those of others."""
    own = [f"`{file}`" for file in report.files if ": " not in file]
    others = [f"`{file}`" for file in report.files if ": " in file]
    commit = f"[{report.commit[:7]}](https://github.com/{report.name}/commit/{report.commit})" if report.commit else ""
    return ", and in ".join(filter(None, (f"{_and(own)}{' at ' if commit else ''}{commit}", _and(others))))


def _and(texts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1]))) if texts else ""


def _plain(text: str) -> str:
    """A text that may quote what a file says, in one line and without markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _hint(text: str) -> str:
    """How to mend it, the line to write as code."""
    return _TO_WRITE.sub(r"`\g<0>`", _plain(text))


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").split())
