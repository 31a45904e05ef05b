"""What the formats of stores are called elsewhere: media types."""

import re

from leap_kg.ontology.namespaces import Namespace

IANA = Namespace("https://www.iana.org/assignments/media-types/")
UNKNOWN = "application/octet-stream"

_BY_FORMAT = {
    "zarr": "application/vnd+zarr",
    "icechunk": "application/vnd+zarr",
    "kerchunk": "application/json",
    "netcdf": "application/x-netcdf",
}
# Zarr and NetCDF have none that is registered; STAC and xarray go by these.
_UNREGISTERED = frozenset(("application/vnd+zarr", "application/x-netcdf"))
_MEDIA = re.compile(r"(application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9][\w!#$&^.+-]{0,60}")


def media_type(form: str, stated: str) -> str:
    """The media type as stated, without its parameters, else that of the format with this IRI; `""` if neither is."""
    plain = stated.partition(";")[0].strip()
    if _MEDIA.fullmatch(plain):
        return plain.lower()
    return _BY_FORMAT.get(form.rsplit("/", 1)[-1], "")


def registered(media: str) -> str:
    """The IRI of a media type that IANA knows, `""` for any other."""
    return IANA(media).value if media and media not in _UNREGISTERED else ""
