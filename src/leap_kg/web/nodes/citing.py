"""How to cite what a page is about: the references of `leap_kg.outputs.citing`, in every form that the page shows."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.catalog.page import CITATIONS
from leap_kg.ontology.iri import path_of
from leap_kg.outputs.citing import citation
from leap_kg.outputs.formats.words import in_words
from leap_kg.outputs.output import Output
from leap_kg.web.cells import Node
from leap_kg.web.reading import Reading

_SHOWN = {"bibtex": "BibTeX", "csl": "CSL-JSON"}


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as text; `work` is the page of what it leads to, `None` for that of the page itself."""

    text: str
    work: Node | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """All references of a page. `composed` if no record says how to cite its node, so that the first was put together.

    `forms` are the name and text of each form that is shown, `files` the name and address of each that is downloaded.
    """

    references: list[Reference]
    composed: bool
    forms: list[tuple[str, str]]
    files: list[tuple[str, str]]


def cited_of(reading: Reading, node: NamedNode) -> Cited:
    """How to cite a node, and what it asks to cite."""
    found = citation(reading.snapshot.store, reading.base, node)
    path, mark, query = path_of(reading.base, node.value).partition("?")
    return Cited(
        references=[Reference(in_words(found.own)), *(_work(reading, work) for work in found.works)],
        composed=found.composed,
        forms=[(label, found.written(style)) for style, label in _SHOWN.items()],
        files=[(twin.label, f"{path}{twin.suffix}{mark}{query}") for twin in CITATIONS],
    )


def _work(reading: Reading, work: Output) -> Reference:
    return Reference(in_words(work), reading.link(NamedNode(work.iri)))
