"""What `leap-kg recipe` answers where it cannot do what was asked for, and that Ctrl-C is no mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from tests.ingest.recipes.conftest import RECIPES
from tests.ingest.recipes.test_running import leap_kg

# The signal comes while the commands are imported.
INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Stops:
    def find_spec(self, name, path=None, target=None):
        if name == "leap_kg.cli.app":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Stops())
from leap_kg.cli import main
main()
"""


OPTIONS = {
    "project": "my-lab-123456",
    "region": "us-central1",
    "temp_location": "gs://my-lab-scratch/dataflow",
    "sdk_container_image": "us-docker.pkg.dev/my-lab-123456/recipes/beam:2.77.0",
}


def dataflow(home: Path, feedstock: Path, **options: str) -> subprocess.CompletedProcess[str]:
    given = [part for name, value in options.items() for part in ("--option", f"{name}={value}")]
    return leap_kg(Home(home), "run", str(feedstock), "--runner", "dataflow", "--target", "gs://my-lab/stores", *given)


def test_what_is_wrong_with_a_run_on_dataflow_is_told_at_once(tmp_path: Path) -> None:
    done = dataflow(tmp_path, RECIPES / "sea-surface", **{**OPTIONS, "region": "us-centrall1"}, workers="2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "region: 'us-centrall1' is no region: did you mean us-central1?" in done.stderr
    assert "workers: is no option of Dataflow" in done.stderr


@pytest.mark.all
def test_a_run_on_dataflow_is_made_ready_and_not_started(tmp_path: Path) -> None:
    done = dataflow(tmp_path, RECIPES / "sea-surface", **OPTIONS)
    assert (done.returncode, done.stdout) == (1, "")
    assert "the options are right, and nothing was started" in done.stderr
    assert "Give Beam what `leap-kg recipe dataflow` prints" in done.stderr
    assert done.stderr.count("\n") == 1
    nowhere = dataflow(tmp_path, tmp_path / "nowhere", **OPTIONS)
    assert nowhere.returncode == 3
    assert "is no feedstock" in nowhere.stderr
    other = leap_kg(Home(tmp_path), "run", str(RECIPES / "sea-surface"), "--option", "project=my-lab-123456")
    assert other.returncode == 2
    assert "--option is for --runner dataflow, not for direct" in " ".join(other.stderr.replace("│", " ").split())


def test_ctrl_c_while_the_command_is_loaded_is_answered_in_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "stopped\n")
