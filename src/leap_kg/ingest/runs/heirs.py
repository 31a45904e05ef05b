"""Which node stands now where one stood that is gone: what must be known of nodes to say so, and the rules."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.mapping.people import login_of
from leap_kg.ontology.kinds import kind_of
from leap_kg.ontology.namespaces import DCAT, DCT, RDF

_LASTING = ("dataset", "store", "file", "recipe", "notebook", "paper", "hub", "entry", "person")


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

    def successor(self, node: NamedNode) -> NamedNode | None:
        """The node that the source's record is about now that was about this one, `None` unless there is just one."""
        ...


class Heirs:
    """Finds the node that took the place of one that is gone.

    What a record was about goes to what it is about now, and a foreign node below it goes along: a file of a renamed
    repository. Else a dataset's heir is one that has all of its stores; what is named below a dataset goes where that
    goes; a login's heir is the person who has the login now.
    """

    def __init__(self, gone: Iterable[NamedNode], scene: Scene, base: str) -> None:
        self._scene = scene
        self._base = base
        self._folders = self._moved_folders(gone)

    def of(self, node: NamedNode) -> NamedNode | None:
        """The node that stands in the place of `node`, `None` if there is none or more than one."""
        if successor := self._successor(node):
            return successor
        statements = self._scene.before(node)
        if not node.value.startswith(self._base):
            return self._moved_along(node)
        if not lasts(node, statements, self._base):
            return None
        logins = filter(None, map(login_of, statements))
        if owners := {owner for login in logins for owner in self._scene.owners(login)}:
            return owners.pop() if len(owners) == 1 else None
        if stores_of(statements):
            return self._dataset(node)
        kind, _, path = node.value.removeprefix(self._base).partition("/")
        for folder in _folders(path):
            if new := self._folders.get(folder):
                heir = NamedNode(f"{self._base}{kind}/{new}{path.removeprefix(folder)}")
                return heir if heir != node and self._is_here(heir) else None
        return None

    def are_here(self, pointers: list[Triple]) -> bool:
        """Whether these pointers lead to nodes of ours, which stay for ever, or to nodes that are described."""
        return all(self._leads_on(triple.object) for triple in pointers if isinstance(triple.object, NamedNode))

    def _leads_on(self, node: NamedNode) -> bool:
        """Whether the node is here, or one that it leads to in turn: what was renamed twice keeps both pointers."""
        waiting, seen = [node], {node}
        while waiting:
            current = waiting.pop()
            if current.value.startswith(self._base) or self._is_here(current):
                return True
            pointers = (*heirs_named(self._scene.after(current)), *heirs_named(self._scene.before(current)))
            onward = {t.object for t in pointers if isinstance(t.object, NamedNode)}
            if heir := self.of(current):
                onward.add(heir)
            waiting += onward - seen
            seen |= onward
        return False

    def _is_here(self, node: NamedNode) -> bool:
        return is_here(node, self._scene, self._base)

    def _successor(self, node: NamedNode) -> NamedNode | None:
        found = self._scene.successor(node)
        return found if found is not None and found != node and self._is_here(found) else None

    def _moved_along(self, node: NamedNode) -> NamedNode | None:
        """Where a foreign node is now that was named below what a record was about."""
        for folder in _folders(node.value):
            if (new := self._successor(NamedNode(folder))) is not None:
                heir = NamedNode(f"{new.value}{node.value.removeprefix(folder)}")
                return heir if self._is_here(heir) else None
        return None

    def _dataset(self, node: NamedNode) -> NamedNode | None:
        """The dataset that has all stores of this one; of several the one with its title, else the first."""
        statements = self._scene.before(node)
        stores, titles = sorted(stores_of(statements), key=lambda store: store.value), titles_of(statements)
        fit = self._scene.having(stores[0]) - {node}
        for store in stores[1:]:
            fit &= self._scene.having(store)
        return min(fit, key=lambda other: (not titles & self._titles_of(other), other.value), default=None)

    def _moved_folders(self, gone: Iterable[NamedNode]) -> dict[str, str]:
        """Below which path the parts of a replaced dataset are now, by where they were."""
        prefix = f"{self._base}dataset/"
        moved = {}
        for node in gone:
            heir = self._successor(node) if node.value.startswith(prefix) else None
            if heir is None and node.value.startswith(prefix) and stores_of(self._scene.before(node)):
                heir = self._dataset(node)
            if heir is not None and heir.value.startswith(prefix):
                moved[node.value.removeprefix(prefix)] = heir.value.removeprefix(prefix)
        return moved

    def _titles_of(self, node: NamedNode) -> set[str]:
        return titles_of(self._scene.after(node)) | titles_of(self._scene.beside(node))


def _folders(path: str) -> Iterator[str]:
    """The path itself and all that it lies below, the longest first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def lasts(node: NamedNode, statements: list[Triple], base: str) -> bool:
    """Whether the node is one of ours that is remembered when it is gone."""
    return node.value.startswith(base) and "#" not in node.value and kind_of_node(statements, base) in _LASTING


def types_of(statements: Iterable[Triple]) -> set[str]:
    """The IRIs of the types that are stated."""
    return {t.object.value for t in statements if t.predicate == RDF("type") and isinstance(t.object, NamedNode)}


def kind_of_node(statements: Iterable[Triple], base: str) -> str:
    """The name of the kind that the stated types make it, `""` for none."""
    kind = kind_of(types_of(statements), base)
    return kind.name if kind else ""


def is_described(statements: list[Triple], base: str) -> bool:
    """Whether the statements say what the node is, more than that somebody links to it."""
    return kind_of_node(statements, base) not in ("", "tombstone")


def is_here(node: NamedNode, scene: Scene, base: str) -> bool:
    """Whether any source says what the node is."""
    return is_described(scene.after(node), base) or is_described(scene.beside(node), base)


def heirs_named(statements: list[Triple]) -> list[Triple]:
    """The statements that lead to another node."""
    return [triple for triple in statements if triple.predicate == DCT("isReplacedBy")]


def stores_of(statements: Iterable[Triple]) -> set[NamedNode]:
    """What is stated to be distributions."""
    return {t.object for t in statements if t.predicate == DCAT("distribution") and isinstance(t.object, NamedNode)}


def titles_of(statements: Iterable[Triple]) -> set[str]:
    """The titles that are stated."""
    return {t.object.value for t in statements if t.predicate == DCT("title") and isinstance(t.object, Literal)}
