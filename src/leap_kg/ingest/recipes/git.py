"""Runs git on what a stranger made: without any configuration but what it is given, and within bounds.

A command that takes too long, or makes its folder too large, is ended with all that it started; it ends by itself when
this process does.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_WARDEN = Path(__file__).with_name("warden.py")
_OLDEST = (2, 37)
"""The first release that can be held to addresses (`http.curloptResolve`)."""
_PAUSE = 0.02
_TAIL = 8 * 2**10
_FULL = re.compile(rf"signal {signal.SIGXFSZ:d}\b")
_MEMORY = re.compile(r"[Oo]ut of memory|Cannot allocate memory|mmap failed")
_ALWAYS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.askPass": "",
    "core.bigFileThreshold": "32m",
    "credential.helper": "",
    "fetch.fsckObjects": "true",
    "fetch.unpackLimit": "1",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "60",
    "http.proxy": "",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}


class GitFailed(Exception):
    """Git ended without success; the text is the end of what it said, which may be what a server said."""


class Overrun(Exception):
    """A bound was passed; the text says which, as what a repository does."""


class TooLarge(Overrun):
    """That of the size."""


class NoGit(Exception):
    """There is no git that can be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a clone may take: `seconds` in all, `size` in bytes on disk, `files`, and `memory` in bytes a process."""

    seconds: float = 120.0
    size: int = 512 * 2**20
    files: int = 20_000
    memory: int = 2 * 2**30


class Git:
    """Runs git in a folder, which has to be empty, until the time is up; raises `NoGit` if there is none."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._until = time.monotonic() + limits.seconds
        found = shutil.which("git")
        if found is None:
            raise NoGit(f"git is not installed: install git {_OLDEST[0]}.{_OLDEST[1]} or later, or name a folder")
        self._program = str(Path(found).absolute())
        (folder / "home").mkdir()
        self._environment = {
            "PATH": f"{Path(self._program).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "LC_ALL": "C",
            "GIT_ASKPASS": "",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }
        said = self.run("version").decode("utf-8", "replace")
        version = re.search(r"(\d+)\.(\d+)", said)
        if version is None or (int(version[1]), int(version[2])) < _OLDEST:
            raise NoGit(f"{said.strip()} is too old: install {_OLDEST[0]}.{_OLDEST[1]} or later, or name a folder")

    def run(self, *arguments: str, settings: Iterable[tuple[str, str]] = (), most: int = 0) -> bytes:
        """What the command prints, of which it may print `most` bytes; raises `GitFailed` or `Overrun`."""
        given = [part for name, value in (*_ALWAYS.items(), *settings) for part in ("-c", f"{name}={value}")]
        bounds = (os.getpid(), self._limits.memory, most or self._limits.size)
        launched = [sys.executable, "-I", "-S", str(_WARDEN), *map(str, bounds), self._program, *given, *arguments]
        out, err = self._folder / "out", self._folder / "err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                launched,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
            )
            try:
                self._watch(process.pid)
            finally:
                # It is not waited for before, so its group is no other's.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        said = err.read_bytes()[-_TAIL:].decode("utf-8", "replace")
        if process.returncode:
            if process.returncode == 128 + signal.SIGXFSZ or _FULL.search(said):
                raise self._large()
            if _MEMORY.search(said):
                raise Overrun(f"needs more than {self._limits.memory >> 20} MiB of memory")
            raise GitFailed(said)
        return out.read_bytes()

    def _watch(self, process: int) -> None:
        while os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            if time.monotonic() > self._until:
                raise Overrun(f"takes longer than {self._limits.seconds:g} s")
            self._weigh()
            time.sleep(_PAUSE)
        self._weigh()

    def _weigh(self) -> None:
        weight = 0
        for place, _, names in os.walk(self._folder):
            for name in names:
                with suppress(OSError):
                    weight += (Path(place) / name).lstat().st_size
        if weight > self._limits.size:
            raise self._large()

    def _large(self) -> TooLarge:
        return TooLarge(f"is larger than {self._limits.size >> 20} MiB")
