"""The command itself, as users start it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.platform import write_platform

Run = Callable[..., subprocess.CompletedProcess[str]]


def command(home: Path) -> Run:
    """Runs `leap-kg ARGUMENTS` with this home."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {k: v for k, v in os.environ.items() if not k.startswith("LEAP_KG_")}
        return subprocess.run(
            [sys.executable, "-c", "from leap_kg.cli import main; main()", *arguments],
            env={**variables, "LEAP_KG_HOME": str(home), **environment},
            cwd=home.parent, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return run


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
def leap_kg(home: Path) -> Run:
    """The command on an empty home of this test's own."""
    return command(home)


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command on a home that holds the platform; for reading only."""
    folder = tmp_path_factory.mktemp("harvested")
    run = command(folder / "home")
    done = harvest(run, write_platform(folder / "platform"))
    assert done.returncode == 0, done.stderr
    return run
