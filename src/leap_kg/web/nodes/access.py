"""Who may read a store, and what somebody may do who may not: as far as the graph says.

Hazard: what a record calls private may answer to everybody, and the other way round; both are said, with who says it.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, SCHEMA, VCARD
from leap_kg.web.cells import Node
from leap_kg.web.reading import Reading

_WORDS = {
    "PUBLIC": "public: everybody may read it",
    "RESTRICTED": "restricted: only for those who fulfil its conditions",
    "SENSITIVE": "sensitive: only for those who were admitted to it",
    "CONFIDENTIAL": "confidential: only for those who were admitted to it",
    "NON_PUBLIC": "not public: only for those whom its owner lets in",
}
_BUCKETS = frozenset(("gs", "s3"))
_MOST = 6


@dataclass(frozen=True, slots=True)
class Access:
    """Who may read a store.

    `right` is the last word of the right as stated, `""` if none is. For what is not open to all, `hubs` are those
    whose users have the bucket, and `ask` those who look after its datasets, by mail where that is known.
    """

    right: str
    hubs: tuple[Node, ...] = ()
    ask: tuple[Node, ...] = ()

    @property
    def public(self) -> bool:
        """Whether everybody may read it."""
        return self.right == "PUBLIC"

    @property
    def closed(self) -> bool:
        """Whether somebody said that not everybody may read it."""
        return bool(self.right) and not self.public

    @property
    def words(self) -> str:
        """The right in words."""
        return _WORDS.get(self.right, self.right.replace("_", " ").lower()) or "not stated"


def access_of(reading: Reading, store: NamedNode, uri: str) -> Access:
    """Who may read the store at this address; of several rights the widest, since what answers outweighs a record."""
    stated = {node.value.rpartition("/")[2] for node in reading.nodes(store, DCT("accessRights"))}
    right = next((name for name in _WORDS if name in stated), min(stated, default=""))
    if not right or right == "PUBLIC":
        return Access(right)
    return Access(right, tuple(_hubs(reading, uri)), tuple(_ask(reading, store)))


def _hubs(reading: Reading, uri: str) -> list[Node]:
    """The hubs that give their users the bucket in which it lies."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return []
    if parts.scheme not in _BUCKETS or not parts.netloc:
        return []
    bucket = mint(reading.base, "bucket", parts.scheme, parts.netloc)
    return [reading.link(hub) for hub in reading.subjects(DCT("requires"), bucket)[:_MOST]]


def _ask(reading: Reading, store: NamedNode) -> list[Node]:
    """Where to ask about its datasets: their addresses for mail, else those who maintain them."""
    datasets = reading.subjects(DCAT("distribution"), store)[:_MOST]
    contacts = [contact for dataset in datasets for contact in reading.nodes(dataset, DCAT("contactPoint"))]
    mails = [mail for contact in contacts for mail in reading.nodes(contact, VCARD("hasEmail"))]
    people = [person for dataset in datasets for person in reading.nodes(dataset, SCHEMA("maintainer"))]
    return [reading.link(node) for node in list(dict.fromkeys([*mails, *people]))[:_MOST]]
