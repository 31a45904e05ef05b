"""Which names lie below a prefix, for stores whose metadata are not consolidated.

Object stores list a prefix as XML, plain web servers as a page of links; a server that does neither is asked for the
names that the configuration gives. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html,
https://cloud.google.com/storage/docs/xml-api/get-bucket-list

Hazard: the listing is a stranger's: document types are refused, so that no entity is expanded, and names that lead
elsewhere are left out.
"""

import re
import xml.parsers.expat
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urljoin

from leap_kg.ontology.identifiers import Location

MAX_NAMES = 2000


def listing_url(location: Location, folder: str, after: str = "") -> str | None:
    """Where the names in a folder of the store (`""` for its root) are listed; `None` for a local file.

    `after` is what the listing before this one ended with.
    """
    prefix = "/".join(filter(None, (location.key, folder)))
    query = f"delimiter=/&prefix={quote(f'{prefix}/', safe='')}"
    if location.provider == "gs":
        more = f"&marker={quote(after, safe='')}" if after else ""
        return f"https://storage.googleapis.com/{location.bucket}?{query}{more}"
    more = f"&continuation-token={quote(after, safe='')}" if after else ""
    if location.provider == "osn":
        return f"{location.endpoint}/{location.bucket}?list-type=2&{query}{more}"
    if location.provider == "s3":
        root = str(Location("s3", None, location.bucket, "").https).rstrip("/")
        return f"{root}/?list-type=2&{query}{more}"
    return f"{location.https}/{quote(folder)}{'/' if folder else ''}" if location.https else None


def listed_names(data: bytes, url: str) -> tuple[list[str], str]:
    """The names of the folders that a listing gives, and what to ask the next listing for (`""`: it is whole)."""
    start = data[:512].lstrip().lower()
    if b"<listbucketresult" in data[:4096].lower() and not start.startswith(b"<!doctype html"):
        return _of_bucket(data)
    return (_of_page(data, url), "") if start.startswith((b"<!doctype html", b"<html")) else ([], "")


def _of_bucket(data: bytes) -> tuple[list[str], str]:
    names: dict[str, None] = {}
    path: list[str] = []
    texts: dict[str, str] = {}

    def begin(name: str, _: dict[str, str]) -> None:
        path.append(name.rpartition(":")[2])
        texts[path[-1]] = ""

    def text(part: str) -> None:
        if path:
            texts[path[-1]] += part

    def end(_: str) -> None:
        if path[-2:] == ["CommonPrefixes", "Prefix"] and (name := _name(texts["Prefix"])):
            names[name] = None
        path.pop()

    def refuse(*_: object) -> None:
        raise ValueError("a listing has no document type")

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(data, True)
    except (xml.parsers.expat.ExpatError, ValueError):
        return list(names)[:MAX_NAMES], ""
    following = texts.get("NextContinuationToken") or texts.get("NextMarker") or ""
    return list(names)[:MAX_NAMES], following.strip()


class _Links(HTMLParser):
    """Collects the targets of a page's links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and len(self.found) < MAX_NAMES:
            self.found.update((value, None) for name, value in attrs if name == "href" and value)


def _of_page(data: bytes, url: str) -> list[str]:
    """The folders that a server's page links to: those one step below its own address."""
    links = _Links()
    links.feed(data.decode("utf-8", "replace"))
    here = url.partition("?")[0].rstrip("/") + "/"
    found: dict[str, None] = {}
    for link in links.found:
        try:
            target = urljoin(here, link)
        except ValueError:
            continue
        rest = target.removeprefix(here)
        if rest != target and rest.endswith("/") and (name := _name(unquote(rest))):
            found[name] = None
    return list(found)


def _name(path: str) -> str:
    """The last name of a folder's path; `""` if it cannot be one of a group or array."""
    name = path.rstrip("/").rpartition("/")[2]
    return name if re.fullmatch(r"[^/\\\x00-\x1f]{1,255}", name) and name not in (".", "..") else ""
