"""Documents with chunks of code: R Markdown, Quarto, Weave. Each chunk is read where it stands, text as text."""

import re

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.code import bounds
from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.languages.grammar import Language
from leap_kg.links.code.languages.program import Program
from leap_kg.links.code.languages.text import hits
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours, read_settings
from leap_kg.links.code.python import read_python
from leap_kg.links.code.values import Entries, only
from leap_kg.links.mined import Mined
from leap_kg.links.signal import Signal

_SUFFIXES = (".Rmd", ".rmd", ".RMD", ".qmd", ".jmd")
_OPENING = re.compile(r"[ \t>]{0,40}(`{3,}|~{3,})[ \t]*(?:\{[ \t]*(?P<chunk>\w+)|(?P<plain>julia)\b)")
_SPOKEN: dict[str, Language | None] = {
    "r": "r", "julia": "julia", "bash": "bash", "sh": "bash", "python": None,
}  # fmt: skip


def reads(path: str) -> bool:
    """Whether the file is such a document."""
    return path.endswith(_SUFFIXES)


def read_document(text: str, path: str, neighbours: Neighbours, findings: list[Finding]) -> Mined:
    """The signals of a document, whose lines end with line feeds."""
    lines = text.split("\n")
    told = _languages(lines, path)
    ledger = Ledger()
    passage = Passage(path, lines)
    for number, column, address in hits([line if not said else "" for line, said in zip(lines, told, strict=True)]):
        ledger.prose(address, passage.place(number, number, column), "text")
    others: list[Signal] = []
    for name in dict.fromkeys(each for each in told if each in _SPOKEN):
        code = "\n".join(line if said == name else "" for line, said in zip(lines, told, strict=True))
        language = _SPOKEN[name]
        if language is None:
            mined = read_python(code, path, neighbours)
            others += mined.signals
            findings += mined.findings
            continue
        program = Program(language, path, ledger, neighbours)
        if language == "r":
            _parameters(program, lines)
        program.add(code, passage)
        program.read()
        findings += program.findings
    signals = sorted([*ledger.signals(), *others], key=lambda each: (each.place.start, each.place.end, each.method))
    return Mined(tuple(signals[: bounds.MOST_SIGNALS]), tuple(findings))


def _languages(lines: list[str], path: str) -> list[str]:
    """Of each line the language of its chunk; `""` for text, `-` for fences and code of other languages."""
    found: list[str] = []
    fence, said = "", ""
    for line in lines:
        if fence:
            closed = line.strip(" \t>").startswith(fence) and not line.strip(" \t>").strip(fence[0])
            found.append("-" if closed else said)
            fence = "" if closed else fence
            continue
        match = _OPENING.match(line)
        if match is not None and (match["chunk"] or path.endswith(".jmd")):
            fence, said = match[1], (match["chunk"] or match["plain"]).lower()
            found.append("-")
        else:
            found.append("")
    return found


def _parameters(program: Program, lines: list[str]) -> None:
    """Bind `params`: what the head of the document gives for them."""
    if lines[0].rstrip() != "---":
        return
    end = next((number for number, line in enumerate(lines[1:500], start=1) if line.rstrip() in {"---", "..."}), 0)
    head = only(read_settings("\n".join(lines[1:end]).encode(), "head.yaml")) if end else None
    if isinstance(head, Entries) and "params" in head.each:
        program.folder.scope.bind("params", head.each["params"])
