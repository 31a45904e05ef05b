"""Runs one job of a recipe in a process of its own, within bounds of time and of what it may print.

Hazard: what runs is a stranger's code. It gets none of our variables but those that were granted by name, a home
directory of its own, and it is ended with all that it started, whatever happens here. Files of this user it can read
like any program: recipes that nobody has looked at belong into a container.
"""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable

ENGINE = Path(__file__).resolve().parent / "engine"

LOG_BYTES = 16 * 2**20
"""What is kept of what a process prints; of what follows, the end."""
_TAIL = 64 * 2**10
_PIECE = 64 * 2**10
_LARGEST = 64 * 2**20
_PASSED = ("LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_CLOUDS = ("AWS_", "GCSFS_", "GOOGLE_", "FSSPEC_")
_MARKED = b"leap-recipe: "


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
    process = subprocess.Popen(
        [str(python), "-s", "-P", "-m", "leap_recipe", str(written)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=_environment(folder, python, bounds),
        start_new_session=True,
    )
    try:
        with (folder / "log.txt").open("ab") as log:
            keeping = threading.Thread(target=_keep, args=(process.stdout, log, bounds.log_bytes, tell), daemon=True)
            keeping.start()
            try:
                process.wait(bounds.seconds)
            finally:
                _end(process)
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


def _keep(stream: IO[bytes], log: IO[bytes], most: int, tell: Callable[[str], object]) -> None:
    """Write what comes to the log, up to its bound, and the end of what is beyond it."""
    kept, dropped, tail, begun = 0, 0, b"", b""
    while piece := os.read(stream.fileno(), _PIECE):
        *lines, begun = (begun[-_PIECE:] + piece).split(b"\n")
        for line in lines:
            if line.startswith(_MARKED):
                tell(line.removeprefix(_MARKED).decode("utf-8", "replace"))
        room = max(0, most - kept)
        log.write(piece[:room])
        kept += len(piece[:room])
        if beyond := piece[room:]:
            dropped += len(beyond)
            tail = (tail + beyond)[-_TAIL:]
    if dropped:
        log.write(f"\n[{dropped - len(tail)} bytes are left out here]\n".encode() + tail)
    stream.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started, also what it left behind when it ended by itself."""
    for number, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        until = time.monotonic() + patience
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
    process.wait()


def _late(seconds: float) -> str:
    return f"the recipe took longer than {seconds:g} s and was ended: mend it, prune it, or raise --time-limit"


def _told(failure: Path, status: int) -> JobFailed:
    if failure.is_file():
        try:
            said = read_json(failure)
        except JobFailed:
            said = None
        if isinstance(said, dict) and all(isinstance(said.get(key), str) for key in ("kind", "message", "trace")):
            return JobFailed(said["kind"], said["message"], said["trace"])
    if status < 0:
        reason = f"was killed by signal {-status}"
        more = ": it may have used more memory than there is" if status == -signal.SIGKILL else ""
        return JobFailed("killed", f"the recipe's process {reason}{more}")
    return JobFailed("status", f"the recipe's process ended with status {status} and said no reason: look at its log")
