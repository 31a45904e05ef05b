"""What curators said of links, as `graph/curated` has it: one verdict a curator and link, and what they come to.

A verdict is a part of its link (`LINK#verdict-…`) and repeats the triple that it is about, so that it can be read when
the link is gone. `adms:status` of the link is what all verdicts together come to.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import curated_graph as curated_graph
from leap_kg.ingest.mapping.statements import printable
from leap_kg.links.assertion import ACCEPTED, REJECTED, short
from leap_kg.ontology.iri import digest, mint, part
from leap_kg.ontology.namespaces import ADMS, CITO, DCT, OA, PROV, RDF, XSD, ours

DISPUTED = "disputed"
"""Curators say different things of a link: it counts as unsure until they agree."""

_IN_WORDS = {ACCEPTED: "Agreed", REJECTED: "Disagreed"}


@dataclass(frozen=True, slots=True)
class Curator:
    """Who says it: an IRI, and the name under which the token was given out."""

    iri: str
    name: str

    @classmethod
    def named(cls, base: str, name: str) -> "Curator":
        """The curator of this name, the same with every token that has it."""
        return cls(mint(base, "curator", name).value, name)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one curator says of one link: `word` is accepted or rejected, `at` an xsd:dateTime, `why` may be `""`."""

    link: str
    subject: str
    predicate: str
    target: str
    word: str
    curator: Curator
    at: str
    run: str
    why: str = ""

    @property
    def node(self) -> NamedNode:
        """Its IRI, the same whatever is said."""
        return part(NamedNode(self.link), "verdict", self.curator.iri)

    def triples(self, base: str) -> list[Triple]:
        """What the graph says of it."""
        node, who = self.node, NamedNode(self.curator.iri)
        title = f"{_IN_WORDS[self.word]}, by {self.curator.name}"
        said = [
            Triple(node, RDF("type"), OA("Annotation")),
            Triple(node, DCT("title"), Literal(printable(title))),
            Triple(node, OA("motivatedBy"), OA("assessing")),
            Triple(node, OA("hasTarget"), NamedNode(self.link)),
            Triple(node, OA("hasBody"), mint(base, "verdict", self.word)),
            Triple(node, RDF("subject"), NamedNode(self.subject)),
            Triple(node, RDF("predicate"), NamedNode(self.predicate)),
            Triple(node, RDF("object"), NamedNode(self.target)),
            Triple(node, PROV("wasAttributedTo"), who),
            Triple(node, PROV("generatedAtTime"), Literal(self.at, datatype=XSD("dateTime"))),
            Triple(node, PROV("wasGeneratedBy"), NamedNode(self.run)),
            Triple(who, RDF("type"), PROV("Agent")),
            Triple(who, DCT("title"), Literal(printable(self.curator.name))),
        ]
        return [*said, Triple(node, DCT("description"), Literal(printable(self.why)))] if self.why else said


def verdicts_on(store: Engine, base: str, link: str) -> list[Verdict]:
    """All that curators say of one link, by their names."""
    found = looked_up(store, None, OA("hasTarget"), NamedNode(link), curated_graph(base))
    return _read(store, base, (quad.subject for quad in found))


def all_verdicts(store: Engine, base: str) -> list[Verdict]:
    """All that curators say, by time."""
    found = looked_up(store, None, OA("motivatedBy"), OA("assessing"), curated_graph(base))
    return sorted(_read(store, base, (quad.subject for quad in found)), key=lambda one: (one.at, one.link))


def status_of(verdicts: Iterable[Verdict]) -> str:
    """What they come to: accepted or rejected if all say so, `""` without any."""
    words = {verdict.word for verdict in verdicts}
    return words.pop() if len(words) == 1 else DISPUTED if words else ""


def status_on(store: Engine, base: str, link: str) -> str:
    """What curators come to about a link, as it is written down."""
    start = f"{base}verdict/"
    found = looked_up(store, NamedNode(link), ADMS("status"), None, curated_graph(base))
    texts = (quad.object.value for quad in found if isinstance(quad.object, NamedNode))
    return next((text.removeprefix(start) for text in sorted(texts) if text.startswith(start)), "")


def stamp(store: Engine, base: str, link: str) -> str:
    """Digits that change with the link, its evidence, and what curators say of it."""
    node = NamedNode(link)
    told = (ours(base)("confidence"), CITO("citesAsEvidence"), RDF("object"))
    said = sorted({str(quad.object) for what in told for quad in looked_up(store, node, what, None, None)})
    words = (f"{each.curator.iri} {each.word}" for each in verdicts_on(store, base, link))
    return digest(link, *said, *words)


def parts_of(store: Engine, base: str, link: str) -> tuple[NamedNode, NamedNode, NamedNode] | None:
    """Subject, property and object of a link that is there; `None` without one."""
    node = NamedNode(link)
    if not stands(store, node, RDF("type"), ours(base)("LinkAssertion"), None):
        return None
    said = [_node(store, node, RDF(name)) for name in ("subject", "predicate", "object")]
    subject, predicate, target = said
    return (subject, predicate, target) if subject and predicate and target else None


def title_of(verdict: Verdict) -> str:
    """The triple that it is about, in few words."""
    return f"{short(verdict.subject)} · {short(verdict.predicate)} · {short(verdict.target)}"


def _read(store: Engine, base: str, nodes: Iterable[object]) -> list[Verdict]:
    read = (_verdict(store, base, node) for node in set(nodes) if isinstance(node, NamedNode))
    return sorted(filter(None, read), key=lambda one: (one.curator.name, one.curator.iri, one.link))


def _verdict(store: Engine, base: str, node: NamedNode) -> Verdict | None:
    """A verdict whose node says all that it must; what others wrote there by hand may say less, and does not count."""
    links = {
        name: found.value if (found := _node(store, node, predicate)) else ""
        for name, predicate in (
            ("link", OA("hasTarget")),
            ("subject", RDF("subject")),
            ("predicate", RDF("predicate")),
            ("target", RDF("object")),
            ("run", PROV("wasGeneratedBy")),
            ("word", OA("hasBody")),
            ("who", PROV("wasAttributedTo")),
        )
    }
    word, who = links.pop("word").removeprefix(f"{base}verdict/"), links.pop("who")
    if word not in (ACCEPTED, REJECTED) or not who or not all(links.values()):
        return None
    name = _text(store, NamedNode(who), DCT("title")) or short(who)
    at, why = _text(store, node, PROV("generatedAtTime")), _text(store, node, DCT("description"))
    verdict = Verdict(word=word, curator=Curator(who, name), at=at, why=why, **links)
    return verdict if verdict.node == node else None


def _node(store: Engine, node: NamedNode, predicate: NamedNode) -> NamedNode | None:
    found = {quad.object for quad in looked_up(store, node, predicate, None, None)}
    return min((each for each in found if isinstance(each, NamedNode)), key=str, default=None)


def _text(store: Engine, node: NamedNode, predicate: NamedNode) -> str:
    found = {quad.object for quad in looked_up(store, node, predicate, None, None)}
    return min((each.value for each in found if isinstance(each, Literal)), default="")
