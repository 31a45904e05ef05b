"""How to cite something: one reference to itself, and one to each work that it asks to cite, for every form there is.

What pages, downloads, programs and twins say of citing is written from the `Citation` made here.

Hazard: names, titles and references are anybody's; the writers in `formats` escape them, and nothing here does.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.ontology.identifiers import Refusal, doi
from leap_kg.ontology.namespaces import DCT, FABIO, OWL, SCHEMA
from leap_kg.outputs.formats.csl import csl_json
from leap_kg.outputs.formats.ris import ris
from leap_kg.outputs.formats.tex import bibtex
from leap_kg.outputs.formats.words import in_words
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker, Output
from leap_kg.outputs.reading import Reader

STYLES: dict[str, Callable[[Iterable[Output]], str]] = {
    "text": lambda outputs: "".join(f"{in_words(each)}\n" for each in outputs),
    "bibtex": lambda outputs: bibtex(list(outputs)),
    "csl": lambda outputs: csl_json(list(outputs)),
    "ris": lambda outputs: ris(list(outputs)),
}
"""What writes references, by the name of the style."""

_DOI = "https://doi.org/"
_MOST = 50
_ARTICLES = frozenset((SCHEMA("ScholarlyArticle"), FABIO("JournalArticle"), FABIO("Preprint")))
_NAMED = (DCT("identifier"), SCHEMA("identifier"), SCHEMA("sameAs"), OWL("sameAs"))
_AUTHORS = re.compile(r"(.{1,5000}?) \([12]\d{3}\)\. ", re.DOTALL)
_INITIALS = re.compile(r"(?:-?[^\W\d_]\. ?)+")


@dataclass(frozen=True, slots=True)
class Citation:
    """References: `own` to the thing itself, at its DOI if it has one; `works` to what it asks to cite.

    Of `works` those with DOIs are first; all were asked for by a record, and there may be none.
    """

    own: Output
    works: tuple[Output, ...] = ()

    @property
    def references(self) -> tuple[Output, ...]:
        """All of them, the thing itself first."""
        return (self.own, *self.works)

    @property
    def composed(self) -> bool:
        """Whether no record says how to cite the thing itself, so that its reference was put together."""
        return not self.own.reference

    def written(self, style: str) -> str:
        """All references in one of `STYLES`; another style raises `KeyError`."""
        return STYLES[style](self.references)


def citation(store: Engine, base: str, node: NamedNode) -> Citation:
    """How to cite a node of any kind."""
    reader = Reader(store, base)
    works = sorted(
        reader.nodes_of(node, SCHEMA("citation")), key=lambda work: (not work.value.startswith(_DOI), work.value)
    )
    return Citation(
        _at_its_doi(reader, node), tuple(_reference(reader, work) for work in works[:_MOST] if work != node)
    )


def doi_of(reader: Reader, node: NamedNode) -> str:
    """The IRI of the DOI that names a node: its own, that of what it is a version of, or one that it gives; else `""`.

    Never that of a paper, which describes data and is not them.
    """
    if node.value.startswith(_DOI):
        return node.value
    given = [whole.value for whole in reader.nodes_of(node, DCT("isVersionOf"))]
    given += [each for predicate in _NAMED for each in reader.values_of(node, predicate)]
    for text in given:
        known = doi.parse(text)
        if not isinstance(known, Refusal) and not reader.types_of(NamedNode(known.iri)) & _ARTICLES:
            return known.iri
    return ""


def _at_its_doi(reader: Reader, node: NamedNode) -> Output:
    found, named = _reference(reader, node), doi_of(reader, node)
    return replace(found, iri=named, doi=named.removeprefix(_DOI)) if named else found


def _reference(reader: Reader, node: NamedNode) -> Output:
    found = reader.cited(node)
    if found.kind is Kind.TEXT and found.container:
        found = replace(found, kind=Kind.ARTICLE)
    return found if found.makers else replace(found, makers=authors_in(found.reference, found.title))


def authors_in(reference: str, title: str) -> tuple[Maker, ...]:
    """Who `authors (year). title...` names: people where each is `Family, I.`, else one party by that text."""
    found = _AUTHORS.match(reference)
    if found is None or not title or not reference.startswith(title.rstrip("."), found.end()):
        return ()
    parts = found[1].split(", ")
    if len(parts) % 2 == 0 and all(map(_INITIALS.fullmatch, parts[1::2])) and not any(";" in each for each in parts):
        return tuple(Maker(", ".join(pair)) for pair in zip(parts[::2], parts[1::2], strict=True))
    return (Maker(found[1], body=True),)
