"""Which headers of an answer are told on, and what they say; names are in lower case."""

from collections.abc import Mapping

_TOLD = frozenset({
    "link", "etag", "last-modified", "content-disposition", "content-language",
    "x-total-count", "x-total", "total-results", "x-api-pool", "x-concurrency-limit", "x-github-media-type",
})  # fmt: skip
_TOLD_FAMILIES = ("x-ratelimit-", "ratelimit", "x-rate-limit-", "x-total-")


def telling(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that say something of the body, of the listing it is part of, or of limits; none has a secret."""
    return {name: value for name, value in headers.items() if name in _TOLD or name.startswith(_TOLD_FAMILIES)}


def media_type(headers: Mapping[str, str]) -> str | None:
    """The media type of an answer, in lower case and without parameters; `None` if it says none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() or None
