"""Addresses: how a URL is spelt, and which URLs are none that anybody fetches."""

import re
from urllib.parse import urlsplit

MAX_URL = 8192


class AddressRefused(Exception):
    """A URL that is not fetched, for what it says or for where it leads; the text says why and what to do."""


_BLOB = re.compile(r"https?://(?:www\.)?github\.com/([^/?#]+/[^/?#]+)/blob/([^?#]+)(?:[?#].*)?", re.I | re.S)
_RAW = re.compile(r"https?://raw\.githubusercontent\.com/([^/?#]+/[^/?#]+)/([^?#]+)(?:[?#].*)?", re.I | re.S)


def raw_form(url: str) -> str:
    """The URL of the file itself for a GitHub page that shows a file; any other URL unchanged."""
    found = _BLOB.fullmatch(url)
    return f"https://raw.githubusercontent.com/{found[1]}/{found[2]}" if found else url


def blob_form(url: str) -> str:
    """The GitHub page that shows the file of a raw URL; any other URL unchanged."""
    found = _RAW.fullmatch(url)
    return f"https://github.com/{found[1]}/blob/{found[2]}" if found else url


def check_url(url: str) -> None:
    """Refuse what is no plain http(s) URL, before anything is resolved; raises `AddressRefused`."""
    if len(url) > MAX_URL:
        raise AddressRefused(f"is longer than {MAX_URL} characters: mend it where it is listed")
    # URL parsers disagree on where a host ends if a backslash is near.
    if re.search(r"[\x00-\x20\\\x7f-\x9f]", url):
        raise AddressRefused("contains a blank, a backslash or a control character: percent-encode it (a blank is %20)")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressRefused("is not a URL: mend it where it is listed") from None
    if parts.scheme not in ("http", "https") or not host:
        raise AddressRefused("is not an http or https address with a host: mend it where it is listed")
