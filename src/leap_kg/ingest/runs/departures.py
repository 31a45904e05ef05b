"""Nodes that a source no longer has: a tombstone for each, or a pointer to the node that took its place.

Worked out from the source's graph as it is, as it will be, and what the other sources say, so it needs no memory
of its own: a tombstone stays in the graph until its node comes back. A node that another source still describes
is not gone, unless it is named by somebody else, as a repository is: where the record about it is about another node
now, its old name leads to the new one whoever still uses it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.ingest.mapping.people import ORCID, login_of
from leap_kg.ingest.runs.heirs import Heirs, Scene, heirs_named, is_described, kind_of_node, lasts, stores_of, types_of
from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import LABELS
from leap_kg.ontology.namespaces import DCT, FOAF, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace

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
    successors: Mapping[NamedNode, NamedNode] | None = None,
) -> Departures:
    """What is left of nodes of the `present` graph that neither `wanted` nor a source `elsewhere` describes."""
    before = _by_subject(present)
    scene = _Held(before, _by_subject(wanted), _by_subject(elsewhere), successors or {})
    return departed(before, scene, moment, base)


def departed(nodes: Iterable[NamedNode], scene: Scene, moment: datetime, base: str) -> Departures:
    """What is left of those of the nodes that are not described any more.

    The nodes are all that the source's graph describes, or those of them that may have left, with all that left
    before.
    """
    gone = [node for node in sorted(nodes, key=lambda n: n.value) if not _stays(node, scene, base)]
    heirs = Heirs(gone, scene, base)
    said: list[Triple] = []
    new: list[NamedNode] = []
    for node in gone:
        statements = scene.before(node)
        if heirs_named(scene.after(node)):
            continue
        if kind_of_node(statements, base) == "tombstone":
            said += [t for t in statements if t.predicate in _EPITAPH and t.object != FOAF("Document")]
        elif pointers := heirs_named(statements):
            said += pointers if heirs.are_here(pointers) else []
        elif "#" in node.value:
            continue
        elif heir := heirs.of(node):
            said.append(Triple(node, DCT("isReplacedBy"), heir))
            new.append(node)
        elif lasts(node, statements, base):
            said += _tombstone(node, statements, moment, base)
            new.append(node)
    return Departures(tuple(dict.fromkeys(said)), tuple(new))


class _Held:
    """A scene that is all in memory."""

    def __init__(
        self, before: Described, after: Described, beside: Described, successors: Mapping[NamedNode, NamedNode]
    ) -> None:
        self._before, self._after, self._beside = before, after, beside
        self._successors = successors
        self._having: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        self._owners: dict[str, set[NamedNode]] = defaultdict(set)
        for described in (after, beside):
            for node, statements in described.items():
                for store in stores_of(statements):
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

    def successor(self, node: NamedNode) -> NamedNode | None:
        return self._successors.get(node)


def _tombstone(node: NamedNode, statements: list[Triple], moment: datetime, base: str) -> Iterator[Triple]:
    yield Triple(node, RDF("type"), Namespace(base + ONTOLOGY_PATH)("Tombstone"))
    yield Triple(node, DCT("title"), Literal(_name(node, statements)))
    yield Triple(node, PROV("invalidatedAtTime"), Literal(moment.isoformat(), datatype=XSD("dateTime")))
    for former in sorted(types_of(statements)):
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


def _stays(node: NamedNode, scene: Scene, base: str) -> bool:
    """Whether nothing is to be said in its place: it is described here or, as one of ours, by another source."""
    described = is_described(scene.after(node), base)
    return described or (node.value.startswith(base) and is_described(scene.beside(node), base))
