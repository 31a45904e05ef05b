"""`leap-kg links` as people type it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leap_kg.links.assertion import link_node
from leap_kg.ontology.namespaces import PROV
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.links.worlds import CODE, NOTEBOOK, checkout


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {k: v for k, v in os.environ.items() if not k.startswith("LEAP_KG_")}
    command = [sys.executable, "-c", "from leap_kg.cli import main; main()", "links", *arguments]
    environment = {**variables, "LEAP_KG_HOME": str(home)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.all
def test_a_folder_is_mined_without_a_harvest_and_its_links_take_a_verdict(tmp_path: Path) -> None:
    home, folder = tmp_path / "kg", checkout(tmp_path / "code", analysis__ipynb=NOTEBOOK)
    assert "nothing to mine: harvest a source" in run(home, "mine").stdout
    mined = run(home, "mine", "--repository", str(folder), "--json")
    assert mined.returncode == 0, mined.stderr
    report = json.loads(mined.stdout)
    assert (report["files"], report["published"], report["unresolved"]) == (1, 0, {"leap": 1})
    link = link_node(CODE, PROV("used"), "gs://leap/ocean.zarr", BASE).value
    assert run(home, "verdict", link.removeprefix(BASE), "accepted").returncode == 0
    assert "2 links, 2 of them published" in run(home, "mine").stdout
    assert run(home, "verdict", "link/none", "accepted").returncode == 3
    assert run(home, "verdict", link, "perhaps").returncode == 2
    assert run(home, "mine", "--repository", str(tmp_path / "none")).returncode == 1
    (tmp_path / "bare").mkdir()
    empty = run(home, "mine", "--repository", str(tmp_path / "bare"))
    assert (empty.returncode, "has no file to mine" in " ".join(empty.stderr.split())) == (1, True)
    assert run(home, "mine", "--as", "lab/code").returncode == 2
    assert run(home, "forget", "lab/none").returncode == 3
    assert run(home, "forget", "no name").returncode == 1
    forgotten = json.loads(run(home, "forget", "lab/code", "--json").stdout)
    assert (forgotten["files"], forgotten["links"]) == (0, 0)
