"""A module of the front end by itself: built, and asked by a program that Node runs."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.web_assets.render import WEB

_READ = """let text = "";
for await (const piece of process.stdin) text += piece;
const asked = JSON.parse(text);
"""


def built(module: str, program: str, folder: Path) -> Path:
    """The program in a folder with `web/src/MODULE.ts`; `asked` in it is what it is asked, as JSON."""
    vite = WEB / "node_modules" / ".bin" / "vite"
    if shutil.which("node") is None or not vite.exists():
        pytest.skip("web/node_modules is absent: run `npm ci --ignore-scripts` in web/")
    subprocess.run(
        [vite, "build", "--ssr", f"src/{module}.ts", "--outDir", folder, "--logLevel", "warn"],
        cwd=WEB,
        check=True,
        timeout=60,
    )
    (folder / "node_modules").symlink_to(WEB / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "run.js").write_text(f"{_READ}{program}")
    return folder / "run.js"


def answers(program: Path, asked: Any) -> Any:
    """What the program prints, as JSON."""
    done = subprocess.run(
        ["node", program], input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
