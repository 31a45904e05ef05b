"""The documentation builds without a warning, and what it tells people to type works."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
SERVER = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a session that follows the tutorial, with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEAP_KG_")}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": programs, "LEAP_KG_HOME": str(tmp_path_factory.mktemp("tutorial") / "home")}


@pytest.fixture(scope="module")
def tutorial(environment: dict[str, str]) -> list[str]:
    """The shell blocks of the tutorial; those up to the server have run."""
    blocks = shell_blocks("tutorial.md")
    for block in blocks:
        if SERVER in block:
            break
        type_in(block, environment)
    return blocks


@pytest.fixture(scope="module")
def address(tutorial: list[str], environment: dict[str, str]) -> Iterator[str]:
    """`leap-kg serve` on what the tutorial harvested."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from leap_kg.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, cwd=ROOT) as server:
        try:
            yield wait_for(f"http://127.0.0.1:{port}")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)


def shell_blocks(page: str) -> list[str]:
    """What a page gives to be typed into a shell."""
    found = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / page).read_text(), re.DOTALL | re.MULTILINE)
    assert found, page
    return found


def type_in(block: str, environment: dict[str, str]) -> str:
    """Run a block as a shell would; every line must work."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    # `head` closes the pipe early; that is the reader's wish, not a failure.
    assert done.returncode in (0, 141) or "Broken pipe" in done.stderr, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def wait_for(address: str) -> str:
    for _ in range(200):
        try:
            requests.get(f"{address}/health", timeout=2).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("the server did not start")


@pytest.mark.all
def test_the_tutorial_works_as_written(tutorial: list[str], address: str, environment: dict[str, str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    served = [block for block in tutorial if SERVER in block]
    assert served
    output = "".join(type_in(block.replace(SERVER, address), environment) for block in served)
    assert "@prefix dcat:" in output
    assert '"@context"' in output
    assert "title,store" in output


@pytest.mark.all
def test_the_rest_of_the_tutorial_works(tutorial: list[str], environment: dict[str, str]) -> None:
    served = next(number for number, block in enumerate(tutorial) if SERVER in block)
    for block in tutorial[served + 1 :]:
        assert type_in(block, environment)


@pytest.mark.all
def test_python_examples_run(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/howto.md").read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        exec(block.replace(SERVER, address), {})  # noqa: S102 - our own documentation
    assert capsys.readouterr().out.strip()


@pytest.mark.all
def test_readme_requests_are_answered(address: str) -> None:
    readme = (ROOT / "README.md").read_text()
    paths = set(re.findall(rf"{SERVER}(/[\w./-]+)", readme)) - {"/sparql"}
    assert len(paths) >= 2
    for path in paths:
        assert requests.get(address + path, timeout=20).status_code == 200, path


@pytest.mark.all
def test_documentation_builds_without_warnings(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(ROOT / "docs"), str(tmp_path)],
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "tutorial.html").is_file()
