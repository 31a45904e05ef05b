"""Settings of hubs that somebody writes into the graph by hand: none may be a password, a key or a token.

A harvest leaves such texts out, and a declaration that holds one is refused; here is the same for statements that come
in by themselves. What stands under a name that is given to secrets counts too, but in declarations, where such names
point at Secrets of the cluster.

Hazard: what is new may only add to what is there, so names and neighbours are looked up there as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.hub.declared.declaring import source_of
from leap_kg.hub.declared.secrecy import HELD, holds_secret
from leap_kg.hub.objects.hiding import shown_text
from leap_kg.ingest.hubs.secrets import has_form, is_named
from leap_kg.ontology.namespaces import SCHEMA

_NAME, _VALUE, _ENTRY = SCHEMA("name"), SCHEMA("value"), SCHEMA("additionalProperty")
_SETTINGS = "/settings#"


def exposed_settings(store: Engine, added: Iterable[Quad], base: str) -> list[str]:
    """What is wrong with statements that are to be added to what the store has: a text for each setting."""
    declarations = source_graph(base, source_of("")).value
    new = [quad for quad in added if _is_of_settings(quad)]
    beside = _Beside(store, new)
    found = {}
    for quad in new:
        node, text = quad.subject, _text(quad)
        if quad.predicate != _VALUE or not isinstance(node, NamedNode):
            continue
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.startswith(declarations):
            wrong = any(map(holds_secret, text.splitlines()))
        else:
            wrong = has_form(text) or any(is_named(called, text) for called in beside.called(node))
        if wrong:
            name = shown_text(next(beside.texts(node, _NAME), ""))
            found[node] = f"the setting {name!r} <{node.value}> {HELD}, and change it"
    return list(found.values())


class _Beside:
    """What is said about settings by statements that are new, and by those that are there."""

    def __init__(self, store: Engine, new: Iterable[Quad]) -> None:
        self._store = store
        self._about: dict[object, list[Quad]] = defaultdict(list)
        self._naming: dict[object, list[Quad]] = defaultdict(list)
        for quad in new:
            self._about[quad.subject].append(quad)
            if quad.predicate == _ENTRY:
                self._naming[quad.object].append(quad)

    def texts(self, node: NamedNode, predicate: NamedNode) -> Iterator[str]:
        """The texts that are said of a node."""
        for quad in (*self._about[node], *looked_up(self._store, node, predicate)):
            if quad.predicate == predicate and isinstance(quad.object, Literal):
                yield quad.object.value

    def called(self, node: NamedNode) -> Iterator[str]:
        """What a setting is called: variables are also written as `name` and `value`."""
        for name in set(self.texts(node, _NAME)):
            yield name
            if name == "value":
                yield from self._names_beside(node)

    def _names_beside(self, node: NamedNode) -> Iterator[str]:
        for link in (*self._naming[node], *looked_up(self._store, None, _ENTRY, node)):
            whole = link.subject
            for entry in (*self._about[whole], *looked_up(self._store, whole, _ENTRY)):
                sister = entry.object if entry.predicate == _ENTRY else None
                if isinstance(sister, NamedNode) and "name" in self.texts(sister, _NAME):
                    yield from self.texts(sister, _VALUE)


def _is_of_settings(quad: Quad) -> bool:
    return any(isinstance(each, NamedNode) and _SETTINGS in each.value for each in (quad.subject, quad.object))


def _text(quad: Quad) -> str:
    return quad.object.value if isinstance(quad.object, Literal) else ""
