"""JSON-LD in and out with PyLD and our own context, which is the only one that is ever loaded.

PyLD and rdflib would fetch a context that a document names, rdflib even from the file system; the
loader here serves bundled contexts and refuses all other IRIs.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pyld import jsonld
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from leap_kg.ontology.declared import declared_text
from leap_kg.resources import declarations


class ContextRefused(ValueError):
    """A document asks for a context that is not bundled."""


@lru_cache(maxsize=4)
def context(base: str) -> dict[str, Any]:
    """Our context document, `{"@context": {…}}`, for this base."""
    loaded: dict[str, Any] = json.loads(declared_text(declarations() / "ontology" / "context.jsonld", base))
    return loaded


def context_iri(base: str) -> str:
    """The IRI by which a document may name our context instead of carrying it."""
    return base + "context.jsonld"


def compact(triples: Iterable[Triple], base: str, root: str | None = None) -> dict[str, Any]:
    """The triples as one JSON-LD document compacted with our context, which it carries.

    With `root`, the node of that IRI comes first in `@graph` (or is the document itself if it is the only
    one). The order of everything is fixed by the triples alone.
    """
    ordered = sorted(triples, key=str)
    text = "".join(f"{triple} .\n" for triple in ordered)
    expanded = jsonld.from_rdf(text, {"format": "application/n-quads", "useNativeTypes": False})
    expanded.sort(key=lambda node: (node.get("@id") != root, node.get("@id", "")))
    document: dict[str, Any] = jsonld.compact(
        expanded, context(base), {"documentLoader": _loader(base), "graph": len(expanded) != 1}
    )
    return {"@context": context(base)["@context"], **{k: v for k, v in document.items() if k != "@context"}}


def parse_document(data: bytes, base: str) -> list[Triple]:
    """The triples of a JSON-LD document; blank nodes are kept.

    Raises `ContextRefused` for a context other than ours, `ValueError` for anything else that is wrong.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    try:
        text = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": _loader(base)})
    except (jsonld.JsonLdError, RecursionError) as error:
        raise ValueError(f"not JSON-LD: {_cause(error)}") from None
    return [Triple(q.subject, q.predicate, q.object) for q in parse(text, format=RdfFormat.N_QUADS)]


def _cause(error: BaseException) -> str:
    while getattr(error, "cause", None) is not None:
        error = error.cause  # type: ignore[attr-defined]
    return str(error).split("\n", 1)[0]


def _loader(base: str) -> Any:  # noqa: ANN401 - the type PyLD expects is not published
    def load(iri: str, _options: dict[str, Any]) -> dict[str, Any]:
        if iri != context_iri(base):
            raise ContextRefused(f"the context {iri} is not bundled; use {context_iri(base)} or write it inline")
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": iri,
            "document": context(base),
        }

    return load


def quads_in(triples: Iterable[Triple], graph: NamedNode) -> list[Quad]:
    """The same statements in a named graph."""
    return [Quad(t.subject, t.predicate, t.object, graph) for t in triples]
