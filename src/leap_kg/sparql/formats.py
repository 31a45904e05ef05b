"""The forms in which an answer is written: four for rows and truth values, four for graphs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from leap_kg.sparql.accept import best
from leap_kg.sparql.guard import QueryForm


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation.

    `name` is its short name and its file suffix (without the dot), `media_type` what it is sent as,
    `aliases` other media types it is asked for by, `is_graph` whether it writes graphs.
    """

    name: str
    label: str
    media_type: str
    aliases: tuple[str, ...]
    is_graph: bool

    @property
    def suffix(self) -> str:
        """The file name suffix, with its dot."""
        return f".{self.name}"

    @property
    def content_type(self) -> str:
        """The value of the `Content-Type` header; everything is UTF-8, and text says so."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    def media_types(self) -> tuple[str, ...]:
        """Every media type this format answers to, its own first."""
        return (self.media_type, *self.aliases)


ROWS = (
    Format("json", "JSON", "application/sparql-results+json", ("application/json",), is_graph=False),
    Format("xml", "XML", "application/sparql-results+xml", ("application/xml", "text/xml"), is_graph=False),
    Format("csv", "CSV", "text/csv", (), is_graph=False),
    Format("tsv", "TSV", "text/tab-separated-values", (), is_graph=False),
)
GRAPHS = (
    Format("ttl", "Turtle", "text/turtle", ("application/x-turtle",), is_graph=True),
    Format("nt", "N-Triples", "application/n-triples", ("text/plain",), is_graph=True),
    Format("jsonld", "JSON-LD", "application/ld+json", ("application/json",), is_graph=True),
    Format("rdf", "RDF/XML", "application/rdf+xml", ("application/xml", "text/xml"), is_graph=True),
)


def offered(form: QueryForm) -> tuple[Format, ...]:
    """The formats a query of this form can be answered in, the preferred one first."""
    return GRAPHS if form.is_graph else ROWS


@lru_cache(maxsize=1024)
def negotiate(accept: str | None, form: QueryForm, requested: str | None = None) -> Format | None:
    """The format of an answer, or `None` where none suits (a 406).

    `requested` names one directly, by short name, suffix or media type, and then `accept` does not count. A format
    that was asked for by an alias is sent under that alias.
    """
    formats = offered(form)
    if requested is not None:
        return named(requested, formats)
    chosen = best(accept, [media_type for each in formats for media_type in each.media_types()])
    return named(chosen, formats) if chosen else None


def named(text: str, formats: Iterable[Format] = (*ROWS, *GRAPHS)) -> Format | None:
    """The format with this short name, suffix or media type."""
    key = text.strip().lower()
    for each in formats:
        if key in (each.name, each.suffix):
            return each
        if key in each.media_types():
            return replace(each, media_type=key)
    return None
