"""The recorded answers of registers, read by other code than the mirror's: PyYAML, gzip and json alone."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

DATA = Path(__file__).parents[3] / "shared" / "data"
CROSSREF = DATA / "crossref" / "sckott__habanero" / "test" / "cassettes"
DATACITE = DATA / "datacite" / "inveniosoftware__datacite" / "tests" / "data"
ORCID = DATA / "orcid" / "ropensci__rorcid" / "tests" / "fixtures"
WHY = "the recorded answers of registers are not beside the project, in ../shared/data"
BASE = "https://w3id.org/leap-kg/"
MIRROR = Path(__file__).parent / "mirror.yaml"


@dataclass(frozen=True)
class Answer:
    """What a register said: the address asked, and the JSON of the answer, `None` where it is none."""

    url: str
    value: Any


def answers(folder: Path) -> Iterator[Answer]:
    """Every GET in the cassettes of a folder, in the order of their names."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        content = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - both loaders are safe
        for exchange in content.get("interactions") or content["http_interactions"]:
            body = exchange["response"]["body"]["string"]
            data = body if isinstance(body, bytes) else body.encode()
            if data[:2] == b"\x1f\x8b":
                data = gzip.decompress(data)
            try:
                yield Answer(exchange["request"]["uri"], json.loads(data))
            except ValueError:
                yield Answer(exchange["request"]["uri"], None)


@cache
def crossref_listings() -> dict[str, list[dict[str, Any]]]:
    """The works of each listing that was recorded, by its address.

    Several answers to one address are its pages where the cursor stays what it is; else only the first counts.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for answer in answers(CROSSREF):
        if isinstance(answer.value, dict) and answer.value.get("message-type") == "work-list":
            known, message = found.get(answer.url), answer.value["message"]
            again = {"cursor": [message.get("next-cursor")]}.items() <= parse_qs(urlsplit(answer.url).query).items()
            if known is None or again:
                found[answer.url] = [*(known or []), *message["items"]]
    return found


@cache
def crossref_single() -> dict[str, dict[str, Any]]:
    """The works that were recorded one by one, by DOI."""
    found: dict[str, dict[str, Any]] = {}
    for answer in answers(CROSSREF):
        if isinstance(answer.value, dict) and answer.value.get("message-type") == "work":
            found.setdefault(answer.value["message"]["DOI"].lower(), answer.value["message"])
    return found


@cache
def crossref_works() -> dict[str, dict[str, Any]]:
    """Every recorded work, by DOI: as the first listing that has it gives it, else as it was recorded alone."""
    found: dict[str, dict[str, Any]] = {}
    for items in crossref_listings().values():
        for item in items:
            found.setdefault(item["DOI"].lower(), item)
    for doi, item in crossref_single().items():
        found.setdefault(doi, item)
    return found


@cache
def datacite_records() -> dict[str, dict[str, Any]]:
    """The metadata files of DataCite by their path below its folder."""
    return {str(path.relative_to(DATACITE)): json.loads(path.read_bytes()) for path in sorted(DATACITE.rglob("*.json"))}


@cache
def orcid_sections() -> dict[str, dict[str, Any]]:
    """What was recorded of people: the sections of each by ORCID iD."""
    found: dict[str, dict[str, Any]] = {}
    for answer in answers(ORCID):
        person, _, section = answer.url.removeprefix("https://pub.orcid.org/v3.0/").partition("/")
        if section in ("person", "works"):
            found.setdefault(person, {})[section] = answer.value
    return found
