"""Runs one job of a recipe in a process of its own, within bounds of time and of what it may print.

Hazard: what runs is a stranger's code. It gets none of our variables but those that were granted by name, a home
directory of its own, and it is ended with all that it started, whatever happens here. Files of this user it can read
like any program: recipes that nobody has looked at belong into a container.
"""

import json
import os
import selectors
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.recipes.engine.leap_recipe.descendants import MARK, below, kill, marked
from leap_kg.ingest.recipes.engine.leap_recipe.secrecy import conceal
from leap_kg.redaction import hide, may_hold_secrets

ENGINE = Path(__file__).resolve().parent / "engine"

LOG_BYTES = 16 * 2**20
"""What is kept of what a process prints; of what follows, the end."""
_TAIL = 64 * 2**10
_PIECE = 64 * 2**10
_LARGEST = 64 * 2**20
_PASSED = ("LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_CLOUDS = ("AWS_", "GCSFS_", "GOOGLE_", "FSSPEC_")
_MARKED = b"leap-recipe: "
_LONGEST_LINE = 8 * 2**10
_PATIENCE = 2.0
"""Seconds to wait for what a process that has ended still had to say."""


class JobFailed(Exception):
    """A job ended without what it was to make; `kind` names why, the message says what to do."""

    def __init__(self, kind: str, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace


@dataclass(frozen=True, slots=True)
class Bounds:
    """`seconds` that a job may take, `log_bytes` of it that are kept, and the variables it is `granted`.

    A job of `ours` runs no code of a recipe: it has our home directory, and the variables with credentials of clouds.
    """

    seconds: float = 6 * 3600
    log_bytes: int = LOG_BYTES
    granted: tuple[str, ...] = ()
    ours: bool = False


def run_job(
    python: Path,
    folder: Path,
    job: Mapping[str, Any],
    bounds: Bounds,
    tell: Callable[[str], object] = lambda line: None,
) -> None:
    """Run the job with that interpreter; its files are in `folder`, its log in `log.txt` there.

    `tell` is given each line of progress. Raises `JobFailed`; an interruption goes on after the process is gone.
    """
    failure, written = folder / "failure.json", folder / "job.json"
    failure.unlink(missing_ok=True)
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    written.write_text(json.dumps({**job, "failure": str(failure), "parent": os.getpid()}), encoding="utf-8")
    mark, ended = uuid.uuid4().hex, threading.Event()
    with _concealed():
        process = subprocess.Popen(
            [str(python), "-s", "-P", "-m", "leap_recipe", str(written)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**_environment(folder, python, bounds), MARK: mark},
            start_new_session=True,
        )
        try:
            with (folder / "log.txt").open("ab") as log:
                told = (process.stdout, log, bounds.log_bytes, tell, ended)
                keeping = threading.Thread(target=_keep, args=told, daemon=True)
                keeping.start()
                try:
                    process.wait(bounds.seconds)
                finally:
                    _end(process, mark)
                    ended.set()
                    keeping.join()
        except subprocess.TimeoutExpired:
            raise JobFailed("time", _late(bounds.seconds)) from None
    if process.returncode:
        raise _told(failure, process.returncode)


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever a process wrote
    """A document that a job left; raises `JobFailed` for one that is missing, too large or no JSON."""
    try:
        with path.open("rb") as file:
            return read_value(file.read(_LARGEST), what=path.name).value
    except (OSError, Unreadable) as error:
        raise JobFailed("outcome", f"the recipe's process left no {path.name} that can be read: {error}") from None


def _environment(folder: Path, python: Path, bounds: Bounds) -> dict[str, str]:
    granted = [*bounds.granted, *(name for name in os.environ if bounds.ours and name.startswith(_CLOUDS))]
    passed = {name: os.environ[name] for name in (*_PASSED, *granted) if name in os.environ}
    # A proxy's address may hold a password; then it has to be granted by name.
    passed = {name: value for name, value in passed.items() if name in granted or "@" not in value}
    return {
        **passed,
        "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": os.environ.get("HOME", "/") if bounds.ours else str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(ENGINE),
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
    }


_jobs = 0
_jobs_lock = threading.Lock()


@contextmanager
def _concealed() -> Iterator[None]:
    """While jobs go on, our variables cannot be read in /proc by what they run."""
    global _jobs
    with _jobs_lock:
        _jobs += 1
        conceal()
    try:
        yield
    finally:
        with _jobs_lock:
            _jobs -= 1
            if not _jobs:
                conceal(False)


def _keep(stream: IO[bytes], log: IO[bytes], most: int, tell: Callable[[str], object], ended: threading.Event) -> None:
    """Write what comes to the log, up to its bound, and the end of what is beyond it; no secrets of addresses."""
    kept, dropped, tail = 0, 0, b""
    for line in _lines(stream, ended):
        shown = _shown(line)
        if shown.startswith(_MARKED):
            tell(shown.removeprefix(_MARKED).rstrip(b"\n").decode("utf-8", "replace"))
        room = max(0, most - kept)
        log.write(shown[:room])
        kept += len(shown[:room])
        if beyond := shown[room:]:
            dropped += len(beyond)
            tail = (tail + beyond)[-_TAIL:]
    if dropped:
        log.write(f"\n[{dropped - len(tail)} bytes are left out here]\n".encode() + tail)
    stream.close()


def _lines(stream: IO[bytes], ended: threading.Event) -> Iterator[bytes]:
    """Lines as they come, those that are too long in pieces.

    A process that has got away may hold the other end for ever, so nobody waits for the end of what it writes.
    """
    begun, until = b"", float("inf")
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while time.monotonic() < until:
            if not ready.select(0.1):
                if ended.is_set():
                    break
                continue
            if not (piece := os.read(stream.fileno(), _PIECE)):
                break
            if ended.is_set() and until == float("inf"):
                until = time.monotonic() + _PATIENCE
            *whole, begun = (begun + piece).splitlines(keepends=True)
            if begun.endswith(b"\n"):
                whole, begun = [*whole, begun], b""
            yield from whole
            while len(begun) >= _LONGEST_LINE:
                yield begun[:_LONGEST_LINE]
                begun = begun[_LONGEST_LINE:]
    if begun:
        yield begun


def _shown(line: bytes) -> bytes:
    if not may_hold_secrets(line):
        return line
    pieces = (line[begin : begin + _LONGEST_LINE] for begin in range(0, len(line), _LONGEST_LINE))
    return b"".join(
        hide(piece.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape") for piece in pieces
    )


def _end(process: subprocess.Popen[bytes], mark: str) -> None:
    """End the process and all that it started, also what it left behind when it ended by itself."""
    # What has left the group is known by its ancestors while they live.
    started = below(process.pid) if process.returncode is None else set()
    for number, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        until = time.monotonic() + patience
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
        if process.returncode is None:
            started |= below(process.pid)
    process.wait()
    until = time.monotonic() + _PATIENCE
    while (started := started | marked(mark)) and time.monotonic() < until:
        started = kill(started, _PATIENCE)


def _late(seconds: float) -> str:
    return f"the recipe took longer than {seconds:g} s and was ended: mend it, prune it, or raise --time-limit"


def _told(failure: Path, status: int) -> JobFailed:
    if failure.is_file():
        try:
            said = read_json(failure)
        except JobFailed:
            said = None
        if isinstance(said, dict) and all(isinstance(said.get(key), str) for key in ("kind", "message", "trace")):
            return JobFailed(said["kind"], hide(said["message"]), hide(said["trace"]))
    if status < 0:
        reason = f"was killed by signal {-status}"
        more = ": it may have used more memory than there is" if status == -signal.SIGKILL else ""
        return JobFailed("killed", f"the recipe's process {reason}{more}")
    return JobFailed("status", f"the recipe's process ended with status {status} and said no reason: look at its log")
