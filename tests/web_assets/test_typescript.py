"""The islands hold TypeScript's strict rules."""

import json

from tests.web_assets.node import run
from tests.web_assets.render import WEB


def test_islands_type_check() -> None:
    done = run("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_checks_are_strict() -> None:
    options = json.loads((WEB / "tsconfig.json").read_text())["compilerOptions"]
    assert options["strict"] is True
    assert options["noUncheckedIndexedAccess"] is True
