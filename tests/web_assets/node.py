"""Runs the front end's own tools; tests skip with the reason where Node or its packages are absent."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.web_assets.render import WEB, manifest


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`npm run SCRIPT -- ARGUMENTS`, with its output as text."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on the PATH")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("web/node_modules is absent: run `npm ci --ignore-scripts` in web/")
    command = [npm, "run", "--silent", script, "--", *map(str, arguments)]
    return subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=120, check=False)


def need_build() -> None:
    """Skip if the assets were not built."""
    if not manifest():
        pytest.skip("web/dist is empty: run `npm run build` in web/")
