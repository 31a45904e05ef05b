"""Operators as processes of their own, as an administrator starts them, with short leases so that tests are short."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import requests

from tests.kube.server import ApiServer

LEASE, GIVE_UP, RENEW = 3, 2.0, 0.5
PACE = ("--lease", LEASE, "--give-up", GIVE_UP, "--renew", RENEW, "--poll", "0.3", "--record", "0.5", "--resync", "5")
PATIENCE = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operator:
    """A process that works on a cluster: where it answers, and what it writes."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def get(self, path: str) -> "requests.Response":
        """What it answers on the port that it told of in its log."""
        port = eventually(lambda: re.search(r'"port": (\d+)', self.told()))
        assert port is not None
        return requests.get(f"http://127.0.0.1:{port[1]}{path}", timeout=10)

    def metric(self, name: str) -> float:
        """The sum of a metric over all labels."""
        lines = self.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}(\{{|\s)", line))

    def told(self) -> str:
        """All that it wrote."""
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def operating(server: ApiServer, home: Path, cluster: str, *options: object, name: str = "a") -> Iterator[Operator]:
    """An operator on a cluster, which ends with SIGTERM when the block does, in time and without a traceback."""
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "leap_kg",
        "hub",
        "run",
        cluster,
        "--kubeconfig",
        server.kubeconfig,
        "--port",
        0,
    ]
    log = home.parent / f"operator-{home.name}-{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*map(str, (*command, *PACE, *options))],
            env={**os.environ, "LEAP_KG_HOME": str(home), "LEAP_KG_LOG_FORMAT": "json"},
            stdout=out,
            stderr=out,
        )
    operator = Operator(process, log)
    try:
        yield operator
        if process.poll() is None:
            began = time.monotonic()
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.send_signal(signal.SIGABRT)  # one that has not ended by now says where it is
            assert process.wait(15) == 0, operator.told()[-6000:]
            assert time.monotonic() - began < 10
        assert "Traceback" not in operator.told(), operator.told()[-3000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def eventually(look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """What it finds as soon as that is true."""
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found
