"""ISSNs of journals and other serials: eight characters, the last of which checks the others (ISO 3297).

A journal has one ISSN for print and one for each electronic form, so one journal may have several.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean

_NOUN = "ISSN"
_HINT = "copy it from the journal's page on portal.issn.org, as 2041-1723"
_LEAD = re.compile(r"https?://portal\.issn\.org/resource/issn/|urn:issn:|[ep]?-?issn[\s:]*", re.IGNORECASE)
_FORM = re.compile("([0-9]{4})[-\u2010-\u2015\u2212 ]?([0-9]{3}[0-9Xx])")


@dataclass(frozen=True, slots=True)
class Issn:
    """An ISSN in its printed form, `2041-1723`."""

    value: str

    @property
    def iri(self) -> str:
        """The serial's IRI in the ISSN Portal."""
        return f"https://portal.issn.org/resource/ISSN/{self.value}"


def parse(text: str) -> Issn | Refusal:
    """The ISSN that `text` spells: with or without hyphen, as URN or as an address of the portal."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    form = _FORM.fullmatch(_LEAD.sub("", cleaned, count=1))
    if not form:
        return Refusal("not an ISSN: that has seven digits and a last digit or X", _HINT)
    digits = (form[1] + form[2]).upper()
    if digits[-1] != check_character(digits[:7]):
        return Refusal("not an ISSN: its last character does not check, so it is mistyped", _HINT)
    return Issn(f"{digits[:4]}-{digits[4:]}")


def check_character(digits: str) -> str:
    """The check character of seven decimal digits: `0` to `9` or `X`."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True))
    rest = -total % 11
    return "X" if rest == 10 else str(rest)
