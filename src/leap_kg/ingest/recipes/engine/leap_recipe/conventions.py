"""CF and ACDD by compliance-checker, for a file that has a store's metadata and a little of its data.

Runs in an environment of its own that has nothing but the checker.
"""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

_SUITES = {"cf:1.11": "CF 1.11", "acdd:1.3": "ACDD 1.3"}
_LEVELS = {"cf:1.11": ("high_priorities", "medium_priorities"), "acdd:1.3": ("high_priorities",)}
_MOST = 40
_LONGEST = 400


def check(header: Path) -> list[dict[str, Any]]:
    """What the checker finds, as findings; raises what it raises."""
    from compliance_checker.runner import CheckSuite, ComplianceChecker

    CheckSuite.load_all_available_checkers()
    report = header.with_suffix(".json")
    with contextlib.redirect_stdout(io.StringIO()):
        ComplianceChecker.run_checker(
            ds_loc=str(header), verbose=0, criteria="normal", checker_names=list(_SUITES), output_filename=str(report),
            output_format="json",
        )  # fmt: skip
    found = json.loads(report.read_text(encoding="utf-8"))
    return [
        {
            "kind": "convention",
            "message": f"{_SUITES[suite]}, {each['name'].strip().rstrip(':')}: {'; '.join(each['msgs'][:4])}"[
                :_LONGEST
            ],
            "hint": "Set the attributes in prepare, or attributes= of the recipe.",
            "grave": False,
        }
        for suite, levels in _LEVELS.items()
        for level in levels
        for each in found[suite][level]
        if each["msgs"]
    ][:_MOST]
