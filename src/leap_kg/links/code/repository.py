"""Reads the files of a repository together: constants and functions cross from one module to another."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from leap_kg.links.code import notebooks
from leap_kg.links.code.bounds import MAX_NOTEBOOK
from leap_kg.links.code.findings import unread
from leap_kg.links.code.languages import files as languages
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.notebooks import read_notebook
from leap_kg.links.code.python import names_of, read_python
from leap_kg.links.code.sweeping import seldom
from leap_kg.links.code.values import Values
from leap_kg.links.mined import Mined

READ_WITH = (".py", ".ipynb", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", *languages.BESIDE)
"""Suffixes of the files that reading code asks for: code, and settings that code loads."""


def read_repository(files: Mapping[str, bytes]) -> Iterator[tuple[str, Mined]]:
    """What each file of code and notebook of `files` (by path, `/` between folders) gives, in order of the paths."""
    neighbours = _neighbours(files)
    found: dict[str, Mined] = {}
    with seldom() as sweep:
        for path in sorted(filter(is_code, files)):
            found[path] = read_code(files[path], path, neighbours)
            sweep(len(files[path]))
        # What the one call of a function passes is known once all files were read.
        for path in sorted(neighbours.close()):
            if path in found:
                found[path] = read_code(files[path], path, neighbours)
                sweep(len(files[path]))
    yield from found.items()


def is_code(path: str) -> bool:
    """Whether the file is one that is read for signals; copies that an editor keeps are not."""
    return (path.endswith((".py", ".ipynb")) or languages.reads(path)) and ".ipynb_checkpoints/" not in path


def read_code(data: bytes, path: str, neighbours: Neighbours | None = None) -> Mined:
    """One file of code or notebook, by its name."""
    if path.endswith(".ipynb"):
        return read_notebook(data, path, neighbours)
    return (languages.read_source if languages.reads(path) else read_python)(data, path, neighbours)


def read_stored(file: Path, path: str) -> Mined:
    """A file on disk, called `path` in its repository; one that is too large is refused before it is read."""
    if file.stat().st_size > MAX_NOTEBOOK:
        return Mined(
            findings=(unread(path, f"it is larger than {MAX_NOTEBOOK} bytes", "Clear the outputs of the notebook."),)
        )
    return read_code(file.read_bytes(), path)


def _neighbours(files: Mapping[str, bytes]) -> Neighbours:
    def load(path: str, data: bytes) -> dict[str, Values]:
        if path.endswith(".ipynb"):
            return notebooks.names_of(path, data, neighbours)
        return (languages.names_of if languages.reads(path) else names_of)(path, data, neighbours)

    neighbours = Neighbours({path: files[path] for path in files if path.endswith(READ_WITH)}, load)
    return neighbours
