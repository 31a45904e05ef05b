"""A: whether data and metadata can be got at, and how."""

from leap_kg.catalog.fair.findable import host
from leap_kg.catalog.fair.metric import Metric, check, listed
from leap_kg.catalog.fair.served import Served

_RIGHTS = "http://purl.org/dc/terms/accessRights", "http://purl.org/dc/terms/rights"
_LEVELS = "http://publications.europa.eu/resource/authority/access-right/"
_STATUS = "http://www.w3.org/ns/adms#status"
_STANDARD = ("https://", "http://", "ftp://", "ftps://", "sftp://")
_ASK = "Let the catalogue's check find out whether the stores are public, or state it in the record."


@check("The level of access is a term of a controlled list", _ASK)
def _level(served: Served) -> str:
    stated = {value for predicate in _RIGHTS for value in served.objects(predicate) if value.startswith(_LEVELS)}
    return listed(sorted(stated))


@check("The conditions of access are said in words", _ASK, 0.5)
def _conditions(served: Served) -> str:
    return listed([str(value) for value in served.said("conditionsOfAccess")])


@check("The page is had by a standard protocol", "Serve the page over HTTP.")
def _page(served: Served) -> str:
    return served.page.address if served.page.good and served.page.address.startswith(_STANDARD) else ""


@check(
    "The data are had by a standard protocol",
    "Give an https address for a store: one of S3 or Google Cloud Storage has one.",
    0.5,
)
def _protocol(served: Served) -> str:
    addresses = [str(each.get("contentUrl", "")) for each in served.downloads]
    return listed([address for address in addresses if address.startswith(_STANDARD)])


@check(
    "A store was found to answer",
    "Harvest the stores (a source of the kind zarr), and mend what its findings say of those that do not answer.",
    0.5,
)
def _answers(served: Served) -> str:
    found = [status for status in served.objects(_STATUS) if status.endswith("/status/answers")]
    return f"answered when they were looked at: {len(found)}" if found else ""


@check("The system of the identifier keeps the metadata", "Register a DOI for the dataset.")
def _kept(served: Served) -> str:
    return served.citation if host(served.citation) in ("doi.org", "dx.doi.org") else ""


@check("The server keeps the past states of the metadata", "Serve a TimeMap (RFC 7089) with past states.", 0.5)
def _past(served: Served) -> str:
    states = [link for link in served.timemap.listed if link.relation == "memento"]
    led = bool(served.targets("timemap"))
    return f"states in {served.timemap.address}: {len(states)}" if led and states else ""


METRICS = (
    Metric("FsF-A1-01M", "Metadata contains access level and access conditions", (_level, _conditions), True),
    Metric("FsF-A1-02M", "Metadata is accessible through a standard protocol", (_page,)),
    Metric("FsF-A1-03D", "Data is accessible through a standard protocol", (_protocol, _answers)),
    Metric("FsF-A2-01M", "Metadata remains available when the data are gone", (_kept, _past), True),
)
