"""A dump of the registry made up for tests, after its documented schema 2."""

import io
import json
import zipfile
from typing import Any

from leap_kg.ontology.identifiers.ror import check_digits

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def identifier(number: int) -> str:
    """The IRI of the organisation with that number."""
    symbols = "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(6))
    return f"https://ror.org/0{symbols}{check_digits(symbols)}"


def organisation(number: int, **more: object) -> dict[str, Any]:
    """A record without fault."""
    return {
        "id": identifier(number),
        "status": "active",
        "types": ["education", "funder"],
        "established": 1754,
        "names": [
            {"value": f"U{number}", "types": ["acronym"], "lang": None},
            {"value": f"Universität {number}", "types": ["label"], "lang": "de"},
            {"value": f"University {number}", "types": ["label", "ror_display"], "lang": "en"},
        ],
        "links": [
            {"type": "website", "value": "https://www.example.org"},
            {"type": "wikipedia", "value": "https://en.wikipedia.org/wiki/Example"},
        ],
        "locations": [
            {
                "geonames_id": 5128581,
                "geonames_details": {
                    "continent_code": "NA", "continent_name": "North America", "country_code": "US",
                    "country_name": "United States", "country_subdivision_code": "NY",
                    "country_subdivision_name": "New York", "lat": 40.71427, "lng": -74.00597, "name": "New York City",
                },
            }
        ],
        "relationships": [{"type": "parent", "label": "University 1", "id": identifier(1)}],
        "external_ids": [
            {"type": "fundref", "all": ["100000001"], "preferred": "100000001"},
            {"type": "grid", "all": ["grid.21729.3f"], "preferred": "grid.21729.3f"},
            {"type": "isni", "all": ["0000 0004 1936 8729"], "preferred": None},
            {"type": "wikidata", "all": ["Q49088"], "preferred": None},
        ],
        "domains": ["example.org"],
        "admin": {
            "created": {"date": "2018-11-14", "schema_version": "1.0"},
            "last_modified": {"date": "2024-12-11", "schema_version": "2.1"},
        },
        **more,
    }  # fmt: skip


def zipped(**files: bytes) -> bytes:
    """A zip with these files; `__` in a name stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name.replace("__", "."))  # of 1980, so that the same content is the same bytes
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return out.getvalue()


def written(*items: object) -> bytes:
    """The JSON of a dump."""
    return json.dumps(items, indent=2, ensure_ascii=False).encode()
