"""Who may read data, by the access rights of the EU's table, and what people call them."""

ACCESS_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/"

_CALLED = {
    "PUBLIC": "public",
    "RESTRICTED": "restricted",
    "SENSITIVE": "sensitive",
    "CONFIDENTIAL": "confidential",
    "NON_PUBLIC": "not public",
}
_MEANT = {"open": "PUBLIC", "private": "NON_PUBLIC", "closed": "NON_PUBLIC", "non public": "NON_PUBLIC"}


def called(iri: str) -> str:
    """What people call a right, `""` for an IRI that is none of the table."""
    return _CALLED.get(iri.removeprefix(ACCESS_RIGHTS), "") if iri.startswith(ACCESS_RIGHTS) else ""


def meant(text: str) -> str | None:
    """The IRI of the right that people write so (`private`, `not public`, `NON_PUBLIC`); `None` for any other text."""
    words = " ".join(text.lower().replace("_", " ").replace("-", " ").split())
    found = _MEANT.get(words) or next((name for name, word in _CALLED.items() if word == words), None)
    return ACCESS_RIGHTS + found if found else None
