"""Whether a store can be opened, by what harvesting found: a page has code that works, or says why it has none."""

import re
from urllib.parse import urlsplit

from leap_kg.web.nodes.snippets import Address

_SCHEMES = ("gs", "s3", "https", "http", "file")
_ARRAYS = (".zarr", ".nc", ".nc4", ".h5", ".hdf5", ".zarr.zip")
_FOUND = {
    "missing": "Nothing is at its address",
    "broken": "What is at its address cannot be read as a store",
    "empty": "What is at its address describes no array",
}
_DOUBTFUL = {
    "refused": "Its host gives it to nobody without credentials: sign in before you run this.",
    "unreachable": "Its host could not be reached when it was last asked.",
}
# RFC 2606 and RFC 6761: names that stand in documents, and in records that were copied from them.
_RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|test)\.?$")
_NETCDF = (".nc", ".nc4", ".h5", ".hdf5")


def why_not(address: Address, form: str, status: str, day: str) -> str:
    """Why there is no code that opens a store, in a sentence; `""` if there is.

    `form` is the name of its format, `status` what harvesting found, `day` when; each `""` if it is not known.
    """
    if address.scheme not in _SCHEMES:
        return f"No library that the code would use opens addresses of {address.scheme or 'this kind'}."
    if _RESERVED.search(_host(address)):
        return "Its address is in a domain that is reserved for examples, so nothing is there."
    is_file = address.url.lower().endswith(_NETCDF)
    # A file of NetCDF is no Zarr store, which is all that harvesting looked for.
    if status in _FOUND and not (status == "broken" and is_file):
        return f"{_FOUND[status]}{_on(day)}. Its maintainers can tell where it is now."
    if not form and not address.url.lower().rstrip("/").endswith(_ARRAYS):
        return "Neither its record nor its address says that it is an array in a format that xarray reads."
    return ""


def doubt(status: str) -> str:
    """What to know before the code of a store is run, by what harvesting found; `""` for nothing."""
    return _DOUBTFUL.get(status, "")


def _host(address: Address) -> str:
    try:
        return (urlsplit(address.uri).hostname or "") if address.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _on(day: str) -> str:
    return f", as it was on {day}" if day else ""
