"""An entry of a catalogue as a dataset with the places where its data lie; the catalogue as what it is part of.

Hazard: arguments may hold keys to somebody's bucket. Values whose names say so are not published.
"""

import json
import re
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.intake.catalogue import Catalogue, Entry
from leap_kg.ingest.leap.feedstock import Link, StoreEntry
from leap_kg.ingest.leap.stores import map_store
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.identifiers import Refusal, github, licence, storage
from leap_kg.ontology.iri import digest, iri_text, mint, slug
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, SCHEMA, Namespace
from leap_kg.redaction import hide

_XARRAY = re.compile(
    r"(?i)(?:^|[._:])(?:zarr|xzarr|netcdf\w*|xarray\w*|opendap|grib\w*|hdf5|kerchunk|icechunk\w*|zarrsource|netcdfsource)$"
)
_ZARR = re.compile(r"(?i)zarr")
_SECRET = re.compile(r"(?i)secret|token|passw|credential|^key$|access_key|private_key|authorization|cookie|sas_")
_OPEN_TOKENS = frozenset({"anon", "cloud", "google_default", "browser", "cache", ""})
_HIDDEN = "not published"
_DEEPEST = 20
_MOST_ADDRESSES = 1000
_READ = ("title", "name", "description", "license", "tags", "keywords", "url", "homepage")


def catalogue_path(url: str) -> tuple[str, ...]:
    """What datasets of the catalogue file at `url` are called below: by its place on GitHub, else by its address."""
    file = github.parse_file(url)
    if isinstance(file, Refusal):
        shown = hide(url)
        return (f"{slug(shown.partition('://')[2] or shown)}-{digest(shown)}",)
    return (*file.repository.key.split("/"), *file.path.rpartition(".")[0].split("/"))


def map_catalogue(key: str, catalogue: Catalogue, url: str) -> Mapped:
    """The catalogue file itself, and the catalogues that it leads to."""
    say = Statements()
    node = NamedNode(iri_text(url) or f"urn:sha256:{digest(url)}")
    say.type(node, DCAT("Catalog"))
    say.text(node, DCT("title"), catalogue.title or url.rpartition("/")[2])
    say.text(node, DCT("description"), catalogue.description)
    for entry in catalogue.entries:
        if entry.nested:
            say.link(node, DCT("hasPart"), iri_text(entry.nested))
    return Mapped(key, node, say.triples(), [])


def map_entry(key: str, entry: Entry, url: str, base: str) -> Mapped:
    """The data source as a dataset."""
    say, reading = Statements(), Reading({}, File(url))
    path = ("sources", entry.name)
    name = entry.name if "/" not in entry.name else f"{slug(entry.name)}-{digest(entry.name)}"
    dataset = mint(base, "dataset", "intake", *catalogue_path(url), name)
    say.type(dataset, DCAT("Dataset"))
    metadata = entry.metadata
    title = reading.text(metadata.get("title") or metadata.get("name"), (*path, "metadata", "title"))
    say.text(dataset, DCT("title"), title or entry.name)
    say.text(dataset, DCT("identifier"), entry.name)
    say.text(dataset, SCHEMA("encodingFormat"), entry.driver)
    description = entry.description or reading.text(metadata.get("description"), (*path, "metadata", "description"))
    say.text(dataset, DCT("description"), description)
    say.link(dataset, DCT("source"), iri_text(url))
    say.link(dataset, DCT("isPartOf"), iri_text(url))
    _metadata(entry, dataset, reading, say)
    places = 0
    for number, address in enumerate(entry.addresses[:_MOST_ADDRESSES]):
        if "{" in address or "*" in address:
            say.text(dataset, SCHEMA("urlTemplate"), address)
            places += 1
        else:
            places += _place(entry, address, dataset, (*path, "args", number), reading, say, base)
    if len(entry.addresses) > _MOST_ADDRESSES:
        message = f"the data source has {len(entry.addresses)} addresses, more than {_MOST_ADDRESSES}"
        hint = "Give a pattern, or make it several data sources."
        reading.report("list-cut", Severity.WARNING, message, hint, path)
    if not places:
        message = "the data source says nowhere where its data are"
        hint = "Add the address to its arguments, such as urlpath."
        reading.report("missing-stores", Severity.INFO, message, hint, path)
    reading.keep((*path, "args"), _harmless(entry.arguments, path, reading))
    reading.keep((*path, "parameters"), _harmless(entry.parameters, path, reading))
    reading.keep((*path, "reader"), entry.reader)
    say.extend(kept(dataset, reading, base))
    return Mapped(key, dataset, say.triples(), list(reading.findings))


