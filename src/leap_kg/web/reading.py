"""One revision as requests see it: what a node says, what it is called, where its page is.

One object serves all requests of a process until a newer revision is there; the names it has looked up stay
with it. Every method is bounded, as those of `leap_kg.graph.statements` are.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.index.entry import kind_in, label_in
from leap_kg.graph.lookup import stands
from leap_kg.graph.snapshot import Snapshot
from leap_kg.graph.statements import Statements, Term
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.kinds import LABELS, Kind, noun
from leap_kg.ontology.namespaces import FOAF, PROV, RDF, REUSED, SH, VCARD, XSD, prefixes
from leap_kg.sparql import run
from leap_kg.sparql.catalogue import Catalogue
from leap_kg.web.cells import Cell, Node, Text
from leap_kg.web.links import address_label, external_href
from leap_kg.web.memory import Memory

MOST_STATEMENTS = 10_000
"""Statements of one node with one property in one document."""
MOST_READ = 200_000
"""Statements of one node that are looked at, in all graphs."""

_NUMBERS = frozenset(XSD(name) for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger"))
_PLAIN = frozenset(
    (
        XSD("string"),
        RDF("langString"),
        XSD("gYear"),
        XSD("gYearMonth"),
        XSD("date"),
        XSD("decimal"),
        XSD("double"),
        XSD("float"),
    )
)
# What names a part that has no label of its own, best first.
_PART_LABELS = (SH("resultMessage"), PROV("agent"), VCARD("hasEmail"))


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a node, in order, each statement once.

    `totals` are the numbers of values of the properties that have more than `MOST_STATEMENTS`, of which only so many
    are there; `whole` says whether all statements could be looked at.
    """

    statements: list[Triple]
    totals: dict[NamedNode, int]
    whole: bool


class Reading(Statements):
    """Read access to one snapshot."""

    def __init__(self, snapshot: Snapshot, base: str, queries: Catalogue) -> None:
        super().__init__(snapshot.store, base)
        self.snapshot = snapshot
        self.queries = queries
        self._prefixes = prefixes(base)
        self._links = Memory[NamedNode, Node](65_536)
        self._labels = Memory[NamedNode, str](65_536)
        self._words = Memory[NamedNode, str](4096)
        self._names = Memory[str, list[str]](64)

    @property
    def revision(self) -> int:
        """The revision that is read."""
        return self.snapshot.revision

    # --- statements ---------------------------------------------------------------------------------------

    def statements(self, node: NamedNode) -> list[Triple]:
        """What is said of the node, each statement once, in order: at most `MOST_STATEMENTS` of one property."""
        return self.said(node).statements

    def said(self, node: NamedNode, first: int = 1) -> Said:
        """What is said of the node: of each property `MOST_STATEMENTS` values from one on that is counted from 1.

        A low bound on all statements together would lose what comes after the thousands of stores of a dataset; the
        high one is for nodes that were made to keep a page busy.
        """
        found: dict[NamedNode, set[Triple]] = {}
        read = 0
        for quad in islice(self.snapshot.store.quads_for_pattern(node, None, None, None), MOST_READ + 1):
            read += 1
            if read <= MOST_READ:
                found.setdefault(quad.predicate, set()).add(Triple(quad.subject, quad.predicate, quad.object))
        totals = {predicate: len(some) for predicate, some in found.items() if len(some) > MOST_STATEMENTS}
        portions = (_portion(some, first) for some in found.values())
        statements = sorted((statement for some in portions for statement in some), key=str)
        return Said(statements, totals, whole=read <= MOST_READ)

    def graphs(self, node: NamedNode) -> list[NamedNode]:
        """The graphs that say something of the node, in order."""
        quads = islice(self.snapshot.store.quads_for_pattern(node, None, None, None), MOST_READ)
        return sorted({quad.graph_name for quad in quads if isinstance(quad.graph_name, NamedNode)}, key=str)

    def described(self, node: NamedNode) -> bool:
        """Whether anything is said of the node."""
        return stands(self.snapshot.store, node)

    def exists(self, node: NamedNode) -> bool:
        """Whether the node stands anywhere in the graph."""
        store = self.snapshot.store
        return self.described(node) or stands(store, None, None, node) or stands(store, None, node)

    # --- named queries ------------------------------------------------------------------------------------

    def ask(self, name: str) -> list[dict[str, Term]]:
        """The rows of a named query without parameters."""
        query = self.queries.get(name)
        if query is None:
            raise LookupError(f"there is no query {name}.rq in the folder sparql")
        return self.select(query.bind())

    def names(self, name: str) -> list[str]:
        """The texts of a named query of one column, such as `names/packages`, without parameters."""
        return self._names.get(name, self._listed)

    def _listed(self, name: str) -> list[str]:
        return [term.value for row in self.ask(name) for term in row.values() if isinstance(term, Literal)]

    def select(self, text: str) -> list[dict[str, Term]]:
        """The rows of a query of ours, over all graphs; what is unbound or no IRI and no literal is left out."""
        rows = run.select(self.snapshot.store, text)
        return [{k: v for k, v in row.items() if isinstance(v, NamedNode | Literal)} for row in rows]

    # --- names --------------------------------------------------------------------------------------------

    def link(self, node: NamedNode) -> Node:
        """The node with its name, kind and address."""
        return self._links.get(node, self._link)

    def label(self, node: NamedNode) -> str:
        """The name of the node."""
        return self._labels.get(node, self._label)

    def word(self, predicate: NamedNode) -> str:
        """The name of a property, in words."""
        return self._words.get(predicate, self._word)

    def kind(self, node: NamedNode) -> Kind | None:
        """What the node is, in the words of people."""
        return kind_in(self.snapshot.store, node, self.base)

    def types(self, node: NamedNode) -> list[NamedNode]:
        """The classes of the node."""
        return self.nodes(node, RDF("type"))

    def short(self, iri: str) -> str:
        """The IRI with a prefix if one fits (`dcat:Dataset`), else `""`."""
        for prefix, namespace in self._prefixes.items():
            if prefix != "kg" and iri.startswith(namespace) and re.fullmatch(r"\w+", rest := iri[len(namespace) :]):
                return f"{prefix}:{rest}"
        return ""

    def is_own(self, term: NamedNode) -> bool:
        """Whether this is a term of our own ontology."""
        return term.value.startswith(self.leap)

    def cell(self, term: Term) -> Cell:
        """A value as a page prints it."""
        return self.link(term) if isinstance(term, NamedNode) else _literal(term)

    def _word(self, predicate: NamedNode) -> str:
        if predicate == RDF("type"):
            return "type"
        for name in LABELS:
            if label := self.text(predicate, name):
                return label
        local = re.split(r"[#/]", predicate.value)[-1] or predicate.value
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local).lower()

    def _label(self, node: NamedNode) -> str:
        if any(self.text(node, predicate) for predicate in LABELS):
            return label_in(self.snapshot.store, node)
        for predicate in _PART_LABELS if "#" in node.value else ():
            for term in self.objects(node, predicate):
                return term.value.removeprefix("mailto:") if isinstance(term, Literal) else self.label(term)
        if short := self.short(node.value):
            return short
        own = node.value.startswith(self.base)
        return label_in(self.snapshot.store, node) if own else address_label(node.value)

    def _link(self, node: NamedNode) -> Node:
        kind = self.kind(node)
        label, iri = self.label(node), node.value
        word = noun(kind, iri, self.base) if kind else None
        outside = external_href(iri)
        if self._is_ours(node, bool(outside)):
            return Node(label, path_of(self.base, iri), iri, word)
        return Node(label, outside, iri, word, external=bool(outside))

    def _is_ours(self, node: NamedNode, web: bool) -> bool:
        """Whether a link to the node goes to its page here: what is only a web page is linked as one."""
        if node.value.startswith(self.base):
            return self.exists(node)
        if node.value.startswith(tuple(REUSED.values())):
            return False
        types = self.types(node)
        if types and set(types) <= {FOAF("Document")}:
            return False
        return self.described(node) or (not web and self.exists(node))


