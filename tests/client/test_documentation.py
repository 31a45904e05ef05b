"""The examples of docs/client.md run as they are written, one after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from leap_kg.client import Client

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.all
def test_the_examples_run_as_written(kg: Client, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "client.md").read_text()
    blocks = re.findall(r"^```(python|ipython)\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    program = tmp_path / "examples.py"
    cells = [block for _, block in blocks]
    program.write_text(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {cells!r}:\n"
        "    shell.run_cell(cell).raise_error()\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, "LEAP_KG_URL": kg.url, "IPYTHONDIR": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "sst" in done.stdout
