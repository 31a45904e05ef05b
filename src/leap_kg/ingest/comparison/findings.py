"""All contradictions between sources, as records of a source of their own."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from pyoxigraph import NamedNode, Triple

from leap_kg.graph.engine import Engine
from leap_kg.graph.names import COMPARISON_SOURCE, source_graph
from leap_kg.graph.publication.records import Record
from leap_kg.ingest.comparison.extents import differing_extents
from leap_kg.ingest.comparison.states import differing_states
from leap_kg.ontology.jsonld import quads_in


def compared(everything: Engine, base: str) -> Iterator[Record]:
    """The findings on each node, as one record a node, in the order of the nodes; the same graph gives the same."""
    graph = source_graph(base, COMPARISON_SOURCE)
    said: dict[NamedNode, list[Triple]] = defaultdict(list)
    for find in (differing_states, differing_extents):
        for node, finding in find(everything, base):
            said[node] += finding.triples(node, base)
    for node, triples in sorted(said.items(), key=lambda item: item[0].value):
        digest = hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()[:32]
        yield Record(f"record {node.value}", digest, partial(quads_in, triples, graph))
