"""BibTeX entries, wherever they stand, and the works that they name.

Hazard: entries are pasted by hand. One with a brace too few is a finding, and the entries around it count.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bibtexparser.model import DuplicateBlockKeyBlock, Entry, Field, ParsingFailedBlock
from bibtexparser.splitter import Splitter

from leap_kg.links.prose.papers import bare_works, named
from leap_kg.ontology.identifiers import Refusal, arxiv, doi

ENTRY = re.compile(
    r"\s{0,16}(?:<[^<>]{1,60}>){0,4}@(?:article|inproceedings|conference|proceedings|incollection|inbook|book|misc|software|dataset|online"
    r"|electronic|phdthesis|mastersthesis|thesis|techreport|report|unpublished|manual|preprint|data)\s{0,4}\{",
    re.IGNORECASE,
)
"""Begins a line that begins an entry."""

_MOST_ENTRIES = 2000
_MOST_LINES = 80  # of an entry in running text
_PRESENTED = re.compile(r"\A[ \t>]{0,20}(?:<[^<>]{1,60}>){0,4}")
_WEB = re.compile(r"https?://[^\s{}<>\"']{4,500}", re.IGNORECASE)
_CODE = re.compile(r"https?://(?:www\.)?(?:github|gitlab|bitbucket|pypi)\.(?:com|org)/", re.IGNORECASE)
_PREPRINT = ("journal", "note", "howpublished", "eprint", "volume", "publisher", "booktitle", "number", "archiveprefix")

# What it would log of entries that do not parse is given as `Fault`s.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Cited:
    """An entry that names a work by `iri`; `start` is the line that does, `key` is `@article wu2020`.

    `known` says that the IRI is that of a DOI or of arXiv, and not only an address on the web.
    """

    iri: str
    start: int
    key: str
    known: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry that does not parse: its first line, and what its first words are."""

    line: int
    text: str


def regions(lines: Sequence[str], code: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines that hold entries, as first and last from 1: whole parts of `code`, and from running text each entry
    up to the brace that closes it.
    """
    found, taken = [], set[int]()
    starts = [number for number, line in enumerate(lines, start=1) if "@" in line and ENTRY.match(line)]
    spans = list(code) if starts else []
    for start in starts:
        if start in taken:
            continue
        last = next((last for first, last in spans if first <= start <= last), 0)
        last = last or _closed(lines, start)
        found.append((start, last))
        taken.update(range(start, last + 1))
    return found


def _closed(lines: Sequence[str], start: int) -> int:
    """The line on which the braces that open on `start` are closed; the end of the paragraph if they never are."""
    depth, paragraph = 0, 0
    for number in range(start, min(len(lines), start + _MOST_LINES) + 1):
        line = lines[number - 1]
        if number > start and ENTRY.match(line):
            return number - 1
        depth += line.count("{") - line.count("}")
        if depth <= 0:
            return number
        if not line.strip() and not paragraph:
            paragraph = number - 1
    return paragraph or min(len(lines), start + _MOST_LINES)


def read_entries(lines: Sequence[str], spans: Sequence[tuple[int, int]]) -> Iterator[Cited | Fault]:
    """The works that the entries in the lines of `spans` name, and the entries that do not parse, by line."""
    kept = [""] * len(lines)
    for first, last in spans:
        # An entry that is indented in a list, quoted or marked as code is an entry.
        kept[first - 1 : last] = [_PRESENTED.sub("", line) for line in lines[first - 1 : last]]
    blocks = Splitter("\n".join(kept)).split().blocks
    for block in blocks[:_MOST_ENTRIES]:
        entry = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(entry, Entry):
            work = _work(entry)
            if work is not None:
                yield work
        elif isinstance(block, ParsingFailedBlock):
            yield Fault((block.start_line or 0) + 1, " ".join((block.raw or "").split())[:80])


def _work(entry: Entry) -> Cited | None:
    """The work that an entry names: by DOI, else at arXiv, else by an address."""
    fields = {field.key.lower(): field for field in entry.fields}
    key = f"@{entry.entry_type} {entry.key}"[:100]
    for name, iri in _identifiers(fields):
        return Cited(iri, _line(fields[name], entry), key, known=True)
    for name in ("url", "howpublished", "note", "adsurl"):
        address = _WEB.search(_text(fields[name])) if name in fields else None
        if address is not None and not _CODE.match(address[0]):
            return Cited(address[0].rstrip(".,;"), _line(fields[name], entry), key, known=False)
    return None


def _identifiers(fields: dict[str, Field]) -> Iterator[tuple[str, str]]:
    for name in ("doi", "url", "ee"):
        if name in fields:
            text = _text(fields[name])
            known = doi.parse(text)
            if not isinstance(known, Refusal):
                yield name, known.iri
            elif iri := named(text):
                yield name, iri
    prefix = _text(fields["archiveprefix"]) if "archiveprefix" in fields else ""
    if "eprint" in fields and prefix.lower() in ("arxiv", ""):
        known_paper = arxiv.parse(_text(fields["eprint"]))
        if not isinstance(known_paper, Refusal):
            yield "eprint", known_paper.iri
    for name in _PREPRINT:
        if name in fields:
            for work in bare_works(_text(fields[name])):
                yield name, work.iri
            for address in _WEB.finditer(_text(fields[name])):
                if iri := named(address[0]):
                    yield name, iri


def _text(field: Field) -> str:
    """The value without its braces or quotes, and without the escapes and wrappers of LaTeX."""
    text = str(field.value)[:2000].strip().strip('{}"').strip()
    text = re.sub(r"\\(?:url|href|doi)\s{0,2}", "", text)
    return re.sub(r"\\([_&%#{}$])", r"\1", text).strip("{}")


def _line(field: Field, entry: Entry) -> int:
    line = field.start_line if field.start_line is not None else entry.start_line
    return (line or 0) + 1
