"""The files of `ontology/` as text and as quads, with their IRIs under the configured base."""

from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE


def declared_text(file: Path, base: str) -> str:
    """The file's text, with the default base, under which it is written, replaced by `base`."""
    text = file.read_text(encoding="utf-8")
    return text if base == DEFAULT_BASE else text.replace(DEFAULT_BASE, base)


def ontology_quads(base: str, graph: NamedNode) -> list[Quad]:
    """Everything `leap.ttl` and `concepts.ttl` say, in `graph`."""
    quads: list[Quad] = []
    for name in ("leap.ttl", "concepts.ttl"):
        text = declared_text(declarations() / "ontology" / name, base)
        statements = parse(text, format=RdfFormat.TURTLE)
        quads.extend(Quad(s.subject, s.predicate, s.object, graph) for s in statements)
    return quads
