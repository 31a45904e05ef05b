"""The files and stores that a STAC object leads to, each a distribution.

An asset whose address is that of a store or file which other sources know gets their node, so that what they say meets.
An address that no storage has (`abfs://`, a query string) is a part of the object.
"""

from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path, Reading, dotted
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import ANY_URI, Statements, printable
from leap_kg.ingest.stac.naming import resolved
from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.ontology.iri import iri_text, mint, part
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, XSD, Namespace

_ZARR = ("zarr", "icechunk")
_PICTURES = frozenset({"thumbnail", "overview"})


def say_assets(node: NamedNode, value: object, url: str, reading: Reading, say: Statements, base: str) -> None:
    """All assets of an object found at `url`."""
    for name, asset in reading.mapping(value, ("assets",)).items():
        path: Path = ("assets", name)
        if not isinstance(asset, dict):
            reading.mapping(asset, path)
            continue
        href = _href(asset.get("href"), url, path, reading)
        if href:
            _say_asset(node, name, asset, href, path, reading, say, base)


def _say_asset(
    node: NamedNode,
    name: str,
    asset: dict[str, Any],
    href: str,
    path: Path,
    reading: Reading,
    say: Statements,
    base: str,
) -> None:
    leap = Namespace(base + ONTOLOGY_PATH)
    location = storage.parse(href)
    known = not isinstance(location, Refusal) and not href.partition("#")[0].partition("?")[2]
    media = reading.text(asset.get("type"), (*path, "type"))
    if isinstance(location, Refusal) or not known:
        distribution = part(node, "asset", name)
        say.text(distribution, leap("storageURI"), _without_query(href), ANY_URI)
        say.link(distribution, DCAT("accessURL"), iri_text(href) if href.startswith(("https://", "http://")) else None)
        form = "zarr" if _is_zarr(media) else ""
    else:
        distribution = NamedNode(f"{base}store/{location.slug}")
        say.text(distribution, leap("storageURI"), location.uri, ANY_URI)
        if location.provider != "http":  # where the address begins with it
            say.text(distribution, leap("storageEndpoint"), location.endpoint or "", ANY_URI)
        say.link(distribution, DCAT("accessURL"), location.https)
        looks = location.looks_like
        form = "zarr" if _is_zarr(media) and looks not in _ZARR else looks
    say.type(distribution, DCAT("Distribution"))
    if form in _ZARR:
        say.type(distribution, leap("ZarrStore"))
    if form in ("zarr", "netcdf", "icechunk"):
        say.link(distribution, DCT("format"), mint(base, "format", form))
    say.link(node, DCAT("distribution"), distribution)
    say.text(
        distribution,
        DCT("title"),
        reading.text(asset.get("title"), (*path, "title")) or printable(name).strip() or "asset",
    )
    say.text(distribution, DCT("description"), reading.text(asset.get("description"), (*path, "description")))
    say.text(distribution, DCAT("mediaType"), media)
    size = asset.get("file:size")
    if isinstance(size, int) and not isinstance(size, bool) and size >= 0:
        say.text(distribution, DCAT("byteSize"), str(size), XSD("nonNegativeInteger"))
    roles = {text for text, _ in reading.texts(asset.get("roles"), (*path, "roles"))}
    if name in _PICTURES or roles & _PICTURES:
        say.link(node, FOAF("depiction"), iri_text(href))


def _href(value: object, url: str, path: Path, reading: Reading) -> str:
    href = reading.text(value, (*path, "href"))
    if not href:
        hint = "Give the address of the file."
        reading.report("bad-store-url", Severity.WARNING, f"{dotted(path)} has no href", hint, path)
        return ""
    return href if "://" in href or href.startswith("/vsi") else resolved(url, href) or href


def _is_zarr(media: str) -> bool:
    return "zarr" in media.lower()


def _without_query(href: str) -> str:
    """The address without what may be a signature."""
    return href.partition("?")[0]
