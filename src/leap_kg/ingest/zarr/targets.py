"""Which stores are asked, and where: those of the configuration, and those that a published catalogue lists.

Hazard: a catalogue is written by strangers. Only the configuration may name files of this machine; an address of a
catalogue that leads there is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.formats.jsonvalue import canonical, read_value
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.identifiers import Location, Refusal, storage


@dataclass(frozen=True, slots=True)
class Target:
    """A store to ask. `arrays` are the names to try where neither metadata nor server list them."""

    location: Location
    arrays: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """The address that keys are put behind: https, or file for a local store."""
        return self.location.https or self.location.iri

    def address(self, key: str) -> str:
        """Where the document with this key is."""
        return f"{self.root.rstrip('/')}/{quote(key)}" if key else self.root


@dataclass(frozen=True, slots=True)
class Refused:
    """An address that names no store that can be asked: as it was written, and why."""

    text: str
    reason: str


def target(text: str, endpoint: str | None, arrays: tuple[str, ...], *, local: bool) -> Target | Refused:
    """The store at an address; files are taken only if `local`."""
    location = storage.parse(text, endpoint)
    if isinstance(location, Refusal):
        return Refused(text, f"the address cannot be used ({location.reason}): {location.hint}")
    if location.provider == "file" and not local:
        return Refused(text, "it is a file of this machine: a catalogue may only list what all can reach")
    return Target(location, arrays)


def catalogued(url: str, fetcher: Fetcher) -> Iterator[Target | Refused]:
    """The stores of LEAP's published catalogue, copies that were rechunked included.

    Raises `FetchFailed`, `Unreadable` or `RecordUnusable`.
    """
    entries = read_value(fetcher.fetch(url).data, what=url).value
    if not isinstance(entries, list):
        raise RecordUnusable("the catalogue is not a list of datasets: give the address of LEAP's", url)
    for entry in entries:
        for store in _list(entry, "stores"):
            for holder, key in ((store, "url"), *((copy, "path") for copy in _list(store, "rechunking"))):
                address = holder.get(key) if isinstance(holder, dict) else None
                if isinstance(address, str) and address.strip():
                    yield target(address, None, (), local=False)
                elif isinstance(holder, dict):
                    yield Refused(canonical(holder)[:200], "it has no address: give one, such as gs://bucket/key.zarr")


def _list(value: object, key: str) -> list[object]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
