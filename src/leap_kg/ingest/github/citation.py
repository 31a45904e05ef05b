"""`CITATION.cff`: who is to be cited for software, and how; https://citation-file-format.github.io/ defines it.

The file is written by hand, so each wrong value is a finding and the rest counts. A file that is a list of one
mapping is taken as that mapping.
"""

from dataclasses import dataclass, field
from typing import Any

from leap_kg.ingest.formats.reading import File, Path, Reading
from leap_kg.ingest.formats.yamltext import read_yaml
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ontology.identifiers import Doi, Refusal, doi, github, orcid

_MOST = 1000
ROOT = ("CITATION.cff",)
"""What the paths of all values of the file begin with."""


@dataclass(frozen=True, slots=True)
class Creator:
    """A person, or an organisation if `entity`; `orcid` is an IRI, `login` a GitHub login, both perhaps empty."""

    name: str
    orcid: str = ""
    login: str = ""
    affiliation: str = ""
    entity: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that is to be cited; `doi` is an IRI, perhaps empty."""

    title: str
    doi: str = ""
    year: str = ""
    article: bool = False


@dataclass(slots=True)
class Citation:
    """What a file says of the software it stands beside; texts may be empty. DOIs are IRIs."""

    title: str = ""
    abstract: str = ""
    version: str = ""
    released: str = ""
    licences: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    dois: list[str] = field(default_factory=list)
    creators: list[Creator] = field(default_factory=list)
    preferred: Reference | None = None
    references: list[Reference] = field(default_factory=list)


def read_keys(data: bytes, reading: Reading, *, what: str) -> dict[str, Any]:
    """The keys of the file and what stands under them; raises `Unreadable` if it is no YAML.

    `reading` learns the line of each of them, under `ROOT`.
    """
    document = read_yaml(data, what=what)
    places = {(*ROOT, *place): line for place, line in document.lines.items()}
    reading.files = {**reading.files, ROOT[0]: File(what, places)}
    value: object = document.value
    if isinstance(value, list):
        hint = "Write the keys at the beginning of the lines, without `- ` before them."
        message = "CITATION.cff is a list where keys are due"
        reading.report("bad-value", Severity.WARNING, message, hint, ROOT)
        value = value[0] if len(value) == 1 else None
    return reading.mapping(value, ROOT)


def read_citation(data: bytes, reading: Reading, *, what: str) -> Citation:
    """The file; raises `Unreadable` if it is no YAML. What is wrong inside is reported to `reading`."""
    path: Path = ROOT
    found = read_keys(data, reading, what=what)
    citation = Citation(
        title=reading.text(found.get("title"), (*path, "title")),
        abstract=reading.text(found.get("abstract"), (*path, "abstract")),
        version=reading.text(found.get("version"), (*path, "version")),
        released=reading.date(found.get("date-released"), (*path, "date-released")),
        creators=_creators(found.get("authors"), (*path, "authors"), reading),
        dois=_dois(found, path, reading),
    )
    licences = found.get("license")
    many = licences if isinstance(licences, list) else [licences]
    texts = (reading.text(each, (*path, "license")) for each in many[:_MOST])
    citation.licences = [text for text in texts if text]
    words = found.get("keywords")
    if isinstance(words, list):
        texts = (reading.text(word, (*path, "keywords", n)) for n, word in enumerate(words[:_MOST]))
        citation.keywords = [word for word in texts if word]
    if found.get("preferred-citation") is not None:
        citation.preferred = _reference(found["preferred-citation"], (*path, "preferred-citation"), reading)
    for entry, at in reading.mappings(found.get("references"), (*path, "references"))[:_MOST]:
        if (reference := _reference(entry, at, reading)) is not None:
            citation.references.append(reference)
    return citation


def _creators(value: object, path: Path, reading: Reading) -> list[Creator]:
    creators = []
    for entry, at in reading.mappings(value, path)[:_MOST]:
        keys = ("given-names", "name-particle", "family-names")
        name = " ".join(text for key in keys if (text := reading.text(entry.get(key), (*at, key))))
        entity = not name and bool(entry.get("name"))
        for key in ("name", "alias"):
            name = name or reading.text(entry.get(key), (*at, key))
        known = reading.identifier(entry.get("orcid"), (*at, "orcid"), orcid.parse)
        affiliation = reading.text(entry.get("affiliation"), (*at, "affiliation"))
        if name:
            iri = known.iri if known is not None else ""
            creators.append(Creator(name, iri, _login(entry.get("website")), affiliation, entity))
        else:
            message = "an author of CITATION.cff has no name"
            reading.report("bad-value", Severity.WARNING, message, "Give family-names and given-names.", at)
    return creators


def _login(website: object) -> str:
    """The GitHub login of a person whose website is a profile there."""
    if not isinstance(website, str) or "github.com/" not in website.lower():
        return ""
    login = github.parse_login(website)
    return "" if isinstance(login, Refusal) else login.value


def _dois(found: dict[str, Any], path: Path, reading: Reading) -> list[str]:
    """DOIs of the software itself: under `doi`, and among the identifiers."""
    every: dict[str, None] = {}
    if (own := reading.identifier(found.get("doi"), (*path, "doi"), doi.parse)) is not None:
        every[own.iri] = None
    for entry, at in reading.mappings(found.get("identifiers"), (*path, "identifiers"))[:_MOST]:
        if entry.get("type") == "doi":
            other: Doi | None = reading.identifier(entry.get("value"), (*at, "value"), doi.parse)
            every |= {} if other is None else {other.iri: None}
    return list(every)


def _reference(value: object, path: Path, reading: Reading) -> Reference | None:
    entry = reading.mapping(value, path)
    title = reading.text(entry.get("title"), (*path, "title"))
    known = reading.identifier(entry.get("doi"), (*path, "doi"), doi.parse)
    year = reading.text(entry.get("year"), (*path, "year"))
    if not title and known is None:
        return None
    article = entry.get("type") in ("article", "conference-paper", "proceedings")
    return Reference(title, known.iri if known is not None else "", year, article)
