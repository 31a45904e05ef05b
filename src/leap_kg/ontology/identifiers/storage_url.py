"""How storage URLs are taken apart: schemes, the hosts of object stores, keys.

A host that is no known object store is a plain web server. Every URL is hostile: what could send a reader
elsewhere than it says (`..`, a backslash, a user name) or names more than one place is refused.
"""

import re
from typing import Literal, NamedTuple

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean, decoded, encoded, placeholder

Provider = Literal["gs", "s3", "osn", "http", "file"]

_NOUN = "storage location"
# Object stores allow 1024 bytes; each may become a percent escape of three characters.
_LONGEST_KEY = 3 * 1024
_BUCKET_HINT = "write it as gs://bucket/key or s3://bucket/key"
_OSN_HINT = "write it as https://nyu1.osn.mghpcc.org/bucket/key, with the server that has it"
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_AUTHORITY = re.compile(r"([^:]*)(?::([0-9]{0,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Ceph, behind OSN, and old S3 buckets allow capitals and underscores; Google allows no capitals.
_BUCKET = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]")
_GOOGLE_BUCKET = re.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")

_GOOGLE_PATH_HOSTS = {"storage.googleapis.com", "storage.cloud.google.com", "commondatastorage.googleapis.com"}
_GOOGLE_BUCKET_HOST = re.compile(r"(.+)\.storage\.googleapis\.com")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html; website endpoints serve pages.
_AMAZON_HOST = re.compile(
    r"(?:(.+)\.)?s3(?:-(?!website)[a-z0-9-]+)?(?:\.dualstack)?(?:\.[a-z]{2}[a-z0-9-]*-[0-9])?\.amazonaws\.com"
)
_OSN_HOST = re.compile(r"[a-z0-9-]+\.osn\.(?:mghpcc|xsede)\.org")
_CONSOLES = re.compile(r"console\.cloud\.google\.com|(?:[a-z0-9-]+\.)*console\.aws\.amazon\.com")
_OTHER_SPACE = re.compile(r"[^\S ]")
# Parameters that change how a file is sent, not which file it is.
_HARMLESS = {"download", "dl", "raw"}


class Parts(NamedTuple):
    """The fields of a location; see `storage.Location`."""

    provider: Provider
    endpoint: str | None
    bucket: str
    key: str


def read_path(path: str) -> Parts | Refusal:
    """An absolute local path, not decoded."""
    key = _key(path)
    if isinstance(key, Refusal):
        return key
    return Parts("file", None, "", key) if key else Refusal("names no file", "give the absolute path of the data")


def read_file(rest: str, has_authority: bool) -> Parts | Refusal:
    """What follows `file:` or `file://`, decoded: a path of this machine."""
    host, slash, path = rest.partition("/") if has_authority else ("", rest[:1], rest[1:])
    if host.lower() not in {"", "localhost"} or slash != "/":
        return Refusal("a file URL that is not absolute or names another machine", "write it as file:///path")
    plain = decoded(path, _NOUN)
    return plain if isinstance(plain, Refusal) else read_path(plain)


def read_bucket(provider: Literal["gs", "s3"], rest: str) -> Parts | Refusal:
    """What follows `gs://` or `s3://`, taken literally; a query string or fragment is dropped."""
    return _in_bucket(provider, None, re.split("[?#]", rest, maxsplit=1)[0])


def read_bucket_at(endpoint: str, rest: str) -> Parts | Refusal:
    """What follows `s3://` where storage options name another endpoint than Amazon's."""
    origin = clean(endpoint, "endpoint")
    if isinstance(origin, Refusal):
        return origin
    scheme, separator, authority = origin.rstrip("/").rpartition("://")
    if (separator and scheme.lower() not in {"http", "https"}) or re.search("[/?#]", authority):
        return Refusal("its endpoint is not the URL of a host", "write the endpoint_url as https://host")
    if (unfilled := placeholder(authority)) is not None:
        return unfilled
    inside = _in_bucket("s3", None, re.split("[?#]", rest, maxsplit=1)[0])
    if isinstance(inside, Refusal):
        return inside
    return read_web(scheme.lower() or "https", f"{authority}/{encoded(f'{inside.bucket}/{inside.key}')}")


def read_osn(rest: str) -> Parts | Refusal:
    """What follows `osn://`: a server of the Open Storage Network, then bucket and key, taken literally.

    People leave the server out (`osn://bucket/key`); then nobody can tell which of them has the bucket.
    """
    host, _, inside = rest.partition("/")
    if not _OSN_HOST.fullmatch(host.lower()):
        return Refusal("does not say on which server of the Open Storage Network it is", _OSN_HINT)
    return _in_bucket("osn", f"https://{host.lower()}", re.split("[?#]", inside, maxsplit=1)[0])


