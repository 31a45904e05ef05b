"""The line of a feedstock's own catalogue that names a store, as evidence that its recipe makes that store.

Hazard: the text is whatever somebody committed. Addresses are compared in their normal form, so that a store named by
`https://` is found as `gs://`; what is not found is nobody's line, and nothing is quoted.
"""

import re
from collections.abc import Mapping

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.assembling import address_of
from leap_kg.links.assertion import Evidence
from leap_kg.links.files import Listed, Unreachable
from leap_kg.links.places.passage import read_passage
from leap_kg.links.signal import Place
from leap_kg.ontology.identifiers import Location, storage

CATALOGUE = "feedstock/catalog.yaml"
_ADDRESS = re.compile(r"[a-z][a-z0-9+]{1,9}://[^\s\"'<>,\]}]+", re.IGNORECASE | re.ASCII)


class Catalogues:
    """The catalogues among the files that can be opened, by repository (IRI) and path; each is read once."""

    def __init__(self, load: Mapping[tuple[str, str], Listed], base: str) -> None:
        self._load = load
        self._base = base
        self._read: dict[str, dict[str, Place]] = {}

    def evidence(self, method: str, confidence: float, repository: str, store: str) -> Evidence | None:
        """The first line that names the store (IRI), at the file's commit where that is known; `None` if none does."""
        if repository not in self._read:
            self._read[repository] = self._places(repository)
        place = self._read[repository].get(store)
        if place is None:
            return None
        at = self._load[repository, CATALOGUE].file.at
        address = address_of(at, CATALOGUE, place)
        return Evidence(method, confidence, at, place.quote, f"line {place.start}", address, CATALOGUE)

    def _places(self, repository: str) -> dict[str, Place]:
        """Where each store is named first, by its IRI; comments name none."""
        listed = self._load.get((repository, CATALOGUE))
        if listed is None:
            return {}
        ignored: list[Finding] = []
        try:
            passage = read_passage(listed.load(), CATALOGUE, ignored)
        except Unreachable:
            return {}
        found: dict[str, Place] = {}
        for number, line in enumerate(passage.lines if passage else (), start=1):
            if line.lstrip().startswith("#"):
                continue
            for address in _ADDRESS.finditer(line):
                location = storage.parse(address[0])
                if passage is not None and isinstance(location, Location):
                    place = passage.place(number, at=address.start())
                    found.setdefault(f"{self._base}store/{location.slug}", place)
        return found
