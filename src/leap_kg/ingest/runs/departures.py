"""Nodes that a source no longer has: a tombstone for each, or a pointer to the node that took its place.

Worked out from the source's graph as it is, as it will be, and what the other sources say, so it needs no memory
of its own: a tombstone stays in the graph until its node comes back. A node that another source still describes
is not gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.ingest.mapping.people import ORCID, login_of
from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import LABELS, kind_of
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace

_LASTING = ("dataset", "store", "file", "recipe", "notebook", "paper", "hub", "entry", "person")
_EPITAPH = (RDF("type"), DCT("title"), DCT("type"), PROV("invalidatedAtTime"))

Described = Mapping[NamedNode, list[Triple]]


class Scene(Protocol):
    """What must be known of a node: what is said of it in the source's graph, in that graph to be, and elsewhere."""

    def before(self, node: NamedNode) -> list[Triple]:
        """What the source's graph says of it."""
        ...

    def after(self, node: NamedNode) -> list[Triple]:
        """What the source's records say of it now."""
        ...

    def beside(self, node: NamedNode) -> list[Triple]:
        """What other sources say of it."""
        ...

    def having(self, store: NamedNode) -> set[NamedNode]:
        """The datasets that have the store now, here or elsewhere."""
        ...

    def owners(self, login: str) -> set[NamedNode]:
        """The people with an ORCID who have the login now, here or elsewhere."""
        ...


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
    before = _by_subject(present)
    return departed(before, _Held(before, _by_subject(wanted), _by_subject(elsewhere)), moment, base)


def departed(nodes: Iterable[NamedNode], scene: Scene, moment: datetime, base: str) -> Departures:
    """What is left of those of the nodes that are not described any more.

    The nodes are all that the source's graph describes, or those of them that may have left, with all that left
    before.
    """
    gone = [node for node in sorted(nodes, key=lambda n: n.value) if not _is_here(node, scene, base)]
    heirs = _Heirs(gone, scene, base)
    said: list[Triple] = []
    new: list[NamedNode] = []
    for node in gone:
        statements = scene.before(node)
        if _heirs_named(scene.after(node)):
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


class _Held:
    """A scene that is all in memory."""

    def __init__(self, before: Described, after: Described, beside: Described) -> None:
        self._before, self._after, self._beside = before, after, beside
        self._having: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        self._owners: dict[str, set[NamedNode]] = defaultdict(set)
        for described in (after, beside):
            for node, statements in described.items():
                for store in _stores(statements):
                    self._having[store].add(node)
                for login in filter(None, map(login_of, statements)) if node.value.startswith(ORCID) else ():
                    self._owners[login].add(node)

    def before(self, node: NamedNode) -> list[Triple]:
        return self._before.get(node, [])

    def after(self, node: NamedNode) -> list[Triple]:
        return self._after.get(node, [])

    def beside(self, node: NamedNode) -> list[Triple]:
        return self._beside.get(node, [])

    def having(self, store: NamedNode) -> set[NamedNode]:
        return self._having.get(store, set())

    def owners(self, login: str) -> set[NamedNode]:
        return self._owners.get(login, set())


class _Heirs:
    """Finds the node that took the place of one that is gone.

    A dataset's heir is one that has all of its stores; what is named below a dataset goes where that goes; a
    login's heir is the person who has the login now.
    """

    def __init__(self, gone: Iterable[NamedNode], scene: Scene, base: str) -> None:
        self._scene = scene
        self._base = base
        self._folders = self._moved_folders(gone)

    def of(self, node: NamedNode) -> NamedNode | None:
        """The node in whose place `node` stood, `None` if there is none or more than one."""
        statements = self._scene.before(node)
        logins = filter(None, map(login_of, statements))
        if owners := {owner for login in logins for owner in self._scene.owners(login)}:
            return owners.pop() if len(owners) == 1 else None
        if _stores(statements):
            return self._dataset(node)
        kind, _, path = node.value.removeprefix(self._base).partition("/")
        for old, new in self._folders.items():
            heir = NamedNode(f"{self._base}{kind}/{new}{path.removeprefix(old)}")
            if path.startswith(f"{old}/") or path == old:
                return heir if heir != node and _is_here(heir, self._scene, self._base) else None
        return None

    def are_here(self, pointers: list[Triple]) -> bool:
        """Whether these pointers lead to nodes of ours, which stay for ever, or to nodes that are described."""
        heirs = [triple.object for triple in pointers if isinstance(triple.object, NamedNode)]
        return all(heir.value.startswith(self._base) or _is_here(heir, self._scene, self._base) for heir in heirs)

    def _dataset(self, node: NamedNode) -> NamedNode | None:
        """The dataset that has all stores of this one; of several the one with its title, else the first."""
        statements = self._scene.before(node)
        stores, titles = sorted(_stores(statements), key=lambda store: store.value), _titles(statements)
        fit = self._scene.having(stores[0]) - {node}
        for store in stores[1:]:
            fit &= self._scene.having(store)
        return min(fit, key=lambda other: (not titles & self._titles_of(other), other.value), default=None)

    def _moved_folders(self, gone: Iterable[NamedNode]) -> dict[str, str]:
        """Below which path the parts of a replaced dataset are now, by where they were."""
        prefix = f"{self._base}dataset/"
        moved = {}
        for node in gone:
            heir = None
            if node.value.startswith(prefix) and _stores(self._scene.before(node)):
                heir = self._dataset(node)
            if heir is not None and heir.value.startswith(prefix):
                moved[node.value.removeprefix(prefix)] = heir.value.removeprefix(prefix)
        return moved

    def _titles_of(self, node: NamedNode) -> set[str]:
        return _titles(self._scene.after(node)) | _titles(self._scene.beside(node))


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


def _is_here(node: NamedNode, scene: Scene, base: str) -> bool:
    return _is_described(scene.after(node), base) or _is_described(scene.beside(node), base)


def _heirs_named(statements: list[Triple]) -> list[Triple]:
    return [triple for triple in statements if triple.predicate == DCT("isReplacedBy")]


def _stores(statements: Iterable[Triple]) -> set[NamedNode]:
    return {t.object for t in statements if t.predicate == DCAT("distribution") and isinstance(t.object, NamedNode)}


def _titles(statements: Iterable[Triple]) -> set[str]:
    return {t.object.value for t in statements if t.predicate == DCT("title") and isinstance(t.object, Literal)}
