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


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://github.com/lab/one-feedstock", "clone it first, by `git clone https://github.com/lab/one-feedstock`"),
        ("https://me:TOPSECRET@github.com/lab/one", "by `git clone https://REDACTED@github.com/lab/one`"),
    ],
)
def test_an_address_is_to_be_cloned_first(address: str, told: str, tmp_path: Path) -> None:
    done = leap_kg(Home(tmp_path), "run", address)
    assert done.returncode == 3
    assert told in done.stderr
    assert "TOPSECRET" not in done.stderr


def test_where_recipes_for_dataflow_are_made_ready_is_told(tmp_path: Path) -> None:
    done = leap_kg(Home(tmp_path), "run", str(RECIPES / "sea-surface"), "--runner", "dataflow")
    assert done.returncode == 2
    assert "leap-kg recipe dataflow" in " ".join(done.stderr.replace("│", " ").split())


def test_ctrl_c_while_the_command_is_loaded_is_answered_in_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "stopped\n")
