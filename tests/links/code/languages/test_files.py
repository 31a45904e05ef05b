"""Which files are read, and that none is read twice for nothing."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from leap_kg.links.files import File, Listed
from leap_kg.links.memory import LOCAL, Memory
from leap_kg.links.mined import Mined
from leap_kg.links.readers import READERS
from leap_kg.links.reading import Reading

CODE = "https://github.com/lab/rain"


@pytest.mark.parametrize("path", ["a.R", "R/a.r", "a.Rmd", "a.qmd", "src/a.jl", "a.sh", "Makefile", "x/Artifacts.toml"])
def test_code_of_every_language_is_searched_with_the_files_beside_it(path: str) -> None:
    assert READERS.searches(path)
    assert READERS.is_connected(path)


@pytest.mark.parametrize("path", ["a.Rd", "a.RData", "Project.toml", "r", "jl", "a.rds", "makefile.txt", "sh/a.txt"])
def test_other_files_are_not(path: str) -> None:
    assert not READERS.searches(path)


def _listed(path: str, text: str) -> Listed:
    data = text.encode()
    file = File(CODE, path, f"{CODE}/blob/main/{path}", hashlib.sha256(data).hexdigest())
    return Listed(file, lambda: data)


def _pass(home: Path, files: Mapping[str, str]) -> tuple[int, dict[str, Mined]]:
    listed = [_listed(path, text) for path, text in files.items()]
    with Memory(home / "links.sqlite") as memory:
        reading = Reading(memory, READERS, lambda done, of, path: None)
        origins = {CODE: [(LOCAL, each.file) for each in listed]}
        found = reading.read(origins, {(CODE, each.file.path): each for each in listed})
        memory.settle(origins, reading.versions)
    return reading.opened, {file.path: mined for file, mined in found}


def test_what_has_not_changed_is_not_read_again_and_what_refers_to_a_change_is(tmp_path: Path) -> None:
    files = {"run.R": 'source("where.R")\nnc_open(PLACE)\n', "where.R": 'PLACE <- "s3://lake/a.nc"\n', "get.sh": "ls\n"}
    opened, found = _pass(tmp_path, files)
    assert (opened, [each.target for each in found["run.R"].signals]) == (3, ["s3://lake/a.nc"])
    opened, again = _pass(tmp_path, files)
    assert (opened, again) == (0, found)
    opened, after = _pass(tmp_path, {**files, "where.R": 'PLACE <- "s3://lake/b.nc"\n'})
    assert (opened, [each.target for each in after["run.R"].signals]) == (3, ["s3://lake/b.nc"])
