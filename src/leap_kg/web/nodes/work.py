"""The page of a paper or another work: who wrote it, where it appeared, whether it stands, how to read and cite it."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import ADMS, CITO, DCT, FABIO, FOAF, OWL, PROV, SCHEMA
from leap_kg.web.cells import Cell, Node
from leap_kg.web.links import external_href
from leap_kg.web.nodes.citing import Cited, cited_of
from leap_kg.web.nodes.contributors import Contributor
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

_DOI = "https://doi.org/"
_AUTHORS = frozenset(("aut", "cre"))
# Which works belong together, with the words for both directions; an empty word shows nothing.
_RELATED = (
    (PROV("wasRevisionOf"), "Earlier version", "Later version"),
    (DCT("isVersionOf"), "Version of", "Has the version"),
    (DCT("hasVersion"), "Has the version", "Version of"),
    (OWL("sameAs"), "The same work", "The same work"),
    (SCHEMA("sameAs"), "The same work", ""),
    (DCT("isFormatOf"), "Another form of", "In another form"),
    (SCHEMA("translationOfWork"), "Translation of", "Translated as"),
    (CITO("isRetractedBy"), "Retracted by", ""),
    (CITO("retracts"), "Retracts", "Retracted by"),
    (CITO("isCorrectedBy"), "Corrected by", ""),
    (CITO("corrects"), "Corrects", "Corrected by"),
    (CITO("isReviewedBy"), "Reviewed in", ""),
    (CITO("reviews"), "Review of", "Reviewed in"),
    (CITO("repliesTo"), "Reply to", "Replied to in"),
    (DCT("hasPart"), "Supplement or part", "Part of"),
    (CITO("isDocumentedBy"), "Documented by", "Documents"),
    (CITO("documents"), "Documents", "Documented by"),
    (CITO("citesAsDataSource"), "Data it uses", ""),
    (DCT("relation"), "Related", ""),
)
# What says that a work does not stand as it was published; being corrected is no reason not to read it.
_FALLEN = frozenset(("retracted", "partly-retracted", "withdrawn", "removed", "expression-of-concern"))
_MOST = 50


@dataclass(frozen=True, slots=True)
class Funding:
    """A grant with those who gave it; without a `grant` only the funder is known."""

    grant: Node | None
    funders: list[Node]


@dataclass(frozen=True, slots=True)
class WorkPage:
    """What the page of a work shows beside what every page has (`entity`).

    `authors` are in the order of the work. `facts` leave out what is not said; `fallen` are the words for why the work
    no longer stands, `notices` where that is announced, with the date (`""` if unknown). `became` are the articles
    of a preprint, `preprints` those of an article; `related` are other works by how they belong to this one.
    """

    entity: EntityPage
    authors: list[Node]
    fallen: list[Node]
    notices: list[tuple[Node, str]]
    became: list[Node]
    preprints: list[Node]
    facts: list[tuple[str, list[Cell]]]
    funding: list[Funding]
    related: list[tuple[str, list[Node]]]
    cited: Cited
    is_abstract: bool

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return self.entity.anchors


def work_page(revision: Revision, node: NamedNode) -> WorkPage:
    """The page of a work."""
    reading = revision.reading
    entity = entity_page(revision, node)
    authors = _authors(reading, node, entity.contributors)
    status = reading.nodes(node, ADMS("status"))
    return WorkPage(
        entity=entity,
        authors=authors,
        fallen=[reading.link(one) for one in status if one.value.rpartition("/")[2] in _FALLEN],
        notices=_notices(reading, node),
        became=_became(reading, node),
        preprints=[reading.link(one) for one in reading.nodes(node, PROV("wasRevisionOf")) if _is_early(reading, one)],
        facts=_facts(reading, node),
        funding=_funding(reading, node),
        related=_related(reading, node),
        cited=cited_of(reading, node),
        is_abstract=bool(reading.text(node, DCT("abstract"))) and not reading.text(node, DCT("description")),
    )


def _authors(reading: Reading, node: NamedNode, contributors: list[Contributor]) -> list[Node]:
    """Those who wrote the work, in its order; those whom it names without an order by their names."""
    found = [one.agent for one in contributors if any(_is_author(role) for role in one.roles)]
    named = sorted((reading.link(one) for one in reading.nodes(node, DCT("creator"))), key=lambda n: n.label.lower())
    return list({one.iri: one for one in found or named}.values())


def _notices(reading: Reading, node: NamedNode) -> list[tuple[Node, str]]:
    found = dict.fromkeys((*reading.nodes(node, CITO("isRetractedBy")), *reading.subjects(CITO("retracts"), node)))
    dates = ((one, reading.text(one, DCT("issued")) or reading.text(one, SCHEMA("datePublished"))) for one in found)
    return [(reading.link(one), date.partition("T")[0]) for one, date in dates]


def _became(reading: Reading, node: NamedNode) -> list[Node]:
    later = reading.subjects(PROV("wasRevisionOf"), node)[:_MOST] if _is_early(reading, node) else []
    return [reading.link(one) for one in later if not _is_early(reading, one)]


def _is_early(reading: Reading, node: NamedNode) -> bool:
    return FABIO("Preprint") in reading.types(node)


def _is_author(role: Cell) -> bool:
    return isinstance(role, Node) and role.iri.rpartition("/")[2] in _AUTHORS


def _facts(reading: Reading, node: NamedNode) -> list[tuple[str, list[Cell]]]:
    free = reading.text(node, SCHEMA("isAccessibleForFree"))
    access: list[Cell] = [reading.link(one) for one in reading.nodes(node, DCT("accessRights"))]
    if not access and free:
        access = ["free to read" if free in ("true", "1") else "not free to read"]
    doi = node.value if node.value.startswith(_DOI) else ""
    facts: list[tuple[str, list[Cell]]] = [
        ("Published in", _links(reading, node, DCT("isPartOf"))),
        ("Date", [reading.text(node, DCT("issued")) or reading.text(node, SCHEMA("datePublished"))]),
        ("Version", [reading.text(node, SCHEMA("version"))]),
        ("Volume", [reading.text(node, SCHEMA("volumeNumber"))]),
        ("Issue", [reading.text(node, SCHEMA("issueNumber"))]),
        ("Pages", [reading.text(node, SCHEMA("pagination"))]),
        ("Publisher", _links(reading, node, DCT("publisher"))),
        ("Licence", _links(reading, node, DCT("license")) or list(reading.texts(node, DCT("rights")))),
        ("Access", access),
        ("Open copy", _links(reading, node, DCT("hasFormat"))),
        ("Page", _links(reading, node, FOAF("page"))),
        ("DOI", [Node(doi.removeprefix(_DOI), external_href(doi), doi, external=True)] if doi else []),
    ]
    told = ((words, [value for value in values if value != ""]) for words, values in facts)
    return [(words, values) for words, values in told if values]


def _funding(reading: Reading, node: NamedNode) -> list[Funding]:
    grants = reading.nodes(node, SCHEMA("funding"))[:_MOST]
    found = [Funding(reading.link(one), _nodes(reading, one, SCHEMA("funder"))) for one in grants]
    named = {funder.iri for funding in found for funder in funding.funders}
    others = [funder for funder in _nodes(reading, node, SCHEMA("funder")) if funder.iri not in named]
    return [*found, *([Funding(None, others)] if others else [])]


def _related(reading: Reading, node: NamedNode) -> list[tuple[str, list[Node]]]:
    found: dict[str, dict[str, Node]] = {}
    for predicate, forth, back in _RELATED:
        for other in reading.nodes(node, predicate)[:_MOST]:
            if forth:
                found.setdefault(forth, {})[other.value] = reading.link(other)
        for other in reading.subjects(predicate, node)[:_MOST] if back else ():
            if "#" not in other.value:
                found.setdefault(back, {})[other.value] = reading.link(other)
    return [(words, list(nodes.values())) for words, nodes in found.items()]


def _links(reading: Reading, node: NamedNode, predicate: NamedNode) -> list[Cell]:
    return list(_nodes(reading, node, predicate))


def _nodes(reading: Reading, node: NamedNode, predicate: NamedNode) -> list[Node]:
    return [reading.link(other) for other in reading.nodes(node, predicate)[:_MOST]]
