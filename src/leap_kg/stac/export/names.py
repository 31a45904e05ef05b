"""Names of files and entries for ids.

Hazard: an id is whatever somebody wrote into a catalogue: `../x`, `CON`, `A` beside `a`, or ten thousand letters.
"""

import re

from leap_kg.ontology.iri import digest

_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 120
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


class Names:
    """Gives each id a name of its own: short, plain, and different from all others also where case is not told."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)

    def of(self, identifier: str) -> str:
        """A name for the next id; the id itself if it can be one."""
        plain = _OTHER.sub("-", identifier)[:_LONGEST].strip(".-") or "unnamed"
        if _RESERVED.fullmatch(plain):
            plain = f"_{plain}"
        own = f"{plain}-{digest(identifier)}"
        name = plain if plain == identifier and plain.lower() not in self._taken else own
        number = 1
        while name.lower() in self._taken:
            number += 1
            name = f"{own}-{number}"
        self._taken.add(name.lower())
        return name
