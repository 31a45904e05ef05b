"""The findings of a revision as pages show them: what is wrong, how bad, where, and how to mend it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.graph.names import source_graph
from leap_kg.graph.statements import Term
from leap_kg.ontology.iri import digest, path_of
from leap_kg.ontology.namespaces import SH
from leap_kg.web.cells import Node
from leap_kg.web.links import url
from leap_kg.web.listing import Pages, pages
from leap_kg.web.reading import Reading

SEVERITIES = ("Violation", "Warning", "Info")
FACETS = ("severity", "kind", "source")
FILTERS = (*FACETS, "fix")
PAGE = 50
GROUPS = 20
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `anchor` is the fragment of its node, `focus` what it is about, `record` the node whose
    page it stands on, `place` the same with the finding's own address.
    """

    iri: str
    anchor: str
    severity: str
    message: str
    hint: str
    pointer: str
    value: str
    kind: Node
    record: Node
    place: Node
    focus: Node
    file: Node | None
    source: Node

    @property
    def about(self) -> Node | None:
        """The node it is about, where that is not the record itself."""
        return self.focus if self.focus.iri != self.record.iri else None

    def chosen_by(self, name: str) -> str:
        """The value by which a filter chooses it."""
        names = {"severity": self.severity, "kind": _tail(self.kind.iri), "source": _tail(self.source.iri)}
        return digest(_pattern(self.hint)) if name == "fix" else names[name]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter with the number of findings it leaves; `path` chooses it or takes it back."""

    label: str
    count: int
    path: str
    active: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Findings of one severity and check that are mended in one way; `path` lists all of them.

    `message` and `hint` are what all of them say, `""` where they differ.
    """

    severity: str
    kind: Node
    hint: str
    message: str
    total: int
    examples: list[Finding]
    path: str


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """The findings under the filters of an address: groups of them, or, if there is but one group, each of them."""

    total: int
    alike: list[Alike]
    groups: int
    shown: list[Finding]
    filters: list[tuple[str, list[Choice]]]
    clear_path: str
    pages: Pages


def all_findings(reading: Reading) -> tuple[Finding, ...]:
    """Every finding of the revision, worst first."""
    found = {finding.iri: finding for finding in (_finding(reading, row) for row in reading.ask("findings"))}
    order = {name: number for number, name in enumerate(SEVERITIES)}
    return tuple(
        sorted(
            found.values(),
            key=lambda f: (order.get(f.severity, 9), f.record.label.lower(), f.kind.label, _natural(f.pointer), f.iri),
        )
    )


def of_record(findings: Iterable[Finding], node: NamedNode) -> list[Finding]:
    """The findings on a record or about a node."""
    return [finding for finding in findings if node.value in (finding.record.iri, finding.focus.iri)]