def read_web(scheme: str, rest: str) -> Parts | Refusal:
    """What follows `http://` or `https://`: an object store by its host, else a web server."""
    address, _, _ = rest.partition("#")
    address, _, query = address.partition("?")
    authority, _, path = address.partition("/")
    host = _host(scheme, authority)
    if isinstance(host, Refusal):
        return host
    plain = decoded(path, _NOUN)
    if isinstance(plain, Refusal):
        return plain
    names = {parameter.partition("=")[0].lower() for parameter in query.split("&")} - {""}
    return _at_host(scheme, host, plain, names)


def _at_host(scheme: str, host: str, path: str, query: set[str]) -> Parts | Refusal:
    if _CONSOLES.fullmatch(host):
        return Refusal("a page of a cloud console, which only its owner can open", _BUCKET_HINT)
    provider, bucket = _object_store(host)
    path = path.lstrip("/")
    if provider == "http":
        if query - _HARMLESS:
            return Refusal("has a query string, which may hold a secret and names no store", "cut the URL at the ?")
        key = _key(path)
        return key if isinstance(key, Refusal) else Parts("http", f"{scheme}://{host}", "", key)
    if query & {"prefix", "delimiter", "list-type"}:
        return Refusal("a listing of a bucket, not a place in it", _BUCKET_HINT)
    if host in _GOOGLE_PATH_HOSTS and re.match(r"(?:storage|upload|download)/(?:v1|storage)/", path):
        return Refusal("a call of the storage API, not an object", _BUCKET_HINT)
    endpoint = f"https://{host}" if provider == "osn" else None
    return _in_bucket(provider, endpoint, f"{bucket}/{path}" if bucket else path)


def _object_store(host: str) -> tuple[Provider, str]:
    """Which provider serves this host, and the bucket that the host itself names, if any."""
    if host in _GOOGLE_PATH_HOSTS:
        return "gs", ""
    if match := _GOOGLE_BUCKET_HOST.fullmatch(host):
        return "gs", match[1]
    if match := _AMAZON_HOST.fullmatch(host):
        return "s3", match[1] or ""
    return ("osn", "") if _OSN_HOST.fullmatch(host) else ("http", "")


def _host(scheme: str, authority: str) -> str | Refusal:
    """Host in lower case, with its port unless that is the scheme's own."""
    if "@" in authority:
        return Refusal(
            "carries a user name or a password in the URL", "remove it, and change the password if it was real"
        )
    match = _AUTHORITY.fullmatch(authority.lower())
    host = match[1].removesuffix(".") if match else ""
    if not match or len(host) > 253 or not _HOST.fullmatch(host):
        return Refusal("its host is missing or not a host name", "write the host in ASCII, as in https://host/path")
    port = int(match[2] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        return Refusal("its port is not between 1 and 65535", "give a port that exists, or none")
    return host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"


def _in_bucket(provider: Provider, endpoint: str | None, path: str) -> Parts | Refusal:
    bucket, _, rest = path.partition("/")
    if "@" in bucket:
        return Refusal("carries a user name or a key in the URL", "remove it, and revoke the key if it was real")
    if not bucket:
        return Refusal("the bucket is missing", _BUCKET_HINT)
    if not (_GOOGLE_BUCKET if provider == "gs" else _BUCKET).fullmatch(bucket) or ".." in bucket:
        return Refusal("the bucket's name has characters, or a length, that no bucket has", _BUCKET_HINT)
    key = _key(rest)
    return key if isinstance(key, Refusal) else Parts(provider, endpoint, bucket, key)


def _key(path: str) -> str | Refusal:
    """The path without empty parts and `.`; refused where it is no single, plain place."""
    if (fault := placeholder(path) or _fault(path)) is not None:
        return fault
    names = [name for name in path.split("/") if name not in {"", "."}]
    if any(name in {"..", "...", "…"} for name in names):
        return Refusal("a part of the path is `..` or was left out (`...`)", "give the whole path")
    if any(name != name.strip() for name in names):
        return Refusal("a name in the path begins or ends with a space", "remove the space")
    key = "/".join(names)
    if len(encoded(key)) > _LONGEST_KEY:
        return Refusal("its path is longer than an object's key can be", "give the location alone")
    return key


def _fault(path: str) -> Refusal | None:
    if "://" in path:
        return Refusal("holds more than one URL", "give one URL per entry")
    if "*" in path:
        return Refusal("a pattern that may match many places", "give each place, or the folder they share")
    if "\\" in path:
        return Refusal("holds a backslash", "write / between the parts of a path")
    if re.search("[?#]", path):
        return Refusal("a name in the path holds ? or #, at which readers cut it", "rename the object")
    if _OTHER_SPACE.search(path):
        return Refusal("holds white space other than a plain space", "remove it")
    return None
