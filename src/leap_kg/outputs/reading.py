"""Reads outputs from a snapshot, each with the names of what it points to.

Hazard: the graph holds what strangers wrote, so any property may be missing, repeated or of another type. What cannot
be read as it should be is left out; a node without a title is no output, but something that others refer to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.entry import label_in
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.namespaces import (
    ADMS,
    CITO,
    CODEMETA,
    DCAT,
    DCT,
    FABIO,
    FOAF,
    ONTOLOGY_PATH,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SPDX,
    STAC,
    Namespace,
)
from leap_kg.outputs.kind import CLASSES, Kind, kind_of
from leap_kg.outputs.linked import IN_CATALOGUE, Linked
from leap_kg.outputs.output import Maker, Output, Thing
from leap_kg.outputs.party import Party, party_of
from leap_kg.outputs.same import Same

_DOI = "https://doi.org/"
_MOST = 2_000
_TITLES = (DCT("title"), SCHEMA("name"), RDFS("label"))
_LABELS = (FOAF("name"), *_TITLES)
_DATES = (DCT("issued"), SCHEMA("datePublished"), DCT("created"))
_ABSTRACTS = (DCT("abstract"), DCT("description"))
_AUTHORS = frozenset(("aut", "cre"))
_PRODUCER = "producer"
_BELONGS = SCHEMA("sourceOrganization")
_NOTICES = (
    ("retracted", CITO("retracts"), CITO("isRetractedBy")),
    ("corrected", CITO("corrects"), CITO("isCorrectedBy")),
)
_SURE = 0.8
_TAKEN = "taken in by a curator"


class Reader:
    """Outputs of one snapshot; names are looked up once."""

    def __init__(self, store: Engine, base: str) -> None:
        self._store = store
        self._leap = Namespace(base + ONTOLOGY_PATH)
        # Not outputs by themselves, but pieces of one: a file of a repository, a scene of a collection.
        self._pieces = (SPDX("File"), STAC("Item"), self._leap("Notebook"), self._leap("Recipe"))
        self._names: dict[str, str] = {}
        self._linked = Linked(self._nodes, self._subjects, self._leap)
        self._same = Same(self._nodes, self._subjects)

    def outputs(self, nodes: Iterable[str] | None = None) -> Iterator[Output]:
        """The outputs among these nodes, by default all that there are, in the order of their IRIs."""
        for iri in self.nodes() if nodes is None else nodes:
            found = self.output(NamedNode(iri))
            if found is not None:
                yield found

    def nodes(self, classes: Iterable[NamedNode] = CLASSES) -> list[str]:
        """The IRIs of what has one of these classes and is no piece of an output; some may have no title."""
        pieces = self._of(self._pieces)
        return sorted(self._of(classes) - pieces)

    def _of(self, classes: Iterable[NamedNode]) -> set[str]:
        return {
            quad.subject.value
            for each in classes
            for quad in self._store.quads_for_pattern(None, RDF("type"), each, None)
            if isinstance(quad.subject, NamedNode) and "#" not in quad.subject.value
        }

    def output(self, node: NamedNode) -> Output | None:
        """The output that this node is; `None` for any other node."""
        types = set(self._nodes(node, RDF("type")))
        kind = kind_of(types)
        title = self._first(node, _TITLES)
        if kind is None or not title or types & set(self._pieces):
            return None
        own = tuple(self._own(node, kind))
        verdict = self._verdict(node)
        taken = (_TAKEN,) if verdict == "accepted" else ()
        reasons = (*taken, *self._reasons(node), *own)
        belongs = self.belongs(node) or (bool(own) and verdict != "rejected")
        keepers = sorted(self._nodes(node, SCHEMA("maintainer")), key=self._place_of)
        return replace(
            self.described(node, kind, title),
            keepers=self._each_once(keepers),
            awards=tuple(self._things(node, SCHEMA("funding"))),
            reasons=reasons if belongs else (),
            doubtful=() if belongs else reasons,
            code=self._named(self._linked.code(node)),
            data=self._named(self._linked.data(node)),
            papers=self._named(self._linked.papers(node)) if kind is Kind.DATASET else (),
            later=self._named(self._subjects(PROV("wasRevisionOf"), node)),
            versions=self._linked.versions(node),
        )

    def cited(self, node: NamedNode) -> Output:
        """What a reference says of any node, by the name that it has; of no known kind, it is a text."""
        kind = kind_of(self.types_of(node)) or Kind.TEXT
        return self.described(node, kind, self._first(node, _TITLES) or self._name(node))

    def described(self, node: NamedNode, kind: Kind, title: str) -> Output:
        """What a reference says of a node of this kind and title, without what it is linked to."""
        free = self._text(node, SCHEMA("isAccessibleForFree"))
        licence = next((thing.iri for thing in self._things(node, DCT("license"))), "")
        return Output(
            iri=node.value,
            kind=kind,
            title=title,
            makers=self._each_once(self._makers(node)),
            issued=max((self._text(node, date) for date in _DATES[:2]), key=len) or self._text(node, _DATES[2]),
            container=self._container(node),
            volume=self._text(node, SCHEMA("volumeNumber")),
            issue=self._text(node, SCHEMA("issueNumber")),
            pages=self._text(node, SCHEMA("pagination")),
            publisher=next((thing.name for thing in self._things(node, DCT("publisher"))), ""),
            doi=node.value.removeprefix(_DOI) if node.value.startswith(_DOI) else "",
            abstract=self._first(node, _ABSTRACTS),
            language=self._text(node, DCT("language")),
            version=self._text(node, SCHEMA("version")),
            reference=self._text(node, DCT("bibliographicCitation")),
            licence=licence,
            free=_is_free(free, licence),
            keywords=tuple(self._texts(node, DCAT("keyword"))),
            status=tuple(self._status(node)),
        )

    def _status(self, node: NamedNode) -> list[str]:
        """What became of it, as its record says or as a notice does that only names it."""
        said = [thing.name for thing in self._things(node, ADMS("status"))]
        for word, does, suffers in _NOTICES:
            if word not in said and (self._nodes(node, suffers) or self._subjects(does, node)):
                said.append(word)
        return said

    def _makers(self, node: NamedNode) -> list[NamedNode]:
        """Authors in the order of the work; else creators or producers, in the order of the record or by name."""
        placed: dict[str, tuple[float, NamedNode]] = {}
        places: dict[str, float] = {}
        producers: list[NamedNode] = []
        for attribution in self._nodes(node, PROV("qualifiedAttribution")):
            place = self._text(attribution, SCHEMA("position"))
            roles = {role.value.rpartition("/")[2] for role in self._nodes(attribution, DCAT("hadRole"))}
            for agent in self._nodes(attribution, PROV("agent")):
                position = float(place) if place.isdigit() else float("inf")
                places[agent.value] = min(places.get(agent.value, position), position)
                producers += [agent] if _PRODUCER in roles else []
                if roles & _AUTHORS:
                    placed[agent.value] = min(placed.get(agent.value, (position, agent)), (position, agent), key=_place)
        agents = [agent for _, agent in sorted(placed.values(), key=lambda each: (each[0], each[1].value))]
        if not agents:
            named = self._nodes(node, DCT("creator")) or self._nodes(node, SCHEMA("author")) or producers
            agents = sorted(named, key=lambda each: (places.get(each.value, float("inf")), *self._place_of(each)))
        return agents

    def _each_once(self, agents: Iterable[NamedNode]) -> tuple[Maker, ...]:
        """Who these are; two that are the same are one."""
        return tuple(dict.fromkeys(map(self._maker, agents)))

    def _maker(self, agent: NamedNode) -> Maker:
        first, *others = self._same.of(agent)
        named = next((each for each in (first, *others) if self._first(each, _LABELS)), first)
        party = party_of(first.value, {kind for each in (first, *others) for kind in self._nodes(each, RDF("type"))})
        same = tuple(dict.fromkeys(text for each in others for text in (each.value, self._name(each))))
        return Maker(self._name(named), first.value, party is not Party.PERSON, same)

    def _container(self, node: NamedNode) -> str:
        for place in sorted(self._nodes(node, DCT("isPartOf")), key=lambda each: each.value):
            types = set(self._nodes(place, RDF("type")))
            if types & {SCHEMA("Periodical"), FABIO("Journal"), FABIO("Book"), SCHEMA("Book"), SCHEMA("Collection")}:
                return self._name(place)
        return ""

    def belongs(self, node: NamedNode) -> bool:
        """Whether it is the platform's: as a curator says, else by a reason that is sure enough by itself."""
        verdict = self._verdict(node)
        if verdict:
            return verdict == "accepted"
        return any(
            is_sure(self._text(influence, self._leap("confidence"))) and self._text(influence, RDFS("label"))
            for influence in self._nodes(node, PROV("qualifiedInfluence"))
        )

    def _verdict(self, node: NamedNode) -> str:
        """What a curator says of the link that makes the work the platform's; `""` where nobody has said anything."""
        for link in self._subjects(RDF("subject"), node):
            if _BELONGS in self._nodes(link, RDF("predicate")):
                for status in self._nodes(link, ADMS("status")):
                    return status.value.rpartition("/")[2]
        return ""

    def _reasons(self, node: NamedNode) -> Iterator[str]:
        """Why it belongs to the platform, or may, with what makes it so."""
        said = set()
        for influence in self._nodes(node, PROV("qualifiedInfluence")):
            words = self._text(influence, RDFS("label"))
            by = ", ".join(self._name(each) for each in self._nodes(influence, PROV("influencer")))
            if words:
                said.add(f"{words}: {by}" if by else words)
        yield from sorted(said)

    def _own(self, node: NamedNode, kind: Kind) -> Iterator[str]:
        """Why data or code belongs to the platform."""
        if kind is Kind.DATASET and self._linked.catalogued(node):
            yield IN_CATALOGUE
        if kind is Kind.SOFTWARE:
            for dataset in sorted(self._linked.makes(node), key=self._place_of):
                yield f"makes {self._name(dataset)}"
            for work in sorted(self._nodes(node, CODEMETA("referencePublication")), key=self._place_of):
                if self.belongs(work):
                    yield f"is the code of {self._name(work)}"

    def _things(self, node: NamedNode, predicate: NamedNode) -> list[Thing]:
        return list(self._named(self._nodes(node, predicate)))

    def _named(self, nodes: Iterable[NamedNode]) -> tuple[Thing, ...]:
        return tuple(Thing(each.value, self._name(each)) for each in sorted(nodes, key=self._place_of))

    def _place_of(self, node: NamedNode) -> tuple[str, str]:
        return self._name(node).casefold(), node.value

    def _name(self, node: NamedNode) -> str:
        known = self._names.get(node.value)
        if known is None:
            known = self._names[node.value] = label_in(self._store, node)
        return known

    def types_of(self, node: NamedNode) -> set[NamedNode]:
        """The classes of a node."""
        return set(self._nodes(node, RDF("type")))

    def nodes_of(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """What a property of a node leads to."""
        return self._nodes(node, predicate)

    def values_of(self, node: NamedNode, predicate: NamedNode) -> list[str]:
        """The texts and the IRIs that a property of a node has, in order."""
        return [*self._texts(node, predicate), *sorted(each.value for each in self._nodes(node, predicate))]

    def _nodes(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        quads = looked_up(self._store, node, predicate, most=_MOST)
        return list(dict.fromkeys(quad.object for quad in quads if isinstance(quad.object, NamedNode)))

    def _subjects(self, predicate: NamedNode, node: NamedNode) -> list[NamedNode]:
        quads = looked_up(self._store, None, predicate, node, most=_MOST)
        return list(dict.fromkeys(quad.subject for quad in quads if isinstance(quad.subject, NamedNode)))

    def _texts(self, node: NamedNode, predicate: NamedNode) -> list[str]:
        quads = looked_up(self._store, node, predicate, most=_MOST)
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, Literal)})

    def _text(self, node: NamedNode, predicate: NamedNode) -> str:
        """One text, the same each time."""
        return next(iter(self._texts(node, predicate)), "")

    def _first(self, node: NamedNode, predicates: tuple[NamedNode, ...]) -> str:
        return next((text for each in predicates if (text := self._text(node, each))), "")


def is_sure(stated: str) -> bool:
    """Whether a reason of this confidence suffices by itself; one without a confidence was written by a person."""
    try:
        return not stated or _SURE <= float(stated) <= 1
    except ValueError:
        return False


def _is_free(stated: str, licence: str) -> bool | None:
    """Whether a copy is free to read: a register or a Creative Commons licence says so; `None` if nobody has looked."""
    if stated in ("true", "1") or licence.startswith("https://spdx.org/licenses/CC"):
        return True
    return False if stated in ("false", "0") else None


def _place(placed: tuple[float, NamedNode]) -> float:
    return placed[0]
