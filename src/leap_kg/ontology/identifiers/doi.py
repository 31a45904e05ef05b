"""DOIs: `https://doi.org/<lower case>`, from any spelling that carries one.

DOI names ignore the case of ASCII letters only, and may hold nearly any printable character
(https://www.doi.org/doi-handbook/HTML/doi-name-syntax.html), so the IRI percent-encodes what an IRI path
cannot hold. A page of a publisher is refused: where its DOI ends cannot be known.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean, encoded, fully_decoded, has_dot_segment

_RESOLVER = re.compile(
    r"""(?:https?://)?(?:(?:www|dx)\.)?doi\.org/+
      | (?:https?://)?(?:www\.)?(?:zenodo\.org/doi|hdl\.handle\.net|doi\.pangaea\.de)/+""",
    re.IGNORECASE | re.VERBOSE,
)
_LABEL = re.compile(r"(?:info:|urn:)?doi[\s:=/]*(?=10\.|https?:|doi|(?:www|dx)\.)", re.IGNORECASE)
_NAME = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
_TRAILING = frozenset(".,;'\"’”»")
_LEADING = "<([{'\"‘“«"
_NOUN = "DOI"
_LONGEST = 2000  # characters of the encoded name, so that its IRI can be read again
_UPPER_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Doi:
    """A DOI name in lower case, `10.5281/zenodo.7761881`."""

    value: str

    @property
    def iri(self) -> str:
        """`https://doi.org/` and the name, percent-encoded where an IRI needs it."""
        return "https://doi.org/" + encoded(self.value)


def parse(text: str) -> Doi | Refusal:
    """The DOI that `text` spells: bare, with `doi:` or a resolver before it, percent-encoded or quoted."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    plain = fully_decoded(_unwrapped(cleaned), _NOUN)
    if isinstance(plain, Refusal):
        return plain
    name = _trimmed(plain.strip())
    if not _NAME.fullmatch(name):
        return _refusal(name)
    if has_dot_segment(name):
        return Refusal("holds a `.` or `..` between slashes", "give the DOI as its registrar prints it")
    if len(encoded(name)) > _LONGEST:
        return Refusal("too long for a DOI", "give the DOI alone")
    return Doi(name.translate(_UPPER_TO_LOWER))


def _unwrapped(text: str) -> str:
    """The text from its `10.` on, without resolvers, labels and opening quotes; of a URL, the path alone."""
    is_url = False
    while True:
        text = text.lstrip(_LEADING)
        if match := _RESOLVER.match(text):
            is_url = True
        else:
            match = _LABEL.match(text)
        if not match:
            break
        text = text[match.end() :]
    return re.split("[?#]", text, maxsplit=1)[0] if is_url else text


def _trimmed(name: str) -> str:
    """The name without the punctuation of the sentence around it; a bracket opened inside it stays."""
    surplus = {close: name.count(close) - name.count(opening) for close, opening in _CLOSING.items()}
    end = len(name)
    while end:
        last = name[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return name[:end]


def _refusal(name: str) -> Refusal:
    if _NAME.match(name):
        return Refusal("holds white space after the DOI", "give the DOI alone, one per entry")
    if re.match(r"https?:", name, re.IGNORECASE):
        return Refusal("a web address that is not a DOI resolver", "give the DOI itself, such as 10.5281/zenodo.1234")
    return Refusal("not a DOI: those begin with 10., four to nine digits and a slash", "write it as 10.1234/abc")
