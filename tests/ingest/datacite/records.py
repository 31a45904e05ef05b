"""A record as DataCite gives it, with something in every field that is read, and the answers around it."""

import json
from typing import Any

from leap_kg.ingest.datacite.source import DataciteConfig, map_part
from leap_kg.ingest.source import Mapped
from leap_kg.ingest.works.document import cut
from leap_kg.ingest.works.membership import Members
from leap_kg.settings import DEFAULT_BASE
from tests.ingest.crossref.records import CARBERRY, COLUMBIA, MEMBERS, NSF

API = "https://api.datacite.org"
CONCEPT = "10.5281/zenodo.7761880"


def record(number: str = "10.5281/ZENODO.7761881", /, **more: Any) -> dict[str, Any]:
    """A version of a dataset at Zenodo, without fault."""
    return {
        "doi": number,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Dataset"},
        "titles": [{"title": "ClimSim <i>low</i> resolution"}, {"title": "A part", "titleType": "Subtitle"}],
        "descriptions": [{"description": "<p>Ten years of <b>data</b>.</p>", "descriptionType": "Abstract"}],
        "creators": [
            {
                "name": "Carberry, Josiah",
                "nameType": "Personal",
                "nameIdentifiers": [{"nameIdentifier": CARBERRY, "nameIdentifierScheme": "ORCID"}],
                "affiliation": [{"name": "Columbia", "affiliationIdentifier": f"https://ror.org/{COLUMBIA}"}],
            },
            {"name": "The Lab", "nameType": "Organizational"},
        ],
        "contributors": [{"name": "Ode, Ann", "contributorType": "DataCurator", "affiliation": ["Somewhere"]}],
        "publisher": {"name": "Zenodo"},
        "publicationYear": 2023,
        "dates": [{"date": "2023-06-01", "dateType": "Issued"}, {"date": "2023-07", "dateType": "Updated"}],
        "language": "en",
        "version": "1.2",
        "subjects": [{"subject": "climate"}],
        "rightsList": [{"rightsIdentifier": "cc-by-4.0", "rightsUri": "https://creativecommons.org/licenses/by/4.0/"}],
        "fundingReferences": [
            {"funderName": "NSF", "funderIdentifier": f"https://doi.org/{NSF}", "awardNumber": "2019625"},
        ],
        "relatedIdentifiers": [
            {"relatedIdentifier": CONCEPT, "relatedIdentifierType": "DOI", "relationType": "IsVersionOf"},
            {"relatedIdentifier": "2306.08754", "relatedIdentifierType": "arXiv", "relationType": "IsSupplementTo"},
        ],
        "container": {},
        "url": "https://zenodo.org/record/7761881",
        **more,
    }


def mapped(item: dict[str, Any], members: Members = MEMBERS) -> Mapped:
    return map_part("x", cut("work", f"{API}/dois/x", item), members, DEFAULT_BASE)


def listing(items: list[Any], total: int | None = None, following: str | None = None) -> bytes:
    data = [{"id": "x", "type": "dois", "attributes": item} for item in items]
    links = {"self": "x", **({"next": following} if following else {})}
    return json.dumps(
        {"data": data, "meta": {"total": len(items) if total is None else total}, "links": links}
    ).encode()


def config(**more: Any) -> DataciteConfig:
    return DataciteConfig(id="lab", kind="datacite", title="DataCite", **{"members": MEMBERS, **more})
