"""What is an address of data: schemes of object stores, suffixes, hosts; and what is a page, a picture or a badge.

Hazard: texts come from strangers' code. Nothing is fetched or resolved here; an address whose scheme or bucket or host
is not known whole is none, and neither is one that carries a password.
"""

import re

from leap_kg.links.code.bounds import LONGEST_TEXT
from leap_kg.links.signal import UNKNOWN

DATA_SUFFIXES = (
    "zarr zarr2 zarr3 icechunk nc nc4 nc3 cdf netcdf h5 hdf hdf5 he5 h4 grib grib2 grb grb2 parquet parq pq feather"
    " arrow csv tsv dat tif tiff geotiff npy npz mat pkl pickle pt pth ckpt tfrecord tfrecords shp geojson gpkg"
    " jsonl ndjson safetensors joblib onnx zst asc bin xls xlsx"
)
_SUFFIX = re.compile(rf"\.(?:{'|'.join(DATA_SUFFIXES.split())})(?:\.(?:gz|bz2|xz|zip|zst))?$", re.IGNORECASE)
_TABLE = re.compile(r"\.(?:json|ya?ml|zip)$", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:zip|tar|tgz|tar\.gz|tar\.bz2|tar\.xz|gz|bz2)$", re.IGNORECASE)
_PLAIN = re.compile(
    r"\.(?:txt|text|data|ascii|dbf|kml|kmz|hgt|rds|rda|rdata|fits|sav|bufr|jp2|las|laz|grd|ncml|fgb|pmtiles|sqlite|mbtiles)"
    r"(?:\.(?:gz|bz2|xz|zip))?$",
    re.IGNORECASE,
)
"""Suffixes of what data come in, though much else does, too."""
_NOTES = re.compile(
    r"/(?:[\w-]*requirements|readme|licen[cs]e|copying|robots|changelog|changes|version|citation|notice|install|authors"
    r"|history|words|sitemap|llms)\b[\w.-]*$",
    re.IGNORECASE,
)
"""What such files are called that are no data."""
_ZARR_INSIDE = re.compile(r"\.(?:zarr\d?|icechunk)/", re.IGNORECASE)
_PAGE = re.compile(
    r"\.(?:html?|php|aspx?|jsp|png|jpe?g|svg|gif|ico|webp|md|rst|pdf|ipynb|py|js|css|whl|sh|exe|deb|rpm|dmg|mp4|ttf"
    r"|woff2?|toml|cfg|lock|R|jl|git)$",
    re.IGNORECASE,
)
_STORAGE = re.compile(r"(?:gs|gcs|s3a?|osn|abfss?|az|adl|hf)\Z", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+]{1,9})://", re.IGNORECASE)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]+(?:@[A-Za-z0-9.-]+)?\Z")
_HOST = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)+[A-Za-z]{2,}(?::\d{1,5})?\Z|[\d.]{7,15}(?::\d+)?\Z"
)
_SERVING = {"http", "https", "ftp", "sftp", "dap2", "dap4", "dods"}
_DAP = re.compile(r"dap[24]\Z|dods\Z", re.IGNORECASE)
"""Schemes of OPeNDAP, for servers that have nothing but data."""
_FEDERATED = re.compile(r"/[\w.-]+/[^/]")
"""A path in the Open Science Data Federation, whose addresses name no host: a namespace that is told, and more."""
_STORE_HOST = re.compile(
    r"(?:^|\.)(?:storage\.googleapis\.com|storage\.cloud\.google\.com|s3[a-z0-9.-]*\.amazonaws\.com|[a-z0-9-]+\.osn\.(?:mghpcc|xsede)\.org"
    r"|(?:blob|dfs)\.core\.windows\.net|digitaloceanspaces\.com|r2\.cloudflarestorage\.com|r2\.dev|data\.source\.coop"
    r"|backblazeb2\.com|wasabisys\.com|uni-mainz\.de:\d+|swift\.dkrz\.de)$",
    re.IGNORECASE,
)
_SERVED = re.compile(r"/(?:dodsC|opendap|erddap|fileServer|thredds(?!/catalog/(?!.*\.xml$)))/", re.IGNORECASE)
_SERVER = re.compile(r"(?:opendap|thredds|tds|dap|hyrax)\d?\.", re.IGNORECASE)
_RESOLVED = re.compile(r"huggingface\.co/datasets/[^/]+/[^/]+/resolve/", re.IGNORECASE)
_DEPOSIT = re.compile(
    r"ndownloader\.figshare\.com/(?:files|articles)/\d+|figshare\.com/ndownloader/(?:files|articles)/\d+"
    r"|zenodo\.org/(?:api/)?records?/\d+/files/[^/]+(?:/content)?$|/api/access/datafile/:?[\w-]+$"
    r"|osf\.io/(?:download/\w{5,}|\w{5,}/download)$|api\.figshare\.com/v2/file/download/\d+"
    r"|drive\.google\.com/uc$|drive\.usercontent\.google\.com/download$",
    re.IGNORECASE,
)
"""Where repositories of data hand out a file, which its address does not name."""
_PAGES_HOST = re.compile(
    r"(?:^|\.)(?:readthedocs\.(?:io|org)|github\.io|shields\.io|mybinder\.org|colab\.research\.google\.com|doi\.org|youtube\.com"
    r"|wikipedia\.org|arxiv\.org|orcid\.org|stackoverflow\.com|example\.(?:com|org|net)|pypi\.org|conda\.io|anaconda\.com"
    r"|medium\.com|gnu\.org|apache\.org|opensource\.org|creativecommons\.org|w3\.org|python\.org|schema\.org|xarray\.dev"
    r"|localhost|pytorch\.org/docs|nbviewer\.jupyter\.org|console\.cloud\.google\.com)$",
    re.IGNORECASE,
)
_THIS_MACHINE = re.compile(r"(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|localhost)(?::\d+)?\Z", re.IGNORECASE)
_CODE_ARCHIVE = re.compile(r"(?:^|\.)(?:github\.com/[^/]+/[^/]+/archive/|codeload\.github\.com/)", re.IGNORECASE)
_FIELD = re.compile(r"\{\{[^{}]*\}\}|\$?\{[^{}]*\}|%(?:\(\w+\))?(?:0?\d)?[sd](?![0-9A-Fa-f])|%[YmjHMyS]|\$[A-Za-z_]\w*")
_HANDLERS = {"vsis3": "s3", "vsigs": "gs", "vsiaz": "az", "vsis3_streaming": "s3", "vsigs_streaming": "gs"}
_OF_THE_WEB = ("/vsicurl/", "/vsicurl_streaming/")
_PACKED = re.compile(r"^(?:/vsi(?:zip|tar|gzip|7z)/(?=/vsi))+")
_DRIVER = re.compile(r"^[A-Za-z][A-Za-z0-9]{2,11}:\"?(?=/vsi|[a-z][a-z0-9]{1,9}://)", re.ASCII)
"""The driver that GDAL is to use, before what it opens: `GeoJSON:https://…`, `ZARR:"/vsicurl/https://…"`."""
_INSIDE = re.compile(r"(\.[A-Za-z][A-Za-z0-9]{1,7}):/*[\w/]+\Z", re.ASCII)
_ZIPPED = re.compile(r"(?:zip|gzip|tar)\+(?=[a-z0-9]+://)")
"""An archive whose member stands behind `!`, as GDAL and geopandas take it."""
_TWICE = re.compile(r"([a-z][a-z0-9]{1,9}://)(?=\1)")
"""A scheme put before what has it already, as a listing may or may not."""
_TOLD = re.compile(r"[A-Za-z]{2}")
_SITE = re.compile(r"\.git(?:hub|lab)\.io$", re.IGNORECASE)
_NOWHERE = re.compile(r"(?:^|\.)(?:localhost|example\.(?:com|org|net))$", re.IGNORECASE)
_CACHES = re.compile(r"^(?:[a-z][a-z0-9]*(?:://[^:]*)?::)+", re.IGNORECASE)
_UNFIT = re.compile(
    r"[\s<>\"'`|\\^]|\.\.\.|…|path/to\b|your[-_]|^s3://bucket/|^gs://bucket/|my-bucket|[^:]///|://.*://", re.IGNORECASE
)
_BEGINNING = re.compile(
    r"(?:(gs|gcs|s3a?|osn|abfss?|az|adl|hf|s?ftp|osdf|dap[24]|dods|file)|https?)://([A-Za-z0-9.-]*)"
)
_DEPOSITED = re.compile(r"doi:10\.\d{4,9}/[^\s<>\"'{}]+/[^\s<>\"'{}/]+\Z", re.ASCII)
"""A file of a deposit, as pooch takes it."""
_IN_TEXT = re.compile(
    r"(?:gs|gcs|s3a?|osn|abfss?|az|hf|https?|s?ftp|osdf)://[^\s<>\"'`|\\^,;]+", re.IGNORECASE | re.ASCII
)


