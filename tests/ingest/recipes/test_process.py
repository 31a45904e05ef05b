"""The process of a recipe: what it sees, how much it may print, how long it may take, and that it ends with us."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from leap_kg.ingest.recipes.process import Bounds, JobFailed, run_job

PYTHON = Path(sys.executable)


def run(folder: Path, code: str, bounds: Bounds | None = None, tell: Any = lambda line: None) -> None:
    """Run a feedstock whose module is this code; it defines no recipe, so that comes out if nothing else does."""
    (folder / "recipe.py").write_text(code)
    (folder / "run").mkdir(exist_ok=True)
    job = {
        "task": "run", "folder": str(folder), "module": "recipe", "object": "recipe", "dictionary": False,
        "runner": "dask", "workers": 1, "prune": 0, "settings": {}, "pause": 0.1, "attributes": {},
        "staging": str(folder / "run"), "inputs": str(folder / "run"), "account": str(folder / "run" / "account"),
        "outcome": str(folder / "run" / "outcome"), "stores": "", "lock": "", "former": None,
    }  # fmt: skip
    run_job(PYTHON, folder / "run", job, bounds or Bounds(), tell)


def test_a_recipe_sees_no_variable_of_ours_but_those_it_is_granted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAP_KG_TOKEN", "secret-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-2")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret-3@proxy.example.org")
    monkeypatch.setenv("GRANTED", "welcome")
    code = "import os, pathlib\npathlib.Path('seen').write_text(repr(dict(os.environ)))"
    with pytest.raises(JobFailed, match=r"recipe\.py defines no recipe"):
        run(tmp_path, code, Bounds(granted=("GRANTED",)))
    seen = (tmp_path / "run" / "seen").read_text()
    assert "secret" not in seen
    assert "'GRANTED': 'welcome'" in seen
    assert f"'HOME': '{tmp_path / 'run' / 'home'}'" in seen


def test_a_recipe_that_prints_without_end_has_a_log_with_an_end(tmp_path: Path) -> None:
    code = "import sys\nfor _ in range(2000): sys.stdout.write('x' * 20_000)\nprint('leap-recipe: told')\nraise Last"
    told: list[str] = []
    with pytest.raises(JobFailed, match="NameError: name 'Last' is not defined") as raised:
        run(tmp_path, code, Bounds(log_bytes=200_000), told.append)
    log = (tmp_path / "run" / "log.txt").read_bytes()
    assert len(log) < 300_000
    assert b"bytes are left out here" in log
    assert b"NameError" in log[-2000:]  # the end is what says why
    assert raised.value.kind == "raised"


@pytest.mark.all
def test_a_recipe_that_loops_is_ended_with_what_it_started(tmp_path: Path) -> None:
    code = "import subprocess\nprint('pid', subprocess.Popen(['sleep', '600']).pid, flush=True)\nwhile True: pass"
    with pytest.raises(JobFailed, match="took longer than 1 s") as raised:
        run(tmp_path, code, Bounds(seconds=1))
    assert raised.value.kind == "time"
    child = int((tmp_path / "run" / "log.txt").read_text().split("pid ")[1].split()[0])
    assert not alive(child)


def test_a_recipe_that_is_killed_says_so(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="killed by signal 9: it may have used more memory"):
        run(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


@pytest.mark.all
def test_a_recipe_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.ingest.recipes.test_process import run\n"
        "run(Path(sys.argv[1]), \"import os, time\\nopen('pid', 'w').write(str(os.getpid()) + ' ')\\ntime.sleep(600)\")"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    noted = tmp_path / "run" / "pid"
    try:
        wait(lambda: noted.is_file() and noted.read_text().endswith(" "))
        child = int(noted.read_text())
        assert alive(child)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait(lambda: not alive(child))


def wait(done: Any) -> None:
    until = time.monotonic() + 60
    while not done() and time.monotonic() < until:
        threading.Event().wait(0.02)
    assert done()


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
