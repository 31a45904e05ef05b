"""ISBNs of books, with their check digits, in the form of thirteen digits (ISO 2108).

An ISBN of ten digits is the same book as the one of thirteen that begins with 978.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean

_NOUN = "ISBN"
_HINT = "copy it from the book's imprint, as 9783030281922"
_LEAD = re.compile(r"https?://[^\s]*/isbn/|urn:isbn:|isbn(?:-1[03])?[\s:]*", re.IGNORECASE)
_SEPARATORS = re.compile("[\\s\\-\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class Isbn:
    """An ISBN as thirteen digits, `9783030281922`."""

    value: str

    @property
    def iri(self) -> str:
        """The book's URN (RFC 8254)."""
        return f"urn:isbn:{self.value}"


def parse(text: str) -> Isbn | Refusal:
    """The ISBN that `text` spells: of ten or thirteen digits, with or without hyphens, as URN or in a URL."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    digits = _SEPARATORS.sub("", _LEAD.sub("", cleaned, count=1)).upper()
    if re.fullmatch("[0-9]{9}[0-9X]", digits):
        total = sum((10 if digit == "X" else int(digit)) * (10 - at) for at, digit in enumerate(digits))
        body = "978" + digits[:9]
        valid = total % 11 == 0
    elif re.fullmatch("97[89][0-9]{10}", digits):
        body = digits[:12]
        valid = check_digit(body) == digits[-1]
    else:
        return Refusal("not an ISBN: that has ten or thirteen digits", _HINT)
    if not valid:
        return Refusal("not an ISBN: its last character does not check, so it is mistyped", _HINT)
    return Isbn(body + check_digit(body))


def check_digit(body: str) -> str:
    """The check digit of the first twelve digits."""
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return str(-total % 10)
