"""Reads files of R, Julia and shell, and documents with chunks of code."""

from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.findings import unread
from leap_kg.links.code.languages import artifacts, documents, makefile
from leap_kg.links.code.languages.grammar import Language, decoded
from leap_kg.links.code.languages.program import Program
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.parsing import Unparsed
from leap_kg.links.code.values import Values
from leap_kg.links.mined import Mined

BESIDE = (".R", ".r", ".jl", "Artifacts.toml")
"""Suffixes of the files that others refer to: constants and functions, and what artifacts are downloaded from."""

_SUFFIXES: dict[str, Language] = {
    "R": "r", "r": "r", "jl": "julia", "sh": "bash", "bash": "bash", "slurm": "bash", "sbatch": "bash",
}  # fmt: skip


def language_of(path: str) -> Language | None:
    """The language of a file of code that is not Python, by its name."""
    last = path.rpartition("/")[2]
    return "bash" if makefile.reads(path) else _SUFFIXES.get(last.rpartition(".")[2]) if "." in last else None


def reads(path: str) -> bool:
    """Whether the file is one of these."""
    return language_of(path) is not None or documents.reads(path) or artifacts.reads(path)


def read_source(data: bytes | str, path: str, neighbours: Neighbours | None = None) -> Mined:
    """The signals of the file; `neighbours` are the files beside it. Never raises for what the file says."""
    if artifacts.reads(path):
        return artifacts.read_artifacts(data.encode() if isinstance(data, str) else data, path)
    try:
        text, findings = decoded(data, path)
    except Unparsed as problem:
        return Mined(findings=(unread(path, problem.reason, problem.hint),))
    ledger, beside = Ledger(), neighbours or Neighbours()
    if documents.reads(path):
        return documents.read_document(text, path, beside, findings)
    language = language_of(path)
    if language is None:
        return Mined()
    passage = Passage(path, text.split("\n"))
    program = Program(language, path, ledger, beside)
    program.add(makefile.as_shell(text) if makefile.reads(path) else text, passage)
    program.read()
    return Mined(ledger.signals(), (*findings, *program.findings))


def names_of(path: str, data: bytes, neighbours: Neighbours) -> dict[str, Values]:
    """What the names of a file stand for, for those that run it in theirs."""
    language = language_of(path)
    try:
        text, _ = decoded(data, path)
    except Unparsed:
        return {}
    if language is None:
        return {}
    program = Program(language, path, Ledger(), neighbours)
    program.add(text, Passage(path, text.split("\n")))
    program.define()
    return program.names
