"""What a recipe's process leaves beside the stores: an account of what it read and made, as PROV in JSON-LD.

All terms are spelt out by a context that the document carries, so that whoever reads it fetches nothing.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .inputs import Fetched

RUN = "urn:leap-recipe:run"
STORE = "urn:leap-recipe:store:"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Made:
    """A store below the staging place, the key of a dictionary of recipes that made it (`""` for none), and the
    addresses of its inputs."""

    path: str
    key: str
    inputs: tuple[str, ...] = ()


def write_account(
    path: Path, made: Iterable[Made], fetched: Iterable[Fetched], unfetched: Iterable[str], started: str, ended: str
) -> None:
    """Write the account; moments are ISO 8601 with a zone."""
    inputs = [
        {
            "@id": f"urn:leap-recipe:input:{number}",
            "@type": "prov:Entity",
            "schema:contentUrl": each.url,
            "dcat:byteSize": {"@value": str(each.size), "@type": "xsd:nonNegativeInteger"},
            "schema:sha256": each.sha256,
        }
        for number, each in enumerate(fetched)
    ]
    inputs += [
        {"@id": f"urn:leap-recipe:reference:{number}", "@type": "prov:Entity", "schema:contentUrl": url}
        for number, url in enumerate(unfetched)
    ]
    names = {each["schema:contentUrl"]: each["@id"] for each in inputs}
    stores = [
        {
            "@id": STORE + quote(each.path),
            "@type": "prov:Entity",
            "dct:identifier": each.path,
            **({"schema:alternateName": each.key} if each.key else {}),
            "prov:wasGeneratedBy": {"@id": RUN},
            "prov:wasDerivedFrom": [{"@id": names[url]} for url in each.inputs],
        }
        for each in made
    ]
    run = {
        "@id": RUN,
        "@type": "prov:Activity",
        "prov:startedAtTime": {"@value": started, "@type": "xsd:dateTime"},
        "prov:endedAtTime": {"@value": ended, "@type": "xsd:dateTime"},
        "prov:used": [{"@id": each["@id"]} for each in inputs],
    }
    document = {"@context": _CONTEXT, "@graph": [run, *stores, *inputs]}
    path.write_text(json.dumps(document), encoding="utf-8")