def by_severity(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """The number of findings of each severity, worst first."""
    counts = Counter(finding.severity for finding in findings)
    return [(severity, counts[severity]) for severity in SEVERITIES]


def chosen(findings: Sequence[Finding], wanted: dict[str, str]) -> list[Finding]:
    """The findings that pass all filters; an empty value is no filter."""
    return [f for f in findings if all(f.chosen_by(name) == value for name, value in wanted.items() if value)]


def findings_page(findings: Sequence[Finding], wanted: dict[str, str], number: int) -> FindingsPage:
    """One page of the list, with each filter's values counted under the other filters."""
    left = chosen(findings, wanted)
    groups = _alike(left, wanted)
    grouped = len(groups) > 1
    total, size = (len(groups), GROUPS) if grouped else (len(left), PAGE)
    number = min(max(number, 1), max(1, -(-total // size)))
    shown = slice((number - 1) * size, number * size)
    return FindingsPage(
        total=len(left),
        alike=groups[shown] if grouped else [],
        groups=len(groups),
        shown=[] if grouped else left[shown],
        filters=[(name, _choices(findings, wanted, name)) for name in FACETS],
        clear_path="/findings" if any(wanted.values()) else "",
        pages=pages(total, number, size, lambda n: url("/findings", **wanted, page=n if n > 1 else None)),
    )


def _alike(findings: Sequence[Finding], wanted: dict[str, str]) -> list[Alike]:
    """Findings by severity, check and way to mend them: worst first, then the most frequent."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.kind.iri, _pattern(finding.hint)), []).append(finding)
    order = {name: number for number, name in enumerate(SEVERITIES)}
    ordered = sorted(groups.values(), key=lambda g: (order.get(g[0].severity, 9), -len(g), g[0].kind.label, g[0].hint))
    return [_group(group, wanted) for group in ordered]


def _group(group: Sequence[Finding], wanted: dict[str, str]) -> Alike:
    first = group[0]
    named = {name: first.chosen_by(name) for name in ("severity", "kind", "fix")}
    return Alike(
        severity=first.severity,
        kind=first.kind,
        hint=first.hint if all(one.hint == first.hint for one in group) else "",
        message=first.message if all(one.message == first.message for one in group) else "",
        total=len(group),
        examples=list(group[:EXAMPLES]),
        path=url("/findings", **{**wanted, **named}),
    )


def _choices(findings: Sequence[Finding], wanted: dict[str, str], name: str) -> list[Choice]:
    others = chosen(findings, {**wanted, name: ""})
    counts = Counter(finding.chosen_by(name) for finding in others)
    labels = {finding.chosen_by(name): _shown(finding, name) for finding in others}
    active = wanted.get(name, "")
    values = SEVERITIES if name == "severity" else [value for value, _ in counts.most_common()]
    return [
        Choice(
            label=labels[value],
            count=counts[value],
            path=url("/findings", **{**wanted, name: None if value == active else value}),
            active=value == active,
        )
        for value in values
        if counts[value]
    ]


def _shown(finding: Finding, name: str) -> str:
    words = {"Violation": "Errors", "Warning": "Warnings", "Info": "Notes"}
    named = {"kind": finding.kind.label, "source": finding.source.label}
    return named.get(name) or words.get(finding.severity, finding.severity)


def as_rows(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """The findings as the twins of the page give them."""
    return [
        {
            "iri": finding.iri,
            "severity": finding.severity,
            "kind": finding.chosen_by("kind"),
            "record": finding.record.iri,
            "title": finding.record.label,
            "focus": finding.focus.iri,
            "message": finding.message,
            "hint": finding.hint,
            "pointer": finding.pointer,
            "value": finding.value,
            "file": finding.file.iri if finding.file else "",
            "source": finding.chosen_by("source"),
        }
        for finding in findings
    ]


def _finding(reading: Reading, row: Mapping[str, Term]) -> Finding:
    node, kind, file = _node(row["finding"]), _node(row["kind"]), row.get("file")
    record, _, anchor = node.value.partition("#")
    focus, shown = reading.one(node, SH("focusNode")), reading.link(NamedNode(record))
    return Finding(
        iri=node.value,
        anchor=anchor,
        severity=row["severity"].value,
        message=row["message"].value,
        hint=row["hint"].value,
        pointer=row["place"].value if "place" in row else "",
        value="; ".join(term.value for term in reading.objects(node, SH("value"))),
        kind=reading.link(kind),
        record=shown,
        place=Node(shown.label, path_of(reading.base, node.value), node.value, shown.kind),
        focus=reading.link(focus or NamedNode(record)),
        file=reading.link(file) if isinstance(file, NamedNode) else None,
        source=reading.link(source_graph(reading.base, row["source"].value)),
    )


def _node(term: Term) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise TypeError(f"a node was due where the graph has {term}")
    return term


def _natural(text: str) -> list[tuple[int, str]]:
    """A key that puts `stores[9]` before `stores[10]`."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,9})", text)]


def _pattern(text: str) -> str:
    """A hint without what it quotes and counts: the same for findings that are mended in one way."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "…", text)


def _tail(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]
