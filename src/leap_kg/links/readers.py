"""Which reader reads which file, and a version that changes whenever a reader does."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links import code, environments, metadata, prose
from leap_kg.links.mined import Mined

log = structlog.get_logger(__name__)

Reader = Callable[[bytes, str], Mined]
"""Reads the body of a file, whose path it is told, for signals."""


Part = tuple[Callable[[str], bool], Reader]
"""Whether a path is for the reader, and the reader."""

Together = Callable[[Mapping[str, bytes]], Iterator[tuple[str, Mined]]]
"""Reads the files of a repository, by path, as one: what is found in each."""


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers in their order; of one file several may find something. `version` names all of them.

    Files that `connected` takes refer to one another; those that end as `beside` says help to read them.
    """

    parts: tuple[Part, ...]
    version: str
    connected: Part | None = None
    together: Together | None = None
    beside: tuple[str, ...] = ()

    def searches(self, path: str) -> bool:
        """Whether files of that path are searched for signals."""
        return self.is_connected(path) or any(reads(path) for reads, _ in self.parts)

    def reads(self, path: str) -> bool:
        """Whether files of that path are searched, or needed to read others."""
        return self.searches(path) or path.endswith(self.beside)

    def is_connected(self, path: str) -> bool:
        """Whether what is found in the file depends on other files."""
        return self.connected is not None and self.connected[0](path)

    def read_together(self, files: Mapping[str, bytes]) -> dict[str, Mined]:
        """What is found in files that refer to one another; nothing if the reader fails: each can be read by itself."""
        if self.together is None:
            return {}
        try:
            return dict(self.together(files))
        except Exception:
            log.exception("files could not be read together; each is read by itself")
            return {}

    def read(self, data: bytes, path: str, connected: Mined | None = None) -> Mined:
        """What is found in a file, and in it together with others. A fault of a reader is a finding: one file must not
        stop the others.
        """
        found = [_read(reader, data, path) for reads, reader in self.parts if reads(path)]
        if connected is not None:
            found.append(connected)
        elif self.connected is not None and self.connected[0](path):
            found.append(_read(self.connected[1], data, path))
        return Mined(
            tuple(dict.fromkeys(signal for mined in found for signal in mined.signals)),
            _once((finding for mined in found for finding in mined.findings), path),
            tuple(dict.fromkeys(name for mined in found for name in mined.imports)),
        )


def _once(findings: Iterable[Finding], path: str) -> tuple[Finding, ...]:
    """Each finding once. That the whole file cannot be read is one, in the words of the first reader that could not."""
    said: dict[object, Finding] = {}
    for finding in findings:
        whole = finding.kind == "unreadable-file" and finding.pointer == path
        said.setdefault((finding.kind, path) if whole else finding, finding)
    return tuple(said.values())


def _read(reader: Reader, data: bytes, path: str) -> Mined:
    try:
        return reader(data, path)
    except Exception as fault:  # noqa: BLE001 - whatever a file holds, the next one is read
        message = f"the reader of {path} failed: {type(fault).__name__}"
        hint = "Report this to the developers of leap-kg, with the address of the file."
        return Mined(findings=(Finding("unreadable-file", Severity.WARNING, message, hint),))


@cache
def fingerprint() -> str:
    """What stands for the code of all readers, so that a change of one reads every file anew."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        if file.parent != folder or file.name in ("signal.py", "mined.py", "readers.py"):
            digest.update(f"{file.relative_to(folder)}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


READERS = Readers(
    (
        (metadata.reads, metadata.read_metadata),
        (environments.reads, environments.read_environment),
        (prose.reads, prose.read_prose),
    ),
    fingerprint(),
    (code.is_code, code.read_code),
    code.read_repository,
    code.READ_WITH,
)
"""All readers of ours."""