def given(text: str) -> str | None:
    """The address, if a reader or writer of data was given `text`; `None` if it is no address of data."""
    return _settled(text, trusted=True)


def looking(text: str) -> str | None:
    """The address, if `text` alone looks like the address of data."""
    return _settled(text, trusted=False)


def fetched(text: str) -> str | None:
    """The address, if what is fetched of the web by `text` is data: by its address alone, or as a plain table."""
    if (address := looking(text)) is not None:
        return address
    plain = re.split("[?#]", text, maxsplit=1)[0]
    return given(text) if _PLAIN.search(plain) and not _NOTES.search(plain) else None


def partly(text: str, *, remote: bool = False) -> str | None:
    """The address as far as it is told, where nobody knows the bucket or the folder that it begins with.

    A folder of which nothing is known is most often one of this machine, so only stores count below it, which are for
    buckets, unless the call says by itself that it is `remote`.
    """
    if UNKNOWN not in text or len(text) > LONGEST_TEXT or _UNFIT.search(text.replace(UNKNOWN, "x")):
        return None
    text = text.rstrip("/")
    scheme = _SCHEME.match(text)
    if scheme is not None:
        root = text[scheme.end() :].partition("/")[0]
        return text if _STORAGE.match(scheme[1]) and UNKNOWN in root else None
    last = text.rpartition("/")[2]
    fits = suffixed(last) if remote else bool(_ZARR_INSIDE.search(f"{last}/"))
    told = _SUFFIX.sub("", last).replace(UNKNOWN, "")
    return text if text.startswith(f"{UNKNOWN}/") and fits and _TOLD.search(told) else None


