"""The records of one source put together: people joined across records, findings attached, one graph."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.finding import Finding, Severity
from leap_kg.ingest.people import Identities, identities, one_name, resolve
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.iri import mint
from leap_kg.ontology.shapes import Violation


@dataclass(frozen=True, slots=True)
class Composition:
    """All triples of a source, and those of each record by its key."""

    triples: list[Triple]
    records: Mapping[str, list[Triple]]

    def digests(self) -> dict[str, str]:
        """A hash of what each record says."""
        return {key: _digest(triples) for key, triples in self.records.items()}

    def blamed(self, violations: Iterable[Violation]) -> dict[str, str]:
        """The records that say something about a node that breaks a shape, each with the reason."""
        reasons: dict[str, str] = {}
        for violation in violations:
            for key, triples in self.records.items():
                if any(isinstance(t.subject, NamedNode) and t.subject.value == violation.focus for t in triples):
                    reasons.setdefault(key, str(violation))
        return reasons


def compose(mapped: Iterable[Mapped], known: Iterable[Triple], base: str) -> Composition:
    """Join the people of all records, with the help of accounts `known` from other sources."""
    taken = list(mapped)
    stated = [triple for record in taken for triple in record.triples]
    people = identities([*stated, *known])
    records = {}
    for record in taken:
        findings = [*record.findings, *_conflicts(record, people, base)]
        said = [*record.triples, *(t for f in findings for t in f.triples(record.subject, base))]
        records[record.key] = resolve(said, people, base)
    return Composition(one_name(t for triples in records.values() for t in triples), records)


def _conflicts(record: Mapped, people: Identities, base: str) -> list[Finding]:
    nodes = {mint(base, "person", "github", login): login for login in people.conflicts}
    logins = sorted({nodes[t.subject] for t in record.triples if t.subject in nodes})  # type: ignore[index]
    return [
        Finding(
            kind="identity-conflict",
            severity=Severity.WARNING,
            message=f"the GitHub login {login} appears with {' and '.join(people.conflicts[login])}",
            hint="Correct the ORCID in one of the records, and give it here too.",
            pointer="maintainers",
            value=login,
        )
        for login in logins
    ]


def _digest(triples: Iterable[Triple]) -> str:
    return hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()
