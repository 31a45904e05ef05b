"""The methods by which links are found: what family of witness each belongs to, and what its signals say.

A method's version is raised by hand whenever its signals come to mean something else: it is published with every
piece of evidence, so that links found before can be told from links found since.
"""

from dataclasses import dataclass
from enum import Enum

from pyoxigraph import NamedNode

from leap_kg.links.signal import Role
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import CODEMETA, PROV, SCHEMA, ours


class Family(Enum):
    """Witnesses of one family tend to err together; those of different families do not."""

    METADATA = "structured metadata"
    CODE = "code"
    TEXT = "text"
    EXTERNAL = "other people's records"


@dataclass(frozen=True, slots=True)
class Method:
    """A method by its name in links.md, such as `D1`."""

    name: str
    family: Family
    version: str = "1"

    def node(self, base: str) -> NamedNode:
        """Its concept."""
        return mint(base, "link-method", self.name)


METHODS = {
    method.name: method
    for method in (
        Method("L1", Family.METADATA),
        Method("L2", Family.EXTERNAL),
        Method("L3", Family.EXTERNAL),
        Method("L4", Family.EXTERNAL),
        Method("L5", Family.TEXT),
        Method("L6", Family.METADATA),
        Method("D1", Family.CODE, "2"),
        Method("D2", Family.CODE, "2"),
        Method("D3", Family.CODE),
        Method("D4", Family.CODE),
        Method("D5", Family.TEXT),
        Method("E1", Family.METADATA),
        Method("P1", Family.EXTERNAL),
        Method("N1", Family.METADATA),
        Method("N2", Family.TEXT),
        Method("V1", Family.TEXT),
    )
}
"""All methods by name."""

CITATION = SCHEMA("citation")
PUBLICATION = CODEMETA("referencePublication")
"""The paper that a repository is the code of: said by its citation file, or when each names the other."""


def predicate(role: Role, method: str, via: str, base: str) -> NamedNode:
    """The property that a signal stands for; `via` is the key or heading that it was found in."""
    match role:
        case Role.READS:
            return PROV("used")
        case Role.WRITES:
            return PROV("generated")
        case Role.MENTIONS:
            return SCHEMA("mentions")
        case Role.RUNS_IN:
            return ours(base)("runsIn")
        case Role.ARCHIVED_AT:
            return SCHEMA("archivedAt")
        case Role.CITES:
            # A citation file may list what it builds on, too; the paper of the repository itself has a key of its own.
            own = "preferred-citation" in via or "referencePublication" in via
            return PUBLICATION if method == "L1" and own else CITATION