def _portion(statements: set[Triple], first: int) -> Iterable[Triple]:
    """So many of them from one on; in order only where some are left out."""
    if len(statements) <= MOST_STATEMENTS:
        return statements if first == 1 else ()
    return sorted(statements, key=str)[first - 1 : first - 1 + MOST_STATEMENTS]


def _literal(term: Literal) -> Cell:
    if term.datatype in _NUMBERS and re.fullmatch(r"[+-]?\d{1,18}", term.value):
        return int(term.value)
    if term.datatype == XSD("boolean"):
        return term.value in ("true", "1")
    if term.datatype == XSD("anyURI") and external_href(term.value):
        return Node(term.value, term.value, term.value, external=True)
    if term.datatype == XSD("dateTime"):
        return moment(term.value)
    if term.datatype == XSD("duration"):
        return elapsed(term.value)
    if term.datatype in _PLAIN or term.datatype == XSD("anyURI"):
        return Text(term.value, term.language or "")
    return Text(term.value, note=re.split(r"[#/]", term.datatype.value)[-1])


def moment(text: str) -> str:
    """An xsd:dateTime as people read it, to the minute: `2026-11-21 09:56 UTC`."""
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?", text)
    if not found:
        return text
    zone = {"Z": " UTC", "+00:00": " UTC", None: ""}.get(found[3], f" {found[3]}")
    return f"{found[1]} {found[2]}{zone}"


def elapsed(text: str) -> str:
    """An xsd:duration of hours, minutes and seconds as people read it: `2 h 5 min`, `20 s`; others as they are."""
    found = re.fullmatch(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})(?:\.\d*)?S)?", text)
    if not found or not any(found.groups()):
        return text
    minutes, seconds = divmod(
        sum(int(part or 0) * each for part, each in zip(found.groups(), (3600, 60, 1), strict=True)), 60
    )
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
