"""Is the log whole, and is the store what the log says? Every fault is found and named, not only the first.

A revision is checked for its number, its place in the chain of ids, its hash, and the digest of the whole graph
after it, which is worked out again from all changes. Nothing is written.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Store

from leap_kg.graph.home import Home
from leap_kg.graph.log.damage import diagnose
from leap_kg.graph.log.digest import digest_of, digest_text, digest_value, total
from leap_kg.graph.log.patch import changed_lines
from leap_kg.graph.log.patchfile import FIRST, Header, LogError, read_blocks, read_header

_NAME = re.compile(r"(\d+)-.+\.rdfp\.gz")
Told = Callable[[int, int], None]
"""Is told how many of how many revisions are done."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `offset` is a byte of the file, from 0; `exact` that only this byte was changed."""

    revision: int
    file: str
    reason: str
    offset: int | None = None
    exact: bool = False


@dataclass(slots=True)
class Report:
    """What was found: the newest revision, the digest of its graph, the id of its patch, and every fault.

    Digest and id are `""` if they cannot be told.
    """

    revision: int = 0
    digest: str = ""
    id: str = ""
    faults: list[Fault] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether all is well."""
        return not self.faults


def verify_log(folder: Path, told: Told | None = None) -> Report:
    """Check every patch file of the log in `folder`."""
    return _LogCheck(folder).run(told or (lambda done, all_: None))


def verify_snapshot(home: Home, report: Report) -> None:
    """Check that the newest snapshot of the home is what the log leads to; adds what is wrong to the report."""
    newest = max((int(path.name) for path in _entries(home.snapshots) if path.name.isdecimal()), default=0)
    if newest == 0:
        if report.revision:
            report.faults.append(Fault(report.revision, str(home.snapshots), "there is no snapshot"))
        return
    directory = next(path for path in home.snapshots.iterdir() if path.name.isdecimal() and int(path.name) == newest)
    if newest != report.revision:
        reason = f"the newest snapshot is of revision {newest}, but the log ends at {report.revision}"
        report.faults.append(Fault(newest, str(directory), reason))
        return
    try:
        found = digest_of(Store.read_only(str(directory)))
    except (OSError, RuntimeError, ValueError) as error:
        report.faults.append(Fault(newest, str(directory), f"the snapshot cannot be read: {error}"))
        return
    if report.digest and found != report.digest:
        reason = (
            "the snapshot does not hold what the log leads to; `leap-kg rebuild` makes the store again from the log"
        )
        report.faults.append(Fault(newest, str(directory), reason))


class _LogCheck:
    """One walk through a log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._report = Report()
        self._previous: str | None = FIRST
        self._sum: int | None = 0
        self._last: Header | None = None

    def run(self, told: Told) -> Report:
        files = self._files()
        last = max(files, default=0)
        self._report.revision = last
        for revision in range(1, last + 1):
            if revision in files:
                self._check(files[revision], revision)
            else:
                self._fault(revision, self._folder, "it is missing from the log; restore it from a backup")
                self._previous = self._sum = None
            told(revision, last)
        if self._sum is not None and last:
            self._report.digest = digest_text(self._sum)
        self._report.id = (self._previous or "") if last else ""
        return self._report

    def _files(self) -> dict[int, Path]:
        files: dict[int, Path] = {}
        for path in sorted(_entries(self._folder)):
            if name := _NAME.fullmatch(path.name):
                revision = int(name[1])
                if revision in files:
                    reason = f"{files[revision].name} is the same revision; keep the right one"
                    self._fault(revision, path, reason)
                else:
                    files[revision] = path
        return files

    def _check(self, path: Path, revision: int) -> None:
        header: Header | None = None
        with suppress(LogError):
            header = read_header(path)
        if header is not None:
            self._check_place(path, revision, header)
        self._check_content(path, revision, header)
        self._previous = header.id if header else None

    def _check_place(self, path: Path, revision: int, header: Header) -> None:
        """The header must fit the file's name and the patch before."""
        if header.revision != revision:
            self._fault(revision, path, f"it is named for revision {revision} but holds revision {header.revision}")
        if self._previous is not None and header.previous != self._previous:
            self._fault(revision, path, "it does not follow the patch before it: one of the two was replaced")
        if self._last is not None and header.digest and header.at < self._last.at:
            self._fault(revision, path, f"it is dated {header.at.isoformat()}, before the revision it follows")
        self._last = header

    def _check_content(self, path: Path, revision: int, header: Header | None) -> None:
        change = 0
        try:
            for block in read_blocks(path):
                removed, added = changed_lines(block)
                change += _sum(added) - _sum(removed)
        except (LogError, ValueError) as error:
            self._damaged(path, revision, str(error))
            self._sum = digest_value(header.digest) if header and header.digest else None
            return
        claimed = header.digest if header else ""
        if self._sum is None:
            self._sum = digest_value(claimed) if claimed else None
            return
        self._sum += change
        if claimed and digest_text(self._sum) != claimed:
            self._fault(
                revision, path,
                "its changes do not lead from the graph before it to the one its digest stands for: it was made by a "
                "writer at fault, or on another graph",
            )  # fmt: skip
            self._sum = digest_value(claimed)

    def _damaged(self, path: Path, revision: int, told: str) -> None:
        try:
            damage = diagnose(path.read_bytes())
        except OSError as error:
            self._fault(revision, path, f"it cannot be read: {error.strerror or error}")
            return
        if damage is None:
            self._fault(revision, path, told)
        else:
            remedy = (
                "set it back, or restore the file from a backup" if damage.exact else "restore the file from a backup"
            )
            reason = f"{damage.reason}; {remedy}"
            self._report.faults.append(Fault(revision, str(path), reason, damage.offset, damage.exact))

    def _fault(self, revision: int, path: Path, reason: str) -> None:
        self._report.faults.append(Fault(revision, str(path), reason))


def _sum(lines: list[bytes]) -> int:
    return total(line.removesuffix(b"\n") for line in lines)


def _entries(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())
