"""The sources file: which sources a platform has, as YAML; see `ingest/leap.yaml` for one.

It may take in other such files by `include`. What is wrong is one error of a line for each mistake, that names the
file, the line, the source and the key, and says how to mend it.
"""

import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from leap_kg.graph.names import COMPARISON_SOURCE, DEFAULT_SOURCE, ONTOLOGY_SOURCE, REQUESTS_SOURCE, STANDING_SOURCE
from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.formats.yamltext import Document, Unreadable, Value, read_yaml
from leap_kg.ingest.mistakes import nearest, no_such_key
from leap_kg.ingest.places import Places, shown
from leap_kg.ingest.source import Source

GROUP = "leap_kg.sources"
"""The group of entry points by which packages offer kinds of sources."""

_OURS = "the package leap-kg"

_RESERVED = {
    COMPARISON_SOURCE: "the graph of that name holds what sources contradict each other about",
    ONTOLOGY_SOURCE: "the graph of that name holds the ontology",
    REQUESTS_SOURCE: "the graph of that name holds the requests for data that were made on the site",
    STANDING_SOURCE: "the graph of that name holds where requests for data are",
    DEFAULT_SOURCE: "the graph of that name takes what is written to the server without naming a graph",
}
_FORM = "the file must be a mapping with a list of at least one source under `sources`"
_NUMBER = re.compile(r"[-+]?[0-9.]+")
_KEYS = ("include", "sources")
_MOST_SHOWN = 30  # mistakes


class SourcesFaulty(ValueError):
    """The sources file cannot be used; each line of the message names a place and the mend."""


def kinds() -> dict[str, EntryPoint]:
    """Every kind of source that is installed, by its name in the sources file."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def read_sources(path: Path, base: str) -> list[Source]:
    """All sources that the file declares, in its order; raises `SourcesFaulty`."""
    return [_made(config, base) for config in read_entries(path)]


def read_entries(path: Path) -> list[SourceConfig]:
    """All entries of the file and of those that it includes, which come first; raises `SourcesFaulty`."""
    reader = _Reader()
    entries = list(reader.entries(path, ()))
    if reader.mistakes:
        told = reader.mistakes[:_MOST_SHOWN]
        if len(reader.mistakes) > len(told):
            told.append(f"and {len(reader.mistakes) - len(told)} more")
        raise SourcesFaulty("\n".join(told))
    return entries


class _Reader:
    """Reads files, and notes what is wrong with them."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self._installed = kinds()
        self._known: dict[str, tuple[Path, int]] = {}

    def entries(self, path: Path, around: tuple[Path, ...]) -> Iterator[SourceConfig]:
        """The good entries of a file, which stands in those `around` it."""
        try:
            document = read_yaml(path.read_bytes(), what=str(path))
        except OSError as error:
            mend = f"correct `include` in {around[-1]}" if around else "give another file with --sources"
            self.mistakes.append(f"cannot read {path}: {error.strerror}; {mend}")
            return
        except Unreadable as error:
            self.mistakes.append(f"{error}; mend it there")
            return
        places = Places(path, document)
        parts = _parts(document.value)
        if parts is None:
            self.mistakes.append(f"{path}: {_FORM}")
            return
        self._check_keys(document, places)
        included, listed = parts
        for number, name in enumerate(included):
            yield from self._included(("include", number), name, places, (*around, path))
        for number, entry in enumerate(listed):
            config = self._config(places, number, entry)
            if config is not None and self._is_new(config, places, number):
                yield config.declared_in(path)

    def _check_keys(self, document: Document, places: Places) -> None:
        for at, line in document.duplicate_keys:
            self.mistakes.append(
                f"{places.path}: {shown(at)} (line {line}): the key is given twice: keep one of the two"
            )
        for key in document.value if isinstance(document.value, dict) else ():
            if key not in _KEYS:
                self.mistakes.append(places.mistake((key,), no_such_key(key, _KEYS)))

    def _included(
        self, at: tuple[str, int], name: Value, places: Places, around: tuple[Path, ...]
    ) -> Iterator[SourceConfig]:
        if not isinstance(name, str) or not name:
            self.mistakes.append(places.mistake(at, "give the path of a sources file, from the folder of this one"))
            return
        path = places.path.parent / name
        if path.resolve() in {file.resolve() for file in around}:
            self.mistakes.append(places.mistake(at, f"{name} includes this file, or is this file: leave it out"))
            return
        if _NUMBER.fullmatch(name) and not path.exists():
            what = f"{name} is a number: give the path of a sources file, from the folder of this one"
            self.mistakes.append(places.mistake(at, what))
            return
        yield from self.entries(path, around)

    def _is_new(self, config: SourceConfig, places: Places, number: int) -> bool:
        at = ("sources", number, "id")
        if config.id in _RESERVED:
            why = f"a source must not be called {config.id!r}, because {_RESERVED[config.id]}; give it another id"
            self.mistakes.append(places.mistake(at, why))
            return False
        if config.id in self._known:
            file, other = self._known[config.id]
            of = "" if file == places.path else f" of {file}"
            both = f"two sources are called {config.id!r}, this and sources.{other}{of}"
            self.mistakes.append(places.mistake(at, f"{both}; give each an id of its own"))
            return False
        self._known[config.id] = (places.path, number)
        return True

    def _config(self, places: Places, number: int, entry: Any) -> SourceConfig | None:  # noqa: ANN401 - as read
        at = ("sources", number)
        if not isinstance(entry, dict):
            self.mistakes.append(places.mistake(at, "give a mapping of keys and values"))
            return None
        if "kind" not in entry:
            like = nearest("kind", map(str, entry))
            what = no_such_key(like, ("kind",)) if like else f"give it one of the kinds {', '.join(self._installed)}"
            self.mistakes.append(places.mistake((*at, like or "kind"), what))
            return None
        kind = str(entry["kind"])
        point = self._installed.get(kind)
        if point is None:
            like = nearest(kind, self._installed)
            hint = f"write {like!r}, if that is what is meant; " if like else ""
            what = f"{entry['kind']!r} is no kind of source; {hint}there are {', '.join(self._installed)}"
            self.mistakes.append(places.mistake((*at, "kind"), what))
            return None
        try:
            model: type[SourceConfig] = point.load()
            return model.model_validate(entry)
        except ImportError as error:
            what = f"the kind {point.name} cannot be used: {error}; install what {_package(point)} needs"
            self.mistakes.append(places.mistake((*at, "kind"), what))
        except ValidationError as error:
            self.mistakes += places.mistakes(at, error, tuple(model.model_fields))
        except Exception as error:  # noqa: BLE001 - what another package does when it is loaded is not known
            self.mistakes.append(places.mistake((*at, "kind"), _broken(point, error)))
        return None


