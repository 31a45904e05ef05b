"""Reads CITATION.cff, codemeta.json and .zenodo.json for papers, archives and references, key by key.

A DOI at the top of such a file is meant to be that of the archived software. Many write that of their paper there, so
that only those of archives are taken for one, and others for a citation that is less sure.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.reading import File, Path, Reading, dotted
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github import citation, codemeta
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.metadata.naming import Identified, identified, identified_in
from leap_kg.links.mined import Mined
from leap_kg.links.places import jsonplaces
from leap_kg.links.places.passage import Passage, read_passage, unreadable
from leap_kg.links.signal import Role, Signal

MOST_SIGNALS = 1000

_PAPER, _ARCHIVE, _OTHER, _REFERENCE, _RELATED = 0.99, 0.97, 0.85, 0.9, 0.5
_ZENODO_PAPER = frozenset({"issupplementto", "isdocumentedby", "isdescribedby", "iscitedby", "isreferencedby"})
_ZENODO_CITED = frozenset({"cites", "references", "isderivedfrom", "issourceof", "requires", "documents", "reviews"})
_ZENODO_SAME = frozenset(
    {"isidenticalto", "isversionof", "hasversion", "isnewversionof", "ispreviousversionof", "isalternateidentifier"}
)


@dataclass(slots=True)
class _File:
    """A file as it is searched: `line` tells where a path of it stands."""

    passage: Passage
    root: Path
    reading: Reading
    lines: dict[Path, int] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)

    def say(self, role: Role, found: Identified | None, confidence: float, path: Path, via: str) -> bool:
        """Note what the value at `path` names, if it names something."""
        if found is None or len(self.signals) >= MOST_SIGNALS:
            return False
        around = path
        while (line := self.lines.get(around)) is None and around:
            around = around[:-1]
        self.signals.append(Signal("L1", role, found.iri, confidence, self.passage.place(line or 1), via))
        return True

    def wrong(self, value: object, path: Path) -> None:
        """Note that the value at `path`, which is meant to be a DOI, names nothing."""
        if isinstance(value, str) and value.strip():
            hint = "Write the DOI as its registrar prints it, such as 10.5281/zenodo.1234, or remove the key."
            path = (*self.root, *path)
            message = f"{dotted(path)} is no DOI"
            self.reading.report("bad-identifier", Severity.WARNING, message, hint, path, value)


def reads(path: str) -> bool:
    """Whether a file of that path is one of metadata."""
    return path.rpartition("/")[2] in _READERS


def read_metadata(data: bytes, path: str) -> Mined:
    """The signals L1 of a metadata file. Never raises; what cannot be read is a finding."""
    reader = _READERS.get(path.rpartition("/")[2])
    if reader is None:
        return Mined()
    findings: list[Finding] = []
    undecoded: list[Finding] = []
    passage = read_passage(data, path, undecoded)
    if passage is None:
        return Mined((), tuple(undecoded))
    reading = Reading({}, File(path))
    file = _File(passage, (), reading)
    try:
        reader(data, file)
    except Unreadable as problem:
        at = f" on line {problem.line}" if problem.line else ""
        message = f"{path} cannot be read{at}: {problem.reason}"
        findings.append(unreadable(path, message, "Mend the file at that place, or remove it."))
    return Mined(tuple(file.signals), (*findings, *reading.findings))


def _citation(data: bytes, file: _File) -> None:
    keys = citation.read_keys(data, file.reading, what=file.passage.path)
    file.root = citation.ROOT
    places = file.reading.files[citation.ROOT[0]].lines
    file.lines = {path[1:]: line for path, line in places.items()}
    _own(keys.get("doi"), ("doi",), file)
    for entry, at in _entries(keys.get("identifiers"), ("identifiers",), file):
        kind = str(entry.get("type", "")).lower()
        if kind in ("doi", "swh") or (kind in ("url", "other") and identified(entry.get("value"))):
            _own(entry.get("value"), (*at, "value"), file)
    preferred = keys.get("preferred-citation")
    if isinstance(preferred, dict):
        _work(preferred, ("preferred-citation",), _PAPER, file)
    for entry, at in _entries(keys.get("references"), ("references",), file):
        _work(entry, at, _REFERENCE, file)


def _own(value: object, path: Path, file: _File) -> None:
    """An identifier of the software itself."""
    found = identified(value)
    if found is None:
        file.wrong(value, path)
    elif found.archive:
        file.say(Role.ARCHIVED_AT, found, _ARCHIVE, path, dotted(path))
    else:
        file.say(Role.CITES, found, _OTHER, path, dotted(path))


def _work(entry: Mapping[str, Any], path: Path, confidence: float, file: _File) -> None:
    """A work that is to be cited: by its DOI, else by its identifiers, else by its address."""
    via = dotted(path)
    if entry.get("doi") is not None:
        if file.say(Role.CITES, identified(entry["doi"]), confidence, (*path, "doi"), via):
            return
        file.wrong(entry["doi"], (*path, "doi"))
    others = entry.get("identifiers")
    for number, other in enumerate(others[:50] if isinstance(others, list) else []):
        value = other.get("value") if isinstance(other, dict) else None
        if file.say(Role.CITES, identified(value), confidence, (*path, "identifiers", number, "value"), via):
            return
    for key in ("url", "repository", "journal", "notes"):
        if file.say(Role.CITES, identified_in(entry.get(key)), confidence, (*path, key), via):
            return


def _codemeta(data: bytes, file: _File) -> None:
    keys = codemeta.read_keys(data, file.reading, what=file.passage.path)
    file.root = codemeta.ROOT
    prefixes = ("schema:", "codemeta:")
    for path, line in _json_lines(data).items():
        bare = (str(path[0]).removeprefix(prefixes[0]).removeprefix(prefixes[1]), *path[1:]) if path else path
        file.lines[bare] = line
    for key in ("identifier", "@id", "id", "sameAs"):
        for text, path in _words(keys.get(key), (key,)):
            if (found := identified(text)) is not None and found.iri not in {each.target for each in file.signals}:
                role, sure = (Role.ARCHIVED_AT, _ARCHIVE) if found.archive else (Role.CITES, _OTHER)
                file.say(role, found, sure, path, key)
    for key, sure in (("referencePublication", _PAPER), ("citation", _REFERENCE), ("relatedLink", _RELATED)):
        for text, path in _words(keys.get(key), (key,)):
            file.say(Role.CITES, identified(text) or identified_in(text), sure, path, key)


def _words(value: object, path: Path) -> Iterator[tuple[str, Path]]:
    """The texts that name a thing, or each of a list of things: of an object the first that names a work."""
    if isinstance(value, dict) and isinstance(value.get("@list"), list):
        value, path = value["@list"], (*path, "@list")
    listed = isinstance(value, list)
    for number, each in enumerate(codemeta.many(value)):
        at = (*path, number) if listed else path
        if isinstance(each, str):
            yield each, at
        elif isinstance(each, dict):
            keys = ("@id", "id", "identifier", "url", "sameAs", "@value", "value")
            texts = [(word, (*at, key)) for key in keys if (word := codemeta.name_of(each.get(key)))]
            yield from [pair for pair in texts if identified(pair[0])][:1] or texts[:1]


def _zenodo(data: bytes, file: _File) -> None:
    keys = read_value(data, what=file.passage.path).value
    file.root = (".zenodo.json",)
    if not isinstance(keys, dict):
        hint = "Write one JSON object with title, creators and related_identifiers."
        file.reading.report("bad-value", Severity.WARNING, ".zenodo.json is no object", hint, file.root)
        return
    file.lines = _json_lines(data)
    if keys.get("doi"):
        _own(keys["doi"], ("doi",), file)
    for entry, at in _entries(keys.get("related_identifiers"), ("related_identifiers",), file):
        relation = str(entry.get("relation") or entry.get("relation_type") or "")
        found, plain = identified(entry.get("identifier")), relation.lower().replace("_", "")
        via, at = f"related_identifiers {relation}"[:100], (*at, "identifier")
        if plain in _ZENODO_SAME:
            file.say(Role.ARCHIVED_AT, found, _ARCHIVE, at, via)
        elif plain in _ZENODO_PAPER:
            file.say(Role.CITES, found, _PAPER, at, via)
        else:
            file.say(Role.CITES, found, _REFERENCE if plain in _ZENODO_CITED else _RELATED, at, via)
    references = keys.get("references")
    for number, text in enumerate(references[:MOST_SIGNALS] if isinstance(references, list) else []):
        file.say(Role.CITES, identified_in(text), _REFERENCE, ("references", number), "references")


def _entries(value: object, path: Path, file: _File) -> list[tuple[dict[str, Any], Path]]:
    """The mappings of a list, each with its path."""
    found = file.reading.mappings(value, (*file.root, *path))[:MOST_SIGNALS]
    return [(entry, at[len(file.root) :]) for entry, at in found]


def _json_lines(data: bytes) -> dict[Path, int]:
    return jsonplaces.places(data.decode("utf-8-sig"), deepest=6)


_READERS: Mapping[str, Callable[[bytes, _File], None]] = {
    "CITATION.cff": _citation,
    "codemeta.json": _codemeta,
    ".zenodo.json": _zenodo,
}
