"""What an index entry is made of: what the graph says of one node, and how to ask about others."""

from typing import NamedTuple, Protocol


class Said(NamedTuple):
    """What is said of one node: texts and the IRIs it points to, each by predicate, in no order."""

    texts: dict[str, list[str]]
    links: dict[str, list[str]]


class Others(Protocol):
    """What an entry asks of the nodes that its node points to."""

    def said(self, iri: str) -> Said:
        """What is said of the node: all of it if it is a part, else by the predicates `entry.CREDITS` at least."""
        ...

    def label(self, iri: str) -> str:
        """The node's name."""
        ...
