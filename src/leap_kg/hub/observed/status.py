"""How a cluster stands, as the graph has it from the operators that looked: groups, conditions, objects, drifts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.hub.observed.statements import moment, observed_source
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, PROV, RDF, SCHEMA, VOID

_Said = Mapping[NamedNode, list[str]]


@dataclass(frozen=True, slots=True)
class Holding:
    """A condition of a group: since when it has its status (ISO 8601), and who brought it about."""

    name: str
    status: str
    reason: str
    message: str
    since: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """An object as it was last seen, and since when (ISO 8601) it is so."""

    name: str
    health: str
    message: str
    generation: str
    since: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What others changed of an object, and until when it stayed so: `""` if it still is."""

    thing: str
    what: str
    by: tuple[str, ...]
    at: str
    until: str


@dataclass(frozen=True, slots=True)
class Group:
    """A release or the like: what it is for, how it stands, and its objects."""

    name: str
    about: str
    conditions: tuple[Holding, ...]
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How a cluster stands; `changed` is when (ISO 8601) anything of it was last new. The latest drift comes first."""

    cluster: str
    changed: str
    groups: tuple[Group, ...]
    drifts: tuple[Changed, ...]


def clusters_seen(store: Engine, base: str) -> list[str]:
    """The names of the clusters of which something is known."""
    prefix = source_graph(base, observed_source("x")).value[:-1]
    described = looked_up(store, None, RDF("type"), VOID("Dataset"))
    found = (quad.subject.value for quad in described if isinstance(quad.subject, NamedNode))
    return sorted(each.removeprefix(prefix) for each in found if each.startswith(prefix))


def status_of(store: Engine, cluster: str, base: str) -> Status | None:
    """How the cluster stands, `None` if nobody looked yet."""
    quads = looked_up(store, None, None, None, source_graph(base, observed_source(cluster)))
    if not quads:
        return None
    said: dict[str, dict[NamedNode, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.subject.value][quad.predicate].append(quad.object.value)
    reading = _Reading(said, base)
    return Status(cluster, reading.changed(), tuple(reading.groups()), tuple(reading.drifts()))


class _Reading:
    def __init__(self, said: Mapping[str, _Said], base: str) -> None:
        self._said, self._base = said, base

    def changed(self) -> str:
        names = (PROV("generatedAtTime"), PROV("invalidatedAtTime"))
        times = (each for said in self._said.values() for name in names for each in said.get(name, ()))
        return max(times, key=moment, default="")

    def groups(self) -> list[Group]:
        parts: dict[str, list[_Said]] = defaultdict(list)
        states = {
            whole: said
            for said in self._said.values()
            for whole in said.get(PROV("specializationOf"), ())
            if PROV("invalidatedAtTime") not in said
        }
        nodes: dict[str, list[str]] = defaultdict(list)
        for node, said in self._said.items():
            for whole in said.get(SCHEMA("isPartOf"), ()):
                parts[whole].append(said)
                nodes[whole].append(node)
        found = []
        for node in self._of_kind("group"):
            said = self._said[node]
            holding = [self._holding(each) for each in parts[node] if self._word(each, "condition")]
            things = [self._thing(self._said[each], states[each]) for each in nodes[node] if each in states]
            order = ("Ready", "Drifted", "Stalled")
            found.append(
                Group(
                    _one(said, DCT("title")),
                    _one(said, SCHEMA("about")),
                    tuple(sorted(holding, key=lambda each: order.index(each.name))),
                    tuple(sorted(things, key=lambda each: each.name)),
                )
            )
        return sorted(found, key=lambda each: each.name)

    def drifts(self) -> list[Changed]:
        found = [
            Changed(
                _one(self._said.get(_one(said, SCHEMA("about")), {}), DCT("title")),
                _one(said, DCT("description")),
                self._agents(said),
                _one(said, PROV("generatedAtTime")),
                _one(said, PROV("invalidatedAtTime")),
            )
            for said in (self._said[node] for node in self._of_kind("drift"))
        ]
        return sorted(found, key=lambda each: moment(each.at), reverse=True)

    def _holding(self, said: _Said) -> Holding:
        name, since = self._word(said, "condition").capitalize(), _one(said, PROV("generatedAtTime"))
        status, reason, message = (_one(said, each) for each in (SCHEMA("value"), SCHEMA("name"), DCT("description")))
        return Holding(name, status, reason, message, since, self._agents(said))

    def _thing(self, said: _Said, state: _Said) -> Thing:
        health = _one(state, ADMS("status")).rpartition("/")[2]
        message = _one(state, DCT("description")) or _one(state, SCHEMA("name"))
        generation = _one(state, DCAT("version"))
        return Thing(_one(said, DCT("title")), health, message, generation, _one(state, PROV("generatedAtTime")))

    def _of_kind(self, kind: str) -> Iterable[str]:
        wanted = mint(self._base, "hub-part", kind).value
        return (node for node, said in self._said.items() if wanted in said.get(DCT("type"), ()))

    def _word(self, said: _Said, scheme: str) -> str:
        prefix = f"{self._base}{scheme}/"
        return next((t.removeprefix(prefix) for t in said.get(DCT("type"), ()) if t.startswith(prefix)), "")

    def _agents(self, said: _Said) -> tuple[str, ...]:
        nodes = said.get(PROV("wasAttributedTo"), ())
        return tuple(sorted(_one(self._said.get(node, {}), DCT("title")) or node for node in nodes))


def _one(said: _Said, predicate: NamedNode) -> str:
    return min(said.get(predicate, ()), default="")
