"""What a STAC object is called: by the address it is found at, which links of other objects lead to.

An `id` alone names nothing: items are unique within their collection only, and two catalogues may both have an `era5`.
"""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from pyoxigraph import NamedNode

from leap_kg.ontology.iri import digest, iri_text, mint
from leap_kg.redaction import hide

_PLAIN = re.compile(r"https?://[^/?#;\\\s]+/[^?#;\s]+")


def item_url(listing: str, identifier: str) -> str:
    """Where an API serves one member of the listing at this address: below it, as OGC API says."""
    return f"{listing.partition('?')[0].rstrip('/')}/{quoted(identifier)}"


def quoted(identifier: str) -> str:
    """An id as one step of an address."""
    return quote(identifier, safe="", errors="replace")


def resolved(url: str, href: object) -> str:
    """A link's target, absolute, percent-encoded and without a fragment; `""` if it is none that can be asked for."""
    if not isinstance(href, str) or not (target := href.strip()):
        return ""
    # What is absolute leads to the same from everywhere, as the items of a collection all do.
    return _absolute(target) if _PLAIN.fullmatch(target) else _joined(url, target)


@lru_cache(maxsize=1024)
def _absolute(target: str) -> str:
    return _joined("", target)


def _joined(url: str, target: str) -> str:
    try:
        found = iri_text(urljoin(url, target).partition("#")[0]) or ""
        return found if urlsplit(found).hostname else ""
    except ValueError:
        return ""


def stac_iri(url: str, base: str) -> NamedNode:
    """The node of the object at this address; a query string and a fragment tell objects apart, secrets do not."""
    url = hide(url)
    try:
        parts = urlsplit(iri_text(url) or "")
        name = [parts.netloc.lower(), *map(_plain, parts.path.split("/"))]
    except ValueError:
        return mint(base, "stac-object", digest(url))
    extra = [digest(parts.query, parts.fragment)] if parts.query or parts.fragment else []
    path = [step for step in name if step not in ("", ".", "..")]
    return mint(base, "stac-object", *(path or [digest(url)]), *extra)


@lru_cache(maxsize=1024)
def linked_iri(url: str, base: str) -> NamedNode:
    """The same, for objects that many others lead to."""
    return stac_iri(url, base)


def _plain(step: str) -> str:
    """A step without percent escapes, unless that would make two steps of it."""
    return step if "%2f" in step.lower() else unquote(step)
