"""Reads outputs from a snapshot, each with the names of what it points to.

Hazard: the graph holds what strangers wrote, so any property may be missing, repeated or of another type. What cannot
be read as it should be is left out; a node without a title is no output, but something that others refer to.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.entry import label_in
from leap_kg.ontology.namespaces import (
    ADMS,
    CITO,
    CODEMETA,
    DCAT,
    DCT,
    FABIO,
    FOAF,
    ONTOLOGY_PATH,
    ORG,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SPDX,
    STAC,
    Namespace,
)
from leap_kg.outputs.kind import CLASSES, Kind, kind_of
from leap_kg.outputs.output import Maker, Output, Thing

_DOI = "https://doi.org/"
_MOST = 2_000
_TITLES = (DCT("title"), SCHEMA("name"), RDFS("label"))
_DATES = (DCT("issued"), SCHEMA("datePublished"), DCT("created"))
_ABSTRACTS = (DCT("abstract"), DCT("description"))
# Not outputs by themselves, but pieces of one: a file of a repository, a scene of a collection.
_PIECES = (SPDX("File"), STAC("Item"))
_AUTHORS = frozenset(("aut", "cre"))
_DATA_OF = (CITO("citesAsDataSource"), DCT("hasPart"))


class Reader:
    """Outputs of one snapshot; names are looked up once."""

    def __init__(self, store: Engine, base: str) -> None:
        self._store = store
        self._leap = Namespace(base + ONTOLOGY_PATH)
        self._names: dict[str, str] = {}

    def outputs(self, nodes: Iterable[str] | None = None) -> Iterator[Output]:
        """The outputs among these nodes, by default all that there are, in the order of their IRIs."""
        for iri in self.nodes() if nodes is None else nodes:
            found = self.output(NamedNode(iri))
            if found is not None:
                yield found

    def nodes(self, classes: Iterable[NamedNode] = CLASSES) -> list[str]:
        """The IRIs of what has one of these classes and is no piece of an output; some may have no title."""
        pieces = self._of((*_PIECES, self._leap("Notebook")))
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
        if kind is None or not title or types & {*_PIECES, self._leap("Notebook")}:
            return None
        doi = node.value.removeprefix(_DOI) if node.value.startswith(_DOI) else ""
        free = self._text(node, SCHEMA("isAccessibleForFree"))
        return Output(
            iri=node.value,
            kind=kind,
            title=title,
            makers=tuple(self._makers(node)),
            issued=max((self._text(node, date) for date in _DATES[:2]), key=len) or self._text(node, _DATES[2]),
            container=self._container(node),
            volume=self._text(node, SCHEMA("volumeNumber")),
            issue=self._text(node, SCHEMA("issueNumber")),
            pages=self._text(node, SCHEMA("pagination")),
            publisher=next((thing.name for thing in self._things(node, DCT("publisher"))), ""),
            doi=doi,
            abstract=self._first(node, _ABSTRACTS),
            language=self._text(node, DCT("language")),
            licence=next((thing.iri for thing in self._things(node, DCT("license"))), ""),
            free=True if free in ("true", "1") else False if free in ("false", "0") else None,
            keywords=tuple(self._texts(node, DCAT("keyword"))),
            awards=tuple(self._things(node, SCHEMA("funding"))),
            reasons=tuple(self._reasons(node)),
            status=tuple(thing.name for thing in self._things(node, ADMS("status"))),
            code=tuple(self._code(node)),
            data=tuple(self._data(node)),
            later=tuple(self._later(node)),
        )

    def _makers(self, node: NamedNode) -> Iterator[Maker]:
        """Authors in the order of the work; else creators, by name."""
        placed: dict[str, tuple[float, NamedNode]] = {}
        for attribution in self._nodes(node, PROV("qualifiedAttribution")):
            place = self._text(attribution, SCHEMA("position"))
            roles = {role.value.rpartition("/")[2] for role in self._nodes(attribution, DCAT("hadRole"))}
            for agent in self._nodes(attribution, PROV("agent")):
                if roles & _AUTHORS:
                    position = float(place) if place.isdigit() else float("inf")
                    placed[agent.value] = min(placed.get(agent.value, (position, agent)), (position, agent), key=_place)
        agents = [agent for _, agent in sorted(placed.values(), key=lambda each: (each[0], each[1].value))]
        if not agents:
            agents = sorted(self._nodes(node, DCT("creator")), key=lambda each: (self._name(each), each.value))
        for agent in agents:
            types = set(self._nodes(agent, RDF("type")))
            yield Maker(self._name(agent), agent.value, ORG("Organization") in types and FOAF("Person") not in types)

    def _container(self, node: NamedNode) -> str:
        for place in self._nodes(node, DCT("isPartOf")):
            types = set(self._nodes(place, RDF("type")))
            if types & {SCHEMA("Periodical"), FABIO("Journal"), FABIO("Book"), SCHEMA("Book"), SCHEMA("Collection")}:
                return self._name(place)
        return ""

    def _reasons(self, node: NamedNode) -> Iterator[str]:
        """Why it belongs to the platform, with what makes it so."""
        said = set()
        for influence in self._nodes(node, PROV("qualifiedInfluence")):
            words = self._text(influence, RDFS("label"))
            by = ", ".join(self._name(each) for each in self._nodes(influence, PROV("influencer")))
            if words:
                said.add(f"{words}: {by}" if by else words)
        yield from sorted(said)

    def _code(self, node: NamedNode) -> Iterator[Thing]:
        """Repositories whose paper this is."""
        found = {*self._subjects(CODEMETA("referencePublication"), node)}
        found |= {each for each in self._nodes(node, DCT("hasPart")) if self._is(each, Kind.SOFTWARE)}
        yield from sorted((Thing(each.value, self._name(each)) for each in found), key=_by_name)

    def _data(self, node: NamedNode) -> Iterator[Thing]:
        """Datasets that it is linked to as its data."""
        found = {each for predicate in _DATA_OF for each in self._nodes(node, predicate)}
        found |= {*self._subjects(DCT("isReferencedBy"), node)}
        data = (each for each in found if self._is(each, Kind.DATASET))
        yield from sorted((Thing(each.value, self._name(each)) for each in data), key=_by_name)

    def _later(self, node: NamedNode) -> Iterator[Thing]:
        """What replaced it: the article of a preprint, say."""
        later = {*self._subjects(PROV("wasRevisionOf"), node)}
        yield from sorted((Thing(each.value, self._name(each)) for each in later), key=_by_name)

    def _is(self, node: NamedNode, kind: Kind) -> bool:
        return kind_of(set(self._nodes(node, RDF("type")))) is kind

    def _things(self, node: NamedNode, predicate: NamedNode) -> list[Thing]:
        return sorted((Thing(each.value, self._name(each)) for each in self._nodes(node, predicate)), key=_by_name)

    def _name(self, node: NamedNode) -> str:
        known = self._names.get(node.value)
        if known is None:
            known = self._names[node.value] = label_in(self._store, node)
        return known

    def _nodes(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        quads = islice(self._store.quads_for_pattern(node, predicate, None, None), _MOST)
        return list(dict.fromkeys(quad.object for quad in quads if isinstance(quad.object, NamedNode)))

    def _subjects(self, predicate: NamedNode, node: NamedNode) -> list[NamedNode]:
        quads = islice(self._store.quads_for_pattern(None, predicate, node, None), _MOST)
        return list(dict.fromkeys(quad.subject for quad in quads if isinstance(quad.subject, NamedNode)))

    def _texts(self, node: NamedNode, predicate: NamedNode) -> list[str]:
        quads = islice(self._store.quads_for_pattern(node, predicate, None, None), _MOST)
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, Literal)})

    def _text(self, node: NamedNode, predicate: NamedNode) -> str:
        """One text, the same each time."""
        return next(iter(self._texts(node, predicate)), "")

    def _first(self, node: NamedNode, predicates: tuple[NamedNode, ...]) -> str:
        return next((text for each in predicates if (text := self._text(node, each))), "")


def _place(placed: tuple[float, NamedNode]) -> float:
    return placed[0]


def _by_name(thing: Thing) -> tuple[str, str]:
    return thing.name.casefold(), thing.iri
