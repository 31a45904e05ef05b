"""The files of a repository at a commit, as nodes: notebooks, code, and files that name an environment.

A file is named by its branch, so that it stays the same node while it changes; the commit's own address is a version
of it (`dct:hasVersion`), and git's hash of its content is its identifier, written as Software Heritage does:
https://www.swhid.org/specification/v1.2/.
"""

from collections.abc import Collection, Sequence

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github import fields
from leap_kg.ingest.github.files import (
    LARGEST,
    LARGEST_MODULE,
    MOST_ENVIRONMENTS,
    MOST_LISTED,
    Blob,
    Chosen,
    blobs_of,
    choose,
    language_of,
    reader_of,
    smaller,
)
from leap_kg.ingest.github.notebook import read_kernel
from leap_kg.ingest.images.describing import Environments, read_part
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Part, RawRecord
from leap_kg.ontology.identifiers import Repository, github
from leap_kg.ontology.iri import iri_text
from leap_kg.ontology.namespaces import CODEMETA, DCT, ONTOLOGY_PATH, SCHEMA, SPDX, Namespace

FILE = "file:"
"""A part whose role begins so is a file; its path follows."""
EMPTY = "empty"
"""The part that is there if the repository has no commit."""
LARGE = "large:"
"""A part whose role begins so says why a file was too large to be fetched; its path follows."""

_MOST_LARGE = 50
"""Files of which each is said to be too large; of the others only how many they are."""


def describe_tree(
    record: RawRecord,
    node: NamedNode,
    repository: Repository,
    branch: str,
    reading: Reading,
    say: Statements,
    base: str,
) -> Collection[str]:
    """Say which files there are; gives the paths of all files that are known."""
    files = {part.role.removeprefix(FILE): part for part in record.parts if part.role.startswith(FILE)}
    for part in record.parts:
        if part.role.startswith(LARGE):
            path, why = part.role.removeprefix(LARGE), part.data.decode("utf-8", "replace")
            message = f"{path} is not read: it {why}"
            reading.report("unreadable-file", Severity.WARNING, message, smaller(path), (path,))
    chosen, commit = _listed(record, files, reading), record.part("commit")
    where = _Where(node, repository, branch or "HEAD", commit.data.decode("ascii", "replace").strip() if commit else "")
    known = {blob.path: blob for blob in (*chosen.described, *chosen.environments, *chosen.notebooks)}
    for path, part in files.items():
        if path.rpartition("/")[2].upper().startswith("README") and not path.endswith((".py", ".ipynb", ".bib")):
            say.link(node, CODEMETA("readme"), where.address(path))
        elif name := reader_of(path):
            _environment(path, part, name, where, known.get(path), reading, say, base)
    for blob in chosen.locks:
        file = where.file(blob.path, blob, say)
        say.type(file, Namespace(base + ONTOLOGY_PATH)("Environment"))
    for blob in chosen.notebooks:
        _notebook(blob, files.get(blob.path), where, reading, say, base)
    for blob in chosen.python:
        file = where.file(blob.path, blob, say)
        say.type(file, SPDX("File"))
        say.text(file, SCHEMA("programmingLanguage"), "Python")
    for blob in chosen.code:
        file = where.file(blob.path, blob, say)
        say.type(file, SPDX("File"))
        say.text(file, SCHEMA("programmingLanguage"), language_of(blob.path) or "")
    return {*files, *known, *(blob.path for blob in (*chosen.locks, *chosen.python, *chosen.code))}


def _listed(record: RawRecord, read: Collection[str], reading: Reading) -> Chosen:
    part = record.part("tree")
    if part is None:
        if record.part(EMPTY) is not None:
            _empty("commit", reading)
        return Chosen()
    answer = fields.mapping(part.data, part.url)
    entries = answer.get("tree")
    if entries == []:
        _empty("file", reading)
    blobs = blobs_of(entries if isinstance(entries, list) else [])
    chosen = choose(blobs)
    refused = {part.role.removeprefix(LARGE) for part in record.parts if part.role.startswith(LARGE)}
    _large(blobs, chosen, {*read, *refused}, reading)
    if chosen.left_out or answer.get("truncated") is True:
        most = f"{MOST_ENVIRONMENTS} environments and {MOST_LISTED} each of notebooks and modules at most"
        why = most if chosen.left_out else "GitHub cuts its list"
        message = f"the repository has more files than are listed: {why}"
        hint = "Nothing to mend; the files that lie deepest are missing here."
        reading.report("list-cut", Severity.INFO, message, hint, (), str(chosen.left_out or ""))
    return chosen


