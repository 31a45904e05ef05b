"""Identifiers of other things that a work names: DOIs, arXiv papers, web addresses, journals and books."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.work import Container
from leap_kg.ontology.identifiers import Refusal, arxiv, doi, isbn, issn
from leap_kg.ontology.iri import iri_text

Known = TypeVar("Known")


def doi_of(value: object, path: Path, reading: WorkReading) -> str | None:
    """The IRI of a DOI; what is none is reported."""
    known = reading.identifier(value, path, doi.parse)
    return known.iri if known is not None else None


def doi_or_link(value: object, scheme: str, path: Path, reading: WorkReading) -> str | None:
    """The IRI of a related thing by the scheme that its register names; `None`, and kept, if it has none."""
    text = reading.text(value, path)
    if not text:
        return None
    name = scheme.strip().lower()
    if name == "doi":
        return doi_of(text, path, reading)
    if name == "arxiv":
        known = reading.identifier(text, path, arxiv.parse)
        return known.iri if known is not None else None
    for parse in (doi.parse, arxiv.parse) if name in ("uri", "url", "purl", "w3id", "") else ():
        found = parse(text)
        if not isinstance(found, Refusal):
            return found.iri
    if name in ("uri", "url", "purl", "w3id", "") and text.lower().startswith(("http://", "https://")):
        return iri_text(text)
    if name in ("isbn", "ean13") and not isinstance(book := isbn.parse(text), Refusal):
        return book.iri
    if name in ("issn", "eissn", "lissn") and not isinstance(journal := issn.parse(text), Refusal):
        return journal.iri
    if name in ("urn", "lsid") and text.lower().startswith("urn:"):
        return iri_text(text)
    if name in ("handle", "hdl"):
        return iri_text(f"https://hdl.handle.net/{text.removeprefix('hdl:').lstrip('/')}")
    if name == "ark":
        return iri_text(f"https://n2t.net/{text}" if text.lower().startswith("ark:") else text)
    if name == "pmid" and text.isascii() and text.isdigit():
        return f"https://pubmed.ncbi.nlm.nih.gov/{text}"
    reading.keep(path, f"{scheme} {text}".strip())
    return None


def container_of(title: str, issns: Iterable[str], isbns: Iterable[str], reading: WorkReading) -> Container | None:
    """What a work appeared in: a journal by the first of its ISSNs, a book by the first of its ISBNs, or by name."""
    serials = _read(issns, issn.parse, ("ISSN",), reading)
    books = _read(isbns, isbn.parse, ("ISBN",), reading)
    if books:
        return Container(title, Kind.BOOK, books[0].iri)
    if serials:
        return Container(title, Kind.JOURNAL, serials[0].iri, tuple(each.value for each in serials))
    return Container(title, Kind.JOURNAL) if title else None


def _read(
    texts: Iterable[str], parse: Callable[[str], Known | Refusal], path: Path, reading: WorkReading
) -> list[Known]:
    found = (reading.identifier(text, path, parse) for text in texts)
    return [each for each in found if each is not None]
