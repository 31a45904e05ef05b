"""The command itself, as users start it: a process of its own."""

import os
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from tests.cli.forked import Forked, forked
from tests.cli.platform import write_platform
from tests.homes import only_read

Run = Callable[..., subprocess.CompletedProcess[str]]


Command = Callable[[Path], Run]


@pytest.fixture(scope="session")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forked]:
    with forked(tmp_path_factory.mktemp("forked")) as started:
        yield started


@pytest.fixture(scope="session")
def command_at(parent: Forked) -> Command:
    """Gives, for a home, what runs `leap-kg ARGUMENTS` with that home."""

    def run(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {k: v for k, v in os.environ.items() if not k.startswith("LEAP_KG_")}
        return parent.run(arguments, {**variables, "LEAP_KG_HOME": str(home), **environment}, home.parent)

    return lambda home: partial(run, home)


def harvest(run: Run, platform: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Harvest that platform."""
    files = ("--sources", str(platform / "sources.yaml"), "--mirror", str(platform / "mirror.yaml"))
    return run("harvest", *files, *arguments)


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """A folder with a sources file, a mirror and the files of three feedstocks, one of them broken."""
    return write_platform(tmp_path / "platform")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def leap_kg(home: Path, command_at: Command) -> Run:
    """The command on an empty home of this test's own."""
    return command_at(home)


@pytest.fixture(scope="session")
def harvested(tmp_path_factory: pytest.TempPathFactory, command_at: Command) -> Iterator[Run]:
    """The command on a home that holds the platform; for reading only."""
    folder = tmp_path_factory.mktemp("harvested")
    run = command_at(folder / "home")
    done = harvest(run, write_platform(folder / "platform"))
    assert done.returncode == 0, done.stderr
    with only_read(Home(folder / "home")):
        yield run
