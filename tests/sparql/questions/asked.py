"""Puts a question to a few triples."""

from collections.abc import Iterable
from functools import cache

from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple, parse

from leap_kg.ontology.namespaces import prefixes
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.catalogue import Catalogue, load
from leap_kg.sparql.parameters import Value

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes(BASE).items())


@cache
def questions() -> Catalogue:
    """All named queries."""
    return load(declarations() / "sparql", BASE)


def said(turtle: str) -> list[Triple]:
    """Triples in Turtle, with our prefixes."""
    return [Triple(q.subject, q.predicate, q.object) for q in parse(PREFIXES + turtle, format=RdfFormat.TURTLE)]


def stored(triples: Iterable[Triple], graph: str = "urn:g") -> Store:
    """The triples in one graph."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object, NamedNode(graph)) for t in triples)
    return store


def ask(store: Store, name: str, /, **values: Value) -> list[dict[str, str]]:
    """The rows of a question, as texts; what is unbound is left out."""
    query = questions().get(f"questions/{name}")
    assert query is not None
    rows = store.query(query.bind(**values), use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    names = [variable.value for variable in rows.variables]
    return [{n: term.value for n in names if (term := row[n]) is not None} for row in rows]
