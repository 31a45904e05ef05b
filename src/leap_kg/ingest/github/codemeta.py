"""`codemeta.json`: software described in JSON-LD, by whatever version of CodeMeta; https://codemeta.github.io/.

Read by its keys, as the CodeMeta crosswalk does; no context is fetched or expanded, because contexts are anybody's.
"""

import re
from typing import Any

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.reading import Path, Reading
from leap_kg.ingest.github.citation import Citation, Creator, Reference
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ontology.identifiers import Refusal, doi, orcid

_MOST = 1000
ROOT = ("codemeta.json",)
"""What the paths of all values of the file begin with."""


def read_keys(data: bytes, reading: Reading, *, what: str) -> dict[str, Any]:
    """The keys of the file, without prefix, and what stands under them; raises `Unreadable` if it is no JSON."""
    value: Any = read_value(data, what=what).value
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        hint = "Write one JSON object with @context, @type and name."
        reading.report("bad-value", Severity.WARNING, "codemeta.json is no object", hint, ROOT)
        value = {}
    return {key.removeprefix("schema:").removeprefix("codemeta:"): each for key, each in value.items()}


def read_codemeta(data: bytes, reading: Reading, *, what: str) -> Citation:
    """The file in the shape of a citation; raises `Unreadable` if it is no JSON."""
    path: Path = ROOT
    found = read_keys(data, reading, what=what)
    citation = Citation(
        title=_text(found.get("name"), (*path, "name"), reading),
        abstract=_text(found.get("description"), (*path, "description"), reading),
        version=_text(found.get("softwareVersion") or found.get("version"), (*path, "version"), reading),
        released=reading.date(
            _text(found.get("datePublished"), (*path, "datePublished"), reading), (*path, "datePublished")
        ),
    )
    citation.licences = [text for each in many(found.get("license")) if (text := name_of(each))]
    words = found.get("keywords")
    listed = re.split(r"\s*[,;]\s*", words) if isinstance(words, str) else [name_of(each) for each in many(words)]
    citation.keywords = [word for word in listed[:_MOST] if word]
    for key in ("identifier", "sameAs", "@id", "id"):
        for each in many(found.get(key)):
            known = doi.parse(name_of(each))
            if not isinstance(known, Refusal) and known.iri not in citation.dois:
                citation.dois.append(known.iri)
    for key in ("author", "creator"):
        for number, each in enumerate(many(found.get(key))):
            if (creator := _creator(each, (*path, key, number), reading)) and creator not in citation.creators:
                citation.creators.append(creator)
    for each in many(found.get("referencePublication")):
        if (reference := _reference(each)) is not None:
            citation.references.append(reference)
    return citation


def many(value: object) -> list[object]:
    """The values of a list, of JSON-LD's `@list`, or the one value that there is."""
    if isinstance(value, dict) and isinstance(value.get("@list"), list):
        value = value["@list"]
    if isinstance(value, list):
        return value[:_MOST]
    return [] if value is None else [value]


def name_of(value: object) -> str:
    """A text, or what names a thing: its `@id`, `value`, `url` or `name`."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("@value", "@id", "id", "value", "url", "name") if value.get(key)), "")
    return value.strip() if isinstance(value, str) else ""


def _text(value: object, path: Path, reading: Reading) -> str:
    if isinstance(value, dict | list):
        value = next((name_of(each) for each in many(value) if name_of(each)), "")
    return reading.text(value, path)


def _creator(value: object, path: Path, reading: Reading) -> Creator | None:
    if not isinstance(value, dict):
        name = reading.text(value, path) if isinstance(value, str) else ""
        return Creator(name) if name else None
    given, family = _text(value.get("givenName"), path, reading), _text(value.get("familyName"), path, reading)
    name = " ".join(part for part in (given, family) if part) or _text(value.get("name"), path, reading)
    known = orcid.parse(name_of(value.get("@id") or value.get("id") or value.get("identifier")))
    kind = value.get("@type") or value.get("type")
    if not name:
        return None
    affiliation = _text(value.get("affiliation"), path, reading)
    return Creator(
        name, "" if isinstance(known, Refusal) else known.iri, "", affiliation, entity="Organization" in many(kind)
    )


def _reference(value: object) -> Reference | None:
    known = next((each for word in _words(value) if not isinstance(each := doi.parse(word), Refusal)), None)
    title = value.get("name") if isinstance(value, dict) else None
    if known is None and not isinstance(title, str):
        return None
    return Reference(title if isinstance(title, str) else "", known.iri if known is not None else "", article=True)


def _words(value: object) -> list[str]:
    if isinstance(value, dict):
        return [name_of(value.get(key)) for key in ("@id", "id", "identifier", "url", "sameAs")]
    return [value] if isinstance(value, str) else []
