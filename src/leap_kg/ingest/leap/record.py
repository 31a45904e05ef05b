"""The files of one feedstock as one record: parsed, merged, and mapped to triples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leap_kg.ingest.formats.reading import File, Path, Reading
from leap_kg.ingest.formats.yamltext import read_yaml
from leap_kg.ingest.leap.feedstock import KEYS, Feedstock, Party, read_feedstock
from leap_kg.ingest.leap.mapping import map_feedstock
from leap_kg.ingest.leap.naming import META_KEYS, Subject, meta_url, subject_of
from leap_kg.ingest.leap.template import report_left, report_left_in
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.source import Mapped, Part, RecordUnusable
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import iri_text

_CATALOG_KEYS = ("tags", "stores", "links", "thumbnail", *META_KEYS)
# The shapes take a millisecond for every ten triples or so; a record beyond this is an attack or a catalogue.
_MOST_TRIPLES = 50_000
_MOST_DUPLICATES = 100
_EMPTY: tuple[object, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Read:
    """A YAML file of a feedstock: its keys and values, and the places where it gives a key twice."""

    part: Part
    value: dict[str, Any]
    file: File
    duplicate_keys: Sequence[tuple[Path, int]]


def read_mapping(part: Part) -> Read:
    """The YAML mapping in a body; raises `Unreadable`, or `RecordUnusable` if it is something else."""
    document = read_yaml(part.data, what=part.url)
    if not isinstance(document.value, dict):
        raise RecordUnusable(f"{part.role}.yaml is not a mapping of keys to values", part.url)
    return Read(part, document.value, File(part.url, document.lines), document.duplicate_keys)


def map_files(key: str, catalog: Part, meta: Part, base: str) -> Mapped:
    """Map a feedstock's two files; raises `Unreadable` or `RecordUnusable` if one of them is hopeless."""
    described, listed = read_mapping(meta), read_mapping(catalog)
    merged = merge(listed.value, described.value)
    own = [key for key in described.value if key not in listed.value or described.value[key] not in _EMPTY]
    files = {**dict.fromkeys([*_CATALOG_KEYS, *listed.value], listed.file), **dict.fromkeys(own, described.file)}
    reading = Reading(files=files, default=described.file)
    for read in (listed, described):
        _report_duplicates(read, reading)
    _report_hidden(listed, described, reading)
    subject = subject_of(catalog.url, meta.url, (catalog.url, meta.url), base)
    report_foreign(listed, meta.url, reading)
    return map_merged(key, merged, subject, reading, base)


def map_merged(key: str, merged: Mapping[str, Any], subject: Subject, reading: Reading, base: str) -> Mapped:
    """Map a mapping that has the merged shape."""
    feedstock = read_feedstock(merged, reading)
    report_left(feedstock, subject.repository, reading)
    if not feedstock.title:
        raise RecordUnusable("the record has no title; add one to meta.yaml", reading.default.iri)
    for name in META_KEYS:
        if merged.get(name) not in subject.sources:
            reading.keep((name,), merged.get(name))
    triples = map_feedstock(feedstock, subject, reading, base)
    if len(triples) > _MOST_TRIPLES:
        reason = f"the record makes {len(triples)} statements, more than {_MOST_TRIPLES}"
        raise RecordUnusable(f"{reason}; split it, or list its stores in a catalogue of their own", reading.default.iri)
    logins = {party.login: reading.place((*party.path, "github")) for party in _parties(feedstock) if party.login}
    return Mapped(key, subject.dataset, triples, list(reading.findings), logins)


def _parties(feedstock: Feedstock) -> list[Party]:
    return [*(provider.party for provider in feedstock.providers), *feedstock.maintainers]


def merge(listed: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    """One mapping of catalog.yaml and meta.yaml. Where both give a key meta.yaml counts, unless it leaves it empty."""
    return {**listed, **{key: value for key, value in described.items() if key not in listed or value not in _EMPTY}}


def _report_hidden(listed: Read, described: Read, reading: Reading) -> None:
    """Report and keep what catalog.yaml says under a key for which meta.yaml says something else.

    The texts of the template are looked for there, and below keys that are not known: nothing else reads these.
    """
    hidden = {}
    for key, value in listed.value.items():
        other = described.value.get(key)
        if value in _EMPTY or other in _EMPTY or value == other:
            continue
        reading.report(
            "duplicate-key",
            Severity.WARNING,
            f"catalog.yaml{_at(listed.file.lines.get((key,)))} and meta.yaml both give {key!r}, each another value; "
            "that of meta.yaml counts",
            "Keep one of the two.",
            (key,),
        )
        reading.keep((f"catalog.yaml:{key}",), value)
        hidden[key] = value
    for read, unread in ((listed, hidden), (described, {})):
        unknown = {key: value for key, value in read.value.items() if key not in KEYS}
        if unread or unknown:
            report_left_in({**unread, **unknown}, read.file, reading)


def _at(line: int | None) -> str:
    return f" (line {line})" if line else ""


def _report_duplicates(read: Read, reading: Reading) -> None:
    for path, line in read.duplicate_keys[:_MOST_DUPLICATES]:
        place = ".".join(map(str, path))
        reading.findings.append(
            Finding(
                kind="duplicate-key",
                severity=Severity.WARNING,
                message=f"the key {place} of {read.part.role}.yaml is given twice; the later value counts",
                hint="Keep one of the two.",
                pointer=f"{place} (line {line})",
                file=iri_text(read.part.url),
            )
        )


def report_foreign(listed: Read, meta: str, reading: Reading) -> None:
    """Report a catalog.yaml that names the meta.yaml of another repository, whether that was read or not."""
    place, stated = github.parse_file(listed.part.url), meta_url(listed.value) or meta
    other = github.parse_repository(stated)
    if isinstance(place, Refusal) or isinstance(other, Refusal) or other.key == place.repository.key:
        return
    key = next((key for key in META_KEYS if listed.value.get(key)), META_KEYS[0])
    own = place.repository.display
    reading.report(
        "foreign-meta",
        Severity.WARNING,
        f"catalog.yaml lies in {own}, and takes its description from {other.display}",
        f"If {own} is a dataset of its own, point it at its own meta.yaml: {own_meta_line(place, key)}",
        (key,),
        stated,
    )


def own_meta_line(catalog: github.File, key: str = META_KEYS[-1]) -> str:
    """The line of a catalog.yaml that points at the meta.yaml beside it."""
    folder = catalog.path.rpartition("/")[0]
    ref = "main" if catalog.ref == "HEAD" else catalog.ref
    beside = github.File(catalog.repository, ref, f"{folder}/meta.yaml".lstrip("/"))
    return f'{json.dumps(key) if ":" in key else key}: "{beside.blob_url}"'
