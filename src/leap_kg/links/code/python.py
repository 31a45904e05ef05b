"""Reads one file of Python."""

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.code import functions, prose, reaching, statements, uncalled
from leap_kg.links.code.evidence import Passage, split_lines
from leap_kg.links.code.findings import cut, unread
from leap_kg.links.code.folding import Folder
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.parsing import Unparsed, decoded
from leap_kg.links.code.values import Values
from leap_kg.links.mined import Mined


def read_python(data: str | bytes, path: str, neighbours: Neighbours | None = None) -> Mined:
    """The signals of a Python file; `path` is its path in the repository, `neighbours` the files beside it.

    Never raises for what the file says: a file that is no Python gives a finding, and the addresses in its text as mere
    mentions.
    """
    findings: list[Finding] = []
    ledger = Ledger()
    try:
        text = decoded(data)
    except Unparsed as problem:
        return Mined(findings=(unread(path, problem.reason, problem.hint),))
    neighbours = neighbours or Neighbours()
    matters = neighbours.matters(text) or neighbours.calls.fills(path)
    if not matters and neighbours.is_sound(path):
        return Mined()
    passage = Passage(path, split_lines(text))
    try:
        tree = neighbours.tree(path, text)
    except Unparsed as problem:
        findings.append(unread(path, problem.reason, problem.hint, f"line {problem.line}" if problem.line else ""))
        prose.comments(None, passage, ledger)
        return Mined(ledger.signals(), tuple(findings))
    if not matters:
        return Mined()
    folder = Folder(passage, ledger, neighbours)
    statements.body(folder, tree.body)
    uncalled.remaining(folder)
    reaching.note(ledger, folder.unresolved, [tree], lambda node: functions.given_texts([folder.fold(node)]))
    prose.comments(tree, passage, ledger)
    mined = finished(folder, findings)
    folder.leave()
    return mined


def finished(folder: Folder, findings: list[Finding]) -> Mined:
    """The signals that stand at the end of a file, and a finding where it was not taken to its end."""
    if folder.spent or folder.ledger.full:
        findings.append(cut(folder.path, "it has more code than is followed", "Split the file."))
    return Mined(folder.ledger.signals(), tuple(findings))


def names_of(path: str, data: bytes, neighbours: Neighbours) -> dict[str, Values]:
    """What the names of a module stand for, for those who import it."""
    try:
        text = decoded(data)
        tree = neighbours.tree(path, text)
    except Unparsed:
        return {}
    folder = Folder(Passage(path, split_lines(text)), Ledger(), neighbours)
    statements.body(folder, tree.body)
    return folder.scope.names
