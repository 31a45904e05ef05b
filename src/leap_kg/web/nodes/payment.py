"""What is known of the cost of reading a store: whose storage it is in, who pays, and how much is read at a time.

No price is known to the graph, nor the region of a bucket: what traffic out of a cloud costs follows from both. So it
is said what is known, and that the rest is not.
"""

import json
import re
from dataclasses import dataclass
from math import prod

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCAT, SCHEMA
from leap_kg.web.data.cost import in_words
from leap_kg.web.reading import Reading

_PROVIDERS = {"gs": "Google Cloud Storage", "s3": "Amazon S3", "http": "a web server", "https": "a web server"}
_OSN = re.compile(r"https?://[a-z0-9-]+\.osn\.(?:mghpcc|xsede)\.org(?:[:/]|$)")
_LENGTHS = re.compile(r"=([0-9]{1,18})(?:\s|$)")
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Payment:
    """What reading costs: `provider` is whose storage it is, `payer` who pays for reading, in words.

    `chunk` is the size of the largest chunk, unpacked, `""` where none is known; `unknown` says what nobody knows.
    """

    provider: str
    payer: str
    chunk: str
    unknown: str


def payment_of(reading: Reading, store: NamedNode) -> Payment:
    """What is known of the cost of reading a store."""
    uri, endpoint = (reading.text(store, reading.leap(name)) for name in ("storageURI", "storageEndpoint"))
    scheme = uri.partition("://")[0].lower()
    here = scheme == "file"
    sizes = [size for part in reading.nodes(store, SCHEMA("variableMeasured")) if (size := _chunk(reading, part))]
    return Payment(
        provider="the machine that harvested it" if here else _provider(scheme, uri, endpoint),
        payer=_payer(here, reading.text(store, reading.leap("openKwargs"))),
        chunk=in_words(max(sizes)) if sizes else "",
        unknown="" if here else "the region it is kept in, and the price of traffic out of it",
    )


def _provider(scheme: str, uri: str, endpoint: str) -> str:
    if _OSN.match(endpoint or uri):
        return "Open Storage Network"
    if endpoint and scheme == "s3":
        return "a store with the interface of S3"
    return _PROVIDERS.get(scheme, "unknown")


def _payer(here: bool, arguments: str) -> str:
    if here:
        return "nobody: no data leave the machine"
    try:
        value = json.loads(arguments) if arguments else {}
    except (ValueError, RecursionError):
        value = {}
    options = value.get("storage_options") if isinstance(value, dict) else None
    stated = [each.get("requester_pays") for each in (value, options) if isinstance(each, dict)]
    return "who reads, as its record says (requester pays)" if True in stated else "unknown: its record does not say"


def _chunk(reading: Reading, array: NamedNode) -> int:
    """The bytes of one chunk of an array, 0 if they are not known."""
    shape, chunks = (_lengths(reading.text(array, reading.leap(name))) for name in ("shape", "chunkShape"))
    size = reading.text(array, DCAT("byteSize"))
    values = prod(shape)
    if not (chunks and len(chunks) == len(shape) and values and _NUMBER.fullmatch(size)):
        return 0
    return int(size) * prod(chunks) // values


def _lengths(text: str) -> list[int]:
    """The numbers of `time=24 lat=36`."""
    return [int(number) for number in _LENGTHS.findall(text)]
