"""The files of one feedstock as one record: parsed, merged, and mapped to triples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leap_kg.ingest.finding import Finding, Severity
from leap_kg.ingest.leap.feedstock import read_feedstock
from leap_kg.ingest.leap.mapping import Subject, dataset_node, map_feedstock
from leap_kg.ingest.leap.reading import File, Path, Reading
from leap_kg.ingest.source import Mapped, Part, RecordUnusable
from leap_kg.ingest.yamltext import read_yaml
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import iri_text


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
    files = {**dict.fromkeys(listed.value, listed.file), **dict.fromkeys(described.value, described.file)}
    reading = Reading(files=files, default=described.file)
    merged = {**listed.value, **described.value}
    for read in (listed, described):
        _report_duplicates(read, reading)
    dataset, repository = dataset_node(catalog.url, base)
    _report_foreign(catalog, meta, repository, reading)
    code = github.parse_file(meta.url)
    subject = Subject(
        dataset=dataset,
        repository=repository,
        code=None if isinstance(code, Refusal) else code,
        sources=(catalog.url, meta.url),
    )
    return map_merged(key, merged, subject, reading, base)


def map_merged(key: str, merged: Mapping[str, Any], subject: Subject, reading: Reading, base: str) -> Mapped:
    """Map a mapping that has the merged shape."""
    feedstock = read_feedstock(merged, reading)
    if not feedstock.title:
        raise RecordUnusable("the record has no title; add one to meta.yaml", reading.default.iri)
    triples = map_feedstock(feedstock, subject, reading, base)
    return Mapped(key, subject.dataset, triples, list(reading.findings))


def _report_duplicates(read: Read, reading: Reading) -> None:
    for path, line in read.duplicate_keys:
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


def _report_foreign(catalog: Part, meta: Part, repository: github.Repository | None, reading: Reading) -> None:
    other = github.parse_repository(meta.url)
    if repository is None or isinstance(other, Refusal) or other.key == repository.key:
        return
    reading.findings.append(
        Finding(
            kind="foreign-meta",
            severity=Severity.WARNING,
            message=f"the catalog.yaml of {repository.key} points at the meta.yaml of {other.key}",
            hint=f"Keep a meta.yaml in {repository.key} and point meta_yaml_url at it, if both describe one dataset.",
            pointer="meta_yaml_url",
            value=meta.url,
            file=iri_text(catalog.url),
        )
    )
