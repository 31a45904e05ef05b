"""Buckets that a cluster keeps and a hub gives to its users."""

import re

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, Namespace

_ADDRESS = re.compile(r"(?P<scheme>gs|gcs|s3)://(?P<name>[a-z0-9][a-z0-9._-]{1,221}[a-z0-9])(?:/.*)?", re.DOTALL)


def bucket_in(text: str, say: Statements, base: str) -> NamedNode | None:
    """The bucket that an address such as `gs://leap-scratch/$(JUPYTERHUB_USER)` leads into."""
    found = _ADDRESS.fullmatch(text)
    return bucket(found["scheme"].replace("gcs", "gs"), found["name"], say, base) if found else None


def bucket(scheme: str, name: str, say: Statements, base: str) -> NamedNode:
    """The bucket of that name in the storage of Google (`gs`) or Amazon (`s3`)."""
    node = say.type(mint(base, "bucket", scheme, name), DCAT("DataService"))
    say.text(node, DCT("title"), f"{scheme}://{name}")
    say.text(node, Namespace(base + ONTOLOGY_PATH)("storageURI"), f"{scheme}://{name}", ANY_URI)
    return node
