"""From what a store answered to triples: pure, so the same bodies give the same triples, byte for byte.

The store's node is that of its address, as for every source that mentions it, so what they say meets in one node.
"""

from collections.abc import Mapping
from dataclasses import replace

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.mapping.extents import say_box, say_period
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.mapping.variables import Variable, say_variable, standard_name_iri
from leap_kg.ingest.zarr.agreeing import credible_box, report_differing
from leap_kg.ingest.zarr.arrays import Array
from leap_kg.ingest.zarr.attributes import say_attributes, stated_period
from leap_kg.ingest.zarr.coordinates import Extent, coordinates, extent
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ontology.identifiers import Location, Refusal, storage
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, ONTOLOGY_PATH, PROV, XSD, Namespace

_SPECIFICATIONS = {
    2: "https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html",
    3: "https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html",
}
_OTHERS = {
    "icechunk": "https://icechunk.io/en/latest/spec/",
    "kerchunk": "https://fsspec.github.io/kerchunk/spec.html",
}
_MOST_SOURCES = 1000
_MAPPED = ("long_name", "standard_name", "units")


def store_iri(location: Location, base: str) -> NamedNode:
    """The node of the store at a location, the same for all sources."""
    return NamedNode(f"{base}store/{location.slug}")


def map_store(
    location: Location, hierarchy: Hierarchy, chunks: Mapping[str, bytes], reading: Reading, say: Statements, base: str
) -> NamedNode:
    """Say what a store holds; what is wrong with it is in `reading` afterwards."""
    leap = Namespace(base + ONTOLOGY_PATH)
    store = store_iri(location, base)
    say_place(store, location, hierarchy.kind, say, base)
    say.link(store, DCT("conformsTo"), _SPECIFICATIONS[hierarchy.zarr_format])
    say.link(store, DCT("conformsTo"), _OTHERS.get(hierarchy.kind))
    left = say_attributes(store, hierarchy.attributes, reading, say, base)
    if not isinstance(hierarchy.attributes.get("title"), str) or not hierarchy.attributes["title"].strip():
        say.text(store, DCT("title"), location.uri)
    found = extent(hierarchy, chunks)
    for array in hierarchy.arrays:
        variable = _variable(array, reading)
        if (ends := found.values.get(array.name)) is not None:
            moments = ends == found.times
            variable = replace(variable, least=ends[0], greatest=ends[1], moments=moments)
        say_variable(store, variable, say, base)
    sizes = [array.byte_size for array in hierarchy.arrays]
    if sizes and None not in sizes:
        total = sum(size for size in sizes if size is not None)
        say.text(store, DCAT("byteSize"), str(total), XSD("nonNegativeInteger"))
    for source in sorted(hierarchy.sources)[:_MOST_SOURCES]:
        say.link(store, PROV("wasDerivedFrom"), _source(source))
    _say_extent(store, hierarchy, found, reading, say)
    _report(hierarchy, reading)
    for key, value in reading.unmapped.items():
        while key in left and left[key] != value:
            key += "'"
        left[key] = value
    say.text(store, leap("unmapped"), canonical(left) if left else "")
    return store


def say_place(store: NamedNode, location: Location, kind: str, say: Statements, base: str) -> None:
    """Say where the store lies and of which format it is."""
    leap = Namespace(base + ONTOLOGY_PATH)
    say.type(store, DCAT("Distribution"), leap("ZarrStore"))
    say.link(store, DCT("format"), mint(base, "format", kind))
    say.text(store, leap("storageURI"), location.uri, ANY_URI)
    say.text(store, leap("storageEndpoint"), location.endpoint or "", ANY_URI)
    say.link(store, DCAT("accessURL"), location.https)


def map_answer(
    location: Location, answer: str, reason: str, day: str, reading: Reading, say: Statements, base: str
) -> NamedNode:
    """Say whether the store answers: `answer` is a concept of the scheme `status`, `day` when it did not."""
    leap = Namespace(base + ONTOLOGY_PATH)
    store = store_iri(location, base)
    say.link(store, ADMS("status"), mint(base, "status", answer))
    if answer == "answers":
        return store
    # A store that never answered has no other description here.
    say.type(store, DCAT("Distribution"))
    if location.looks_like != "netcdf":
        say.type(store, leap("ZarrStore"))
    say.text(store, DCT("title"), location.uri)
    say.text(store, leap("storageURI"), location.uri, ANY_URI)
    say.link(store, DCAT("accessURL"), location.https)
    say.text(store, DCT("date"), day, XSD("date"))
    if answer == "broken":
        hint = "Correct what the catalogue says of its format, or put the store there."
        reading.report("not-zarr", Severity.VIOLATION, f"no Zarr store was found: {reason}", hint, focus=store)
    else:
        hint = "Restore the store, correct its address, or take it out of the catalogue."
        what = "the store does not say what it holds" if answer == "empty" else "the store gives no metadata"
        reading.report("store-silent", Severity.WARNING, f"{what}: {reason}", hint, focus=store)
    return store


