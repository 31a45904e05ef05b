"""The sources file: which sources a platform has, as YAML; see `ingest/leap.yaml` for one.

A mistake in the file is one error that names the source and the key.
"""

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leap_kg.graph.names import DEFAULT_SOURCE, ONTOLOGY_SOURCE
from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.source import Source

GROUP = "leap_kg.sources"
"""The group of entry points by which packages offer kinds of sources."""

_RESERVED = {
    ONTOLOGY_SOURCE: "the graph of that name holds the ontology",
    DEFAULT_SOURCE: "the graph of that name takes what is written to the server without naming a graph",
}
_FORM = "the file must be a mapping with a list of at least one source under `sources`"
_ID = "give an id of 2 to 41 small letters, digits and hyphens that begins with a letter"
_MENDS = {
    "missing": "this key is required: give it",
    "extra_forbidden": "there is no such key: correct its name, or leave it out",
    "dict_type": "give a mapping of keys and values",
    "list_type": "give a list",
    "string_type": "give a text",
}
"""What to do about a mistake, by pydantic's name for it."""


class SourcesFaulty(ValueError):
    """The sources file cannot be used; the message names the place and the mend."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: Annotated[list[dict[str, Any]], Field(min_length=1)]


def kinds() -> dict[str, EntryPoint]:
    """Every kind of source that is installed, by its name in the sources file."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def read_sources(path: Path, base: str) -> list[Source]:
    """All sources that the file declares, in its order; raises `SourcesFaulty`."""
    return [config.source(path.parent, base) for config in read_entries(path)]


def read_entries(path: Path) -> list[SourceConfig]:
    """All entries of the file, in its order; raises `SourcesFaulty`."""
    try:
        document = read_yaml(path.read_bytes(), what=str(path))
        entries = _File.model_validate(document.value).sources
    except OSError as error:
        raise SourcesFaulty(f"cannot read {path}: {error.strerror}") from None
    except Unreadable as error:
        raise SourcesFaulty(f"{path}: {error}") from None
    except ValidationError as error:
        raise _faulty(path, (), error) from None
    installed = kinds()
    configs = [_config(path, number, entry, installed) for number, entry in enumerate(entries)]
    names = [config.id for config in configs]
    for number, name in enumerate(names):
        if name in _RESERVED:
            raise SourcesFaulty(
                f"{path}: sources.{number}.id: a source must not be called {name!r}, because {_RESERVED[name]}; "
                "give it another id"
            )
        if names.count(name) > 1:
            raise SourcesFaulty(f"{path}: two sources are called {name!r}; give each an id of its own")
    return configs


def _config(path: Path, number: int, entry: dict[str, Any], installed: dict[str, EntryPoint]) -> SourceConfig:
    point = installed.get(str(entry.get("kind")))
    if point is None:
        known = ", ".join(installed)
        raise SourcesFaulty(
            f"{path}: sources.{number}.kind: {entry.get('kind')!r} is no kind of source; there are {known}"
        )
    try:
        model: type[SourceConfig] = point.load()
        return model.model_validate(entry)
    except ImportError as error:
        raise SourcesFaulty(f"{path}: sources.{number}: the kind {point.name} cannot be used: {error}") from None
    except ValidationError as error:
        raise _faulty(path, ("sources", number), error) from None


def _faulty(path: Path, place: tuple[str | int, ...], error: ValidationError) -> SourcesFaulty:
    first = error.errors()[0]
    steps = (*place, *first["loc"])
    if steps in ((), ("sources",)):
        return SourcesFaulty(f"{path}: {_FORM}")
    shown = ".".join(str(step) for step in steps)
    mend = _ID if first["loc"] == ("id",) else _MENDS.get(first["type"], first["msg"])
    return SourcesFaulty(f"{path}: {shown}: {mend}")


def chosen(sources: list[Source], ids: list[str]) -> list[Source]:
    """The sources with these ids, all for none; raises `SourcesFaulty` for an id that is not there."""
    known = {source.id: source for source in sources}
    for name in ids:
        if name not in known:
            raise SourcesFaulty(f"no source is called {name!r}; there are {', '.join(known)}")
    return [known[name] for name in ids] if ids else sources