def _metadata(entry: Entry, dataset: NamedNode, reading: Reading, say: Statements) -> None:
    path = ("sources", entry.name, "metadata")
    for key in ("tags", "keywords"):
        value = entry.metadata.get(key)
        for number, word in enumerate(value if isinstance(value, list) else [value]):
            say.text(dataset, DCAT("keyword"), reading.text(word, (*path, key, number)))
    for key in ("url", "homepage"):
        if isinstance(entry.metadata.get(key), str) and "{" not in entry.metadata[key]:
            address = reading.url(entry.metadata[key], (*path, key))
            say.link(dataset, FOAF("page"), say.document(address, "") if address else None)
    if words := reading.text(entry.metadata.get("license"), (*path, "license")):
        say.text(dataset, DCT("rights"), words)
        known = licence.parse(words)
        if isinstance(known, Refusal):
            message = f"the licence {words[:200]!r} is not recognised: {known.reason}"
            reading.report("unknown-licence", Severity.WARNING, message, known.hint, (*path, "license"), words)
        else:
            page = say.type(NamedNode(known.iri), DCT("LicenseDocument"))
            say.text(page, DCT("title"), known.name)
            say.text(page, DCT("identifier"), known.spdx_id)
            say.link(dataset, DCT("license"), page)
    rest = {key: value for key, value in entry.metadata.items() if key not in _READ}
    reading.keep(path, _harmless(rest, path, reading))


def _place(
    entry: Entry,
    address: str,
    dataset: NamedNode,
    path: tuple[str | int, ...],
    reading: Reading,
    say: Statements,
    base: str,
) -> bool:
    """Say where the data lie; the node is that of every other source which names the place."""
    if _XARRAY.search(entry.driver):
        kwargs = _harmless(_open_arguments(entry), path, reading)
        store = StoreEntry(
            id="",
            name="",
            address=address,
            description="",
            origin=Link("", ""),
            kwargs=kwargs,
            rechunked=[],
            probed={},
            modified="",
            path=path,
            written={"url": address},
        )
        return map_store(store, dataset, reading, say, base) is not None
    location = storage.parse(address)
    if isinstance(location, Refusal):
        message = f"an address of {entry.name}: {location.reason}"
        reading.report("bad-store-url", Severity.WARNING, message, location.hint, path, address)
        reading.keep(path, address)
        return False
    file = NamedNode(f"{base}store/{location.slug}")
    leap = Namespace(base + ONTOLOGY_PATH)
    say.type(file, DCAT("Distribution"))
    say.text(file, DCT("title"), location.uri)
    say.text(file, leap("storageURI"), location.uri, ANY_URI)
    say.text(file, leap("storageEndpoint"), location.endpoint or "", ANY_URI)
    say.link(file, DCAT("accessURL"), location.https)
    say.link(dataset, DCAT("distribution"), file)
    return True


def _open_arguments(entry: Entry) -> dict[str, Any]:
    """The arguments as `xarray.open_dataset` takes them."""
    own = entry.arguments.get("xarray_kwargs")
    arguments = dict(own) if isinstance(own, dict) else {}
    if _ZARR.search(entry.driver):
        arguments.setdefault("engine", "zarr")
    arguments |= {key: entry.arguments[key] for key in ("chunks", "consolidated", "group") if key in entry.arguments}
    options = entry.arguments.get("storage_options")
    if isinstance(options, dict):
        arguments.setdefault("storage_options", options)
    return arguments


def _harmless(value: Any, path: tuple[str | int, ...], reading: Reading, depth: int = 0) -> Any:  # noqa: ANN401
    """The value without what looks like a secret."""
    if depth > _DEEPEST:
        return _HIDDEN
    if isinstance(value, list):
        return [_harmless(each, path, reading, depth + 1) for each in value]
    if not isinstance(value, dict):
        return value
    clean = {}
    for key, each in value.items():
        if _SECRET.search(key) and isinstance(each, str) and each.lower() not in _OPEN_TOKENS and "{" not in each:
            message = f"the catalogue publishes what looks like a secret under {json.dumps(key)[:80]}"
            hint = "Withdraw it at once, and let users give their own."
            reading.report("published-secret", Severity.VIOLATION, message, hint, path)
            clean[key] = _HIDDEN
        else:
            clean[key] = _harmless(each, path, reading, depth + 1)
    return clean
