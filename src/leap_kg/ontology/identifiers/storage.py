"""Places where data lie: objects and prefixes in buckets, files behind a web server, local paths.

One place is written in many ways (`gcs://b/k`, `https://storage.googleapis.com/b/k`, a cache chain before
it, a slash after it); all give one `Location`, so that they give one node. No credential passes: a user
name in a URL is refused and a signature is dropped with its query string. Keys are compared byte for byte,
percent-decoded where they come from a URL and literal where they come from `gs://` or `s3://`.
"""

import re
from dataclasses import dataclass
from typing import Literal

from leap_kg.ontology.identifiers import storage_url
from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.storage_url import Provider
from leap_kg.ontology.identifiers.text import clean, encoded, placeholder

Looks = Literal["zarr", "netcdf", "kerchunk", "icechunk", "unknown"]

_NOUN = "storage location"
_LONGEST = 4096
_HINT = "write it as gs://bucket/key, s3://bucket/key, an https:// URL or an absolute path"
# What fsspec puts before a URL to say how to read it: a cache, or a container whose inner path follows.
_WRAPPER = re.compile(
    r"(?:simplecache|filecache|blockcache|cached)::|(?:reference|zip|tar)://(?:.*?::|(?=[a-z0-9]+://))",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(//)?", re.IGNORECASE | re.ASCII)
_ZARR_NAME = re.compile(r"\.zarr(?:$|[-_.])", re.IGNORECASE)
_LOOKS: dict[str, Looks] = {
    "zarr": "zarr",
    "nc": "netcdf",
    "nc4": "netcdf",
    "h5": "netcdf",
    "hdf5": "netcdf",
    "json": "kerchunk",
    "parq": "kerchunk",
    "parquet": "kerchunk",
    "icechunk": "icechunk",
}


@dataclass(frozen=True, slots=True)
class Location:
    """A place. `key` is decoded and without outer slashes; `bucket` is empty for `http` and `file`.

    `endpoint` is the origin (`https://nyu1.osn.mghpcc.org`) for `osn` and `http`, else None.
    """

    provider: Provider
    endpoint: str | None
    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """The canonical text, as fsspec opens it; for `osn` it needs `endpoint` beside it."""
        if self.provider == "file":
            return f"file:///{encoded(self.key)}"
        if self.endpoint and self.provider == "http":
            return f"{self.endpoint}/{encoded(self.key)}"
        return f"{'gs' if self.provider == 'gs' else 's3'}://{self._object}"

    @property
    def value(self) -> str:
        """The canonical short text: the `uri`."""
        return self.uri

    @property
    def iri(self) -> str:
        """An absolute IRI that no other location has, percent-encoded; for `osn` its https URL."""
        if self.endpoint:
            return f"{self.endpoint}/{encoded(self._object)}"
        return self.uri if self.provider == "file" else f"{self.provider}://{encoded(self._object)}"

    @property
    def https(self) -> str | None:
        """The URL that opens it without credentials, if it is public; None for a local file.

        It begins with `http:` only where the location itself was given so.
        """
        path = encoded(self._object)
        if self.provider == "gs":
            return f"https://storage.googleapis.com/{path}"
        if self.provider == "s3":
            # The certificate of a bucket's own host covers no dots, and host names no capitals.
            if re.fullmatch("[a-z0-9-]+", self.bucket):
                return f"https://{self.bucket}.s3.amazonaws.com/{encoded(self.key)}"
            return f"https://s3.amazonaws.com/{path}"
        return f"{self.endpoint}/{path}" if self.endpoint else None

    @property
    def slug(self) -> str:
        """A relative IRI path that names this location and no other: `gs/bucket/key`,
        `nyu1.osn.mghpcc.org/bucket/key`, `https/host/path`, `file/path`.
        """
        scheme, _, host = (self.endpoint or self.provider).partition("://")
        head = [scheme, host] if self.provider == "http" else [host or scheme]
        return "/".join(filter(None, [*head, encoded(self._object)]))

    @property
    def suffix(self) -> str:
        """What follows the last dot of the last name, in lower case: `zarr`, `nc`, `zarr-v3`; may be empty."""
        name = self.key.rpartition("/")[2]
        return name.rpartition(".")[2].lower() if "." in name else ""

    @property
    def looks_like(self) -> Looks:
        """The format that the name promises; nobody has looked inside. A group in a Zarr store is Zarr."""
        *folders, name = self.key.split("/")
        if any(map(_ZARR_NAME.search, folders)):
            return "zarr"
        if promised := _LOOKS.get(self.suffix):
            return promised
        return "zarr" if _ZARR_NAME.search(name) else "unknown"

    @property
    def _object(self) -> str:
        return "/".join(filter(None, [self.bucket, self.key]))


def parse(text: str, endpoint: str | None = None) -> Location | Refusal:
    """The location that `text` names.

    `endpoint` is the S3 `endpoint_url` that stands beside an `s3://` URL in storage options, if any; it is
    ignored for other URLs.
    """
    cleaned = clean(text, _NOUN, _LONGEST)
    if isinstance(cleaned, Refusal):
        return cleaned
    while match := _WRAPPER.match(cleaned):
        cleaned = cleaned[match.end() :]
    if (unfilled := placeholder(cleaned)) is not None:
        return unfilled
    if cleaned.startswith("/") and not cleaned.startswith("//"):
        return _located(storage_url.read_path(cleaned))
    scheme = _SCHEME.match(cleaned)
    if not scheme:
        return Refusal("has no scheme: it is a relative path or a name", _HINT)
    return _located(_read(scheme[1].lower(), cleaned[scheme.end() :], bool(scheme[2]), endpoint))


def _read(scheme: str, rest: str, has_authority: bool, endpoint: str | None) -> storage_url.Parts | Refusal:
    if scheme == "file":
        return storage_url.read_file(rest, has_authority)
    if scheme in {"gs", "gcs", "s3", "osn", "http", "https"} and not has_authority:
        return Refusal("two slashes are missing after the scheme", _HINT)
    if scheme in {"http", "https"}:
        return storage_url.read_web(scheme, rest)
    if scheme == "s3" and endpoint is not None:
        return storage_url.read_bucket_at(endpoint, rest)
    if scheme == "osn":
        return storage_url.read_osn(rest)
    if scheme in {"gs", "gcs", "s3"}:
        return storage_url.read_bucket("s3" if scheme == "s3" else "gs", rest)
    return Refusal("has a scheme that names no storage this catalogue reads", _HINT)


def _located(parts: storage_url.Parts | Refusal) -> Location | Refusal:
    return parts if isinstance(parts, Refusal) else Location(*parts)
