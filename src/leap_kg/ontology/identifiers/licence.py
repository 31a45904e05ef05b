"""Licence texts to SPDX licences, or the reason why not.

SPDX's list comes with the `license-expression` package; the names people really write stand in
`licence_table` and `creative_commons`. Nothing is guessed: a text that could mean two licences is refused
with what is missing, and the caller keeps it word for word.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from leap_kg.ontology.identifiers import creative_commons, doi
from leap_kg.ontology.identifiers.licence_table import NAMES, PAGES, VAGUE, licence_key
from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean, placeholder

_NOUN = "licence"
_LONGEST = 300
_HINT = "write an SPDX identifier such as CC-BY-4.0 or Apache-2.0; https://spdx.org/licenses/ lists them"
_URL = re.compile(r"https?://(?:www\.)?([^?#]*)", re.IGNORECASE)
_BARE_PAGE = re.compile(r"(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|uk)(?:/[^?#\s]*)?)", re.IGNORECASE)
_SPDX_PAGE = re.compile(r"spdx\.org/licenses/([a-z0-9.+-]+?)(?:\.(?:html|json|txt))?")
_OSI_PAGE = re.compile(r"opensource\.org/licenses?/([a-z0-9.+-]+?)(?:\.(?:html|php))?")
_OPERATOR = re.compile(r"\s+(?:and|or|with)\s+|[/,;|()]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of SPDX's list: its identifier as SPDX spells it, and its name (else the identifier again)."""

    spdx_id: str
    name: str

    @property
    def value(self) -> str:
        """The canonical short text: the identifier."""
        return self.spdx_id

    @property
    def iri(self) -> str:
        """`https://spdx.org/licenses/` and the identifier."""
        return f"https://spdx.org/licenses/{self.spdx_id}"


def parse(text: str) -> Licence | Refusal:
    """The one SPDX licence that `text` means: an identifier, a name in words, or the address of its page."""
    if not text.strip():
        return Refusal("no licence is given, so nobody knows what may be done with the data", _HINT)
    cleaned = clean(text, _NOUN, _LONGEST)
    return cleaned if isinstance(cleaned, Refusal) else _parsed(cleaned)


@lru_cache(maxsize=1024)
def _parsed(cleaned: str) -> Licence | Refusal:
    """Many records state few licences; texts are short by now."""
    if isinstance(doi.parse(cleaned), doi.Doi):
        return Refusal("a DOI, not a licence", "cite the DOI elsewhere; " + _HINT)
    if (unfilled := placeholder(cleaned)) is not None:
        return unfilled
    found = _by_address(cleaned) or _by_two_names(cleaned) or _by_name(cleaned) or _unmatched(cleaned)
    return found if isinstance(found, Refusal) else Licence(found, _name(found))


def _by_address(text: str) -> str | Refusal | None:
    match = _URL.fullmatch(text.partition("#")[0].partition("?")[0]) or _BARE_PAGE.fullmatch(text)
    if not match:
        return None
    address = match[1].rstrip("/").lower()
    known = PAGES.get(address) or creative_commons.from_address(address, _exists)
    if known:
        return known
    if (page := _SPDX_PAGE.fullmatch(address)) and (listed := _listed().get(page[1])):
        return listed
    if (page := _OSI_PAGE.fullmatch(address)) and (listed := _squashed().get(_squash(page[1]))):
        return listed
    return Refusal("an address that is not known as a licence's page", "give it as license_link; " + _HINT)


def _by_name(text: str) -> str | Refusal | None:
    key = licence_key(text)
    if not key:
        return Refusal("holds no name of a licence", _HINT)
    return (
        _listed().get(text.lower()) or _named().get(key) or creative_commons.from_words(key, _exists) or VAGUE.get(key)
    )


def _by_two_names(text: str) -> str | Refusal | None:
    """`Name (short name)`, where both mean the same."""
    head, parenthesis, inner = text.removesuffix(")").rpartition("(")
    if not parenthesis or not text.endswith(")") or not (inner.strip() and head.strip()):
        return None
    outside, inside = _by_name(head.strip()), _by_name(inner.strip())
    if isinstance(inside, str) and outside == inside:
        return inside
    if isinstance(outside, str) and isinstance(inside, str):
        return Refusal("two different licences, one of them in parentheses", f"write {inside} or {outside}")
    if isinstance(outside, str) or isinstance(inside, str):
        return Refusal("a licence and beside it a text that means another or none", _HINT)
    return None


def _unmatched(text: str) -> Refusal:
    operands = [operand.strip() for operand in _OPERATOR.split(text) if operand.strip()]
    if len(operands) > 1 and all(map(_is_operand, operands)):
        return Refusal(
            "an SPDX expression, which has no IRI of its own as one licence has",
            "name the one licence that holds for the data, and keep the expression as rights text",
        )
    if text.lower().startswith("licenseref-"):
        return Refusal("a licence outside SPDX's list", "give its text as license_link")
    return Refusal("matches no licence of SPDX's list", _HINT)


def _is_operand(text: str) -> bool:
    return isinstance(_by_name(text), str) or text.lower() in _exceptions()


def _name(identifier: str) -> str:
    if identifier in NAMES:
        return NAMES[identifier][0]
    return creative_commons.title(identifier) if identifier.startswith("CC-BY") else identifier


def _exists(identifier: str) -> bool:
    return identifier.lower() in _listed()


def _squash(identifier: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", identifier.lower())


@lru_cache(maxsize=1)
def _entries() -> list[tuple[str, list[str], bool]]:
    """SPDX's list: identifier, identifiers it replaces, whether it is an exception rather than a licence."""
    # Imported on first use: it costs as much as all else that a command line starts with.
    from license_expression import get_license_index

    return [
        (entry["spdx_license_key"], entry["other_spdx_license_keys"], entry["is_exception"])
        for entry in get_license_index()
        if entry.get("spdx_license_key") and not entry["spdx_license_key"].startswith("LicenseRef-")
    ]


@lru_cache(maxsize=1)
def _listed() -> dict[str, str]:
    """Identifiers in lower case to themselves, and GNU's old ones (`GPL-3.0`, `GPL-3.0+`) to those that replace them.

    Other replacements in the list are the package's own and looser than SPDX: `GPL` alone, `BSD-2`.
    """
    table = {identifier.lower(): identifier for identifier in NAMES}
    for identifier, replaced, is_exception in _entries():
        if not is_exception:
            renamed = (old for old in replaced if identifier in {f"{old}-only", f"{old[:-1]}-or-later"})
            table |= {identifier.lower(): identifier} | {old.lower(): identifier for old in renamed}
    return table


@lru_cache(maxsize=1)
def _exceptions() -> frozenset[str]:
    return frozenset(identifier.lower() for identifier, _, is_exception in _entries() if is_exception)


@lru_cache(maxsize=1)
def _named() -> dict[str, str]:
    """Names in words, and identifiers with spaces for hyphens, as `licence_key` writes them."""
    names = {licence_key(name): identifier for identifier, known in NAMES.items() for name in known}
    return _unambiguous(licence_key) | names


@lru_cache(maxsize=1)
def _squashed() -> dict[str, str]:
    """Identifiers without their punctuation, as page addresses write them."""
    return _unambiguous(_squash)


def _unambiguous(spelling: Callable[[str], str]) -> dict[str, str]:
    """The current identifiers by a looser spelling, without those that it cannot tell apart."""
    table: dict[str, set[str]] = {}
    for identifier in _listed().values():
        table.setdefault(spelling(identifier), set()).add(identifier)
    return {loose: identifiers.pop() for loose, identifiers in table.items() if len(identifiers) == 1}
