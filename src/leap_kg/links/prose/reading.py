"""Reads a text or a notebook for what its words link to: papers, archives, data, and hubs to run it on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.environments.launching import parse_launch
from leap_kg.links.mined import Mined
from leap_kg.links.places.notebook import notebook_of
from leap_kg.links.places.passage import Passage, read_passage
from leap_kg.links.prose import bibtex, cells
from leap_kg.links.prose.addresses import Address, addresses, without
from leap_kg.links.prose.archives import badge_labels, is_archive, is_badge, repository_badge
from leap_kg.links.prose.datalinks import data_address
from leap_kg.links.prose.outline import Block, Headings, Kind, outline_markdown, outline_plain
from leap_kg.links.prose.papers import bare_works, work_of
from leap_kg.links.prose.standing import (
    BADGE,
    BIBLIOGRAPHY,
    BIBTEX,
    LISTED,
    UNDER_HEADING,
    Standing,
    is_reference_list,
    standing,
)
from leap_kg.links.signal import Role, Signal
from leap_kg.ontology.identifiers import Arxiv, arxiv

MOST_SIGNALS = 1000
"""Signals of one file."""

_README = re.compile(r"read_?me(?:\.(?:md|markdown|mkd|rst|txt))?", re.IGNORECASE | re.ASCII)
_MARKDOWN = (".md", ".markdown", ".mkd", ".myst")
_OWN = re.compile(r"(?:citations?|cite|cite_?me|how_to_cite)\.bib(?:tex)?", re.IGNORECASE | re.ASCII)
_CITATION = re.compile(r"citations?(?:\.(?:md|rst|txt))?", re.IGNORECASE | re.ASCII)
_PICTURE = re.compile(r"\[?!\[[^\[\]]{0,300}\]?|https?://\S{1,500}|<[^<>]{0,500}>?")
_OF_DATA = re.compile(r"\b(?:data|datasets?|samples?|outputs?|weights|checkpoints?)\b", re.IGNORECASE)
_MANY_LAUNCHES = 2
_MANY_REFERENCES = 3  # under one heading: a list of what others wrote, rather than one's own paper
_NO_PROSE = re.compile(r"(?:code_of_conduct|licen[cs]e|security)\b.*", re.IGNORECASE)
_MANY_BADGES = 3  # a text with more of them lists the archives of other software
_ARCHIVE, _SOME_ARCHIVE, _DATA, _LAUNCH, _SOME_LAUNCH, _PAGE = 0.97, 0.6, 0.3, 0.95, 0.5, 0.6


def reads(path: str) -> bool:
    """Whether a file of that path is one of prose: README, Markdown, reStructuredText, notebook, bibliography."""
    name = path.rpartition("/")[2].lower()
    ends = (*_MARKDOWN, ".rst", ".ipynb", ".bib", ".bibtex")
    if _NO_PROSE.fullmatch(name):
        return False
    return name.endswith(ends) or bool(_README.fullmatch(name) or _CITATION.fullmatch(name))


def read_prose(data: bytes, path: str) -> Mined:
    """The signals L5, L6, D5 and E1 of a text; in a notebook, those of its Markdown cells. Never raises."""
    name = path.rpartition("/")[2].lower()
    findings: list[Finding] = []
    signals: list[Signal] = []
    if name.endswith(".ipynb"):
        notebook = notebook_of(data, path, findings)
        above = Headings()
        for passage in cells.passages(notebook, path, findings):
            signals += _Text(passage, outline_markdown(passage.lines, above), findings).signals()
            if len(signals) > MOST_SIGNALS:
                break
        signals = cells.located(signals[: MOST_SIGNALS + 1], data, notebook)
    elif (whole := read_passage(data, path, findings)) is not None:
        if name.endswith((".bib", ".bibtex")):
            signals = list(_bibliography(whole, findings))
        else:
            markdown = name.endswith(_MARKDOWN) or (not name.endswith((".rst", ".txt")) and _is_markdown(whole.lines))
            blocks = outline_markdown(whole.lines) if markdown else outline_plain(whole.lines)
            signals = _Text(whole, blocks, findings).signals()
    if len(signals) > MOST_SIGNALS:
        message = f"{path} names more than {MOST_SIGNALS} papers, archives and data sets"
        hint = "Nothing to mend; those that come last are left out."
        findings.append(Finding("list-cut", Severity.INFO, message, hint, path))
    return Mined(tuple(signals[:MOST_SIGNALS]), tuple(findings))


def _is_markdown(lines: Sequence[str]) -> bool:
    """Whether a README without suffix is written in Markdown."""
    return any(line.startswith(("# ", "## ", "```")) or "](" in line for line in lines)


class _Text:
    """A text in its parts, as it is searched."""

    def __init__(self, passage: Passage, blocks: Sequence[Block], findings: list[Finding]) -> None:
        self._passage = passage
        self._blocks = blocks
        self._findings = findings
        self._labels = badge_labels(passage.lines)
        name = passage.path.rpartition("/")[2]
        self._own = bool(_README.fullmatch(name) or _CITATION.fullmatch(name)) and passage.path.count("/") == 0

    def signals(self) -> list[Signal]:
        """All signals of the text by line, each once on a line."""
        code = [(block.start, block.end) for block in self._blocks if block.kind is Kind.CODE]
        spans = bibtex.regions(self._passage.lines, code)
        entries = {number for first, last in spans for number in range(first, last + 1)}
        found: list[Signal] = []
        if spans:
            found += self._entries(spans, entries)
        for block in self._blocks:
            if block.kind is not Kind.COMMENT:
                found += self._block(block, entries)
        return _weighed(_each_once(sorted(found, key=lambda signal: signal.place.start)))

    def _entries(self, spans: Sequence[tuple[int, int]], entries: set[int]) -> Iterator[Signal]:
        for each in bibtex.read_entries(self._passage.lines, spans):
            if isinstance(each, bibtex.Fault):
                self._findings.append(fault(self._passage, each))
                # What stands in the entry still counts, as any line does.
                entries.difference_update(next((range(a, b + 1) for a, b in spans if a <= each.line <= b), ()))
            else:
                place = self._passage.place(each.start)
                yield Signal("L5", Role.CITES, each.iri, BIBTEX if each.known else _PAGE, place, f"BibTeX {each.key}")

    def _block(self, block: Block, entries: set[int]) -> Iterator[Signal]:
        lines, known = self._passage.lines, None
        for number in range(block.start, block.end + 1):
            line = lines[number - 1]
            urls = list(addresses(line)) if number not in entries else []
            bare = list(bare_works(without(line, urls))) if number not in entries else []
            if (urls or bare) and known is None:
                known = self._standing(block)
            if known is None:
                continue
            for address in urls:
                yield from self._address(address, number, known)
            for work in bare:
                yield self._signal("L5", Role.CITES, work.iri, known.confidence, number, work.start, known.via)

    def _standing(self, block: Block) -> Standing:
        lines = self._passage.lines
        paragraph = "\n".join(lines[block.start - 1 : block.end][:40])
        above = block.start - 1
        while above and block.start - above < 3 and not lines[above - 1].strip():
            above -= 1
        if above and lines[above - 1].rstrip("* ").endswith(":"):
            # A sentence that ends so speaks of what comes below it.
            paragraph = f"{lines[above - 1]}\n{paragraph}"
        return standing(block.headings, paragraph, front=self._own)

    def _address(self, address: Address, number: int, known: Standing) -> Iterator[Signal]:
        at = address.start
        badge = is_badge(address, number, self._passage.lines, self._labels)
        if archive := repository_badge(address.text):
            yield self._signal("L6", Role.ARCHIVED_AT, archive, self._archive(number, at), number, at, "badge")
        elif work := work_of(address):
            if badge and is_archive(work.iri):
                yield self._signal("L6", Role.ARCHIVED_AT, work.iri, self._archive(number, at), number, at, "badge")
            elif badge:
                yield self._signal(
                    "L5", Role.CITES, work.iri, BADGE if self._own else known.confidence, number, at, "badge"
                )
            else:
                yield self._signal("L5", Role.CITES, work.iri, known.confidence, number, at, known.via)
        elif launch := parse_launch(address.text):
            yield self._signal("E1", Role.RUNS_IN, launch.address, _LAUNCH, number, at, launch.service)
        elif data := data_address(address.text):
            yield self._signal("D5", Role.MENTIONS, data, _DATA, number, at, known.via)

    def _archive(self, number: int, at: int) -> float:
        """How surely a badge is that of this repository; words before it may say that it is that of data."""
        words = _PICTURE.sub(" ", self._passage.lines[number - 1][:at])
        return _ARCHIVE if self._own and not _OF_DATA.search(words) else _SOME_ARCHIVE

    def _signal(
        self, method: str, role: Role, target: str, confidence: float, number: int, at: int, via: str
    ) -> Signal:
        return Signal(method, role, target, confidence, self._passage.place(number, at=at), via)


def _weighed(signals: list[Signal]) -> list[Signal]:
    """The signals, less sure where a text shows many archives, starts many repositories, or lists many references.

    GitHub gives a repository one number: of two badges with a number, one was copied from elsewhere.
    """
    archives = {each.target for each in signals if each.method == "L6"}
    numbered = {target for target in archives if repository_badge(target)}
    doubted = archives if len(archives) > _MANY_BADGES else numbered if len(numbered) > 1 else set[str]()
    started = {launch.repository for each in signals if each.method == "E1" and (launch := parse_launch(each.target))}
    listed: dict[str, set[str]] = {}
    for each in signals:
        if each.confidence == UNDER_HEADING and is_reference_list(each.via):
            listed.setdefault(each.via, set()).add(each.target)

    def confidence(each: Signal) -> float:
        if each.method == "L6" and each.target in doubted:
            return _SOME_ARCHIVE
        if each.method == "E1" and len(started) > _MANY_LAUNCHES:
            return _SOME_LAUNCH
        return LISTED if len(listed.get(each.via, ())) > _MANY_REFERENCES else each.confidence

    return [replace(each, confidence=confidence(each)) for each in signals]


def _each_once(signals: Iterable[Signal]) -> list[Signal]:
    """The signals without those that say the same on the same line: picture and page of a badge, text and link."""
    best: dict[tuple[str, int], Signal] = {}
    for signal in signals:
        preprint = arxiv.parse(signal.target) if "arxiv" in signal.target else None
        key = (preprint.iri if isinstance(preprint, Arxiv) else signal.target, signal.place.start)
        if key not in best or best[key].confidence < signal.confidence:
            best[key] = signal
    return list(best.values())


def fault(passage: Passage, each: bibtex.Fault) -> Finding:
    """The finding on an entry of BibTeX that does not parse."""
    where = f"{passage.path} ({f'cell {passage.cell}, ' if passage.cell else ''}line {each.line})"
    message = f"{where}: the BibTeX entry that begins here does not parse"
    hint = "Close each brace and quotation mark, and put a comma behind the key and each field."
    return Finding("bad-value", Severity.WARNING, message, hint, where, each.text)


def _bibliography(passage: Passage, findings: list[Finding]) -> Iterator[Signal]:
    """The works of a .bib file: the repository's own paper by the file's name, else what it cites anywhere."""
    own = bool(_OWN.fullmatch(passage.path.rpartition("/")[2]))
    confidence, via = (BIBTEX, "BibTeX") if own else (BIBLIOGRAPHY, "bibliography")
    whole = [(1, len(passage.lines))]
    for each in bibtex.read_entries(passage.lines, whole):
        if isinstance(each, bibtex.Fault):
            findings.append(fault(passage, each))
        elif each.known or own:
            sure = confidence if each.known else _PAGE
            yield Signal("L5", Role.CITES, each.iri, sure, passage.place(each.start), f"{via} {each.key}")
