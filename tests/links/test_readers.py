"""What several readers find in one file, as one: each finding once."""

import pytest

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.mined import Mined
from leap_kg.links.readers import READERS, Readers

DEEP = b'{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b', "cells": []}'


@pytest.mark.parametrize("data", [DEEP, b"{", b"[1]", b"\xff{}", b""], ids=["deep", "cut", "list", "latin", "empty"])
def test_a_notebook_that_cannot_be_read_is_one_finding(data: bytes) -> None:
    found = READERS.read(data, "plots/maps.ipynb").findings
    assert [(finding.kind, finding.pointer) for finding in found] == [("unreadable-file", "plots/maps.ipynb")]
    assert found[0].hint


def test_other_findings_on_the_file_stay_beside_it() -> None:
    def finding(kind: str, message: str, pointer: str) -> Finding:
        return Finding(kind, Severity.WARNING, message, "Mend it.", pointer)

    whole = [finding("unreadable-file", "no JSON", "a.py"), finding("unreadable-file", "too deep", "a.py")]
    parts = [finding("unreadable-file", "no code", f"a.py (cell {number})") for number in (1, 2)]
    others = [finding("list-cut", "too long", "a.py"), finding("list-cut", "too many", "a.py")]
    mined = [Mined(findings=(each,)) for each in (whole[0], parts[0], whole[1], *others, parts[1], others[1])]
    readers = Readers(tuple((lambda path: True, lambda data, path, found=found: found) for found in mined), "1")  # type: ignore[misc]
    assert readers.read(b"", "a.py").findings == (whole[0], parts[0], *others, parts[1])