def _parts(value: Value) -> tuple[list[Value], list[Value]] | None:
    """What the file includes and what it lists; `None` if it has not the form of such a file."""
    if not isinstance(value, dict):
        return None
    included = value.get("include", [])
    listed = value.get("sources", [] if included else None)
    if not isinstance(included, list) or not isinstance(listed, list) or not (included or listed):
        return None
    return included, listed


def _made(config: SourceConfig, base: str) -> Source:
    try:
        return config.source(config.sources_file.parent, base)
    except Exception as error:
        point = kinds().get(config.kind)
        if point is None or _package(point) == _OURS:
            raise
        raise SourcesFaulty(f"{config.sources_file}: source {config.id!r}: {_broken(point, error)}") from None


def _broken(point: EntryPoint, error: Exception) -> str:
    """What is said of a kind whose package fails before anything is read."""
    return (
        f"the kind {point.name} cannot be used, since {_package(point)} fails: {type(error).__name__}: {error}; "
        "install another version of that package, or report it to its maintainers"
    )


def _package(point: EntryPoint) -> str:
    """The package that offers a kind, by the name that it is installed by."""
    return f"the package {point.dist.name}" if point.dist is not None else f"the package of {point.value}"


def chosen(sources: list[Source], ids: list[str]) -> list[Source]:
    """The sources with these ids, all for none; raises `SourcesFaulty` for an id that is not there."""
    known = {source.id: source for source in sources}
    for name in ids:
        if name not in known:
            like = nearest(name, known)
            hint = f"write {like!r}, if that is what is meant; " if like else ""
            raise SourcesFaulty(f"no source is called {name!r}; {hint}there are {', '.join(known)}")
    return [known[name] for name in ids] if ids else sources
