"""ROR identifiers of organisations, with their two check digits.

`0`, six characters of Crockford's base 32 (no i, l, o, u), then the ISO 7064 mod 97-10 check of their
number: https://ror.readme.io/docs/identifier.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean

_NOUN = "ROR identifier"
_HINT = "copy it from the organisation's page on ror.org, as https://ror.org/00hj8s172"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LEAD = re.compile(r"(?:https?://)?(?:www\.)?ror\.org/+|ror(?:\s?id)?[\s:=]+", re.IGNORECASE)
_FORM = re.compile(rf"0([{_ALPHABET}]{{6}})([0-9]{{2}})")


@dataclass(frozen=True, slots=True)
class Ror:
    """A ROR identifier, nine characters in lower case: `00hj8s172`."""

    value: str

    @property
    def iri(self) -> str:
        """The organisation's IRI, `https://ror.org/…`."""
        return f"https://ror.org/{self.value}"


def parse(text: str) -> Ror | Refusal:
    """The ROR identifier that `text` spells, bare or as URL."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    while match := _LEAD.match(cleaned):
        cleaned = cleaned[match.end() :]
    value = re.split("[/?#]", cleaned, maxsplit=1)[0].lower()
    form = _FORM.fullmatch(value)
    if not form:
        return Refusal("not a ROR identifier: that is 0, six letters or digits and two digits", _HINT)
    if form[2] != check_digits(form[1]):
        return Refusal("not a ROR identifier: its last two digits do not check, so it is mistyped", _HINT)
    return Ror(value)


def check_digits(symbols: str) -> str:
    """The two check digits of the six base 32 symbols that follow the leading 0."""
    number = 0
    for symbol in symbols:
        number = number * 32 + _ALPHABET.index(symbol)
    return f"{98 - number * 100 % 97:02d}"
