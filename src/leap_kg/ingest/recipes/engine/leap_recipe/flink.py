"""Beam's job server for Flink, for as long as a recipe runs: a Java process with a Flink of its own.

It is given pipelines and hands the work back to this process (LOOPBACK), so that what a recipe reads and writes is
where it is for other runners. It ends with this process, however that ends.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

from .failing import Failed
from .telling import tell

_STARTED = re.compile(r"JobService started on \S+:(\d+)")
_PATIENCE = 120.0
_MEMORY = "-Xmx1g"


@contextmanager
def job_server(java: str, jar: str, folder: Path) -> Iterator[str]:
    """Start the job server, whose files go to `folder`; gives its endpoint, `host:port`. Raises `Failed`."""
    tell("starting Flink")
    served = [
        java, _MEMORY, f"-Djava.io.tmpdir={folder}", "-jar", jar, "--flink-master=[local]", "--job-host=127.0.0.1",
        "--job-port=0", "--artifact-port=0", "--expansion-port=0", f"--artifacts-dir={folder / 'artifacts'}",
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "leap_recipe.parent", str(os.getpid()), *served],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    ports: Queue[int] = Queue()
    reading = threading.Thread(target=_read, args=(process, ports), daemon=True)
    reading.start()
    try:
        try:
            port = ports.get(timeout=_PATIENCE)
        except Empty:
            port = 0
        if not port:
            raise Failed("flink", f"Beam's job server for Flink did not start within {_PATIENCE:.0f} s: see the log")
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()  # nothing of it is kept
        process.wait()
        reading.join()


def _read(process: "subprocess.Popen[str]", ports: "Queue[int]") -> None:
    """Pass on what the job server says, and find its port; 0 if it ends before it has one."""
    for line in process.stdout or ():
        sys.stdout.write(line)
        if found := _STARTED.search(line):
            ports.put(int(found[1]))
    ports.put(0)
