"""Runs our own queries in this process, for pages.

Hazard: nothing here can be stopped, so only queries of the catalogue run here; visitors' queries go to the pool.
"""

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from leap_kg.graph.engine import Engine
from leap_kg.sparql.guard import inspect

Term = NamedNode | BlankNode | Literal | Triple


def select(store: Engine, text: str) -> list[dict[str, Term]]:
    """The rows of a SELECT query, each a mapping from variable names to terms, without the unbound ones.

    The default graph is the union of all graphs, unless the query has FROM. Raises `ValueError` for another form of
    query and `SyntaxError` for text that is none.
    """
    results = store.query(text, use_default_graph_as_union=not inspect(text).own_dataset)
    try:
        if not isinstance(results, QuerySolutions):
            raise ValueError("this is no SELECT query")
        names, solutions = [variable.value for variable in results.variables], list(results)
    finally:
        del results  # an exception would keep it, see `leap_kg.graph.lookup`
    return [{name: term for name, term in zip(names, each, strict=True) if term is not None} for each in solutions]