def _variable(array: Array, reading: Reading) -> Variable:
    stated = array.attributes
    rest = {key: value for key, value in stated.items() if key not in _MAPPED}
    texts = {key: _text(array.name, key, stated[key], rest, reading) for key in _MAPPED if key in stated}
    if (name := texts.get("standard_name")) and standard_name_iri(name) is None:
        rest["standard_name"] = stated["standard_name"]
    fill = array.document.get("fill_value")
    if fill is not None:
        rest["fill_value"] = fill
    return Variable(
        name=array.name or "array",
        long_name=texts.get("long_name", ""),
        standard_name=texts.get("standard_name", ""),
        units=texts.get("units", ""),
        dimensions=array.dimensions,
        shape=array.shape,
        chunks=array.chunks,
        data_type=array.data_type,
        codecs=array.codecs,
        byte_size=array.byte_size,
        unmapped=canonical(rest) if rest else "",
    )


def _text(name: str, key: str, value: object, rest: dict[str, object], reading: Reading) -> str:
    """An attribute of an array as a text; what is none is reported, and goes to the `rest`."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    rest[key] = value
    message = f"the attribute {key!r} of {name or 'the array'!r} is to be a text, but is {canonical(value)[:100]}"
    reading.report("bad-value", Severity.WARNING, message, "Write a text there.", (name, key), value)
    return ""


def _source(address: str) -> str | None:
    """The node of a file that references point into, named as everywhere."""
    location = storage.parse(address)
    return iri_text(address) if isinstance(location, Refusal) else location.iri


def _say_extent(store: NamedNode, hierarchy: Hierarchy, found: Extent, reading: Reading, say: Statements) -> None:
    """Where and when, by the coordinates; by the attributes where those cannot be read, if they can be true."""
    report_differing(found, hierarchy, reading)
    where = found.where or credible_box(hierarchy)
    if where is not None:
        say_box(store, where, say)
    start, end = found.start, found.end
    if not (start or end):
        start, end = stated_period(hierarchy.attributes)
    said = say_period(store, start, end, say)
    if (start or end) and not said:
        message = "what the store states of its time is no period of the calendar"
        hint = "Write time_coverage_start and time_coverage_end as dates such as 2014-12-31, the earlier one first."
        reading.report("bad-date", Severity.WARNING, message, hint, value=f"{start}/{end}", focus=store)
    missing = (where is None and {"latitude", "longitude"} <= coordinates(hierarchy).keys()) or (
        not said and "time" in coordinates(hierarchy)
    )
    if found.unread and missing:
        message = f"place or time could not be read from the coordinates: {'; '.join(found.unread)}"
        hint = "State geospatial_lat_min and the like, and time_coverage_start and end, as attributes of the store."
        reading.report("extent-unread", Severity.INFO, message, hint)


def _report(hierarchy: Hierarchy, reading: Reading) -> None:
    if hierarchy.unread:
        reading.report("arrays-unread", Severity.INFO, f"the store {hierarchy.unread}", "Install it and harvest again.")
    if not hierarchy.consolidated:
        message = (
            "the metadata are not consolidated, so opening the store takes a request for each array, and finds none "
            "where the host lists no files: xarray then opens a dataset without variables, and says nothing"
        )
        hint = "Run zarr.consolidate_metadata on the store."
        # Pages, catalogues and the client name the arrays of a store that has this finding: `leap_kg.unlisted.APART`.
        reading.report("not-consolidated", Severity.INFO, message, hint)
    for name in hierarchy.faulty[:20]:
        message = f"the metadata at {name!r} are to be those of an array, but describe none"
        reading.report("bad-value", Severity.WARNING, message, "Write the array's metadata again.", value=name)
