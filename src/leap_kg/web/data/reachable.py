"""Which stores a browser can look into by itself: Zarr at a web address, as far as the graph knows.

Whether the host lets pages of other sites ask, only the browser finds out.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import ADMS, DCT
from leap_kg.web.data.places import place_of
from leap_kg.web.nodes.variables import variables_of
from leap_kg.web.reading import Reading

# What may stand in a content security policy.
_HOST = re.compile(r"[a-z0-9.-]{1,253}(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Reachable:
    """The address of a store, the origin of its host, and the names of the variables that may be maps."""

    root: str
    origin: str
    variables: list[str]


def reachable(reading: Reading, node: NamedNode) -> Reachable | None:
    """How a browser reaches the store; `None` if it has no web address, or nothing to draw."""
    place = place_of(reading, node)
    root = place.https if place is not None else None
    form, status = reading.one(node, DCT("format")), reading.one(node, ADMS("status"))
    if root is None or form is None or form.value != f"{reading.base}format/zarr":
        return None
    if status is not None and status.value != f"{reading.base}status/answers":
        return None
    parts = urlsplit(root)
    # A map has two dimensions at least, and a variable without any has no cross between them.
    names = [variable.name for variable in variables_of(reading, node).shown if "×" in variable.shape]
    if not _HOST.fullmatch(parts.netloc) or not names:
        return None
    return Reachable(root, f"{parts.scheme}://{parts.netloc}", names)
