"""A STAC object as it was published, kept word for word beside what is mapped of it, and given back equal.

The object's JSON is a literal on a part of its node, so that copies, history and remote stores have it too. It is
in canonical form: same fields and values, keys sorted. Of what JSON cannot hold (`NaN`), `null` is kept.
"""

import json
from typing import Any

from pyoxigraph import Literal, NamedNode, Store

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import FOAF, PROV, RDF


def say_document(node: NamedNode, text: str, say: Statements) -> None:
    """Keep the JSON of the object that `node` is, in its canonical form.

    No class and no label, which would say of each of very many documents the same that the value says.
    """
    document = part(node, "document", "stac")
    say.link(document, FOAF("primaryTopic"), node)
    say.text(document, PROV("value"), text, RDF("JSON"))


def stac_json(store: Engine | Store, node: NamedNode) -> dict[str, Any] | None:
    """The object as it was published, every field with its value; `None` if the node is no STAC object.

    Where several sources have harvested one object, the first of their texts in order is given.
    """
    quads = looked_up(store, part(node, "document", "stac"), PROV("value"))
    texts = sorted(quad.object.value for quad in quads if isinstance(quad.object, Literal))
    value = json.loads(texts[0]) if texts else None
    return value if isinstance(value, dict) else None