def _empty(lacks: str, reading: Reading) -> None:
    hint = "Commit its files and push them; take it off the list if it stays empty."
    message = f"the repository is empty: it has no {lacks}"
    reading.report("empty-repository", Severity.WARNING, message, hint)


def _large(blobs: Sequence[Blob], chosen: Chosen, read: Collection[str], reading: Reading) -> None:
    """Report the files that are too large to be read, of those that would be read otherwise."""
    readme = [blob for blob in blobs if blob.path == chosen.readme]
    texts = (*readme, *chosen.described, *chosen.works, *chosen.environments, *chosen.notebooks)
    bounded = [(blob, LARGEST, Severity.WARNING) for blob in texts]
    # Code of such a size was mostly generated, which nobody has to mend.
    bounded += [(blob, LARGEST_MODULE, Severity.INFO) for blob in (*chosen.python, *chosen.code)]
    large = [each for each in bounded if each[0].size > each[1] and each[0].path not in read]
    for blob, most, severity in large[:_MOST_LARGE]:
        message = f"{blob.path} has {blob.size} bytes and is not read: {most} are the most"
        reading.report("unreadable-file", severity, message, smaller(blob.path), (blob.path,))
    if len(large) > _MOST_LARGE:
        message = f"{len(large) - _MOST_LARGE} more files are too large to be read"
        hint = "Mend those that are listed first, or keep such files out of the repository."
        reading.report("list-cut", Severity.INFO, message, hint, (), str(len(large) - _MOST_LARGE))


class _Where:
    """The repository at a branch and a commit (`""` if it is not known)."""

    def __init__(self, node: NamedNode, repository: Repository, branch: str, commit: str) -> None:
        self._node = node
        self._repository = repository
        self._branch = branch
        self._commit = commit

    def address(self, path: str) -> NamedNode:
        """The file at the branch."""
        return NamedNode(github.File(self._repository, self._branch, path).iri)

    def file(self, path: str, blob: Blob | None, say: Statements) -> NamedNode:
        """The file's node, with what is said of every file."""
        file = self.address(path)
        say.text(file, DCT("title"), f"{path} ({self._repository.key})")
        say.text(file, SPDX("fileName"), path)
        say.link(file, SCHEMA("isPartOf"), self._node)
        if self._commit:
            say.link(file, DCT("hasVersion"), github.File(self._repository, self._commit, path).iri)
        if blob is not None:
            say.text(file, SCHEMA("identifier"), f"swh:1:cnt:{blob.sha}")
        return file


def _environment(
    path: str, part: Part, name: str, where: _Where, blob: Blob | None, reading: Reading, say: Statements, base: str
) -> None:
    reading.files = {**reading.files, name: File(part.url)}
    found = read_part(part, name, reading)
    file = where.file(path, blob, say)
    if found is not None:
        Environments(say, base).file(file, "", found)


def _notebook(blob: Blob, part: Part | None, where: _Where, reading: Reading, say: Statements, base: str) -> None:
    notebook = where.file(blob.path, blob, say)
    say.type(notebook, Namespace(base + ONTOLOGY_PATH)("Notebook"), SCHEMA("SoftwareSourceCode"))
    say.link(notebook, DCT("source"), iri_text(part.url) if part is not None else None)
    if part is None:
        return
    try:
        kernel = read_kernel(part.data, what=part.url)
    except Unreadable as problem:
        message = f"{blob.path} is no notebook that can be read: {problem.reason}"
        hint = "Save it again from Jupyter, or remove it."
        reading.report("unreadable-file", Severity.WARNING, message, hint, (blob.path,))
        return
    say.text(notebook, SCHEMA("runtimePlatform"), kernel.platform)
    say.text(notebook, SCHEMA("programmingLanguage"), kernel.language.capitalize())
