"""What can be wrong with an attempt, in words that say what to do, and whether asking again may help."""

import ssl
from collections.abc import Mapping
from datetime import datetime

import requests

from leap_kg.ingest.http.address import AddressRefused
from leap_kg.ingest.http.asking import Ask, FetchFailed, shown, web_page
from leap_kg.ingest.http.headers import media_type
from leap_kg.ingest.http.host import Host


class Troubled(Exception):
    """An attempt failed for a reason that lies with the host.

    `passing` says that it is worth trying again, `until` when the host wants to be asked again if it says so; `host`
    is whom to blame, `None` if it only has its limits.
    """

    def __init__(
        self, failure: FetchFailed, host: Host | None, *, passing: bool = True, until: datetime | None = None
    ) -> None:
        super().__init__(failure, host, passing, until)
        self.failure = failure
        self.host = host
        self.passing = passing
        self.until = until


class Passing(Exception):
    """As `Troubled`, where the host is not known yet."""

    def __init__(self, failure: FetchFailed) -> None:
        super().__init__(failure)
        self.failure = failure


def check_type(ask: Ask, headers: Mapping[str, str]) -> None:
    """A page for people in the place of data is how failures look behind some proxies; it may pass."""
    if (failure := web_page(ask, media_type(headers))) is not None:
        raise Passing(failure)


def refused_address(ask: Ask, target: str, refusal: AddressRefused) -> FetchFailed:
    reason = str(refusal) if target == ask.url else f"{shown(target)}, which stands behind it, {refusal}"
    return FetchFailed(ask.url, reason, "refused")


def unreachable(url: str, failure: requests.exceptions.RequestException) -> FetchFailed | Passing:
    """The innermost cause in the system's words; what requests says would repeat the URL, secrets included."""
    cause: BaseException = failure
    while (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its TLS certificate is not accepted ({cause.verify_message}): ask its host to mend that"
        return FetchFailed(url, reason, "unreachable")
    words = cause.strerror if isinstance(cause, OSError) and cause.strerror else type(cause).__name__
    reason = f"cannot be reached ({words}): check the address, or try again later"
    return Passing(FetchFailed(url, reason, "unreachable"))
