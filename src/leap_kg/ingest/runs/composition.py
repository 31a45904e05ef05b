"""The records of one source put together: people joined across records, findings attached, one graph.

`compose` says what that means, for records in memory; `Composer` does the same for any number of them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.canonical import quads_of
from leap_kg.graph.publication.sorting import Batch
from leap_kg.ingest.mapping.finding import Finding, Place, Severity
from leap_kg.ingest.mapping.people import (
    Identities,
    identified,
    identities,
    login_node,
    login_of,
    names_of,
    one_name,
    resolve,
    stand_in,
)
from leap_kg.ingest.source import Mapped
from leap_kg.ingest.state.facts import speaks_of_people
from leap_kg.ingest.state.staged import Row, Staged
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import FOAF
from leap_kg.ontology.shapes import Violation, validate


@dataclass(frozen=True, slots=True)
class Composition:
    """All triples of a source, and those of each record by its key."""

    triples: list[Triple]
    records: Mapping[str, list[Triple]]


def compose(mapped: Iterable[Mapped], elsewhere: Iterable[Triple], base: str) -> Composition:
    """Join the people of all records, with the help of the accounts that other sources state."""
    taken = list(mapped)
    stated = [triple for record in taken for triple in record.triples]
    people = identities([*stated, *elsewhere])
    records = {}
    for record in taken:
        records[record.key] = _joined(record, people, base)
    return Composition(one_name((t for triples in records.values() for t in triples), people), records)


class Composer:
    """Puts together the records of one source as they will be, one at a time; what they share, it holds in memory.

    `elsewhere` are people and their accounts that other sources state. Names are no record's own: see
    `names`. Identities are those of the moment when it is made.
    """

    def __init__(self, staged: Staged, source: str, elsewhere: Iterable[tuple[str, str]], base: str) -> None:
        self._staged = staged
        self._source = source
        self._base = base
        accounts = list(staged.accounts(source))
        self._graph = source_graph(base, source)
        self._ending = f" {self._graph} .\n".encode()
        self.people = identified([*accounts, *elsewhere])
        self._stand_ins: dict[str, set[str]] = defaultdict(set)
        self._heirs = {login_node(login, base).value: person for login, person in self.people.orcid_of.items()}
        for person, account in accounts:
            if person not in self._heirs:
                self._stand_ins[person].add(stand_in(account))
        for login, orcid in self.people.orcid_of.items():
            self._stand_ins[orcid.value].add(login)

    def digest(self, row: Row) -> str:
        """What stands for all that the record will say: its own words, and who its people turn out to be."""
        if not row.people:
            return row.hash.hex()
        known = []
        for login in row.people:
            place = row.logins.get(login)
            orcids = self.people.conflicts.get(login) or (self.people.orcid_of.get(login),)
            known.append(f"{login} {' '.join(map(str, orcids))} {place if len(orcids) > 1 else ''}")
        return hashlib.sha256(b"\n".join([row.hash, *(text.encode() for text in known)])).hexdigest()[:32]

    def said(self, number: int) -> list[Triple]:
        """All that the record says, with the names that it gives to people."""
        row = self._staged.row(number)
        triples = self._staged.triples(number)
        if not row.people:
            return triples
        record = Mapped(row.key, NamedNode(self._staged.subject(number)), triples, [], row.logins)
        return _joined(record, _among(self.people, row.people), self._base)

    def quads(self, number: int) -> list[Quad]:
        """What the record brings to the graph: all that it says but names."""
        return quads_of(self.lines(number))

    def lines(self, number: int) -> Batch:
        """The same as lines of N-Quads without their ends."""
        text = self._staged.text(number)
        if speaks_of_people(text):
            quads = quads_in((t for t in self.said(number) if not _is_name(t)), self._graph)
            return [f"{quad} .".encode() for quad in quads]
        return text.replace(b" .\n", self._ending).split(b"\n")[:-1]

    def names(self) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """Each node that has names, with those that the records together give: one to a person, all to others."""
        given: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        persons: set[str] = set()
        for number, speaking, name, typed in self._staged.names(self._source):
            now = self._now(speaking)
            if typed:
                persons.add(now)
            if name:
                given[now][name].add(number)
        for named, names in given.items():
            node, terms = NamedNode(named), b"".join(f"<a:> <a:> {name} .\n".encode() for name in names)
            written = [quad.object for quad in parse(terms, format=RdfFormat.N_TRIPLES)]
            if named not in persons:
                yield node, [Triple(node, FOAF("name"), literal) for literal in written]
                continue
            # One name may be written in two languages: what counts is the text, once for each record.
            told: dict[str, set[int]] = defaultdict(set)
            for literal, numbers in zip(written, names.values(), strict=True):
                told[str(getattr(literal, "value", ""))] |= numbers
            counts = {text: len(numbers) for text, numbers in told.items()}
            yield node, list(names_of(node, counts, self._stand_ins.get(named, set())))

    def speaking_of(self, node: NamedNode) -> list[int]:
        """The records that say something about the node, or about a login that is the node's now."""
        logins = [old for old, person in self._heirs.items() if person == node]
        found = [n for iri in (node.value, *logins) for n in self._staged.mentioning(self._source, iri)]
        return list(dict.fromkeys(found))

    def about(self, node: NamedNode) -> list[Triple]:
        """What the records say with this node as the subject."""
        return [t for number in self.speaking_of(node) for t in self.said(number) if t.subject == node]

    def successors(self) -> dict[NamedNode, NamedNode]:
        """What records are about that were about another node, by that node; left out where two disagree."""
        found: dict[str, set[str]] = defaultdict(set)
        for old, new in self._staged.renamed(self._source):
            found[old].add(new)
        return {NamedNode(old): NamedNode(*new) for old, new in found.items() if len(new) == 1}

    def blamed(self, violations: Iterable[Violation]) -> dict[int, str]:
        """The records at fault, by number, each with the reason.

        Those that break a shape by themselves; if none does, all that say something about a node that breaks one.
        """
        reasons: dict[int, str] = {}
        for violation in violations:
            focus = NamedNode(violation.focus)
            for number in self.speaking_of(focus):
                if number not in reasons and any(t.subject == focus for t in self.said(number)):
                    reasons[number] = violation.told
        alone = {number: validate(_quads(one_name(self.said(number))), self._base) for number in reasons}
        guilty = {number: found[0].told for number, found in alone.items() if found}
        return guilty or reasons

    def _now(self, node: str) -> str:
        heir = self._heirs.get(node)
        return heir.value if heir else node


def _joined(record: Mapped, people: Identities, base: str) -> list[Triple]:
    """What a record says once it is known who its people are, findings on that included."""
    findings = [*record.findings, *_conflicts(record, people)]
    said = [*record.triples, *(t for f in findings for t in f.triples(record.subject, base))]
    return resolve(said, people, base)


def _among(people: Identities, logins: Iterable[str]) -> Identities:
    """What is known of these logins."""
    wanted = set(logins)
    return Identities(
        {login: people.orcid_of[login] for login in wanted & people.orcid_of.keys()},
        {login: people.conflicts[login] for login in wanted & people.conflicts.keys()},
    )


def _is_name(triple: Triple) -> bool:
    return (
        triple.predicate == FOAF("name")
        and isinstance(triple.object, Literal)
        and isinstance(triple.subject, NamedNode)
    )


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
