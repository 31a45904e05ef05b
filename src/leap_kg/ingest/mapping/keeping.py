"""What a reading could not map, as one JSON text on the record, so that nothing of a source is lost."""

import json
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, Namespace


def kept(subject: NamedNode, reading: Reading, base: str) -> Iterator[Triple]:
    """The triple that keeps it, if there is anything to keep."""
    if reading.unmapped:
        text = json.dumps(reading.unmapped, sort_keys=True, ensure_ascii=True, default=str)
        yield Triple(subject, Namespace(base + ONTOLOGY_PATH)("unmapped"), Literal(text))