def within(text: str) -> list[tuple[int, str]]:
    """The addresses of data in prose, with where they begin."""
    found = []
    for match in _IN_TEXT.finditer(text):
        address = looking(_trimmed(match[0]))
        if address is not None:
            found.append((match.start(), address))
    return found


def beginning(text: str) -> bool:
    """Whether code with this text may put an address of data together: it holds where one may begin."""
    if "://" not in text:
        return False
    return any(scheme or not _PAGES_HOST.search(host) for scheme, host in _BEGINNING.findall(text))


def whole(address: str) -> bool:
    """Whether the address is of one place: no unknown piece, no pattern."""
    return UNKNOWN not in address and "*" not in address and "?*" not in address


def stored(text: str) -> bool:
    """Whether the address is one of an object store."""
    scheme = _SCHEME.match(text)
    return scheme is not None and bool(_STORAGE.match(scheme[1]))


def suffixed(address: str) -> bool:
    """Whether the address ends as files and stores of data do."""
    return bool(_SUFFIX.search(address.partition("?")[0].rstrip("/")))


def packed(name: str) -> bool:
    """Whether a file of that name is an archive."""
    return bool(_ARCHIVE.search(name))


def _trimmed(text: str) -> str:
    text = text.rstrip(".,;:!?*_")
    while text and text[-1] in ")]}" and text.count(text[-1]) > text.count({")": "(", "]": "[", "}": "{"}[text[-1]]):
        text = text[:-1].rstrip(".,;:!?*_")
    # A link of Markdown: `[text](address)`, where the text is an address too.
    return re.split(r"\]\(", text, maxsplit=1)[0]


