"""The peer of the STAC API: PostgreSQL with PostGIS and pgstac, and stac-fastapi-pgstac on it, on this machine alone.

Everything is started from nothing in a folder and stopped again: a cluster of its own on a free port, and an
environment with the peer's packages. `LEAP_KG_BENCH_PGSTAC` names an environment that has them already. PostgreSQL
refuses to run as root; then it runs as the user `postgres`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import homes
from bench.items import Files

NAME = "stac-fastapi-pgstac 7.2.0"
_PACKAGES = ("stac-fastapi.pgstac[server]==7.2.0", "pypgstac[psycopg]==0.10.0")
_ENVIRONMENT = os.environ.get("LEAP_KG_BENCH_PGSTAC", "")
_STARTUP = 60.0
_POSTGRES = "postgres"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
}


class Absent(Exception):
    """The peer cannot be had here; the text says what it lacks."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running cluster, and the programs that load it and serve it."""

    programs: Path
    tools: Path
    settings: Mapping[str, str]

    def load(self, files: Files) -> float:
        """Seconds in which the items get into a database made anew, with its collections in it before."""
        self._sql("DROP DATABASE IF EXISTS pgstac WITH (FORCE)", "CREATE DATABASE pgstac")
        self._run("migrate")
        self._run("load", "collections", str(files.collections), "--method", "insert")
        began = time.perf_counter()
        self._run("load", "items", str(files.items), "--method", "insert")
        return time.perf_counter() - began

    def settle(self) -> None:
        """What a database does by itself some time after it was loaded."""
        self._sql("VACUUM ANALYZE", database="pgstac")

    @contextmanager
    def served(self, processes: int) -> Iterator[str]:
        """The address of its API."""
        port = homes.free_port()
        more = {"USE_API_HYDRATE": "false", "ENABLE_TRANSACTIONS_EXTENSIONS": "false", "WEB_CONCURRENCY": "1"}
        command = [str(self.programs / "uvicorn"), "--factory", "stac_fastapi.pgstac.app:create_app"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--workers", str(processes)]
        with homes.running(command, {**self.settings, **more}, port) as address:
            yield address

    def _run(self, *arguments: str) -> None:
        command = [str(self.programs / "pypgstac"), *arguments]
        ran = subprocess.run(command, env={**os.environ, **self.settings}, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"pypgstac {' '.join(arguments)} failed:\n{ran.stderr[-2000:]}")

    def _sql(self, *statements: str, database: str = _POSTGRES) -> str:
        command = [str(self.tools / "psql"), "-qtAX", "-v", "ON_ERROR_STOP=1", "-d", database]
        command += [part for statement in statements for part in ("-c", statement)]
        environment = {**os.environ, **self.settings}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    def require_postgis(self) -> None:
        """Raises `Absent` if the server does not know PostGIS."""
        if self._sql("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'") != "1":
            raise Absent("PostGIS (Debian: postgresql-15-postgis-3)")


@contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """The peer with an empty cluster in this folder; raises `Absent`."""
    tools = _tools()
    programs = Path(_ENVIRONMENT) / "bin" if _ENVIRONMENT else _installed(folder / "environment")
    if not (programs / "pypgstac").is_file():
        raise Absent(f"pypgstac in {programs}")
    port = homes.free_port()
    user = _user()
    data = folder / "cluster"
    data.mkdir()
    if user is not None:
        shutil.chown(data, user)
        _let_through(data)
    as_user = {"user": user} if user is not None else {}
    made = [str(tools / "initdb"), "-D", str(data), "-A", "trust", "-U", _POSTGRES, "--no-sync"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user)  # type: ignore[call-overload]
    command = [str(tools / "postgres"), "-D", str(data), "-p", str(port)]
    command += [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    log = (folder / "cluster.log").open("wb")
    with log, subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **as_user) as server:  # type: ignore[call-overload]
        try:
            peer = Peer(programs, tools, _access(port))
            _wait(server, tools, port)
            peer.require_postgis()
            yield peer
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's way to stop at once and in order


def _access(port: int) -> dict[str, str]:
    return {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "PGUSER": _POSTGRES,
        "PGPASSWORD": "none",
        "PGDATABASE": "pgstac",
    }


def _tools() -> Path:
    """Where PostgreSQL's programs are: the newest version's, on Debian beside the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    known = shutil.which("postgres")
    if not found and known is None:
        raise Absent("PostgreSQL (Debian: postgresql-15)")
    return (found[-1] if found else Path(known or "").resolve()).parent


def _installed(environment: Path) -> Path:
    """The peer's packages in an environment of their own."""
    try:
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-q", *_PACKAGES]
        subprocess.run(pip, check=True, capture_output=True)
    except subprocess.CalledProcessError:
        raise Absent(f"{' and '.join(_PACKAGES)}, which could not be installed") from None
    return environment / "bin"


def _user() -> str | None:
    """Whom PostgreSQL runs as, `None` for whoever runs this."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_POSTGRES).pw_name
    except KeyError:
        raise Absent(f"user {_POSTGRES!r}, without whom PostgreSQL does not run as root") from None


def _let_through(data: Path) -> None:
    """Let another user reach the folder: those around it that are ours alone are closed to him."""
    for folder in data.parents:
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)


def _wait(server: "subprocess.Popen[bytes]", tools: Path, port: int) -> None:
    until = time.monotonic() + _STARTUP
    asked = [str(tools / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(asked).returncode:
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError("PostgreSQL did not start; see cluster.log in the benchmark's folder")
        time.sleep(0.1)
