"""JSON-LD in and out with PyLD and our own context, which is the only one that is ever loaded.

PyLD and rdflib would fetch a context that a document names, rdflib even from the file system; the
loader here serves bundled contexts and refuses all other IRIs. Terms go to and from PyLD as objects: its
N-Quads reader alters texts and its writer escapes no IRI.
"""

import json
import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from leap_kg.ontology.declared import declared_text
from leap_kg.ontology.namespaces import RDF, XSD
from leap_kg.resources import declarations

MAX_DEPTH = 100
"""How many brackets of a document may be open at once; PyLD runs out of Python's stack at about 490."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_PYLD = threading.Lock()  # its caches are shared by all threads and are not guarded


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
    statements = sorted(set(triples), key=str)
    expanded = sorted(_expanded(statements), key=lambda node: (node["@id"] != root, node["@id"]))
    ours: Any = context(base)["@context"]
    if hidden := _misleading(statements, base):
        ours = [ours, dict.fromkeys(hidden)]
    options = {"documentLoader": _loader(base), "graph": len(expanded) != 1, "skipExpansion": True}
    with _PYLD:
        document: dict[str, Any] = jsonld.compact(expanded, {"@context": ours}, options)
    return {"@context": ours, **{k: v for k, v in document.items() if k != "@context"}}


def parse_document(data: bytes, base: str) -> list[Triple]:
    """The triples of a JSON-LD document; blank nodes are kept, relative IRIs are resolved against `base`.

    Raises `ContextRefused` for a context other than ours, `ValueError` for anything else that is wrong; a
    document with named graphs is wrong too, because the caller chooses the graph.
    """
    try:
        text = data.decode("utf-8")
        _require_shallow(text)
        document = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(document, dict | list):
        raise ValueError("not JSON-LD: a document is an object or a list of objects")
    try:
        with _PYLD:
            graphs = jsonld.to_rdf(document, {"documentLoader": _loader(base), "base": base})
        triples = [_triple(statement) for statement in graphs.pop("@default", ())]
    except Exception as error:  # noqa: BLE001 - PyLD answers some malformed documents with KeyError or TypeError
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, ContextRefused):
                raise cause from None
        raise ValueError(f"not JSON-LD: {_reason(causes[-1])}") from None
    if graphs:
        raise ValueError("the document has named graphs; leave the graph to whoever publishes it")
    return triples


def quads_in(triples: Iterable[Triple], graph: NamedNode) -> list[Quad]:
    """The same statements in a named graph."""
    return [Quad(t.subject, t.predicate, t.object, graph) for t in triples]


# --- out ----------------------------------------------------------------------------------------------------------


def _expanded(statements: Iterable[Triple]) -> list[dict[str, Any]]:
    """One node object in expanded form for each subject."""
    nodes: dict[str, dict[str, Any]] = {}
    for triple in statements:
        name = _name(triple.subject)
        node = nodes.setdefault(name, {"@id": name})
        if triple.predicate == RDF("type") and not isinstance(triple.object, Literal):
            node.setdefault("@type", []).append(_name(triple.object))
        else:
            node.setdefault(triple.predicate.value, []).append(_value(triple.object))
    return list(nodes.values())


def _value(term: NamedNode | BlankNode | Literal | Triple) -> dict[str, str]:
    if not isinstance(term, Literal):
        return {"@id": _name(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    return (
        {"@value": term.value}
        if term.datatype == XSD("string")
        else {"@value": term.value, "@type": term.datatype.value}
    )


def _name(term: NamedNode | BlankNode | Literal | Triple) -> str:
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return str(term)
    raise ValueError(f"JSON-LD has no name for {term}")


def _misleading(statements: Iterable[Triple], base: str) -> list[str]:
    """The prefixes under which some IRI of the statements would be read as another one.

    That is an IRI which begins like a compact one (`dcat:x`, so called by its publisher), and one whose compact
    form would begin like an absolute one (`dcat://x`).
    """
    prefixes = _prefixes(base)
    found = set()
    for iri in {iri for triple in statements for iri in _iris(triple)}:
        scheme = iri.partition(":")[0]
        if scheme in prefixes:
            found.add(scheme)
        if "//" in iri[8:]:
            found.update(name for name, namespace in prefixes.items() if iri.startswith(namespace + "//"))
    return sorted(found)


def _iris(triple: Triple) -> Iterator[str]:
    for term in (triple.subject, triple.predicate, triple.object):
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value


@lru_cache(maxsize=4)
def _prefixes(base: str) -> dict[str, str]:
    """The terms of our context that PyLD takes as prefixes."""
    found = {}
    for name, definition in context(base)["@context"].items():
        if isinstance(definition, str) and not name.startswith("@") and definition[-1] in ":/?#[]@":
            found[name] = definition
        elif isinstance(definition, dict) and definition.get("@prefix"):
            found[name] = definition["@id"]
    return found


# --- in -----------------------------------------------------------------------------------------------------------


def _require_shallow(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"more than {MAX_DEPTH} brackets are open at once")
        elif token[0] in "]}":
            depth -= 1


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _triple(statement: dict[str, Any]) -> Triple:
    subject, predicate, target = (_term(statement[place]) for place in ("subject", "predicate", "object"))
    return Triple(subject, predicate, target)  # type: ignore[arg-type]


def _term(value: dict[str, str]) -> NamedNode | BlankNode | Literal:
    if value["type"] == "IRI":
        return NamedNode(value["value"])
    if value["type"] == "blank node":
        return BlankNode(value["value"].removeprefix("_:"))
    if "language" in value:
        return Literal(value["value"], language=value["language"])
    return Literal(value["value"], datatype=NamedNode(value["datatype"]))


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = getattr(following, "cause", None) or following.__cause__


def _reason(error: BaseException) -> str:
    """The first sentence of an error; PyLD's print as a tuple with whole contexts after it."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error.args[0] if error.args else type(error).__name__).split("\n", 1)[0]


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
