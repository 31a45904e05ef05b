"""Where every request is, as records of a source of their own: the conclusion, why, and what answers it."""

import hashlib
from collections.abc import Iterator
from functools import partial

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import STANDING_SOURCE, source_graph
from leap_kg.graph.publication.records import Record
from leap_kg.graph.publish import Writer
from leap_kg.ingest.requests.evidence import Gathered
from leap_kg.ingest.requests.standing import ASKED, Evidence, Standing, standing
from leap_kg.ontology.iri import mint
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCT, RDF, SCHEMA, SKOS

_NAMED = 20
"""Answers of one request that are named; of a pattern, the question `requested-instances` lists all."""


def settled(graph: Engine, base: str) -> Iterator[Record]:
    """The conclusions on all requests, one record each, in the order of their IRIs; the same graph gives the same."""
    if not stands(graph, None, RDF("type"), SCHEMA("Demand")):
        return
    said = conclusions(Gathered(graph, base), base)
    place = source_graph(base, STANDING_SOURCE)
    for node, triples in sorted(said.items(), key=lambda item: item[0].value):
        digest = hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()[:32]
        yield Record(f"record {node.value}", digest, partial(quads_in, triples, place))


def settle(writer: Writer, base: str, node: NamedNode, activity: Activity) -> int:
    """Bring the conclusion on one request up to date, and give the revision that has it; raises as `Writer.commit`."""
    place = source_graph(base, STANDING_SOURCE)
    said = conclusions(Gathered(writer.store, base, node), base).get(node, [])
    before = looked_up(writer.store, node, None, None, place)
    return writer.commit(STANDING_SOURCE, before, quads_in(said, place), activity).revision


def settle_all(writer: Writer, base: str, activity: Activity) -> int:
    """Bring the conclusions on all requests up to date, and give the revision that has them.

    Where nothing changes, nothing is published. Raises as `Writer.publish_records`.
    """
    return writer.publish_records(STANDING_SOURCE, settled(writer.store, base), activity).revision


def conclusions(gathered: Gathered, base: str) -> dict[NamedNode, list[Triple]]:
    """What the graph is to say of each request; a request that has parts is concluded from theirs."""
    reached: dict[NamedNode, Standing] = {}
    # Of parts only those without parts of their own count: then there is no ring to go round in.
    whole = {node for node, parts in gathered.parts_of.items() if parts}
    for node in (*(gathered.known.keys() - whole), *(whole & gathered.known.keys())):
        evidence = gathered.known[node]
        for part in set(gathered.parts_of.get(node, ())) if node in whole else ():
            if part not in whole:
                evidence.parts[reached[part].word if part in reached else gathered.stood.get(part, ASKED)] += 1
        reached[node] = standing(evidence)
    return {node: _triples(node, found, gathered.known[node], base) for node, found in reached.items()}


def _triples(node: NamedNode, found: Standing, evidence: Evidence, base: str) -> list[Triple]:
    return [
        Triple(node, SCHEMA("availability"), mint(base, "request-status", found.word)),
        Triple(node, SKOS("note"), Literal(found.why)),
        *(Triple(node, SCHEMA("itemOffered"), answer) for answer in list(evidence.answers)[:_NAMED]),
        *(Triple(node, DCT("isReferencedBy"), one) for one in sorted(evidence.code, key=str)),
    ]
