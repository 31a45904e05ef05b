"""The page of one request: where it is and why, what answers it, and what a curator decided."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.requests.deciding import Decision, decision_on
from leap_kg.ingest.requests.standing import DECIDABLE
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, SCHEMA, SKOS
from leap_kg.web.cells import Cell, Node
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.reading import Reading, moment
from leap_kg.web.requests.listed import TONES, issue_link, status_label
from leap_kg.web.revision import Revision

_ANSWERS = 20
_PARTS = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One of several things that a request asks for, with its state."""

    node: Node
    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class RequestPage:
    """What the page of a request shows beside what every page has (`entity`); `facts` leaves out what is not said.

    `decision` is a curator's, with `answer` as a node; `words` are the states that can be decided, with their labels.
    `more` answers and `more_parts` are not listed.
    """

    entity: EntityPage
    status: str
    label: str
    tone: str
    because: str
    answers: list[Node]
    more: int
    facts: list[tuple[str, list[Cell]]]
    parts: list[Part]
    more_parts: int
    decision: Decision
    decided: str
    answer: Node | None
    words: list[tuple[str, str]]

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return {*self.entity.anchors, "decision"}


def request_page(revision: Revision, node: NamedNode) -> RequestPage:
    """The page of a request for data."""
    reading = revision.reading
    status = _status(reading, node)
    parts = reading.nodes(node, DCT("hasPart"))
    answers = reading.nodes(node, SCHEMA("itemOffered"))
    decision = decision_on(reading.snapshot.store, reading.base, node)
    facts: list[tuple[str, list[Cell]]] = [
        ("Asked by", [reading.link(one) for one in reading.nodes(node, DCT("creator"))]),
        ("Asked", [moment(text) for text in reading.texts(node, DCT("issued"))]),
        ("Where it is", [reading.link(one) for one in reading.nodes(node, DCAT("landingPage"))]),
        ("Size", list(reading.texts(node, DCT("extent")))),
        ("Licence", [reading.link(one) for one in reading.nodes(node, DCT("license"))]),
        ("Terms", list(reading.texts(node, DCT("rights")))),
        ("Format", list(reading.texts(node, SCHEMA("encodingFormat")))),
        ("How it is had", list(reading.texts(node, SCHEMA("availableDeliveryMethod")))),
        ("Who can read it", list(reading.texts(node, DCT("accessRights")))),
        ("Some files", [reading.link(one) for one in reading.nodes(node, DCAT("downloadURL"))]),
        ("Issue", [link for one in reading.nodes(node, FOAF("page")) if (link := issue_link(one.value))]),
        ("Named by", [reading.link(one) for one in reading.nodes(node, DCT("isReferencedBy"))]),
    ]
    return RequestPage(
        entity=entity_page(revision, node),
        status=status,
        label=status_label(reading, status),
        tone=TONES.get(status, "plain"),
        because=reading.text(node, SKOS("note")),
        answers=[reading.link(one) for one in answers[:_ANSWERS]],
        more=max(0, len(answers) - _ANSWERS),
        facts=[(words, values) for words, values in facts if values],
        parts=[_part(reading, one) for one in parts[:_PARTS]],
        more_parts=max(0, len(parts) - _PARTS),
        decision=decision,
        decided=moment(decision.at),
        answer=reading.link(NamedNode(decision.answer)) if decision.answer else None,
        words=[(word, status_label(reading, word)) for word in DECIDABLE],
    )


def _part(reading: Reading, node: NamedNode) -> Part:
    word = _status(reading, node)
    return Part(reading.link(node), status_label(reading, word), TONES.get(word, "plain"))


def _status(reading: Reading, node: NamedNode) -> str:
    """The state of a request by the end of its IRI, `""` while nothing was concluded."""
    standing = reading.one(node, SCHEMA("availability"))
    return standing.value.removeprefix(f"{reading.base}request-status/") if standing else ""
