"""The words that a curator writes: the terms of the JSON-LD context, and what kind of value each takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from leap_kg.ontology.jsonld import context

ID, TYPE = "id", "type"

_DATES = frozenset({"startDate", "endDate", "issued", "modified"})
_LEAST_ALIKE = 0.75
_ALIKE_FROM = 40  # characters; a longer word is no misspelling of a term


@dataclass(frozen=True, slots=True)
class Terms:
    """The properties by their names, of them those that take links, several values or dates; the classes with IRIs."""

    properties: frozenset[str]
    links: frozenset[str]
    several: frozenset[str]
    dates: frozenset[str]
    classes: dict[str, str]

    def explains(self, key: str) -> bool:
        """Whether a key has a meaning: a term, a keyword of JSON-LD, or a name with a prefix."""
        return key in self.properties or key in (ID, TYPE) or key.startswith("@") or ":" in key

    def nearest(self, key: str) -> str | None:
        """The term that looks most like the key, if any does."""
        return nearest(key, (*self.properties, ID, TYPE))


@lru_cache(maxsize=4)
def terms(base: str) -> Terms:
    """The terms of our context for this base."""
    properties, links, several, classes = set(), set(), {TYPE}, dict[str, str]()
    definitions = context(base)["@context"]
    prefixes = {
        name: iri["@id"] if isinstance(iri, dict) else iri for name, iri in definitions.items() if name[0] != "@"
    }
    for name, definition in definitions.items():
        iri = definition["@id"] if isinstance(definition, dict) else str(definition)
        if name.startswith("@") or iri.startswith("@") or iri.endswith(("/", "#")):
            continue
        if name[0].isupper():
            prefix, _, local = iri.partition(":")
            classes[name] = prefixes[prefix] + local
            continue
        properties.add(name)
        if isinstance(definition, dict) and definition.get("@type") == "@id":
            links.add(name)
        if isinstance(definition, dict) and definition.get("@container") == "@set":
            several.add(name)
    return Terms(frozenset(properties), frozenset(links), frozenset(several), _DATES & properties, classes)


def nearest(word: str, among: Iterable[str]) -> str | None:
    """The word that looks most like this one, `None` if none does."""
    if len(word) > _ALIKE_FROM:
        return None
    found = process.extractOne(
        word, sorted(among), scorer=JaroWinkler.similarity, processor=str.lower, score_cutoff=_LEAST_ALIKE
    )
    return None if found is None else str(found[0])
