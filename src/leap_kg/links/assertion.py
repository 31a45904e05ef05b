"""A link as the graph has it: the triple, how sure we are, and every place that shows it.

Nodes have IRIs that follow from what they say, so the same evidence gives the same quads in every run; only the run
that a link names is that in which it was last said anew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.mapping.statements import ANY_URI, printable
from leap_kg.links.methods import METHODS
from leap_kg.ontology.iri import digest, iri_text, mint, part, readable
from leap_kg.ontology.namespaces import CITO, DCT, OA, PROV, RDF, SCHEMA, SPDX, XSD, ours

CAP = 0.995
"""No number of witnesses makes a link surer than this; only a curator does."""
PUBLISHED = 0.8
"""From this confidence on the plain triple is published, too."""
MOST_EVIDENCE = 20
"""Places that are kept of one link, the best first."""

ACCEPTED = "accepted"
REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place that shows a link.

    `source` is the IRI of the file at its commit, or of the record of somebody else that says it; `pointer` says where
    in it, `address` opens there (`""` if nothing does), `path` is the file's path in its repository.
    """

    method: str
    confidence: float
    source: str
    quote: str
    pointer: str = ""
    address: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One link with all its evidence. `known` says whether the graph describes its target, `exact` whether the target
    is known whole; `verdict` is what curators' verdicts come to, `""` for none.

    `supports` are the links of files, by IRI, from which that of a repository follows; `doubted` is evidence that
    curators took from it by what they said of those.
    """

    subject: str
    predicate: NamedNode
    target: str
    evidence: tuple[Evidence, ...]
    known: bool = True
    exact: bool = True
    verdict: str = ""
    supports: tuple[str, ...] = ()
    doubted: frozenset[Evidence] = frozenset()

    @property
    def confidence(self) -> float:
        """How likely it holds."""
        return weighed(self.evidence)

    @property
    def published(self) -> bool:
        """Whether the plain triple is published: a verdict decides; else it must be sure, exact, and lead somewhere."""
        if self.verdict:
            return self.verdict == ACCEPTED
        held = [each for each in self.evidence if each not in self.doubted]
        return self.known and self.exact and weighed(held) >= PUBLISHED

    @property
    def leading(self) -> str:
        """The method that says it most surely, whose graph the link is in."""
        return min(self.evidence, key=lambda each: (-each.confidence, each.method)).method


def weighed(evidence: Iterable[Evidence]) -> float:
    """The confidence of all together: within a family the surest counts, and families are independent (noisy or)."""
    best: dict[object, float] = {}
    for each in evidence:
        family = METHODS[each.method].family
        best[family] = max(best.get(family, 0.0), min(max(each.confidence, 0.0), 1.0))
    doubt = 1.0
    for confidence in best.values():
        doubt *= 1 - confidence
    return min(CAP, 1 - doubt)


def link_node(subject: str, predicate: NamedNode, target: str, base: str) -> NamedNode:
    """The IRI of a link, the same for ever."""
    return mint(base, "link", digest(subject, predicate.value, target))


def link_triples(link: Link, base: str) -> Iterator[Triple]:
    """What the graph says of a link, but for the run."""
    leap, node = ours(base), link_node(link.subject, link.predicate, link.target, base)
    subject, target = NamedNode(link.subject), NamedNode(link.target)
    if link.published:
        yield Triple(subject, link.predicate, target)
    yield Triple(node, RDF("type"), leap("LinkAssertion"))
    yield Triple(node, RDF("type"), PROV("Entity"))
    yield Triple(node, DCT("title"), Literal(printable(_title(link))))
    yield Triple(node, RDF("subject"), subject)
    yield Triple(node, RDF("predicate"), link.predicate)
    yield Triple(node, RDF("object"), target)
    yield Triple(node, leap("confidence"), _decimal(link.confidence))
    for file in link.supports:
        yield Triple(node, PROV("wasDerivedFrom"), NamedNode(file))
    for method in sorted({each.method for each in link.evidence}):
        yield Triple(node, leap("method"), METHODS[method].node(base))
    for each in ranked(link.evidence)[:MOST_EVIDENCE]:
        yield from _evidence(node, each, base)


def run_triple(link: Link, run: NamedNode, base: str) -> Triple:
    """That a run said the link."""
    return Triple(link_node(link.subject, link.predicate, link.target, base), PROV("wasGeneratedBy"), run)


def ranked(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The surest first, each place once a method, in an order that does not depend on that of reading."""
    best: dict[tuple[str, ...], Evidence] = {}
    for each in sorted(evidence, key=lambda one: (-one.confidence, one.method, one.source, one.pointer, one.quote)):
        best.setdefault(_identity(each), each)
    return list(best.values())


def _identity(each: Evidence) -> tuple[str, ...]:
    return (each.method, each.source, each.pointer, each.quote)


def _evidence(node: NamedNode, each: Evidence, base: str) -> Iterator[Triple]:
    leap, method = ours(base), METHODS[each.method]
    place, quote = (part(node, kind, *_identity(each)) for kind in ("evidence", "quote"))
    yield Triple(node, CITO("citesAsEvidence"), place)
    yield Triple(place, RDF("type"), OA("SpecificResource"))
    yield Triple(place, OA("hasSource"), NamedNode(each.source))
    yield Triple(place, OA("hasSelector"), quote)
    yield Triple(quote, RDF("type"), OA("TextQuoteSelector"))
    yield Triple(quote, OA("exact"), Literal(printable(each.quote)))
    yield Triple(place, leap("method"), method.node(base))
    yield Triple(place, SCHEMA("softwareVersion"), Literal(f"{method.name}/{method.version}"))
    yield Triple(place, leap("confidence"), _decimal(each.confidence))
    if each.pointer:
        yield Triple(place, leap("pointer"), Literal(printable(each.pointer)))
    if each.path:
        yield Triple(place, SPDX("fileName"), Literal(printable(each.path)))
    if each.address and (address := iri_text(each.address)):
        yield Triple(place, SCHEMA("url"), Literal(address, datatype=ANY_URI))


def _title(link: Link) -> str:
    verb = _VERBS.get(link.predicate.value.rpartition("#")[2].rpartition("/")[2], "is linked to")
    return f"{short(link.subject)} {verb} {short(link.target)}"


_VERBS = {
    "used": "uses",
    "generated": "writes",
    "mentions": "mentions",
    "runsIn": "runs in",
    "archivedAt": "is archived at",
    "citation": "cites",
    "referencePublication": "is the code of",
    "isSupplementedBy": "is supplemented by",
    "references": "references",
    "sourceOrganization": "belongs to",
    "wasRevisionOf": "is a later version of",
}


def short(iri: str) -> str:
    """A node in few words: a DOI, a repository, or the last part of its IRI."""
    for start in ("https://doi.org/", "https://arxiv.org/abs/"):
        if iri.startswith(start):
            return iri.removeprefix(start)
    parts = iri.removeprefix("https://github.com/").split("/")
    if iri.startswith("https://github.com/") and len(parts) == 2:
        return "/".join(parts)
    if "/image/" in iri and len(parts) > 2:
        return ":".join(parts[-2:])
    return readable(iri)


def _decimal(value: float) -> Literal:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return Literal(text if "." in text else f"{text}.0", datatype=XSD("decimal"))
