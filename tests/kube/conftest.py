"""One API server for all tests, with namespaces of their own, and the definitions of Flux and Argo CD."""

import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from leap_kg.hub.cluster.api import Cluster
from tests.kube.server import ApiServer, running

DEFINITIONS = Path(__file__).parent / "definitions.yaml"


class Kubectl:
    """kubectl as somebody else who works on the cluster; skips where there is none."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server

    def __call__(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """What it prints; with `check` it must succeed."""
        done = self._run(arguments, stdin)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout

    def refusal(self, *arguments: str) -> str:
        """What it says is wrong."""
        return self._run(arguments, "").stderr

    def _run(self, arguments: tuple[str, ...], stdin: str) -> "subprocess.CompletedProcess[str]":
        command = ["kubectl", "--kubeconfig", str(self._server.kubeconfig), *arguments]
        try:
            return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=120)
        except FileNotFoundError:
            pytest.skip("there is no kubectl")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A server that knows HelmRelease and the like."""
    with running(tmp_path_factory.mktemp("kube")) as started:
        kubectl = Kubectl(started)
        kubectl("apply", "--server-side", "-f", str(DEFINITIONS))
        kubectl("wait", "--for", "condition=established", "--timeout=60s", "crd", "--all")
        yield started


@pytest.fixture
def kubectl(server: ApiServer) -> Kubectl:
    """Somebody else."""
    return Kubectl(server)


@pytest.fixture
def cluster(server: ApiServer) -> Iterator[Cluster]:
    """The cluster as an operator with all rights sees it."""
    with Cluster(server.kubeconfig) as connected:
        yield connected


_NUMBERS = count(1)


@pytest.fixture
def name() -> str:
    """A name that no other test has, for a cluster's releases and their namespaces."""
    return f"t{next(_NUMBERS)}"
