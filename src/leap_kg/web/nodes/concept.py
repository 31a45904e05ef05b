"""The page of a concept, above all of a CF standard name: what it means, its unit, its other names, who uses it."""

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from leap_kg.ontology.namespaces import DCT, OWL, SCHEMA, SKOS
from leap_kg.web.cells import Cell, Node, Text
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.reading import Reading, moment
from leap_kg.web.revision import Revision

_RELATED = (
    ("Broader", SKOS("broader")),
    ("Narrower", SKOS("narrower")),
    ("Related", SKOS("related")),
    ("The same elsewhere", SKOS("exactMatch")),
    ("Close to", SKOS("closeMatch")),
)


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """What the page of a concept shows beside what every page has (`entity`); `facts` leaves out what is not said."""

    entity: EntityPage
    replaced_by: list[Node]
    facts: list[tuple[str, list[Cell]]]

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return self.entity.anchors


def concept_page(revision: Revision, node: NamedNode) -> ConceptPage:
    """The page of a concept or of a scheme of concepts."""
    reading = revision.reading
    replaced: list[Cell] = [reading.link(old) for old in reading.subjects(DCT("isReplacedBy"), node)]
    facts: list[tuple[str, list[Cell]]] = [
        ("Canonical unit", list(reading.texts(node, SCHEMA("unitText")))),
        ("Other names", list(reading.texts(node, SKOS("altLabel")))),
        ("Codes", _notations(reading, node)),
        *((words, _links(reading, node, predicate)) for words, predicate in _RELATED),
        ("Replaces", replaced),
        ("Version", list(reading.texts(node, OWL("versionInfo")))),
        ("Changed", [moment(text) for text in reading.texts(node, DCT("modified"))]),
        ("Kept by", _links(reading, node, SCHEMA("provider")) or list(reading.texts(node, SCHEMA("provider")))),
        ("Belongs to", _links(reading, node, SKOS("inScheme"))),
    ]
    return ConceptPage(
        entity=entity_page(revision, node),
        replaced_by=[reading.link(new) for new in reading.nodes(node, DCT("isReplacedBy"))],
        facts=[(words, values) for words, values in facts if values],
    )


def _notations(reading: Reading, node: NamedNode) -> list[Cell]:
    """Codes with the word for the list that they are of, which is their datatype."""
    found: list[Cell] = []
    for term in reading.objects(node, SKOS("notation")):
        if isinstance(term, Literal):
            name = term.datatype.value.rpartition("/")[2].rpartition("#")[2]
            found.append(Text(term.value, note="" if name == "string" else name.upper()))
    return found


def _links(reading: Reading, node: NamedNode, predicate: NamedNode) -> list[Cell]:
    return [reading.link(other) for other in reading.nodes(node, predicate)]
