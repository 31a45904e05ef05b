"""What the search index keeps of one node: its kind, name, words and facets, read from a store."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import LABELS, Kind, kind_of
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, PROV, RDF, SCHEMA, SKOS, Namespace

_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Facet:
    """One value by which lists can be narrowed: `name` is the facet, `value` goes into URLs."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A node as the index holds it; `summary` is one plain text, `keywords` and `body` are only searched."""

    iri: str
    kind: str
    label: str
    summary: str
    keywords: str
    body: str
    facets: tuple[Facet, ...]


def entry(store: Store, node: NamedNode, base: str) -> Entry | None:
    """The index entry of a node, `None` if it is a part of another or of no kind that has pages."""
    if is_part(node, base):
        return None
    kind = kind_in(store, node, base)
    if kind is None:
        return None
    description = _first(store, node, DCT("description")) or _first(store, node, SKOS("definition"))
    keywords = sorted(_literals(store, node, DCAT("keyword")))
    body = [readable(node.value), *sorted(_words(store, node, base))]
    return Entry(
        iri=node.value,
        kind=kind.name,
        label=label_in(store, node),
        summary=description,
        keywords=" ".join(keywords),
        body="\n".join(body)[:_MAX_TEXT],
        facets=tuple(sorted(set(_facets(store, node, base, kind)), key=lambda f: (f.name, f.value))),
    )


def is_part(node: NamedNode, base: str) -> bool:
    """Whether the node belongs to another, whose page shows it."""
    return "#" in node.value and not node.value.startswith(base + ONTOLOGY_PATH)


def kind_in(store: Store, node: NamedNode, base: str) -> Kind | None:
    """The kind of a node by its types in the store."""
    types = (quad.object for quad in store.quads_for_pattern(node, RDF("type"), None, None))
    return kind_of((t.value for t in types if isinstance(t, NamedNode)), base)


def label_in(store: Store, node: NamedNode) -> str:
    """The best name of a node in the store, else the last words of its IRI."""
    for predicate in LABELS:
        names = sorted(_literals(store, node, predicate))
        if names:
            return names[0]
    return readable(node.value)


def _literals(store: Store, node: NamedNode, predicate: NamedNode) -> Iterator[str]:
    for quad in store.quads_for_pattern(node, predicate, None, None):
        if isinstance(quad.object, Literal):
            yield quad.object.value


def _first(store: Store, node: NamedNode, predicate: NamedNode) -> str:
    return min(_literals(store, node, predicate), default="")


def _words(store: Store, node: NamedNode, base: str) -> set[str]:
    """All texts of the node and of its parts, and the names of what these point to."""
    words = set()
    for quad in store.quads_for_pattern(node, None, None, None):
        target = quad.object
        if isinstance(target, Literal):
            words.add(target.value)
        elif isinstance(target, NamedNode) and quad.predicate != RDF("type"):
            within = _words(store, target, base) if is_part(target, base) and not is_part(node, base) else set()
            words |= within or {label_in(store, target)}
    return words


def _facets(store: Store, node: NamedNode, base: str, kind: Kind) -> Iterator[Facet]:
    yield Facet("kind", kind.name, kind.plural)
    for keyword in _literals(store, node, DCAT("keyword")):
        yield Facet("tag", keyword.lower(), keyword.lower())
    leap = Namespace(base + ONTOLOGY_PATH)
    named = (
        ("licence", DCT("license")),
        ("maintainer", SCHEMA("maintainer")),
        ("format", DCT("format")),
        ("image", leap("runsIn")),
    )
    for name, predicate in named:
        for target in _targets(store, node, predicate):
            yield Facet(name, target.value, label_in(store, target))
    if kind.name == "dataset":
        yield from _dataset_facets(store, node)


def _dataset_facets(store: Store, node: NamedNode) -> Iterator[Facet]:
    if not any(_targets(store, node, DCT("license"))):
        yield Facet("licence", "none", "not stated or not recognised")
    for attribution in _targets(store, node, PROV("qualifiedAttribution")):
        roles = {role.value.rsplit("/", 1)[-1] for role in _targets(store, attribution, DCAT("hadRole"))}
        for agent in _targets(store, attribution, PROV("agent")) if roles != {"maintainer"} else ():
            yield Facet("provider", agent.value, label_in(store, agent))


def _targets(store: Store, node: NamedNode, predicate: NamedNode) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(node, predicate, None, None):
        if isinstance(quad.object, NamedNode):
            yield quad.object
