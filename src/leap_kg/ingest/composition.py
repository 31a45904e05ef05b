"""The records of one source put together: people joined across records, findings attached, one graph."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Triple

from leap_kg.ingest.finding import Finding, Place, Severity
from leap_kg.ingest.people import Identities, identities, login_of, one_name, resolve
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.shapes import Violation, validate


@dataclass(frozen=True, slots=True)
class Composition:
    """All triples of a source, and those of each record by its key."""

    triples: list[Triple]
    records: Mapping[str, list[Triple]]

    def digests(self) -> dict[str, str]:
        """A hash of what each record says."""
        return {key: _digest(triples) for key, triples in self.records.items()}

    def blamed(self, violations: Iterable[Violation], base: str) -> dict[str, str]:
        """The records at fault, each with the reason.

        Those that break a shape by themselves; if none does, all that say something about a node that breaks one.
        """
        reasons: dict[str, str] = {}
        for violation in violations:
            for key, triples in self.records.items():
                if any(isinstance(t.subject, NamedNode) and t.subject.value == violation.focus for t in triples):
                    reasons.setdefault(key, str(violation))
        alone = {key: validate(_quads(one_name(self.records[key])), base) for key in reasons}
        guilty = {key: str(found[0]) for key, found in alone.items() if found}
        return guilty or reasons


def compose(mapped: Iterable[Mapped], elsewhere: Iterable[Triple], base: str) -> Composition:
    """Join the people of all records, with the help of the accounts that other sources state."""
    taken = list(mapped)
    stated = [triple for record in taken for triple in record.triples]
    people = identities([*stated, *elsewhere])
    records = {}
    for record in taken:
        findings = [*record.findings, *_conflicts(record, people)]
        said = [*record.triples, *(t for f in findings for t in f.triples(record.subject, base))]
        records[record.key] = resolve(said, people, base)
    return Composition(one_name((t for triples in records.values() for t in triples), people), records)


def _conflicts(record: Mapped, people: Identities) -> list[Finding]:
    """A finding for each login that this record states and that belongs to several ORCIDs."""
    stated = set(filter(None, map(login_of, record.triples)))
    logins = sorted(stated & people.conflicts.keys())
    return [_conflict(login, people.conflicts[login], record.logins.get(login)) for login in logins]


def _conflict(login: str, orcids: tuple[str, ...], place: Place | None) -> Finding:
    return Finding(
        kind="identity-conflict",
        severity=Severity.WARNING,
        message=f"the GitHub login {login} appears with {' and '.join(orcids)}",
        hint="Correct the ORCID in one of the records, and give it here too.",
        pointer=place.pointer if place else "maintainers",
        value=login,
        file=place.file if place else None,
    )


def _quads(triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object) for t in triples]


def _digest(triples: Iterable[Triple]) -> str:
    return hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()
