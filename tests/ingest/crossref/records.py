"""A work as Crossref gives it, with something in every field that is read, and the answers around it."""

import json
from typing import Any
from urllib.parse import quote

from leap_kg.ingest.crossref.source import CrossrefConfig, map_part
from leap_kg.ingest.source import Mapped
from leap_kg.ingest.works.document import cut
from leap_kg.ingest.works.funding import Award
from leap_kg.ingest.works.membership import Members
from leap_kg.settings import DEFAULT_BASE

API = "https://api.crossref.org"
CARBERRY = "0000-0002-1825-0097"
COLUMBIA = "00hj8s172"
NSF = "10.13039/100000001"
AWARD = Award(number="2019625", funder="National Science Foundation", funder_names=("NSF",), funder_ids=(NSF,))
MEMBERS = Members(awards=(AWARD,), people=(CARBERRY,), organisations=(COLUMBIA,))


def work(number: str = "10.1029/2023MS004000", /, **more: Any) -> dict[str, Any]:
    """An article without fault."""
    return {
        "DOI": number,
        "type": "journal-article",
        "subtype": "preprint",
        "title": ["Learning CO<sub>2</sub> fluxes &amp; ocean heat"],
        "subtitle": ["A study"],
        "original-title": ["Apprendre"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We learn.</jats:p><jats:p>It works.</jats:p>",
        "language": "en",
        "issued": {"date-parts": [[2023, 12]]},
        "accepted": {"date-parts": [[2023, 11, 2]]},
        "publisher": "American Geophysical Union (AGU)",
        "container-title": ["Journal of Advances in Modeling Earth Systems"],
        "ISSN": ["1942-2466"],
        "issn-type": [{"type": "print", "value": "1942-2466"}],
        "volume": "15",
        "issue": "12",
        "page": "e2023",
        "subject": ["Oceanography"],
        "license": [{"URL": "http://creativecommons.org/licenses/by/4.0/", "content-version": "vor"}],
        "author": [
            {
                "given": "Josiah",
                "family": "Carberry",
                "ORCID": f"http://orcid.org/{CARBERRY}",
                "sequence": "first",
                "affiliation": [{"name": "Columbia", "id": [{"id": f"https://ror.org/{COLUMBIA}", "id-type": "ROR"}]}],
            },
            {"given": "Ann", "family": "Ode", "affiliation": [{"name": "Somewhere"}]},
            {"given": "Ann", "family": "Ode", "affiliation": []},
            {"name": "The LEAP Team"},
        ],
        "editor": [{"given": "E.", "family": "Ditor"}],
        "reference": [{"key": "1", "DOI": "10.1000/CITED"}, {"key": "2", "unstructured": "Anon."}],
        "funder": [{"DOI": NSF, "name": "National Science Foundation", "award": ["OCE-2019625"]}, {"name": "A friend"}],
        "relation": {"has-preprint": [{"id-type": "doi", "id": "10.22541/au.1", "asserted-by": "subject"}]},
        **more,
    }


def mapped(item: dict[str, Any], members: Members = MEMBERS) -> Mapped:
    return map_part(str(item.get("DOI")).lower(), cut("work", address("x"), item), members, DEFAULT_BASE)


def address(number: str) -> str:
    return f"{API}/works/{quote(number.lower(), safe='')}"


def listing(items: list[Any], total: int | None = None, cursor: str | None = None) -> bytes:
    message = {"items": items, "total-results": len(items) if total is None else total, "next-cursor": cursor}
    return json.dumps({"status": "ok", "message-type": "work-list", "message": message}).encode()


def single(item: Any) -> bytes:
    return json.dumps({"status": "ok", "message-type": "work", "message": item}).encode()


def config(**more: Any) -> CrossrefConfig:
    return CrossrefConfig(id="lab", kind="crossref", title="Crossref", **{"members": MEMBERS, **more})
