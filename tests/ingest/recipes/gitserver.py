"""Repositories behind git's own server, on loopback: a `HostileServer` answers what `git http-backend` says."""

import os
import subprocess
from pathlib import Path

from tests.ingest.hostile_server import Exchange, HostileServer

GIT = ("git", "-c", "user.name=Lab", "-c", "user.email=lab@example.org", "-c", "init.defaultBranch=main")


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        [*GIT, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def committed(folder: Path, message: str = "one") -> str:
    """Make the folder a repository, or add to it; the commit."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def offer(server: HostileServer, folder: Path, path: str) -> str:
    """Serve the repository of a folder at a path; its address."""

    def answer(exchange: Exchange) -> None:
        asked, _, query = exchange.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"],
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(folder / ".git"),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": asked.removeprefix(path),
                "QUERY_STRING": query,
                "REQUEST_METHOD": exchange.command,
                "CONTENT_TYPE": exchange.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(exchange.posted)),
                "HTTP_CONTENT_ENCODING": exchange.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": exchange.headers.get("Git-Protocol", ""),
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
            },
            input=exchange.posted,
            capture_output=True,
            check=False,  # what is not there makes it fail once it has said so
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        said = dict(line.split(": ", 1) for line in head.decode("ascii").splitlines())
        status = int(said.pop("Status", "200").split()[0])
        exchange.head(status, {**said, "Content-Length": str(len(body))})
        exchange.send(body)

    for service in ("/info/refs", "/git-upload-pack"):
        server.page(path + service, answer)
    return server.url(path)
