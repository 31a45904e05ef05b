"""Requests for data: what people asked for, and where each request is on its way to being published."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leap_kg.client.records import Records

if TYPE_CHECKING:
    from leap_kg.client.graph import Client

_QUERY = "questions/requests"


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One request: `status` is where it is and `because` why, `asked` when (ISO 8601) and `by` by whom.

    `answer` is the IRI of a dataset or store that answers it, `issue` the address where it is discussed, `url` its
    page; `""` for what is not known.
    """

    title: str
    status: str
    asked: str
    by: str
    because: str
    answer: str
    issue: str
    iri: str
    url: str


def asked_for(client: "Client", status: str, words: str) -> Records[DataRequest]:
    """The requests of a status with words in their title, `""` for any; raises `KgError` for a server without them."""
    rows = client.rows_of(_QUERY, status=status, words=words)
    found = [
        DataRequest(
            title=row.get("title", ""),
            status=row.get("status", ""),
            asked=row.get("asked", ""),
            by=row.get("name", "") or row.get("by", ""),
            because=row.get("because", ""),
            answer=row.get("answer", ""),
            issue=row.get("issue", ""),
            iri=row.get("request", ""),
            url=client.page(row.get("request", "")),
        )
        for row in rows
    ]
    return Records(DataRequest, found, "request")
