"""Reads those files whose content nobody has read before; what was found in the others is remembered.

What is found in code depends on the other code of its repository, too: if one file changes, all code of that is
read again, and nothing else.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.files import File, Listed, Unreachable
from leap_kg.links.memory import Memory
from leap_kg.links.methods import METHODS
from leap_kg.links.mined import Mined
from leap_kg.links.readers import Readers
from leap_kg.links.signal import Signal

_AT_ONCE = 200
"""Files after which what was found is kept, so that a run that is stopped has not read for nothing."""
_MOST_TOGETHER = 2**27
"""Bytes of code that are read as one; code of larger repositories is read file by file."""

Progress = Callable[[int, int, str], None]
"""Told how many files are done, of how many, and which comes next."""


class Reading:
    """One pass over all files. `opened` counts those that were read, `versions` are those of all that was asked for."""

    def __init__(self, memory: Memory, readers: Readers, progress: Progress) -> None:
        self._memory = memory
        self._readers = readers
        self._progress = progress
        self._fresh: list[tuple[File, str, Mined]] = []
        self.opened = 0
        self.versions = {readers.version}

    def read(
        self, listed: Mapping[str, Sequence[tuple[str, File]]], load: Mapping[tuple[str, str], Listed]
    ) -> list[tuple[File, Mined]]:
        """What is found in each file, repository by repository; `load` has those that can be opened."""
        total, found = sum(map(len, listed.values())), list[tuple[File, Mined]]()
        for _, origins in sorted(listed.items()):
            files = [file for _, file in origins]
            self._progress(len(found), total, files[0].path if files else "")
            found += self._repository(files, [f for f in files if self._readers.searches(f.path)], load)
        self._keep()
        self._progress(total, total, "")
        return found

    def _repository(
        self, all_files: Sequence[File], files: Sequence[File], load: Mapping[tuple[str, str], Listed]
    ) -> list[tuple[File, Mined]]:
        """What is found in `files` of the repository, which has others beside them."""
        context = self._context(all_files)
        self.versions.add(context)
        known: dict[str, Mined | None] = {}
        for file in files:
            version = context if self._readers.is_connected(file.path) else self._readers.version
            known[file.path] = self._memory.found(file, version)
        missing = [file for file in files if known[file.path] is None and (file.repository, file.path) in load]
        together = self._together(all_files, load) if any(self._readers.is_connected(f.path) for f in missing) else {}
        for file in missing:
            mined = self._mined(load[file.repository, file.path], together.get(file.path))
            known[file.path] = mined
            self.opened += 1
            self._fresh.append(
                (file, context if self._readers.is_connected(file.path) else self._readers.version, mined)
            )
            if len(self._fresh) >= _AT_ONCE:
                self._keep()
        for file in files:
            if known[file.path] is None:
                # A checkout of an earlier run, which other readers have read.
                known[file.path] = self._memory.formerly(file)
        return [(file, said) for file in files if (said := known[file.path]) is not None]

    def _context(self, files: Sequence[File]) -> str:
        """What stands for the readers and all files that one piece of code may refer to."""
        names = sorted(f"{f.path} {f.sha256}" for f in files if f.path.endswith(self._readers.beside))
        digest = hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"{self._readers.version}+{digest}"

    def _together(self, files: Sequence[File], load: Mapping[tuple[str, str], Listed]) -> dict[str, Mined]:
        bodies: dict[str, bytes] = {}
        size = 0
        for file in files:
            listed = load.get((file.repository, file.path))
            if listed is None or not file.path.endswith(self._readers.beside):
                continue
            try:
                bodies[file.path] = listed.load()
            except Unreachable:
                continue
            size += len(bodies[file.path])
            if size > _MOST_TOGETHER:
                return {}
        return self._readers.read_together(bodies)

    def _mined(self, listed: Listed, connected: Mined | None) -> Mined:
        try:
            mined = self._readers.read(listed.load(), listed.file.path, connected)
        except Unreachable as problem:
            before = self._memory.formerly(listed.file)
            if before is not None:
                return before
            return Mined(findings=(Finding("unreadable-file", Severity.WARNING, str(problem), problem.hint),))
        return Mined(tuple(filter(_sound, mined.signals)), mined.findings, mined.imports)

    def _keep(self) -> None:
        self._memory.remember(self._fresh)
        self._fresh = []


def _sound(signal: Signal) -> bool:
    return signal.method in METHODS and bool(signal.target.strip())
