"""A Kubernetes API server of its own for the tests, as `make envtest` built it, with etcd behind it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".cache" / "envtest"
_TOKEN = "for-everything"
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running server: its address, and a kubeconfig whose context `admin` may do everything."""

    address: str
    kubeconfig: Path
    authority: Path


def binaries() -> tuple[Path, str]:
    """The API server and etcd; skips the test that asks, with the reason, where one is missing."""
    folder = Path(os.environ.get("KUBEBUILDER_ASSETS") or BUILT)
    server = folder / "kube-apiserver"
    if not server.is_file():
        pytest.skip("there is no kube-apiserver: run `make envtest`, or set KUBEBUILDER_ASSETS")
    etcd = shutil.which("etcd", path=f"{folder}{os.pathsep}{os.environ['PATH']}")
    if etcd is None:
        pytest.skip("there is no etcd: install etcd-server")
    return server, etcd


@contextmanager
def running(folder: Path) -> Iterator[ApiServer]:
    """A server with nothing in it, which keeps what it has in `folder`."""
    with storing(folder) as commands, answering(folder, commands) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Commands:
    """What starts the API server, and where it answers."""

    api: list[str]
    address: str


@contextmanager
def storing(folder: Path) -> Iterator[Commands]:
    """What a server keeps what it has in; how to start the server, which may be stopped and started again."""
    server, etcd = binaries()
    ports = free_ports(3)
    key = folder / "accounts.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f'{_TOKEN},admin,admin,"system:masters"\n')
    store, peer = (f"http://127.0.0.1:{port}" for port in ports[:2])
    database = [
        etcd,
        "--data-dir",
        str(folder / "etcd"),
        "--listen-client-urls",
        store,
        "--advertise-client-urls",
        store,
    ]
    database += ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
    database += ["--initial-cluster", f"default={peer}", "--unsafe-no-fsync"]
    address = f"https://127.0.0.1:{ports[2]}"
    api = [str(server), "--etcd-servers", store, "--bind-address", "127.0.0.1", "--secure-port", str(ports[2])]
    api += ["--advertise-address", "127.0.0.1", "--cert-dir", str(folder / "certificates")]
    api += ["--token-auth-file", str(folder / "tokens.csv"), "--authorization-mode", "RBAC"]
    api += ["--service-account-issuer", address, "--service-account-key-file", str(key)]
    api += ["--service-account-signing-key-file", str(key), "--service-cluster-ip-range", "10.0.0.0/24"]
    api += ["--disable-admission-plugins", "ServiceAccount", "--endpoint-reconciler-type", "none"]
    with (folder / "etcd.log").open("wb") as log, started(database, log):
        yield Commands(api, address)


@contextmanager
def answering(folder: Path, commands: Commands) -> Iterator[ApiServer]:
    """The server itself, which answers until the block ends; then it is killed, for else it waits for who watches."""
    authority = folder / "certificates" / "apiserver.crt"
    with (folder / "server.log").open("ab") as log, started(commands.api, log) as process:
        await_ready(commands.address, authority, folder / "server.log")
        yield ApiServer(commands.address, kubeconfig(folder, commands.address, _TOKEN, authority), authority)
        process.kill()


def kubeconfig(folder: Path, address: str, token: str, authority: Path) -> Path:
    """A file that leads to a server with a token, and the certificate that it has to show."""
    file = folder / f"{token[:8]}.kubeconfig"
    cluster = {"server": address, "certificate-authority": str(authority)}
    context = {"cluster": "test", "user": "test"}
    file.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "test",
                "clusters": [{"name": "test", "cluster": cluster}],
                "users": [{"name": "test", "user": {"token": token}}],
                "contexts": [{"name": "test", "context": context}],
            }
        )
    )
    return file


@contextmanager
def started(command: list[str], log: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the context."""
    with subprocess.Popen(command, stdout=log, stderr=log) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def await_ready(address: str, authority: Path, log: Path) -> None:
    """Wait until the server answers; it makes its certificate itself."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            if authority.is_file() and requests.get(f"{address}/readyz", verify=str(authority), timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise AssertionError(f"the API server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with_sockets = [socket.socket() for _ in range(number)]
    try:
        for each in with_sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in with_sockets]
    finally:
        for each in with_sockets:
            each.close()


@contextmanager
def controllers(server: ApiServer, folder: Path) -> Iterator[None]:
    """The controllers that make pods of Jobs and Jobs of CronJobs, and clear away what belonged to what is gone.

    There is no node: what a pod does, the test says. Skips, with the reason, where they were not built.
    """
    program = binaries()[0].with_name("kube-controller-manager")
    if not program.is_file():
        pytest.skip("there is no kube-controller-manager: run `make envtest`, or set KUBEBUILDER_ASSETS")
    names = "job-controller,cronjob-controller,garbage-collector-controller"
    command = [str(program), "--kubeconfig", str(server.kubeconfig), "--leader-elect=false", "--secure-port=0"]
    with (folder / "controllers.log").open("wb") as log, started([*command, f"--controllers={names}"], log):
        yield
