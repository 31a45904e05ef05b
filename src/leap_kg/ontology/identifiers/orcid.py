"""ORCID iDs of people, with the check of their last character (ISO 7064, mod 11-2).

https://support.orcid.org/hc/en-us/articles/360006897674 defines the form. A wrong iD joins two people,
so a failed check is refused, never repaired.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean

_NOUN = "ORCID iD"
_HINT = "copy it from the person's page on orcid.org, as 0000-0002-1825-0097"
_LEAD = re.compile(r"(?:https?://)?(?:www\.)?orcid\.org/+(?:my-orcid\?orcid=)?|orcid(?:\s?id)?[\s:=#]*", re.IGNORECASE)
# Hyphens, and the dashes that word processors make of them.
_SEPARATOR = re.compile(r"[\s_\-\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class Orcid:
    """An ORCID iD as four groups of four, `0000-0002-1825-0097`."""

    value: str

    @property
    def iri(self) -> str:
        """The person's IRI, `https://orcid.org/…`."""
        return f"https://orcid.org/{self.value}"


def parse(text: str) -> Orcid | Refusal:
    """The ORCID iD that `text` spells: bare, as URL, with spaces or dashes, with a small x."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    while match := _LEAD.match(cleaned):
        cleaned = cleaned[match.end() :]
    digits = _SEPARATOR.sub("", re.split("[/?#&]", cleaned, maxsplit=1)[0]).upper()
    if not re.fullmatch("[0-9]{15}[0-9X]", digits):
        return Refusal("not an ORCID iD: that has 15 digits and a last digit or X", _HINT)
    if digits[-1] != check_character(digits[:15]):
        return Refusal("not an ORCID iD: its last character does not check, so a digit is mistyped", _HINT)
    if digits.startswith("00000000"):
        return Refusal("a placeholder: no ORCID iD begins with eight zeros", _HINT)
    return Orcid("-".join(digits[at : at + 4] for at in range(0, 16, 4)))


def check_character(digits: str) -> str:
    """The ISO 7064 mod 11-2 check character of a text of decimal digits: `0` to `9` or `X`."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)
