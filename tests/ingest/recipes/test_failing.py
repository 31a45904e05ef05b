"""Why a recipe's process ended, in words that say what to do."""

import errno
import json
from pathlib import Path

import pytest

from leap_kg.ingest.recipes.engine.leap_recipe.failing import Failed, write_failure


@pytest.mark.parametrize(
    ("cause", "kind", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/stores/x"), "disk-full", "the disk is full (/stores/x)"),
        (Failed("source", "it is gone"), "source", "it is gone"),
        (ValueError("seven"), "raised", "the recipe raised RuntimeError: while running"),
    ],
    ids=["full", "ours", "theirs"],
)
def test_the_cause_below_what_an_engine_raises_is_told(cause: Exception, kind: str, told: str, tmp_path: Path) -> None:
    error = RuntimeError("while running")
    error.__cause__ = cause
    write_failure(tmp_path / "failure", error)
    said = json.loads((tmp_path / "failure").read_text())
    assert said["kind"] == kind
    assert told in said["message"]
    assert "RuntimeError: while running" in said["trace"]


def test_what_pangeo_forge_says_of_a_mask_comes_with_a_remedy(tmp_path: Path) -> None:
    write_failure(tmp_path / "failure", ValueError("Region (slice(0, 31),) does not align with Zarr chunks (18, 36)."))
    assert "make it a coordinate, by set_coords" in json.loads((tmp_path / "failure").read_text())["message"]


def test_memory_that_ran_out_is_told(tmp_path: Path) -> None:
    write_failure(tmp_path / "failure", MemoryError())
    assert "smaller chunks" in (tmp_path / "failure").read_text()
