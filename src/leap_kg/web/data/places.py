"""Which stores visitors may have opened: those below places that the operator named, and no others.

A place is an `https`, `http` or `file` address that ends in a slash. Hazard: stores are harvested, so anybody can put
one into the graph; without this list a visitor could make the server read any address that some record names.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

from pyoxigraph import NamedNode

from leap_kg.ontology.identifiers import Location, storage
from leap_kg.ontology.iri import path_of
from leap_kg.settings import Settings
from leap_kg.web.reading import Reading

_NEEDED = ("xarray", "zarr", "h5netcdf", "h5py")


def readable(location: Location, places: Sequence[str]) -> str:
    """The address below which the keys of the store lie, if it may be opened; else `""`."""
    root = (location.https or location.iri).rstrip("/")
    parts = urlsplit(root)
    segments = unquote(parts.path).split("/")
    # What a server might resolve to a place outside.
    if "." in segments or ".." in segments or "\\" in parts.path or parts.query or parts.fragment:
        return ""
    return root if any(root.startswith(place) for place in places) else ""


def place_of(reading: Reading, node: NamedNode) -> Location | None:
    """Where a Zarr store lies; `None` if the node is none."""
    if reading.leap("ZarrStore") not in reading.types(node):
        return None
    endpoint = reading.text(node, reading.leap("storageEndpoint"))
    found = storage.parse(reading.text(node, reading.leap("storageURI")), endpoint or None)
    return found if isinstance(found, Location) else None


def data_path(settings: Settings, reading: Reading, node: NamedNode) -> str:
    """The page on which parts of a store can be asked for; `""` if it is not open to visitors."""
    place, path = place_of(reading, node), path_of(reading.base, node.value)
    if place is None or "?" in path or not readable(place, settings.data_places) or not can_read():
        return ""
    return f"{path}/data"


@cache
def can_read() -> bool:
    """Whether the libraries are installed that read data."""
    return all(find_spec(name) is not None for name in _NEEDED)
