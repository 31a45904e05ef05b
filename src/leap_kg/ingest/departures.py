"""Nodes that a source no longer has: a tombstone for each, or a pointer to the node that took its place.

Worked out from the source's graph as it is, as it will be, and what the other sources say, so it needs no memory
of its own: a tombstone stays in the graph until its node comes back. A node that another source still describes
is not gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.ingest.people import ORCID, login_of
from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import LABELS, kind_of
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace

_LASTING = ("dataset", "store", "file", "recipe", "notebook", "paper", "hub", "entry", "person")
_EPITAPH = (RDF("type"), DCT("title"), DCT("type"), PROV("invalidatedAtTime"))

Described = Mapping[NamedNode, list[Triple]]


@dataclass(frozen=True, slots=True)
class Departures:
    """What to say about nodes that are gone, and which of them left only now."""

    triples: tuple[Triple, ...]
    new: tuple[NamedNode, ...]


def departures(
    present: Iterable[Quad] | Iterable[Triple],
    wanted: Iterable[Triple],
    elsewhere: Iterable[Triple],
    moment: datetime,
    base: str,
) -> Departures:
    """What is left of nodes of the `present` graph that neither `wanted` nor a source `elsewhere` describes."""
    before, after, beside = _by_subject(present), _by_subject(wanted), _by_subject(elsewhere)
    heirs = _Heirs(before, [after, beside], base)
    said: list[Triple] = []
    new: list[NamedNode] = []
    for node in sorted(before, key=lambda n: n.value):
        if _is_described(after.get(node, []), base) or _is_described(beside.get(node, []), base):
            continue
        statements = before[node]
        if _heirs_named(after.get(node, [])):
            continue
        if _kind(statements, base) == "tombstone":
            said += [t for t in statements if t.predicate in _EPITAPH and t.object != FOAF("Document")]
        elif pointers := _heirs_named(statements):
            said += pointers if heirs.are_here(pointers) else []
        elif node.value.startswith(base) and "#" not in node.value and _kind(statements, base) in _LASTING:
            heir = heirs.of(node)
            said += [Triple(node, DCT("isReplacedBy"), heir)] if heir else _tombstone(node, statements, moment, base)
            new.append(node)
    return Departures(tuple(dict.fromkeys(said)), tuple(new))


class _Heirs:
    """Finds the node that took the place of one that is gone.

    A dataset's heir is one that has all of its stores; what is named below a dataset goes where that goes; a
    login's heir is the person who has the login now.
    """

    def __init__(self, before: Described, now: list[Described], base: str) -> None:
        self._before = before
        self._now = now
        self._base = base
        self._stores: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        self._owners: dict[str, set[NamedNode]] = defaultdict(set)
        for described in now:
            for node, statements in described.items():
                self._stores[node] |= _stores(statements)
                for login in filter(None, map(login_of, statements)) if node.value.startswith(ORCID) else ():
                    self._owners[login].add(node)
        self._folders = self._moved_folders()

    def of(self, node: NamedNode) -> NamedNode | None:
        """The node in whose place `node` stood, `None` if there is none or more than one."""
        statements = self._before[node]
        if owners := {owner for login in filter(None, map(login_of, statements)) for owner in self._owners[login]}:
            return owners.pop() if len(owners) == 1 else None
        if _stores(statements):
            return self._dataset(node)
        kind, _, path = node.value.removeprefix(self._base).partition("/")
        for old, new in self._folders.items():
            heir = NamedNode(f"{self._base}{kind}/{new}{path.removeprefix(old)}")
            if path.startswith(f"{old}/") or path == old:
                return heir if heir != node and self._is_here(heir) else None
        return None

    def are_here(self, pointers: list[Triple]) -> bool:
        """Whether these pointers lead to nodes of ours, which stay for ever, or to nodes that are described."""
        heirs = [triple.object for triple in pointers if isinstance(triple.object, NamedNode)]
        return all(heir.value.startswith(self._base) or self._is_here(heir) for heir in heirs)

    def _dataset(self, node: NamedNode) -> NamedNode | None:
        """The dataset that has all stores of this one; of several the one with its title, else the first."""
        stores, titles = _stores(self._before[node]), _titles(self._before[node])
        fit = [other for other, had in self._stores.items() if stores <= had and other != node]
        return min(fit, key=lambda other: (not titles & self._titles_of(other), other.value), default=None)

    def _moved_folders(self) -> dict[str, str]:
        """Below which path the parts of a replaced dataset are now, by where they were."""
        prefix = f"{self._base}dataset/"
        moved = {}
        for node in self._before:
            gone = node.value.startswith(prefix) and not self._is_here(node)
            heir = self._dataset(node) if gone and _stores(self._before[node]) else None
            if heir is not None and heir.value.startswith(prefix):
                moved[node.value.removeprefix(prefix)] = heir.value.removeprefix(prefix)
        return moved

    def _is_here(self, node: NamedNode) -> bool:
        return any(_is_described(described.get(node, []), self._base) for described in self._now)

    def _titles_of(self, node: NamedNode) -> set[str]:
        return {title for described in self._now for title in _titles(described.get(node, []))}


def _tombstone(node: NamedNode, statements: list[Triple], moment: datetime, base: str) -> Iterator[Triple]:
    yield Triple(node, RDF("type"), Namespace(base + ONTOLOGY_PATH)("Tombstone"))
    yield Triple(node, DCT("title"), Literal(_name(node, statements)))
    yield Triple(node, PROV("invalidatedAtTime"), Literal(moment.isoformat(), datatype=XSD("dateTime")))
    for former in sorted(_types(statements)):
        yield Triple(node, DCT("type"), NamedNode(former))


def _name(node: NamedNode, statements: list[Triple]) -> str:
    for label in LABELS:
        names = [t.object.value for t in statements if t.predicate == label and isinstance(t.object, Literal)]
        if names:
            return min(names)
    return readable(node.value)


def _by_subject(statements: Iterable[Quad] | Iterable[Triple]) -> dict[NamedNode, list[Triple]]:
    found: dict[NamedNode, list[Triple]] = defaultdict(list)
    for statement in statements:
        if isinstance(statement.subject, NamedNode):
            found[statement.subject].append(Triple(statement.subject, statement.predicate, statement.object))
    return found


def _types(statements: Iterable[Triple]) -> set[str]:
    return {t.object.value for t in statements if t.predicate == RDF("type") and isinstance(t.object, NamedNode)}


def _kind(statements: Iterable[Triple], base: str) -> str:
    kind = kind_of(_types(statements), base)
    return kind.name if kind else ""


def _is_described(statements: list[Triple], base: str) -> bool:
    """Whether the statements say what the node is, more than that somebody links to it."""
    return _kind(statements, base) not in ("", "tombstone")


def _heirs_named(statements: list[Triple]) -> list[Triple]:
    return [triple for triple in statements if triple.predicate == DCT("isReplacedBy")]


def _stores(statements: Iterable[Triple]) -> set[NamedNode]:
    return {t.object for t in statements if t.predicate == DCAT("distribution") and isinstance(t.object, NamedNode)}


def _titles(statements: Iterable[Triple]) -> set[str]:
    return {t.object.value for t in statements if t.predicate == DCT("title") and isinstance(t.object, Literal)}
