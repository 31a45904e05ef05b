"""When two addresses are the same: one place has many forms, and a template stands for all that fit it."""

import re
from functools import lru_cache

from leap_kg.links.signal import UNKNOWN
from leap_kg.ontology.identifiers import Refusal, arxiv, doi, storage

_HOLE = "-unknown-"
_ENDPOINT = re.compile(r"s3://|https?://[^/]+/")


@lru_cache(maxsize=65_536)
def canonical(address: str) -> str:
    """One text for all forms of an address; `UNKNOWN` stays where it is, as does what names an entry of a catalogue."""
    place, mark, entry = address.strip().partition("#")
    parsed = storage.parse(place.replace(UNKNOWN, _HOLE))
    if isinstance(parsed, Refusal):
        bare = address.strip().rstrip("/ \t\r\n")
        return bare if bare == address else canonical(bare)  # without what stood behind it, it may be a place
    where = f"{parsed.endpoint}/{parsed.bucket}/{parsed.key}" if parsed.provider == "osn" else parsed.uri
    return f"{where.replace(_HOLE, UNKNOWN).rstrip('/')}{mark}{entry}"


def fit(one: str, other: str) -> bool:
    """Whether they can be one place: the same, or one is a template that the other fits.

    The judged addresses leave out the endpoint of a bucket that is not Amazon's, so `s3://` stands for any endpoint.
    """
    first, second = canonical(one), canonical(other)
    if first.startswith("s3://") != second.startswith("s3://"):
        first, second = _without_endpoint(first), _without_endpoint(second)
    return first == second or _matches(first, second) or _matches(second, first)


def _without_endpoint(canonical: str) -> str:
    """Bucket and key of what is kept in buckets, behind whatever server."""
    return _ENDPOINT.sub("", canonical)


def _matches(template: str, text: str) -> bool:
    if UNKNOWN not in template:
        return False
    pattern = ".*".join(map(re.escape, template.split(UNKNOWN)))
    return re.fullmatch(pattern, text.replace(UNKNOWN, ""), re.DOTALL) is not None


def paper(text: str) -> str:
    """One text for all forms of the identifier of a paper: a DOI in lower case, or `arxiv:` and the number."""
    preprint = arxiv.parse(text)
    if not isinstance(preprint, Refusal):
        return f"arxiv:{preprint.value}".lower()
    found = doi.parse(text)
    return text.strip().lower() if isinstance(found, Refusal) else found.value.lower()
