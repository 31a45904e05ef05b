"""A real hub on this machine, with its proxy and leap-kg as its service, and what drives it."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import websocket

from tests.processes import alive, below

# What `hub/local/jupyterhub_config.py` is, and a service of ours with a token.
_CONFIG = """
import os
from leap_kg.hub.local.configuring import configure
c = get_config()
configure(c)
c.JupyterHub.services += [{"name": "tests", "api_token": os.environ["TESTS_TOKEN"]}]
c.JupyterHub.load_roles += [{"name": "tests", "services": ["tests"], "scopes": [
    "admin:users", "admin:servers", "access:servers", "list:users", "groups", "tokens"]}]
"""
_UNPROXIED = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}


@dataclass
class Hub:
    """A running hub; `process` is what `make hub` runs."""

    process: subprocess.Popen[str]
    address: str
    password: str
    admin_password: str
    said: Path
    session: requests.Session = field(repr=False)

    @property
    def graph(self) -> str:
        """The address of leap-kg in it."""
        return f"{self.address}/services/leap-kg"

    def api(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request to the hub's REST API as our service."""
        return self.session.request(method, f"{self.address}/hub/api{path}", timeout=60, **more)

    def start(self, user: str, options: Mapping[str, Any]) -> requests.Response:
        """Start the server of a user, who is made if there is none."""
        self.api("POST", f"/users/{user}")
        return self.api("POST", f"/users/{user}/server", json=dict(options))

    def running(self, user: str) -> None:
        """Have the server of a user run, with whatever is the default if it does not."""
        self.start(user, {})
        self.ready(user)

    def ready(self, user: str) -> dict[str, Any]:
        """The server of a user once it is ready."""
        until = time.monotonic() + 90
        while time.monotonic() < until:
            server: dict[str, Any] = self.api("GET", f"/users/{user}").json()["servers"].get("", {})
            if server.get("ready"):
                return server
            time.sleep(0.2)
        raise AssertionError(f"the server of {user} did not start:\n{self.said.read_text()[-3000:]}")

    def run(self, user: str, *cells: str) -> str:
        """What cells print in a fresh kernel of the user's server; each of them has to run."""
        place = f"{self.address}/user/{user}/api/kernels"
        kernel = self.session.post(place, json={}, timeout=60).json()["id"]
        token = self.session.headers["Authorization"]
        channel = websocket.create_connection(
            f"{place.replace('http', 'ws', 1)}/{kernel}/channels", timeout=90, header={"Authorization": str(token)}
        )
        try:
            return "".join(_executed(channel, cell) for cell in cells)
        finally:
            channel.close()
            self.session.delete(f"{place}/{kernel}", timeout=60)


def _executed(channel: Any, cell: str) -> str:
    number = uuid.uuid4().hex
    header = {"msg_id": number, "msg_type": "execute_request", "version": "5.3", "session": number, "username": ""}
    content = {"code": cell, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    channel.send(
        json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"})
    )
    printed = []
    while True:
        message = json.loads(channel.recv())
        if message["parent_header"].get("msg_id") != number:
            continue
        kind, said = message["msg_type"], message["content"]
        assert kind != "error", "\n".join(said["traceback"])
        if kind == "stream":
            printed.append(said["text"])
        elif kind in ("execute_result", "display_data"):
            printed.append(said["data"]["text/plain"])
        elif kind == "status" and said["execution_state"] == "idle":
            return "".join(printed)


@contextmanager
def running_hub(home: Path, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Hub]:
    """A hub of this graph that keeps what it knows in `folder`."""
    folder.mkdir(parents=True)
    (folder / "config.py").write_text(_CONFIG)
    token = secrets.token_hex(16)
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    given = {
        "LEAP_KG_HOME": os.path.relpath(home),  # as `make hub` has it
        "LEAP_KG_HUB_PORT": str(port),
        "LEAP_KG_HUB_FOLDER": str(folder / "hub"),
        "TESTS_TOKEN": token,
        **_UNPROXIED,
        **(environment or {}),
    }
    said = folder / "said.txt"
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"token {token}"
    command = [sys.executable, "-m", "leap_kg.hub.local", str(folder / "config.py")]
    with said.open("w") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **given}, stdout=output, stderr=subprocess.STDOUT, text=True
        )
    try:
        words = _started(process, said)
        everybody, admins = re.findall(r"with the password (\S+)", words)
        yield Hub(process, f"http://127.0.0.1:{port}", everybody, admins, said, session)
    finally:
        session.close()
        stop(process)


def stop(process: subprocess.Popen[str]) -> set[int]:
    """Stop a hub as Ctrl+C does; those of its processes that are still alive."""
    family = below(process.pid)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.wait(60)
    return alive(family)


def _started(process: subprocess.Popen[str], said: Path) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        if "Ctrl+C stops all of it" in (words := said.read_text()):
            return words
        time.sleep(0.2)
    stop(process)
    raise AssertionError(f"the hub did not start:\n{said.read_text()[-4000:]}")
