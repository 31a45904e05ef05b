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


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has started")


@LINUX
@pytest.mark.parametrize("inherited", ["", ", env={}"], ids=["marked", "bare"])
@pytest.mark.parametrize("end", ["while True: pass", ""], ids=["late", "by itself"])
def test_what_a_recipe_detached_neither_outlives_it_nor_is_waited_for(end: str, inherited: str, tmp_path: Path) -> None:
    code = f"""
import pathlib, subprocess
pid = subprocess.Popen(["/bin/sleep", "333"], start_new_session=True{inherited}).pid
pathlib.Path("pid").write_text(f"{{pid}} ")
{end}
"""
    began = time.monotonic()
    with pytest.raises(JobFailed):
        run(tmp_path, code, Bounds(seconds=2))
    assert time.monotonic() - began < 30  # the child has 333
    assert not alive(int((tmp_path / "run" / "pid").read_text()))


@LINUX
def test_what_was_detached_by_a_recipe_that_was_killed_is_known_by_its_mark(tmp_path: Path) -> None:
    code = """
import os, pathlib, signal, subprocess
pid = subprocess.Popen(["/bin/sleep", "333"], start_new_session=True).pid
pathlib.Path("pid").write_text(f"{pid} ")
os.kill(os.getpid(), signal.SIGKILL)
"""
    with pytest.raises(JobFailed, match="killed by signal 9"):
        run(tmp_path, code)
    assert not alive(int((tmp_path / "run" / "pid").read_text()))


READING = """
import os, pathlib
seen = {}
process = os.getpid()
while process > 1:
    process = int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    try:
        seen[process] = pathlib.Path(f"/proc/{process}/environ").read_text()
    except OSError as error:
        seen[process] = str(error)
pathlib.Path("seen").write_text(repr(seen))
"""


@LINUX
def test_a_recipe_cannot_read_the_variables_of_whoever_runs_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.ingest.recipes.test_process import READING, run\n"
        "try: run(Path(sys.argv[1]), READING)\n"
        "except Exception as error: print(error)\n"
        # What goes on afterwards is as it was before.
        "assert 'secret-4' in Path('/proc/self/environ').read_text()"
    )
    environment = {**os.environ, "MY_TOKEN": "secret-4"}
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "defines no recipe" in done.stdout
    seen = (tmp_path / "run" / "seen").read_text()
    assert "Permission denied" in seen
    assert "secret-4" not in seen


def test_a_variable_that_a_recipe_may_not_see_is_named_with_the_option_that_lets_it_through(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="variable MY_TOKEN, which it may not see: let it through by --grant MY_TOKEN"):
        run(tmp_path, "import os\nos.environ['MY_TOKEN']")
    with pytest.raises(JobFailed, match="raised KeyError: 'MY_TOKEN'"):
        run(tmp_path, "{}['MY_TOKEN']")


def test_secrets_of_addresses_do_not_reach_the_log(tmp_path: Path) -> None:
    with pytest.raises(JobFailed):
        run(tmp_path, "print('reads https://data.example.org/a.nc?token=TOPSECRET&x=1, end', flush=True)")
    log = (tmp_path / "run" / "log.txt").read_text()
    assert "reads https://data.example.org/a.nc?token=REDACTED&x=1, end" in log
    assert "TOPSECRET" not in log


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


@LINUX
@pytest.mark.parametrize("inherited", ["", ", env={}"], ids=["marked", "bare"])
@pytest.mark.parametrize("busy", ["time.sleep(600)", "sum(range(10**12))"], ids=["waiting", "busy"])
def test_what_a_recipe_detached_ends_when_whoever_started_the_recipe_is_killed(
    busy: str, inherited: str, tmp_path: Path
) -> None:
    code = f"""
import os, pathlib, subprocess, time
pid = subprocess.Popen(["/bin/sleep", "333"], start_new_session=True{inherited}).pid
pathlib.Path("pids").write_text(f"{{pid}} {{os.getpid()}} ")
{busy}
"""
    program = "import sys; from pathlib import Path; from tests.ingest.recipes.test_process import run\n"
    program += f"run(Path(sys.argv[1]), {code!r})"
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    noted = tmp_path / "run" / "pids"
    try:
        wait(lambda: noted.is_file() and noted.read_text().endswith(" "))
        started = [int(number) for number in noted.read_text().split()]
        assert all(map(alive, started))
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait(lambda: not any(map(alive, started)))


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