def _virtual(text: str) -> str:
    """The address behind a virtual file of GDAL: `/vsicurl/https://…`, `/vsizip//vsis3/bucket/key`."""
    driver = _DRIVER.match(text)
    if driver is not None:
        # A file is in quotes where the name of what is in it follows.
        text = _INSIDE.sub(r"\1", text[driver.end() :].partition('"')[0])
    if not text.startswith("/vsi"):
        return text
    text = _PACKED.sub("", text)
    if text.startswith(_OF_THE_WEB):
        return text.partition("/")[2].partition("/")[2]
    handler, _, place = text[1:].partition("/")
    return f"{_HANDLERS[handler]}://{place}" if handler in _HANDLERS else text


def _settled(text: str, *, trusted: bool) -> str | None:
    text = _virtual(text.strip().removesuffix("#mode=bytes"))
    if trusted and _DEPOSITED.match(text) and UNKNOWN not in text:
        return text
    if "://" not in text or len(text) > LONGEST_TEXT:
        return None
    text = _TWICE.sub("", _CACHES.sub("", text))
    if (packed := _ZIPPED.match(text)) is not None:
        text = text[packed.end() :].partition("!")[0]
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    if scheme[1].lower() == "file":
        # Nobody else has that folder, but a graph may be of stores on its own machine.
        return text if trusted and text.startswith("file:///") and UNKNOWN not in text else None
    rest = _filled(text[scheme.end() :])
    if scheme[1].lower() == "osdf":
        return None if _UNFIT.search(rest.replace(UNKNOWN, "x")) or not _FEDERATED.match(rest) else f"{scheme[0]}{rest}"
    root, _, path = rest.partition("/")
    if not root or UNKNOWN in root or "*" in root or _UNFIT.search(f"{scheme[0]}{rest.replace(UNKNOWN, 'x')}"):
        return None
    last = path.rpartition("/")[2]
    if last.startswith(".") and (_SUFFIX.fullmatch(last) or _ARCHIVE.fullmatch(last)):
        # What a name begins with was left empty, to be told later.
        return None
    address = f"{scheme[0]}{rest}"
    if _STORAGE.match(scheme[1]):
        if not _BUCKET.match(root) or (not trusted and not path.strip("/")):
            return None
        # A file of its own where the bucket stands: the bucket was not told.
        at = path if path.strip("/") else root
        return None if _PAGE.search(at) or (at is root and _SUFFIX.search(root)) else address
    if scheme[1].lower() not in _SERVING or not path.strip("/") or not _HOST.match(root):
        return None
    if _DAP.match(scheme[1]):
        return None if _NOWHERE.search(root) or _THIS_MACHINE.match(root) else address
    return address if _served(root.lower(), path, trusted=trusted) else None


def _filled(text: str) -> str:
    """The text with `UNKNOWN` for each of its fields, also for one that another leaves behind (`$%s`)."""
    before = None
    while text != before:
        before, text = text, _FIELD.sub(UNKNOWN, text.replace(UNKNOWN, "{}"))
        while UNKNOWN + UNKNOWN in text:
            text = text.replace(UNKNOWN + UNKNOWN, UNKNOWN)
    return text


def _served(host: str, path: str, *, trusted: bool) -> bool:
    """Whether a web server's path is data."""
    plain = re.split("[?#]", path, maxsplit=1)[0].rstrip("/")
    if _PAGE.search(plain) or _NOWHERE.search(host) or _THIS_MACHINE.match(host):
        return False
    if _PAGES_HOST.search(host):
        # Sites of projects have data, too: what is opened there and ends as data do.
        return trusted and bool(_SITE.search(host)) and bool(_SUFFIX.search(plain) or _TABLE.search(plain))
    at = f"{host}/{plain}"
    if _CODE_ARCHIVE.search(at):
        return False
    if (
        _STORE_HOST.search(host)
        or _SUFFIX.search(plain)
        or _ZARR_INSIDE.search(plain)
        or _RESOLVED.search(at)
        or _DEPOSIT.search(at)
    ):
        return True
    if _SERVER.match(host) and "/" in plain and "/catalog" not in plain:
        return True
    if _SERVED.search(f"/{plain}") or (_ARCHIVE.search(plain) and "anaconda" not in host):
        return True
    return trusted
