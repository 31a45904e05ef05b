"""The sources file: which sources a platform has, as YAML; see `ingest/leap.yaml` for one.

A mistake in the file is one error that names the file, the line, the source and the key, and says how to mend it.
"""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leap_kg.graph.names import COMPARISON_SOURCE, DEFAULT_SOURCE, ONTOLOGY_SOURCE
from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.formats.yamltext import Document, Unreadable, read_yaml
from leap_kg.ingest.formats.yamltext import Path as Steps
from leap_kg.ingest.mistakes import mend, nearest
from leap_kg.ingest.source import Source

GROUP = "leap_kg.sources"
"""The group of entry points by which packages offer kinds of sources."""

_OURS = "the package leap-kg"

_RESERVED = {
    COMPARISON_SOURCE: "the graph of that name holds what sources contradict each other about",
    ONTOLOGY_SOURCE: "the graph of that name holds the ontology",
    DEFAULT_SOURCE: "the graph of that name takes what is written to the server without naming a graph",
}
_FORM = "the file must be a mapping with a list of at least one source under `sources`"
_ID = "give an id of 2 to 41 small letters, digits and hyphens that begins with a letter"


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
    return [_made(config, path, base) for config in read_entries(path)]


def read_entries(path: Path) -> list[SourceConfig]:
    """All entries of the file, in its order; raises `SourcesFaulty`."""
    try:
        document = read_yaml(path.read_bytes(), what=str(path))
        entries = _File.model_validate(document.value).sources
    except OSError as error:
        raise SourcesFaulty(f"cannot read {path}: {error.strerror}; give another file with --sources") from None
    except Unreadable as error:
        raise SourcesFaulty(f"{error}; mend it there") from None
    except ValidationError as error:
        raise _Places(path, document).faulty((), error) from None
    places = _Places(path, document)
    for place, line in document.duplicate_keys:
        raise SourcesFaulty(f"{path}: {_shown(place)} (line {line}): the key is given twice: keep one of the two")
    installed = kinds()
    configs = [_config(places, number, entry, installed) for number, entry in enumerate(entries)]
    known: dict[str, int] = {}
    for number, config in enumerate(configs):
        at = ("sources", number, "id")
        if config.id in _RESERVED:
            why = f"a source must not be called {config.id!r}, because {_RESERVED[config.id]}; give it another id"
            raise places.mistake(at, why)
        if config.id in known:
            both = f"two sources are called {config.id!r}, this and sources.{known[config.id]}"
            raise places.mistake(at, f"{both}; give each an id of its own")
        known[config.id] = number
    return configs


def _config(places: "_Places", number: int, entry: dict[str, Any], installed: dict[str, EntryPoint]) -> SourceConfig:
    point = installed.get(str(entry.get("kind")))
    if point is None:
        like = nearest(str(entry.get("kind")), installed)
        raise places.mistake(
            ("sources", number, "kind"),
            f"{entry.get('kind')!r} is no kind of source; "
            + (f"write {like!r}, if that is what is meant; " if like else "")
            + f"there are {', '.join(installed)}",
        )
    try:
        model: type[SourceConfig] = point.load()
        return model.model_validate(entry)
    except ImportError as error:
        why = f"the kind {point.name} cannot be used: {error}; install what {_package(point)} needs"
        raise places.mistake(("sources", number, "kind"), why) from None
    except ValidationError as error:
        raise places.faulty(("sources", number), error, tuple(model.model_fields)) from None
    except Exception as error:  # noqa: BLE001 - what another package does when it is loaded is not known
        raise places.mistake(("sources", number, "kind"), _broken(point, error)) from None


def _made(config: SourceConfig, path: Path, base: str) -> Source:
    try:
        return config.source(path.parent, base)
    except Exception as error:
        point = kinds().get(config.kind)
        if point is None or _package(point) == _OURS:
            raise
        raise SourcesFaulty(f"{path}: source {config.id!r}: {_broken(point, error)}") from None


def _broken(point: EntryPoint, error: Exception) -> str:
    """What is said of a kind whose package fails before anything is read."""
    return (
        f"the kind {point.name} cannot be used, since {_package(point)} fails: {type(error).__name__}: {error}; "
        "install another version of that package, or report it to its maintainers"
    )


def _package(point: EntryPoint) -> str:
    """The package that offers a kind, by the name that it is installed by."""
    return f"the package {point.dist.name}" if point.dist is not None else f"the package of {point.value}"


class _Places:
    """Says of a mistake in the file where it is."""

    def __init__(self, path: Path, document: Document) -> None:
        self._path = path
        self._document = document

    def mistake(self, at: Steps, what: str) -> SourcesFaulty:
        """The mistake, with the line and the id of the source."""
        lines, around = self._document.lines, at
        while around and around not in lines:
            around = around[:-1]
        where = [f"line {lines[around]}"] if around else []
        if (name := self._id(at)) and at[2:] != ("id",):
            where.append(f"source {name!r}")
        return SourcesFaulty(f"{self._path}: {_shown(at)}" + (f" ({', '.join(where)})" if where else "") + f": {what}")

    def faulty(self, at: Steps, error: ValidationError, keys: Sequence[str] = ()) -> SourcesFaulty:
        """The first of the mistakes that a model found, and how many more there are."""
        first, *more = error.errors()
        steps = at
        for number, step in enumerate(first["loc"], 1):
            # What is not in the file is the key that is missing there, or the name of a type that pydantic has tried.
            missing = first["type"] == "missing" and number == len(first["loc"])
            if (*steps, step) in self._document.lines or missing:
                steps = (*steps, step)
        if steps in ((), ("sources",)):
            return SourcesFaulty(f"{self._path}: {_FORM}")
        what = _ID if first["loc"] == ("id",) else mend(first, keys)
        return self.mistake(steps, what + (f" (and {len(more)} more in this entry)" if more else ""))

    def _id(self, at: Steps) -> str:
        value = self._document.value
        entries = value.get("sources") if isinstance(value, dict) else None
        number = at[1] if len(at) > 1 else None
        entry = entries[number] if isinstance(entries, list) and isinstance(number, int) else None
        name = entry.get("id") if isinstance(entry, dict) else None
        return name if isinstance(name, str) else ""


def _shown(at: Steps) -> str:
    return ".".join(map(str, at))


def chosen(sources: list[Source], ids: list[str]) -> list[Source]:
    """The sources with these ids, all for none; raises `SourcesFaulty` for an id that is not there."""
    known = {source.id: source for source in sources}
    for name in ids:
        if name not in known:
            like = nearest(name, known)
            hint = f"write {like!r}, if that is what is meant; " if like else ""
            raise SourcesFaulty(f"no source is called {name!r}; {hint}there are {', '.join(known)}")
    return [known[name] for name in ids] if ids else sources
