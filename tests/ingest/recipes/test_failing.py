"""Why a recipe's process ended, in words that say what to do."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leap_kg.ingest.recipes.engine.leap_recipe.failing import Failed, write_failure
from leap_kg.ingest.recipes.engine.leap_recipe.writing import blocks


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


def test_what_no_code_of_a_recipe_had_a_part_in_is_not_said_to_be_its_fault(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:  # what is called there has no caller but libraries
        error = pool.submit(list, blocks({"sst": 4}, 0, 1, 0)).exception()
    assert error is not None
    write_failure(tmp_path / "failure", error)
    told = json.loads((tmp_path / "failure").read_text())["message"]
    assert told.startswith("ZeroDivisionError was raised while leap-kg worked on the data: ")
    with pytest.raises(ZeroDivisionError) as raised:
        list(blocks({"sst": 4}, 0, 1, 0))  # called by what is neither ours nor a library
    write_failure(tmp_path / "failure", raised.value)
    assert "the recipe raised ZeroDivisionError" in (tmp_path / "failure").read_text()
