"""The environments that recipes run in: made once from a lock, each in a folder of the home that its lock names.

Hazard: packages are code. What is installed is exactly what the lock says, checked by its hashes, and nothing is
resolved, built or upgraded. An environment that was not finished has no mark and is made anew.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from leap_kg.graph.home import Home, HomeError, unwritable
from leap_kg.resources import declarations

RUNNERS = {"direct": "beam", "flink": "beam", "dask": "dask"}
"""The environment of each runner."""

CHECKS = "checks"
"""The environment that looks at conventions."""

_MARK = "ready"
_LONGEST_REASON = 600
_UNREACHED = ("from versions: none", "connect", "resolve", "network", "timed out", "dns", "unreachable", "retries")


class NotReady(HomeError):
    """An environment cannot be used or made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment: `name`, the `lock` it is made from, and the `folder` it is in."""

    name: str
    lock: Path
    folder: Path

    @classmethod
    def of(cls, runner: str, home: Home) -> "Environment":
        """The environment of a runner below a home."""
        return cls.named(RUNNERS[runner], home)

    @classmethod
    def named(cls, name: str, home: Home) -> "Environment":
        """That of a lock that comes with leap-kg, below a home."""
        lock = declarations() / "ingest" / "recipes" / f"{name}.lock"
        folder = home.path.absolute() / "recipes" / "environments"
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        return cls(name, lock, folder / f"{name}-{python}-{_digest(lock)[:12]}")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def digest(self) -> str:
        """SHA-256 of the lock, in hexadecimal digits."""
        return _digest(self.lock)

    @property
    def ready(self) -> bool:
        """Whether it was made to the end."""
        return (self.folder / _MARK).is_file() and self.python.exists()

    def packages(self) -> dict[str, str]:
        """What the lock installs here: version by name."""
        found: dict[str, str] = {}
        for line in self.lock.read_text(encoding="utf-8").splitlines():
            if line[:1].isalnum():
                pinned = Requirement(line.rstrip("\\ "))
                if pinned.marker is None or pinned.marker.evaluate():
                    found[pinned.name] = str(pinned.specifier).removeprefix("==")
        return found

    def require(self) -> None:
        """Raises `NotReady` if it was not made."""
        if not self.ready:
            runners = ", ".join(runner for runner, name in RUNNERS.items() if name == self.name)
            raise NotReady(
                f"the environment of --runner {runners} is not there: run `leap-kg recipe setup`, which makes it once"
            )


def set_up(environment: Environment, tell: Callable[[str], object] = lambda text: None) -> bool:
    """Make the environment, unless it is there; returns whether there was anything to do. Raises `NotReady`."""
    try:
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(environment.folder):
            if environment.ready:
                return False
            shutil.rmtree(environment.folder, ignore_errors=True)
            tell(f"making the environment {environment.name} in {environment.folder}")
            try:
                _install(environment)
            except BaseException:
                shutil.rmtree(environment.folder, ignore_errors=True)
                raise
            (environment.folder / _MARK).write_text(environment.digest, encoding="utf-8")
    except OSError as error:
        raise NotReady(str(unwritable(environment.folder.parent, error))) from None
    return True


def _install(environment: Environment) -> None:
    """By uv where it is installed, which is quicker, else by pip."""
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    folder, python = str(environment.folder), str(environment.python)
    locked = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(environment.lock)]
    if uv is not None:
        _run([uv, "venv", "--quiet", "--python", sys.executable, folder], environment)
        _run([uv, "pip", "install", "--quiet", "--python", python, *locked], environment)
        return
    _run([sys.executable, "-m", "venv", folder], environment)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    _run([*pip, "install", "--quiet", *locked], environment)


def _run(command: list[str], environment: Environment) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return
    said = " ".join((done.stderr or done.stdout).split())
    if "No space left" in said or "os error 28" in said or "Disk quota" in said:
        raise NotReady(f"the disk is full: {environment.name} needs about 1 GB in {environment.folder.parent}")
    if any(word in said.lower() for word in _UNREACHED):
        remedy = "connect this machine, or copy the folder of an environment that was made elsewhere"
        raise NotReady(f"the packages of {environment.name} cannot be reached: {remedy} ({said[-_LONGEST_REASON:]})")
    raise NotReady(f"{Path(command[0]).name} could not make {environment.name}: {said[-_LONGEST_REASON:]}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait for whoever makes the same environment."""
    with folder.with_name(f"{folder.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()
