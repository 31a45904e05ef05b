"""Repositories as nodes, the same for every source that mentions one."""

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.identifiers import github
from leap_kg.ontology.namespaces import DCT, SCHEMA


def describe_repository(repository: github.Repository, say: Statements) -> NamedNode:
    """The repository's node, with its class, name and address said."""
    node = NamedNode(repository.iri)
    say.type(node, SCHEMA("SoftwareSourceCode"))
    say.text(node, DCT("title"), repository.key)
    say.link(node, SCHEMA("codeRepository"), node)
    return node
