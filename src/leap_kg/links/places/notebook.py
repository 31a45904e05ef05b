"""A notebook as JSON, for those who read its words and its metadata.

Hazard: outputs make notebooks of hundreds of megabytes; one that is larger than `LARGEST` is not read.
"""

from functools import lru_cache
from typing import Any

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.places.passage import unreadable

LARGEST = 32 * 2**20


def notebook_of(data: bytes, path: str, findings: list[Finding]) -> dict[str, Any]:
    """The notebook as JSON; empty, and a finding, if it is none or too large."""
    if len(data) > LARGEST:
        message = f"{path} has {len(data)} bytes, of which none was searched for links: {LARGEST} are the most"
        findings.append(unreadable(path, message, "Clear the outputs of the notebook and save it again."))
        return {}
    value = _value(data)
    if isinstance(value, Unreadable):
        message = f"{path} is no notebook that can be read: {value.reason}"
        findings.append(unreadable(path, message, "Save it again from Jupyter, or remove it."))
        return {}
    if not isinstance(value, dict):
        message = f"{path} is no notebook: its JSON is no object"
        findings.append(unreadable(path, message, "Save it again from Jupyter, or remove it."))
        return {}
    return value


@lru_cache(maxsize=1)
def _value(data: bytes) -> object:
    """The JSON of the file that is being read, once for all its readers, none of which changes it."""
    try:
        return read_value(data, what="the notebook").value
    except Unreadable as problem:
        return problem
