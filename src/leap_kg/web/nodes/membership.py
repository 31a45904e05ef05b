"""Why a node belongs to the platform: the reasons that the harvest of works gives, each a qualified influence."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCT, PROV, RDFS
from leap_kg.outputs.reading import is_sure
from leap_kg.web.cells import Node
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.reading import Reading


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `by` is what it goes by (a grant, a person), `file` and `pointer` where that is written. `doubt` is
    the confidence of a reason that does not suffice by itself, `""` of any other.
    """

    anchor: str
    words: str
    by: Node | None
    file: Node | None
    pointer: str
    doubt: str


def reasons_of(reading: Reading, node: NamedNode) -> list[Reason]:
    """The reasons, in the order of their words; an influence without words is none."""
    found = []
    for influence in reading.nodes(node, PROV("qualifiedInfluence")):
        words, anchor = reading.text(influence, RDFS("label")), fragment_of(node, influence)
        by, file = reading.one(influence, PROV("influencer")), reading.one(influence, DCT("source"))
        if words and anchor:
            pointer = reading.text(influence, reading.leap("pointer"))
            links = (reading.link(by) if by else None, reading.link(file) if file else None)
            found.append(Reason(anchor, words, *links, pointer, _doubt(reading, influence)))
    return sorted(found, key=lambda reason: (reason.words, reason.anchor))


def _doubt(reading: Reading, influence: NamedNode) -> str:
    stated = reading.text(influence, reading.leap("confidence"))
    return "" if not stated or is_sure(stated) else stated
