"""R: whether the data can be used again: what they are, what may be done with them, where they come from."""

from leap_kg.catalog.fair.interoperable import meanings
from leap_kg.catalog.fair.metric import Metric, check, listed
from leap_kg.catalog.fair.served import Served
from leap_kg.ontology.namespaces import LICENSES, PROV, STAC

_FORMATS = {
    "application/vnd+zarr": "Zarr",
    "application/vnd.zarr": "Zarr",
    "application/x-netcdf": "NetCDF",
    "application/netcdf": "NetCDF",
    "application/x-hdf5": "HDF5",
    "application/x-hdf": "HDF",
    "image/tiff": "GeoTIFF",
    "application/vnd.apache.parquet": "Parquet",
    "application/geo+json": "GeoJSON",
    "text/csv": "CSV",
    "application/wmo-grib2": "GRIB",
}
_PROVENANCE = ("creator", "contributor", "publisher", "dateCreated", "datePublished", "dateModified", "isBasedOn")


@check("The kind of thing and the data are named", "List the stores in the record, with their addresses.")
def _kind(served: Served) -> str:
    return f"a dataset, downloads: {len(served.downloads)}" if served.described and served.downloads else ""


@check("Format and size of the data are said", "Harvest the stores, or state the size in the record.")
def _file(served: Served) -> str:
    sized = [each for each in served.downloads if each.get("encodingFormat") and each.get("contentSize")]
    return listed([f"{each['encodingFormat']}, {each['contentSize']}" for each in sized])


@check("The variables are named", "Harvest the stores, or list the variables in the record.")
def _variables(served: Served) -> str:
    measured = (each for each in served.said("variableMeasured") if isinstance(each, dict))
    return listed([str(each["name"]) for each in measured if each.get("name")])


@check("A licence is stated", "State a licence in the record.")
def _licence(served: Served) -> str:
    return listed([str(each) for each in served.said("license")])


@check("The licence is one of SPDX's list, and the page links to it", "State an SPDX identifier such as CC-BY-4.0.")
def _spdx(served: Served) -> str:
    stated = [str(each) for each in served.said("license") if str(each).startswith(LICENSES)]
    return listed([each for each in stated if each in served.targets("license")])


@check("Who made or changed the data, when, and from what, is said", "Name a creator, a date, or a source.", 0.5)
def _provenance(served: Served) -> str:
    return listed([name for name in _PROVENANCE if served.said(name)], 10)


@check("Provenance is said in PROV", "Name sources and the part that people had.", 0.5)
def _prov(served: Served) -> str:
    return listed(sorted(term.removeprefix(PROV) for term in served.terms if term.startswith(PROV)), 10)


@check(
    "The metadata follow a standard of the community: CF or STAC",
    "Give the variables standard names of the CF convention, or serve a STAC collection that the page leads to.",
)
def _community(served: Served) -> str:
    names = meanings(served)
    stac = sorted(term.removeprefix(STAC) for term in served.terms if term.startswith(STAC))
    if names or stac:
        return f"CF: {listed(names)}" if names else f"STAC {listed(stac)}"
    found, led = served.stac.json, served.stac.address in served.targets("describedby")
    is_stac = isinstance(found, dict) and found.get("type") == "Collection" and "stac_version" in found
    return f"STAC: {served.stac.address}" if led and is_stac else ""


@check("The metadata follow a standard of many disciplines: DCAT-AP, schema.org or Croissant", "Serve a twin.", 0.5)
def _general(served: Served) -> str:
    croissant = served.croissant.json
    found = (
        ("DCAT-AP", bool(served.dcat.triples)),
        ("schema.org", bool(served.described)),
        ("Croissant", isinstance(croissant, dict) and "conformsTo" in croissant),
    )
    return listed([name for name, there in found if there])


@check("The data are in a format that the community uses", "Offer the data as Zarr or NetCDF.")
def _format(served: Served) -> str:
    stated = [str(each.get("encodingFormat", "")).partition(";")[0] for each in served.downloads]
    return listed(list(dict.fromkeys(_FORMATS[each] for each in stated if each in _FORMATS)))


METRICS = (
    Metric("FsF-R1-01MD", "Metadata specifies the content of the data", (_kind, _file, _variables)),
    Metric("FsF-R1.1-01M", "Metadata includes the licence of the data", (_licence, _spdx)),
    Metric("FsF-R1.2-01M", "Metadata includes where the data come from", (_provenance, _prov)),
    Metric("FsF-R1.3-01M", "Metadata follows a standard of the community", (_community, _general), True),
    Metric("FsF-R1.3-02D", "Data is in a format that the community recommends", (_format,)),
)
