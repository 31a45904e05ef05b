"""Which values of its longest properties a document about a node has, and where the others are.

Hazard: thousands of things may be said in the same words, such as the members of an organisation. A document has
`MOST_STATEMENTS` values of each property from one on; its address with another number has others, and all of them
together have each statement once. What a document lacks it says: in the header `Link`, in RDF in the words of Hydra, in
JSON in a field of its own. A table has no place for that but the header.
"""

from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.catalog.dcat import HYDRA
from leap_kg.ontology.namespaces import DCT, FOAF, RDF, XSD
from leap_kg.sparql.formats import Format
from leap_kg.web.negotiation import with_suffix
from leap_kg.web.reading import MOST_READ, MOST_STATEMENTS

FIRST = "values-from"
"""The parameter of an address that asks for values from one on, 1 for the first one."""


@dataclass(frozen=True, slots=True)
class Portion:
    """The values of each property from one on, counted from 1.

    `longest` is how many values the longest property has; `whole` says whether all that is said of the node could be
    looked at.
    """

    first: int
    longest: int
    whole: bool

    @property
    def last(self) -> int:
        """The last value that may be there."""
        return self.first + MOST_STATEMENTS - 1

    @property
    def left_out(self) -> bool:
        """Whether something that is said is in no part, or in another."""
        return self.first > 1 or self.longest > self.last or not self.whole

    @property
    def around(self) -> dict[str, int]:
        """The documents beside this one, by what they are to it (`prev`, `next`): with which value each begins."""
        found = {"prev": max(1, self.first - MOST_STATEMENTS)} if self.first > 1 else {}
        return {**found, "next": self.last + 1} if self.longest > self.last else found

    @property
    def words(self) -> str:
        """`values 1 to 10,000 of each property, of which the longest has 12,345`."""
        own = f"values {self.first:,} to {self.last:,} of each property, of which the longest has {self.longest:,}"
        more = f"; what is said beyond the first {MOST_READ:,} statements is left to queries"
        return own if self.whole else own + more

    def links(self, address: str, form: Format) -> list[str]:
        """The links to the documents beside this one in the same form, for the header."""
        return [f'<{target}>; rel="{name}"' for name, target in self._beside(address, form).items()]

    def described(self, address: str, form: Format) -> dict[str, Any]:
        """What is there and where the others are, for JSON."""
        there = {"from": self.first, "to": min(self.last, self.longest), "longest": self.longest, "text": self.words}
        return {**there, **self._beside(address, form)}

    def said(self, node: NamedNode, address: str, form: Format) -> list[Triple]:
        """The same as statements about the document, of whose page this is the IRI; nothing where it has all.

        Not typed as a page of Hydra, as the documents of a dataset's stores are not.
        """
        if not self.left_out:
            return []
        here = NamedNode(with_suffix(from_value(address, self.first), form))
        words = {"prev": "previous"}
        return [
            Triple(node, HYDRA("view"), here),
            Triple(here, RDF("type"), FOAF("Document")),
            Triple(here, DCT("title"), Literal(self.words[0].upper() + self.words[1:])),
            Triple(here, HYDRA("totalItems"), Literal(str(self.longest), datatype=XSD("integer"))),
            *(
                Triple(here, HYDRA(words.get(name, name)), NamedNode(target))
                for name, target in self._beside(address, form).items()
            ),
        ]

    def _beside(self, address: str, form: Format) -> dict[str, str]:
        return {name: with_suffix(from_value(address, first), form) for name, first in self.around.items()}


def from_value(address: str, first: int) -> str:
    """The address of the same document with the values of each property from one on that is counted from 1."""
    return address if first == 1 else f"{address}{'&' if '?' in address else '?'}{FIRST}={first}"
