"""A program in R, Julia or shell: passages that are parsed and followed one after another."""

import re
from collections.abc import Callable

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.code import addresses, statements, uncalled
from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.findings import cut, unread
from leap_kg.links.code.languages import text as prose
from leap_kg.links.code.languages.bash import Bash
from leap_kg.links.code.languages.following import Follower, Library
from leap_kg.links.code.languages.grammar import NAMES, Language, Source, parsed, where
from leap_kg.links.code.languages.jlibrary import JuliaLibrary
from leap_kg.links.code.languages.julia import Julia
from leap_kg.links.code.languages.r import R
from leap_kg.links.code.languages.rlibrary import RLibrary
from leap_kg.links.code.languages.shlibrary import ShellLibrary
from leap_kg.links.code.languages.translation import Translator
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.parsing import Unparsed
from leap_kg.links.code.values import Values

_HINT = re.compile(
    r"zenodo|\bgdown\b|\bkaggle\b|huggingface-cli|config::get|artifact|\bs3_bucket|\bgs_bucket|\bpb_\w|dataverse|_by_name\b|bucket\s*=|S3Store|GCStore|/vsi|doi:10\."
)
"""Without one of these, and without where an address may begin, code names no storage."""
_NAMING = re.compile(r"\b(?:include|source)\s*\(|yaml|json|toml", re.IGNORECASE)
"""How code names other files whose constants it takes."""
_SPOKEN: dict[Language, tuple[Callable[[], Translator], Callable[[], Library]]] = {
    "r": (R, RLibrary),
    "julia": (Julia, JuliaLibrary),
    "bash": (Bash, ShellLibrary),
}


class Program:
    """The code of one file; its names live from passage to passage."""

    def __init__(self, language: Language, path: str, ledger: Ledger, neighbours: Neighbours) -> None:
        self.language: Language = language
        self.path = path
        self.findings: list[Finding] = []
        translator, library = _SPOKEN[language]
        self._translator = translator
        self._ledger = ledger
        self._neighbours = neighbours
        self._added: list[tuple[Source, Passage]] = []
        self._matters = False
        self.folder = Follower(Passage(path, [""]), ledger, neighbours, library())

    def add(self, text: str, passage: Passage) -> None:
        """Take one more passage; what in it is not of the language is a finding."""
        cell = f"cell {passage.cell}, " if passage.cell else ""
        try:
            source = parsed(text, self.language)
        except Unparsed as problem:
            self.findings.append(unread(self.path, problem.reason, problem.hint, cell.rstrip(", ")))
            return
        self._added.append((source, passage))
        matters = self._may_name(text, source)
        self._matters = self._matters or matters
        if source.faults and (matters or source.lost):
            reason = f"it is no {NAMES[self.language]} that is understood"
            self.findings.append(unread(self.path, reason, "Mend the syntax.", f"{cell}{where(source.faults)}"))

    def _may_name(self, text: str, source: Source) -> bool:
        """Whether addresses may be put together from the text; those of comments are read as they stand."""
        if _HINT.search(text) or (_NAMING.search(text) and self._neighbours.refers(text)):
            return True
        return addresses.beginning(text) and prose.named_in_code(source)

    def define(self) -> None:
        """Follow what was added, as far as it runs by itself."""
        for source, passage in self._added:
            self.folder.passage = passage
            statements.body(self.folder, self._translator().statement(source.root))

    def read(self) -> None:
        """Note what the program reads, writes and mentions."""
        if self._matters:
            self.define()
            uncalled.remaining(self.folder)
        for source, passage in self._added:
            prose.comments(source, passage, self._ledger)
        if self.folder.spent or self._ledger.full:
            self.findings.append(cut(self.path, "it has more code than is followed", "Split the file."))

    @property
    def names(self) -> dict[str, Values]:
        """What the names of the program stand for at its end."""
        return self.folder.scope.names
