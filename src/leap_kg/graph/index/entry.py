"""What the search index keeps of one node: its kind, name, words and facets, made of what the graph says of it.

Nodes are plain IRIs here, since indexing a large graph is a matter of microseconds a statement.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.arrays import BROADER, facets_of
from leap_kg.graph.index.extent import Extent, extents
from leap_kg.graph.index.said import Others, Said
from leap_kg.graph.index.stac import Object, object_of
from leap_kg.graph.log.fields import Fields
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import LABELS, Kind, kind_of
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, PROV, RDF, SCHEMA, SKOS
from leap_kg.ontology.rights import called

_MAX_TEXT = 20_000
_MOST_LABELS = 10_000
_LATELY = 64
_TYPE, _KEYWORD, _LICENSE = RDF("type").value, DCAT("keyword").value, DCT("license").value
_DESCRIPTIONS = (DCT("description").value, DCT("abstract").value, SKOS("definition").value)
_CALLED = (SKOS("prefLabel").value, SKOS("altLabel").value)
_STORE = DCAT("distribution").value
_NO_NAME = re.compile(r"[^A-Za-z0-9._~-]+")
_CREDIT, _AGENT, _ROLE = PROV("qualifiedAttribution").value, PROV("agent").value, DCAT("hadRole").value

NAMES = tuple(predicate.value for predicate in LABELS)
"""The predicates that name a node, best first."""

CALLED = "called"
"""The facet of a concept that holds each of its names, so that synonyms find each other."""

STORE = "store"
"""The facet of a dataset that holds its stores: what is true of one of them is true of the dataset."""

CREDITS = (_AGENT, _ROLE, BROADER)
"""The other predicates of a node that the entries of nodes pointing to it depend on."""


class Facet(NamedTuple):
    """One value by which lists can be narrowed: `name` is the facet, `value` goes into URLs."""

    name: str
    value: str
    label: str


class Entry(NamedTuple):
    """A node as the index holds it; `summary` is one plain text, `keywords` and `body` are only searched.

    What is in `label` or `keywords` is not said again in `body`.
    """

    iri: str
    kind: str
    label: str
    summary: str
    keywords: str
    body: str
    facets: tuple[Facet, ...]
    extents: tuple[Extent, ...]
    stac: Object | None


class Stored:
    """The nodes of a store, as it is while this object lives; names are remembered."""

    def __init__(self, store: Engine) -> None:
        self._store = store
        # A cache around a bound method would tie this object to itself and keep the store open for a while.
        self._labels: dict[str, str] = {}
        self._lately: dict[str, Said] = {}

    def said(self, iri: str) -> Said:
        """What the store says of the node, whatever the graph."""
        found = self._lately.get(iri)  # an entry asks for each of its parts more than once
        if found is None:
            if len(self._lately) >= _LATELY:
                self._lately.clear()
            found = self._lately[iri] = self._said(iri)
        return found

    def _said(self, iri: str) -> Said:
        return said_in(looked_up(self._store, NamedNode(iri)))

    def label(self, iri: str) -> str:
        """The node's name."""
        known = self._labels.get(iri)
        if known is None:
            if len(self._labels) >= _MOST_LABELS:
                self._labels.clear()
            known = self._labels[iri] = label_of(iri, self._said(iri))
        return known


def said_in(quads: Iterable[Quad]) -> Said:
    """What quads about one node say."""
    said = Said({}, {})
    for quad in quads:
        target = quad.object
        if isinstance(target, NamedNode):
            said.links.setdefault(quad.predicate.value, []).append(target.value)
        elif isinstance(target, Literal):
            said.texts.setdefault(quad.predicate.value, []).append(target.value)
    return said


def said_by(batches: Iterable[Iterable[Fields]]) -> Iterator[tuple[str, Said]]:
    """What lines in order say of one node after the other."""
    node = ""
    texts: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    for batch in batches:
        for subject, predicate, iri, text in batch:
            if subject != node:
                if node:
                    yield node, Said(texts, links)
                node, texts, links = subject, {}, {}
            values, value = (links, iri) if iri else (texts, text)
            if predicate in values:
                values[predicate].append(value)
            else:
                values[predicate] = [value]
    if node:
        yield node, Said(texts, links)


