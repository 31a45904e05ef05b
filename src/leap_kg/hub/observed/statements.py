"""What was seen on a cluster as triples: how its groups and objects are, how they were, what drifted and who did that.

All of it is in one graph of the cluster, as parts of one document. What is: an object has one state, a
`prov:specializationOf` it, that has not been invalidated, and a group has its conditions. What was: states, drifts and
effects, the last few hundred of them; older ones are in the log, for the graph as it was at any time. A look that finds
nothing new makes the same triples again, so publishing them makes no revision.

Hazard: statuses and names of managers were written by others. Data and texts of Secrets are never written here.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.graph.names import OBSERVED, source_graph
from leap_kg.hub.declared.declaring import source_of
from leap_kg.hub.objects.hiding import shown
from leap_kg.hub.objects.manifest import IRI, Key, Manifest
from leap_kg.hub.objects.manifest import said as what_it_says
from leap_kg.hub.planned.standing import Condition, Drift, Effect, Snapshot, Standing
from leap_kg.ingest.mapping.statements import printable
from leap_kg.ontology.iri import iri_text, mint, part
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, PROV, RDF, SCHEMA, XSD, ours

KEPT = 400
"""How many past states, drifts and effects of a cluster stay in the graph."""

_LONGEST = 8192
_Term = NamedNode | Literal
_About = dict[NamedNode, dict[NamedNode, list[_Term]]]


@dataclass(frozen=True, slots=True)
class Observation:
    """All that is known of a cluster: from which revision and digest it is wanted, and how its groups stand.

    `effects` are what was done since the last observation, each with the group it belongs to.
    """

    cluster: str
    revision: int
    digest: str
    began: datetime
    standings: Mapping[str, Standing] = field(default_factory=dict)
    effects: tuple[tuple[str, Effect], ...] = ()


def observed_source(cluster: str) -> str:
    """The source whose graph says what was seen on the cluster."""
    return f"{OBSERVED}{cluster}"


def document_of(base: str, cluster: str) -> NamedNode:
    """The document whose parts all nodes about the cluster are."""
    return NamedNode(f"{mint(base, 'cluster', cluster).value}/observed")


def wanted_node(base: str, seen: Observation) -> NamedNode:
    """What was wanted when this was seen, as an entity that a run has used."""
    return part(document_of(base, seen.cluster), "wanted", seen.digest)


def observed_quads(before: Iterable[Quad], seen: Observation, run: NamedNode, now: datetime, base: str) -> set[Quad]:
    """What the graph of the cluster says after this observation, `before` being what it said.

    `run` is this one, and `now` its end, from which on what is new holds.
    """
    graph = source_graph(base, observed_source(seen.cluster))
    writing = _Writing(_by_subject(before), seen, run, now, base)
    return {Quad(each.subject, each.predicate, each.object, graph) for each in writing.triples()}


class _Writing:
    def __init__(self, before: _About, seen: Observation, run: NamedNode, now: datetime, base: str) -> None:
        self._before, self._seen, self._run, self._base = before, seen, run, base
        self._document = document_of(base, seen.cluster)
        self._cluster = mint(base, "cluster", seen.cluster)
        self._now = _time(now.isoformat())
        self._now_known: dict[NamedNode, list[Triple]] = {}
        self._past: dict[NamedNode, tuple[str, list[Triple]]] = {}
        self._agents: set[str] = set()
        self._open = {
            whole: node
            for node, said in before.items()
            for whole in said.get(PROV("specializationOf"), ())
            if PROV("invalidatedAtTime") not in said and self._has_type(said, "state")
        }

    def triples(self) -> Iterator[Triple]:
        """Everything: what is, then what was, then the objects and agents that either speaks of."""
        self._keep_past()
        for standing in self._seen.standings.values():
            self._standing(standing)
        self._close_what_went()
        for group, effect in self._seen.effects:
            self._effect(group, effect)
        self._wanted()
        latest = sorted(self._past, key=lambda node: (moment(self._past[node][0]), node.value))[-KEPT:]
        made = [*self._now_known.values(), *(self._past[node][1] for node in latest)]
        spoken = {each.object for triples in made for each in triples}
        for triples in made:
            yield from triples
        for node, said in self._before.items():
            if node in spoken and node not in self._now_known and self._has_type(said, "object"):
                yield from _all(node, said)
        for name in sorted(self._agents):
            yield from self._agent(name)
        for node, said in self._before.items():
            if node in spoken and PROV("SoftwareAgent") in said.get(RDF("type"), ()):
                yield from _all(node, said)

    def _keep_past(self) -> None:
        for node, said in self._before.items():
            ended = said.get(PROV("invalidatedAtTime")) or (
                said.get(PROV("generatedAtTime")) if self._has_type(said, "effect", "wanted") else None
            )
            if ended:
                self._past[node] = (_first(ended), list(_all(node, said)))

    def _standing(self, standing: Standing) -> None:
        group = part(self._document, "group", standing.group)
        title = standing.group or self._seen.cluster
        self._now_known[group] = [
            self._kind(group, "group"),
            Triple(group, DCT("title"), _text(title)),
            Triple(group, SCHEMA("isPartOf"), self._cluster),
            Triple(group, SCHEMA("about"), NamedNode(standing.iri)),
        ]
        for condition in standing.conditions:
            self._condition(group, standing.group, condition)
        if standing.objects is None:
            self._keep_open(group)
            return
        for each in standing.objects:
            self._object(group, each)
        for drift in standing.drifts:
            node = self._drift(group, drift)
            said = self._before.get(node)
            is_open = said is not None and PROV("invalidatedAtTime") not in said
            triples = list(_all(node, said)) if said and is_open else self._drift_triples(node, drift)
            self._now_known[node] = triples
            self._past.pop(node, None)

    def _condition(self, group: NamedNode, name: str, condition: Condition) -> None:
        node = part(self._document, "condition", name, condition.name)
        since: _Term = self._now
        said = self._before.get(node, {})
        if _first(said.get(SCHEMA("value"), ())) == condition.status and PROV("generatedAtTime") in said:
            since = said[PROV("generatedAtTime")][0]
        self._agents.update(condition.by)
        self._now_known[node] = [
            Triple(node, DCT("type"), mint(self._base, "condition", condition.name.lower())),
            Triple(node, SCHEMA("isPartOf"), group),
            Triple(node, SCHEMA("value"), _text(condition.status)),
            Triple(node, SCHEMA("name"), _text(condition.reason)),
            Triple(node, PROV("generatedAtTime"), since),
            *([Triple(node, DCT("description"), _text(condition.message))] if condition.message else ()),
            *(Triple(node, PROV("wasAttributedTo"), self._agent_node(each)) for each in condition.by),
        ]

    def _object(self, group: NamedNode, snapshot: Snapshot) -> None:
        node = self._object_node(snapshot.key)
        self._now_known[node] = [
            self._kind(node, "object"),
            Triple(node, DCT("title"), _text(str(snapshot.key))),
            Triple(node, SCHEMA("isPartOf"), group),
        ]
        state = self._open.get(node)
        if state is not None and self._same(self._before[state], snapshot):
            self._now_known[state] = list(_all(state, self._before[state]))
            return
        if state is not None:
            self._close(state)
        if snapshot.live is None:
            return
        new = part(self._document, "state", node.value, self._now.value)
        self._now_known[new] = [*self._state(new, node, snapshot)]

    def _state(self, new: NamedNode, node: NamedNode, snapshot: Snapshot) -> Iterator[Triple]:
        health, reason, message = snapshot.finding
        yield self._kind(new, "state")
        yield Triple(new, RDF("type"), PROV("Entity"))
        yield Triple(new, PROV("specializationOf"), node)
        yield Triple(new, PROV("wasGeneratedBy"), self._run)
        yield Triple(new, PROV("generatedAtTime"), self._now)
        yield Triple(new, SCHEMA("identifier"), _text(snapshot.uid))
        yield Triple(new, SCHEMA("version"), _text(snapshot.version))
        yield Triple(new, DCAT("version"), _text(snapshot.generation))
        yield Triple(new, ADMS("status"), mint(self._base, "health", health))
        if subject := _subject_of(snapshot.live):
            yield Triple(new, SCHEMA("about"), NamedNode(subject))
        if reason:
            yield Triple(new, SCHEMA("name"), _text(reason))
        if message:
            yield Triple(new, DCT("description"), _text(message))
        if snapshot.live is not None:
            yield Triple(new, PROV("value"), Literal(_json(snapshot.live), datatype=RDF("JSON")))

    def _same(self, before: Mapping[NamedNode, list[_Term]], snapshot: Snapshot) -> bool:
        """Whether a state is still the one that was seen: words of the controller alone make no new one."""
        if snapshot.live is None:
            return False
        names = (SCHEMA("identifier"), DCAT("version"), ADMS("status"), SCHEMA("name"), SCHEMA("about"))
        known = tuple(_first(before.get(name, ())) for name in names)
        status = mint(self._base, "health", snapshot.finding.health).value
        reason, subject = printable(snapshot.finding.reason), _subject_of(snapshot.live)
        return known == (snapshot.uid, snapshot.generation, status, reason, subject)

    def _close(self, node: NamedNode) -> None:
        """What held until now holds no longer."""
        triples = list(_all(node, self._before[node]))
        triples += [
            Triple(node, PROV("invalidatedAtTime"), self._now),
            Triple(node, PROV("wasInvalidatedBy"), self._run),
        ]
        self._past[node] = (self._now.value, triples)

    def _close_what_went(self) -> None:
        """States and drifts that nothing spoke of any more have ended."""
        for node, said in self._before.items():
            if node not in self._now_known and node not in self._past and self._has_type(said, "state", "drift"):
                self._close(node)

    def _keep_open(self, group: NamedNode) -> None:
        """Nobody could look: objects and states of the group stay as they were."""
        mine = {node for node, said in self._before.items() if group in said.get(SCHEMA("isPartOf"), ())}
        for node, said in self._before.items():
            whole = {*said.get(PROV("specializationOf"), ()), *said.get(SCHEMA("about"), ())}
            stays = node in mine and self._has_type(said, "object")
            if stays or (not mine.isdisjoint(whole) and node not in self._past):
                self._now_known[node] = list(_all(node, said))

    def _drift(self, group: NamedNode, drift: Drift) -> NamedNode:
        return part(self._document, "drift", group.value, str(drift.key), drift.what, *drift.by, drift.at)

    def _drift_triples(self, node: NamedNode, drift: Drift) -> list[Triple]:
        self._agents.update(drift.by)
        return [
            self._kind(node, "drift"),
            Triple(node, RDF("type"), PROV("Entity")),
            Triple(node, DCT("title"), _text(f"{drift.key} was changed by {', '.join(drift.by)}")),
            Triple(node, SCHEMA("about"), self._object_node(drift.key)),
            Triple(node, DCT("description"), _text(drift.what)),
            Triple(node, PROV("generatedAtTime"), _time(drift.at) if drift.at else self._now),
            *(Triple(node, PROV("wasAttributedTo"), self._agent_node(each)) for each in drift.by),
        ]

    def _effect(self, group: str, effect: Effect) -> None:
        node = part(self._document, "effect", self._run.value, group, str(effect.key), effect.act)
        triples = [
            self._kind(node, "effect"),
            Triple(node, RDF("type"), PROV("Entity")),
            Triple(node, DCT("title"), _text(f"{effect.act} {effect.key}")),
            Triple(node, SCHEMA("about"), self._object_node(effect.key)),
            Triple(node, DCT("description"), _text(effect.what)),
            Triple(node, PROV("generatedAtTime"), self._now),
            Triple(node, PROV("wasGeneratedBy"), self._run),
        ]
        self._past[node] = (self._now.value, triples)
        if effect.drift is not None:
            drift = self._drift(part(self._document, "group", group), effect.drift)
            healed = [
                Triple(drift, PROV("invalidatedAtTime"), self._now),
                Triple(drift, PROV("wasInvalidatedBy"), self._run),
            ]
            self._past[drift] = (self._now.value, [*self._drift_triples(drift, effect.drift), *healed])
            self._now_known.pop(drift, None)

    def _wanted(self) -> None:
        node = wanted_node(self._base, self._seen)
        self._past.pop(node, None)
        known = self._before.get(node)
        self._now_known[node] = list(_all(node, known)) if known else [
            self._kind(node, "wanted"),
            Triple(node, RDF("type"), PROV("Entity")),
            Triple(node, PROV("specializationOf"), source_graph(self._base, source_of(self._seen.cluster))),
            Triple(node, SCHEMA("identifier"), _text(self._seen.digest)),
            Triple(node, ours(self._base)("revision"), Literal(str(self._seen.revision), datatype=XSD("integer"))),
            Triple(node, PROV("generatedAtTime"), self._now),
        ]  # fmt: skip

    def _object_node(self, key: Key) -> NamedNode:
        group = key.version.rpartition("/")[0]
        return part(self._document, "object", group, key.kind, key.namespace, key.name)

    def _kind(self, node: NamedNode, kind: str) -> Triple:
        return Triple(node, DCT("type"), mint(self._base, "hub-part", kind))

    def _has_type(self, said: Mapping[NamedNode, list[_Term]], *kinds: str) -> bool:
        return any(mint(self._base, "hub-part", kind) in said.get(DCT("type"), ()) for kind in kinds)

    def _agent_node(self, name: str) -> NamedNode:
        return mint(self._base, "agent", name)

    def _agent(self, name: str) -> Iterator[Triple]:
        yield Triple(self._agent_node(name), RDF("type"), PROV("SoftwareAgent"))
        yield Triple(self._agent_node(name), DCT("title"), _text(name))


def _by_subject(quads: Iterable[Quad]) -> _About:
    found: _About = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            found[quad.subject][quad.predicate].append(quad.object)
    return dict(found)


def _all(node: NamedNode, said: Mapping[NamedNode, list[_Term]]) -> Iterator[Triple]:
    return (Triple(node, predicate, each) for predicate, terms in said.items() for each in terms)


def _first(terms: Iterable[_Term]) -> str:
    return min((each.value for each in terms), default="")


def _subject_of(live: Manifest | None) -> str:
    """What in the graph the object was for when it was seen, `""` if it does not say; its group may change that."""
    return iri_text(str(((live or {}).get("metadata", {}).get("annotations") or {}).get(IRI) or "")) or ""


def _json(live: Manifest) -> str:
    """What the object says, without what a Secret holds or looks like one, and not if it is long."""
    text = json.dumps(shown(what_it_says(live)), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return text if len(text) <= _LONGEST else json.dumps({"kind": live.get("kind"), "characters": len(text)})


def _text(text: str) -> Literal:
    return Literal(printable(text))


def _time(text: str) -> Literal:
    return Literal(moment(text).isoformat(), datatype=XSD("dateTime"))


def moment(text: str) -> datetime:
    """A moment of ours, or one that somebody wrote; what is none is now. As texts, moments do not sort."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.now(UTC)
