"""What a file of releases names beside itself, taken into it: folders of environments, and files of sources.

So what is published stands alone, and one revision says all that was wanted. What is wrong becomes problems, a line
each, beside what could be taken in.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from leap_kg.hub.declared.environment import FILES
from leap_kg.hub.declared.mistake import Mistake
from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.formats.yamltext import Path as Steps
from leap_kg.ingest.sources import SourcesFaulty, read_entries
from leap_kg.redaction import hide

MOST_BYTES = 65_536
"""The size of a file of an environment, in bytes."""

_MOST_SOURCES_BYTES = 2**19


def taken_in(value: Any, folder: Path) -> tuple[Any, list[Mistake]]:  # noqa: ANN401 - any value of YAML
    """The value with the files in it that it names by their paths from `folder`, and what is wrong with those."""
    if not isinstance(value, dict):
        return value, []
    problems: list[Mistake] = []
    made = dict(value)
    for part, key, read in _TAKEN:
        entries = value.get(part)
        if not isinstance(entries, list):
            continue
        made[part] = list(entries)
        for number, entry in enumerate(entries):
            if isinstance(entry, dict) and isinstance(entry.get(key), str):
                try:
                    made[part][number] = {**entry, key: read(entry, folder / entry[key])}
                except (_Unusable, OSError, SourcesFaulty) as error:
                    problems += [Mistake((part, number, key), hide(line)) for line in str(error).splitlines()]
    return made, problems


def taken_from(value: Any, at: Steps, folder: Path) -> Path | None:  # noqa: ANN401 - any value of YAML
    """The file that a place of the whole value was taken from, `None` if it stands in the file of releases itself.

    `value` is what that file says, before anything was taken into it.
    """
    match at:
        case ("environments" as part, int(number), "files" as key, str(name)):
            inside = name
        case ("harvests" as part, int(number), "sources" as key, "text"):
            inside = ""
        case _:
            return None
    said = value[part][number][key]
    return folder / said / inside if isinstance(said, str) else None


def beside(entries: Sequence[SourceConfig], path: Path) -> dict[str, tuple[str, ...]]:
    """For each source of a sources file, the files beside it that reading the source takes."""
    included = {entry.sources_file.name: None for entry in entries if entry.sources_file != path}
    return {entry.id: (*included, *entry.local_files) for entry in entries}


class _Unusable(ValueError):
    """Files that cannot be taken in."""


def _environment(_: dict[str, Any], folder: Path) -> dict[str, str]:
    found = {name: _text(folder / name, MOST_BYTES) for name in FILES if (folder / name).is_file()}
    if not found:
        raise _Unusable(f"{folder} has none of {', '.join(FILES)}: name the folder that has them")
    return found


def _sources(entry: dict[str, Any], path: Path) -> dict[str, Any]:
    entries = read_entries(path)
    needed = beside(entries, path)
    only = entry.get("only")
    wanted = only if isinstance(only, list) and only else list(needed)
    problems = list(_lacking(wanted, needed, path, bool(entry.get("folder"))))
    if problems:
        raise _Unusable("\n".join(problems))
    made: dict[str, Any] = {"file": path.name, "ids": [str(name) for name in wanted]}
    return made if entry.get("folder") else {**made, "text": _text(path, _MOST_SOURCES_BYTES)}


def _lacking(wanted: list[Any], needed: dict[str, tuple[str, ...]], path: Path, in_image: bool) -> Iterator[str]:
    for name in wanted:
        if name not in needed:
            yield f"no source of {path.name} is called {name!r}; there are {', '.join(needed)}"
        elif needed[name] and not in_image:
            yield (
                f"{name} reads {', '.join(needed[name])} beside {path.name}: put {path.name} and those files into the "
                "image and name their folder there as `folder`, or leave the source out by `only`"
            )


def _text(path: Path, most: int) -> str:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise _Unusable(f"{path} is larger than {most:,} bytes: make it smaller")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _Unusable(f"{path} is not UTF-8: save it as such") from None


_TAKEN = (("environments", "files", _environment), ("harvests", "sources", _sources))