def entry(iri: str, said: Said, others: Others, base: str) -> Entry | None:
    """The index entry of a node, `None` if it is a part of another or of no kind that has pages."""
    if is_part(iri, base) or _TYPE not in said.links:
        return None
    kind = _kind(tuple(said.links[_TYPE]), base)
    if kind is None:
        return None
    label, keywords = label_of(iri, said), sorted(said.texts.get(_KEYWORD, ()))
    body = [readable(iri), *sorted(_words(iri, said, others, base).difference(keywords, (label,)))]
    summaries = (min(said.texts[predicate]) for predicate in _DESCRIPTIONS if predicate in said.texts)
    return Entry(
        iri=iri,
        kind=kind.name,
        label=label,
        summary=next(filter(None, summaries), ""),
        keywords=" ".join(keywords),
        body="\n".join(body)[:_MAX_TEXT],
        facets=tuple(sorted(set(_facets(said, others, base, kind)))),
        extents=extents(said, others),
        stac=object_of(iri, object_name(iri, base), kind.name, said.links[_TYPE], said, others),
    )


def object_name(iri: str, base: str) -> str:
    """What a node that was published nowhere else is called as an object of the STAC API."""
    return _NO_NAME.sub("-", unquote(iri.removeprefix(base)))


def is_part(iri: str, base: str) -> bool:
    """Whether the node belongs to another, whose page shows it."""
    return "#" in iri and not iri.startswith(base + ONTOLOGY_PATH)


def kind_in(store: Engine, node: NamedNode, base: str) -> Kind | None:
    """The kind of a node by its types in the store."""
    return kind_of(said_in(looked_up(store, node, RDF("type"))).links.get(_TYPE, ()), base)


def label_in(store: Engine, node: NamedNode) -> str:
    """The best name of a node in the store, else the last words of its IRI."""
    return label_of(node.value, said_in(looked_up(store, node)))


def label_of(iri: str, said: Said) -> str:
    """The best name of a node of which this is said, else the last words of its IRI."""
    for predicate in NAMES:
        if predicate in said.texts:
            return min(said.texts[predicate])
    return readable(iri)


@lru_cache(maxsize=1024)
def _kind(types: tuple[str, ...], base: str) -> Kind | None:
    return kind_of(types, base)


def _words(iri: str, said: Said, others: Others, base: str) -> set[str]:
    """All texts of the node and of its parts, and the names of what these point to."""
    words = {text for texts in said.texts.values() for text in texts}
    for predicate, targets in said.links.items():
        for target in targets if predicate != _TYPE else ():
            inner = is_part(target, base) and not is_part(iri, base)
            within = _words(target, others.said(target), others, base) if inner else None
            words |= within or {others.label(target)}
    return words


def _facets(said: Said, others: Others, base: str, kind: Kind) -> Iterator[Facet]:
    yield Facet("kind", kind.name, kind.plural)
    for keyword in said.texts.get(_KEYWORD, ()):
        yield Facet("tag", keyword.lower(), keyword.lower())
    for name, predicate in _named(base):
        for target in said.links.get(predicate, ()):
            yield Facet(name, target, (called(target) if name == "access" else "") or others.label(target))
    for name, value, label in facets_of(said, others, base):
        yield Facet(name, value, label)
    if kind.name == "concept":
        yield from (Facet(CALLED, name, name) for predicate in _CALLED for name in said.texts.get(predicate, ()))
    if kind.name == "dataset":
        yield from _dataset_facets(said, others)


@lru_cache(maxsize=4)
def _named(base: str) -> tuple[tuple[str, str], ...]:
    """The facets whose values are nodes, with the predicates they are read from."""
    return (
        ("licence", _LICENSE),
        ("maintainer", SCHEMA("maintainer").value),
        ("format", DCT("format").value),
        ("access", DCT("accessRights").value),
        ("image", f"{base}{ONTOLOGY_PATH}runsIn"),
    )


def _dataset_facets(said: Said, others: Others) -> Iterator[Facet]:
    yield from (Facet(STORE, store, "") for store in said.links.get(_STORE, ()))
    if _LICENSE not in said.links:
        yield Facet("licence", "none", "not stated or not recognised")
    for attribution in said.links.get(_CREDIT, ()):
        credit = others.said(attribution).links
        roles = {role.rsplit("/", 1)[-1] for role in credit.get(_ROLE, ())}
        for agent in credit.get(_AGENT, ()) if roles != {"maintainer"} else ():
            yield Facet("provider", agent, others.label(agent))
