"""One link as curators look at it: the triple in words, every place that shows it, how sure it is and why, and what
curators have said.
"""

from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.lookup import stands
from leap_kg.links.assertion import ACCEPTED, REJECTED
from leap_kg.links.judged import parts_of, stamp, verdicts_on
from leap_kg.links.methods import METHODS
from leap_kg.links.siblings import Siblings, family_of, statuses
from leap_kg.ontology.iri import digest, path_of
from leap_kg.ontology.namespaces import CITO, DCT, FOAF, OA, OWL, PROV, SCHEMA, SPDX
from leap_kg.web.cells import Node
from leap_kg.web.links import external_href
from leap_kg.web.reading import Reading, moment

SAID = {ACCEPTED: "Agreed", REJECTED: "Disagreed"}
_WORKS = 6
_FILES = 20


@dataclass(frozen=True, slots=True)
class Place:
    """One place that shows a link; `where` leads to the file at its commit, or to the record that says it."""

    method: str
    meaning: str
    confidence: str
    quote: str
    where: Node


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one curator said; `anchor` is the fragment of the verdict's IRI."""

    anchor: str
    word: str
    name: str
    at: str
    why: str
    iri: str


@dataclass(frozen=True, slots=True)
class Person:
    """One of two who may be the same: names and what they made, to be told apart by."""

    node: Node
    names: list[str]
    made: list[Node]
    more: int


@dataclass(frozen=True, slots=True)
class Case:
    """A link in full. `anchor` names it on a page, `stamp` changes with anything that a curator should look at again.

    `people` are the two of a link that says they are one, else there are none. `published` is whether the plain
    triple is, `status` what curators come to. `files` are the links of files that one of a repository follows from.
    """

    iri: str
    anchor: str
    stamp: str
    page: Node
    subject: Node
    says: str
    target: Node
    confidence: str
    why: str
    published: bool
    status: str
    places: list[Place]
    verdicts: list[Spoken]
    people: list[Person] = field(default_factory=list)
    files: list[Node] = field(default_factory=list)

    @property
    def standing(self) -> str:
        """Whether the plain triple is published, in words."""
        return standing(published=self.published)

    @property
    def name(self) -> str:
        """The triple as one text."""
        return f"{self.subject.label} – {self.says} – {self.target.label}"

    def by(self, curator: str) -> Spoken | None:
        """What the curator of this IRI said."""
        return next((one for one in self.verdicts if one.iri == curator), None)


def case_of(reading: Reading, link: str) -> Case | None:
    """A link that is there; `None` without one."""
    store, node = reading.snapshot.store, NamedNode(link)
    parts = parts_of(store, reading.base, link)
    if parts is None:
        return None
    subject, predicate, target = parts
    places = sorted(
        (_place(reading, place) for place in reading.nodes(node, CITO("citesAsEvidence"))),
        key=lambda one: (-_float(one.confidence), one.method, one.where.label, one.quote),
    )
    people = [_person(reading, one) for one in (subject, target)] if predicate == OWL("sameAs") else []
    family = family_of(store, link)
    return Case(
        iri=link,
        anchor=f"link-{digest(link)}",
        stamp=stamp(store, reading.base, link),
        page=Node("More on this link", path_of(reading.base, link), link),
        subject=reading.link(subject),
        says=reading.word(predicate),
        target=reading.link(target),
        confidence=reading.text(node, reading.leap("confidence")),
        why=_why(places),
        published=stands(store, subject, predicate, target, None),
        status=Siblings(statuses(store, reading.base, family), family).word(link),
        places=places,
        verdicts=spoken_on(reading, link),
        people=[person for person in people if person.names or person.made],
        files=[_file(reading, each) for each in family[link][:_FILES]],
    )


def standing(*, published: bool) -> str:
    """Whether a plain triple is published, in words."""
    return "Published as a plain triple" if published else "Not published as a plain triple"


def _file(reading: Reading, link: str) -> Node:
    """The link of a file, by the name of the file."""
    parts = parts_of(reading.snapshot.store, reading.base, link)
    return Node(reading.link(parts[0]).label if parts else "a file", path_of(reading.base, link), link)


def spoken_on(reading: Reading, link: str) -> list[Spoken]:
    """What curators said of a link."""
    return [
        Spoken(
            each.node.value.partition("#")[2], each.word, each.curator.name, moment(each.at), each.why, each.curator.iri
        )
        for each in verdicts_on(reading.snapshot.store, reading.base, link)
    ]


def _place(reading: Reading, place: NamedNode) -> Place:
    quotes = reading.nodes(place, OA("hasSelector"))
    method, source = reading.one(place, reading.leap("method")), reading.one(place, OA("hasSource"))
    words = [reading.text(place, SPDX("fileName")), reading.text(place, reading.leap("pointer"))]
    label = ", ".join(filter(None, words))
    address = external_href(reading.text(place, SCHEMA("url")))
    if address:
        where = Node(label or address, address, address, external=True)
    elif source is not None:
        record = reading.link(source)
        where = Node(label or record.label, record.path, record.iri, record.kind, record.external)
    else:
        where = Node(label, "", "")
    return Place(
        method=method.value.rpartition("/")[2] if method else "",
        meaning=reading.label(method) if method else "",
        confidence=reading.text(place, reading.leap("confidence")),
        quote=next((reading.text(quote, OA("exact")) for quote in quotes), ""),
        where=where,
    )


def _why(places: list[Place]) -> str:
    """How the confidence comes about: the surest witness of each family, which are independent of one another."""
    best: dict[str, Place] = {}
    for place in places:
        method = METHODS.get(place.method)
        best.setdefault(method.family.value if method else place.meaning, place)
    told = [(place.confidence, f"by {family} ({place.method}, {place.meaning})") for family, place in best.items()]
    if len(told) < 2:
        return "".join(words for _, words in told)
    each = [f"{confidence} {words}" for confidence, words in told]
    return f"of independent witnesses, {', '.join(each[:-1])} and {each[-1]}"


def _person(reading: Reading, node: NamedNode) -> Person:
    found: dict[str, NamedNode] = {}
    for predicate in (DCT("creator"), DCT("contributor"), PROV("agent")):
        for made in reading.subjects(predicate, node):
            whole = NamedNode(made.value.partition("#")[0])
            found.setdefault(whole.value, whole)
    names = sorted({text.value for text in reading.objects(node, FOAF("name")) if isinstance(text, Literal)})
    shown = sorted(found.values(), key=lambda one: (reading.label(one), one.value))
    return Person(reading.link(node), names, [reading.link(one) for one in shown[:_WORKS]], len(shown) - _WORKS)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
