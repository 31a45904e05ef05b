"""Runs a hub on this machine until it is told to stop, and leaves nothing behind.

The hub starts the proxy, leap-kg as its service, and servers of users, each in a session of its own, which Ctrl+C at a
terminal does not reach. This process adopts what the hub leaves behind (it is their "subreaper"), and ends it.

Hazard: only Linux has subreapers. Elsewhere a hub that is killed with -9 leaves its proxy behind.
"""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from leap_kg.hub.local.configuring import ADMIN, CURATOR
from leap_kg.hub.local.place import HOST, Place
from leap_kg.hub.local.shelf import Shelf

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_START_SECONDS = 120
_STOP_SECONDS = 15
_LOOK_SECONDS = 0.2
_ROUTE_SECONDS = 1.5


class NoHub(RuntimeError):
    """The hub cannot run; the text says what to do."""


def run(config: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Run the hub that a configuration describes until SIGINT or SIGTERM; its exit status, 0 if it was stopped.

    Raises `NoHub` and `ValueError` if it cannot.
    """
    given = {**environment, **_made_up(environment)}
    place = Place.of(given)
    offer = Shelf(place.settings, place.domain).offer()
    # The hub has a folder of its own to work in, where paths that are relative to this one lead nowhere.
    given |= {
        "LEAP_KG_HOME": str(place.settings.home.resolve()),
        "LEAP_KG_HUB_FOLDER": str(place.folder),
        "LEAP_KG_HUB_KERNELS": str(place.kernels),
    }
    if not place.proxy.is_file():
        raise NoHub(f"the proxy is missing: run `npm ci --ignore-scripts` in {place.proxy.parents[2]}")
    if _is_taken(place.port):
        raise NoHub(f"port {place.port} is in use; set LEAP_KG_HUB_PORT to another")
    _adopt()
    command = [sys.executable, "-m", "jupyterhub", "--config", str(config)]
    with _stopping() as stopped:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        process = subprocess.Popen(command, cwd=place.folder, env=given, start_new_session=True)
        try:
            say(f"Starting a hub with what {offer.title} offers (revision {offer.revision}) …")
            if _answers(place, process, stopped):
                say(words(place))
            while process.poll() is None and not stopped():
                time.sleep(_LOOK_SECONDS)
        finally:
            status = _end(process)
    return 0 if stopped() else status or 1


def words(place: Place) -> str:
    """Where the hub is and how to sign in, for whoever started it."""
    everybody, admins = place.passwords
    return (
        f"\nThe hub is at     {place.address}\n"
        f"The graph in it   {place.graph}/\n\n"
        f"Sign in as {CURATOR} (who may curate), or under any other name, with the password {everybody}\n"
        f"Sign in as {ADMIN} with the password {admins}\n\n"
        "Ctrl+C stops all of it.\n"
    )


def _made_up(environment: Mapping[str, str]) -> dict[str, str]:
    """Ports that are free, and passwords, where none are given."""
    ports = _free_ports(3)
    made = {
        "LEAP_KG_HUB_PORT": "8000",
        "LEAP_KG_HUB_API_PORT": str(ports[0]),
        "LEAP_KG_HUB_PROXY_PORT": str(ports[1]),
        "LEAP_KG_HUB_SERVICE_PORT": str(ports[2]),
        "LEAP_KG_HUB_PASSWORD": secrets.token_urlsafe(9),
        "LEAP_KG_HUB_ADMIN_PASSWORD": secrets.token_urlsafe(24),
    }
    return {name: value for name, value in made.items() if not environment.get(name)}


def _free_ports(count: int) -> list[int]:
    taken = [socket.socket() for _ in range(count)]
    try:
        for each in taken:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in taken]
    finally:
        for each in taken:
            each.close()


def _is_taken(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return True
    return False


def _adopt() -> None:
    """Become the parent of whatever our descendants leave behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Whether somebody said to stop; a second signal changes nothing, as everything ends already."""
    said: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        said.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield lambda: bool(said)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _answers(place: Place, process: subprocess.Popen[bytes], stopped: Callable[[], bool]) -> bool:
    """Wait until hub and service answer; raises `NoHub` if they do not in time."""
    until = time.monotonic() + _START_SECONDS
    # Each where it is, then both through the proxy, which notes every question that comes too early.
    waiting = [place.hub_health, place.service_health, f"{place.address}hub/health", f"{place.graph}/health"]
    while waiting and process.poll() is None and not stopped():
        if time.monotonic() > until:
            raise NoHub(f"{waiting[0]} does not answer; what the hub said above should tell why")
        try:
            with urlopen(waiting[0], timeout=5):  # noqa: S310 - an address of ours
                waiting.pop(0)
            if len(waiting) == 2:
                time.sleep(_ROUTE_SECONDS)
        except (URLError, OSError):
            time.sleep(_LOOK_SECONDS)
    return not waiting


def _end(process: subprocess.Popen[bytes]) -> int:
    """End the hub and everything that it started, politely first; its exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    # What the hub left has become ours.
    left = psutil.Process(os.getpid()).children(recursive=True)
    for each in left:
        _signalled(each, signal.SIGTERM)
    _, still = psutil.wait_procs(left, timeout=5)
    for each in still:
        _signalled(each, signal.SIGKILL)
    psutil.wait_procs(still, timeout=5)
    return process.returncode


def _signalled(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
