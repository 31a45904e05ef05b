"""Reads the files that say in what the code of a repository runs.

The target of a signal is an image as a registry knows it, a path of the repository that begins with `./`, the address
of a hub, or a language and its version (`python 3.11`), which is told from an image by its space.

Hazard: environments of tests and documentation stand beside the one that results were made with; they are less sure.
"""

import re
from collections.abc import Iterator

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github.files import reader_of
from leap_kg.ingest.github.notebook import kernel_of
from leap_kg.ingest.images.describing import READERS
from leap_kg.ingest.images.dockerfile import Dockerfile
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.environments.binder import FOLDERS
from leap_kg.links.environments.books import BOOKS, read_book
from leap_kg.links.environments.imports import imports_of
from leap_kg.links.mined import Mined
from leap_kg.links.places import jsonplaces
from leap_kg.links.places.notebook import notebook_of
from leap_kg.links.places.passage import Passage, read_passage, unified, unreadable
from leap_kg.links.signal import UNKNOWN, Role, Signal

_SURE, _PACKAGE, _ASIDE, _COPIED, _TEMPLATE = 0.95, 0.8, 0.6, 0.5, 0.75
_ASIDES = re.compile(
    r"(?:^|/)(?:docs?|website|site|book|ci|tests?|testing|\.github|\.circleci|benchmarks?|asv_bench|dev|devtools|examples?|conda)/"
    r"|(?:dev|test|doc|docs|ci|upstream|min|lint|rtd|readthedocs|release|publish)[\w.-]*\.(?:ya?ml|txt)$",
    re.IGNORECASE,
)
_RUNTIME = re.compile(r"(python|r|julia)-?\s{0,3}([0-9][0-9A-Za-z.-]{0,40})", re.IGNORECASE | re.ASCII)
_OTHERS = ("Pipfile", "Project.toml", "JuliaProject.toml", "install.R", "default.nix")


def reads(path: str) -> bool:
    """Whether a file of that path says in what code runs."""
    folder, _, name = path.rpartition("/")
    if name.endswith(".ipynb") or name == "runtime.txt" or name in BOOKS:
        return True
    kind = reader_of(path)
    asks = kind in ("Dockerfile", "environment.yml", "requirements.txt")
    return asks or (folder in FOLDERS and (kind == "pyproject.toml" or name in _OTHERS))


def read_environment(data: bytes, path: str) -> Mined:
    """The signals E1 of a Dockerfile, an environment file, a notebook's kernel, or a book's configuration.

    Never raises; what cannot be read is a finding. A path that is not read gives nothing.
    """
    findings: list[Finding] = []
    name = path.rpartition("/")[2]
    if not reads(path):
        return Mined()
    imports: tuple[str, ...] = ()
    if name.endswith(".ipynb"):
        signals = list(_kernel(data, path, findings))
        imports = imports_of(notebook_of(data, path, []))
    elif (passage := read_passage(data, path, findings)) is None:
        signals = []
    elif name == "runtime.txt":
        signals = list(_runtime(passage))
    elif name in BOOKS:
        signals = list(read_book(data, passage, findings))
    else:
        signals = list(_file(data, passage, findings))
    return Mined(tuple(signals), tuple(findings), imports)


def _file(data: bytes, passage: Passage, findings: list[Finding]) -> Iterator[Signal]:
    path, kind = passage.path, reader_of(passage.path)
    folder, _, name = path.rpartition("/")
    bound = folder in FOLDERS
    if kind:
        try:
            found = READERS[kind](data, what=path)
        except Unreadable as problem:
            at = f" on line {problem.line}" if problem.line else ""
            message = f"{path} cannot be read{at}: {problem.reason}"
            findings.append(unreadable(path, message, "Mend the file, so that what it asks for can be found."))
            return
        if isinstance(found, Dockerfile):
            yield from _images(found, passage, findings)
            return
    elif not bound:
        return
    sure = _SURE if bound or (kind == "environment.yml" and not folder) else _PACKAGE
    line = next((number for number, text in enumerate(passage.lines, 1) if text.strip() and text[0] != "#"), 0)
    if line:
        said = _ASIDE if _ASIDES.search(path) and not bound else sure
        yield Signal("E1", Role.RUNS_IN, f"./{path}", said, passage.place(line), name)


def _images(found: Dockerfile, passage: Passage, findings: list[Finding]) -> Iterator[Signal]:
    for name in found.unresolved:
        message = f"{passage.path} builds on an image that only its builder knows"
        hint = "Give the ARG a default, or name the image."
        findings.append(Finding("unknown-version", Severity.INFO, message, hint, passage.path, name))
    folder = passage.path.rpartition("/")[0]
    sure = _ASIDE if _ASIDES.search(passage.path) else _SURE if folder in ("", "docker", *FOLDERS) else _PACKAGE
    if found.base is not None:
        title = found.base.title
        gap = any(text.startswith((f"{title}:$", f"{title}@$")) for text in found.unresolved)
        target = f"{title}:{UNKNOWN}" if gap else title
        line = found.lines.get(title, 1)
        yield Signal("E1", Role.RUNS_IN, target, min(sure, _TEMPLATE) if gap else sure, passage.place(line), "FROM")
    for image in found.copied:
        line = found.lines.get(image.title, 1)
        yield Signal("E1", Role.RUNS_IN, image.title, _COPIED, passage.place(line), "COPY --from")


def _runtime(passage: Passage) -> Iterator[Signal]:
    for number, line in enumerate(passage.lines[:5], start=1):
        if said := _RUNTIME.fullmatch(line.strip()):
            yield Signal(
                "E1", Role.RUNS_IN, f"{said[1].lower()} {said[2]}", _SURE, passage.place(number), "runtime.txt"
            )
            return


def _kernel(data: bytes, path: str, findings: list[Finding]) -> Iterator[Signal]:
    notebook = notebook_of(data, path, findings)
    kernel = kernel_of(notebook)
    language = f"{kernel.language} {kernel.version}" if kernel.language and kernel.version else ""
    target = language.strip() or (f"kernel {kernel.name}" if kernel.name else "")
    if not target:
        return
    text = unified(data.decode("utf-8-sig"))
    key = ("metadata", "language_info", "version") if language else ("metadata", "kernelspec", "name")
    line = jsonplaces.place(text, key) or 1
    place = Passage(path, [""] * (line - 1) + [text.split("\n", line)[line - 1]]).place(line)
    via = " ".join(filter(None, ("kernelspec", kernel.name, f"({kernel.display})" if kernel.display else "")))
    yield Signal("E1", Role.RUNS_IN, target, _SURE, place, via)
