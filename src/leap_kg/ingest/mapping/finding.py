"""Findings: what is wrong with a record and how to mend it, as nodes on the record.

A finding is a `sh:ValidationResult`, so SHACL reports and what the mappings notice are one thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.mapping.statements import printable
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import DCT, RDF, SH, ours


class Severity(Enum):
    """SHACL's three severities: it cannot be right; it is probably wrong; good to know."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: `pointer` such as `stores[3].url (line 17)`, `file` the IRI of the file if it is known."""

    pointer: str
    file: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `kind` is a concept of `ontology/concepts.ttl`, `pointer` the place in the file `file` (IRI).

    `focus` is the node it is about if that is not the record itself (a store, say).
    """

    kind: str
    severity: Severity
    message: str
    hint: str
    pointer: str = ""
    value: str = ""
    file: str | None = None
    focus: NamedNode | None = None

    def triples(self, record: NamedNode, base: str) -> Iterator[Triple]:
        """The finding as a part of `record`."""
        leap = ours(base)
        node = part(record, "finding", self.kind, self.pointer, self.value, self.message)
        yield Triple(node, RDF("type"), SH("ValidationResult"))
        yield Triple(node, SH("focusNode"), self.focus or record)
        yield Triple(node, SH("resultSeverity"), SH(self.severity.value))
        yield Triple(node, SH("resultMessage"), Literal(printable(self.message)))
        yield Triple(node, DCT("type"), mint(base, "finding-kind", self.kind))
        yield Triple(node, leap("fixHint"), Literal(printable(self.hint)))
        if self.pointer:
            yield Triple(node, leap("pointer"), Literal(printable(self.pointer)))
        if self.value:
            yield Triple(node, SH("value"), Literal(printable(self.value)))
        if self.file:
            yield Triple(node, DCT("source"), NamedNode(self.file))
