"""Under which fragment a part of a node stands on the node's page."""

from pyoxigraph import NamedNode


def fragment_of(node: NamedNode, part: NamedNode) -> str:
    """The fragment of a part of the node, `""` for any other node: its fragment would be one of another page."""
    document, mark, fragment = part.value.partition("#")
    return fragment if mark and document == node.value else ""
