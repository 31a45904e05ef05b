"""Fetches what a recipe reads, whole and once, and notes address, size and checksum of each file.

Pipelines then read files of this machine: a source that drops a connection or changes halfway can spoil a file here,
where it is noticed and fetched again, and never a part of a store.
"""

import hashlib
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from .failing import Failed
from .telling import tell

_ATTEMPTS = 4
_AT_ONCE = 4
_PIECE = 2**20
_SILENT = 60.0
"""Seconds without a byte after which a connection counts as dead."""
_SLOWEST = 1024
"""Bytes a second, over the whole file and after a minute, below which a source counts as not answering."""
_NAMES = ".addresses"
"""Beside fetched files: for each a file of its name that has its address, for messages of whatever process."""
OPTIONS = "options.json"
"""Beside fetched files: the options by which each store's inputs were opened, `null` if JSON does not hold them."""
_HEAD = 1024


@dataclass(frozen=True)
class Fetched:
    """One input as it was read; `path` is `""` if it is what it was when it was read before, and was not fetched.

    `validator` is its strong ETag or the time of its last change, by which the server is asked whether it is the same.
    """

    url: str
    path: str
    size: int
    sha256: str
    validator: str = ""


class _Again(Exception):
    """An attempt failed in a way that may pass."""


class _Same(Exception):
    """The server says that the file is the one that is known."""

    def __init__(self, known: "Fetched") -> None:
        super().__init__()
        self.known = known


@dataclass
class Inputs:
    """The files that were fetched into `folder`, by their addresses; `pause` is the first wait before a new attempt.

    `used` are those that were asked for since it was cleared, `known` those of the run before.
    """

    folder: Path
    pause: float = 1.0
    found: dict[str, Fetched] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    known: dict[str, Fetched] = field(default_factory=dict)
    _fetching: Lock = field(default_factory=Lock)

    def all(self, urls: Iterable[str]) -> list[Fetched]:
        """These files, in their order, each fetched once; raises `Failed` that names the first that cannot be had."""
        wanted = list(urls)
        with self._fetching:  # threads of a pipeline ask for the same files
            self._have([url for url in dict.fromkeys(wanted) if not self._is_here(url)], "fetched")
            self.used.update(dict.fromkeys(wanted))
        return [self.found[url] for url in wanted]

    def asked(self, urls: Iterable[str]) -> list[Fetched]:
        """As `all`, but what is known and has not changed is not fetched; raises `Failed`."""
        wanted = list(urls)
        with self._fetching:
            new = [url for url in dict.fromkeys(wanted) if url not in self.found]
            self._have(new, "looked at", self.known)
            self.used.update(dict.fromkeys(wanted))
        return [self.found[url] for url in wanted]

    def note_options(self, store: str, options: Mapping[str, Any]) -> None:
        """Leave for those who look at a store by which options its inputs were opened."""
        file = self.folder / OPTIONS
        try:
            said = json.loads(json.dumps(dict(options)))
        except (TypeError, ValueError):
            said = None
        self.folder.mkdir(parents=True, exist_ok=True)
        before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        file.write_text(json.dumps({**before, store: said}), encoding="utf-8")

    def _is_here(self, url: str) -> bool:
        return url in self.found and bool(self.found[url].path)

    def _have(self, new: Sequence[str], done: str, known: Mapping[str, Fetched] | None = None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for number, fetched in enumerate(pool.map(lambda url: self._one(url, (known or {}).get(url)), new), 1):
                self.found[fetched.url] = fetched
                if number % 10 == 0 or number == len(new):
                    tell(f"{number} of {len(new)} inputs {done}")

    def _one(self, url: str, known: Fetched | None) -> Fetched:
        local = _local(url)
        if local is not None:
            return self._there(url, local)
        if "@" in urlsplit(url).netloc and urlsplit(url).scheme in ("http", "https"):
            raise Failed(
                "source",
                f"{_shown(url)}: credentials do not belong in an address, and are not sent from there: use an address "
                "that needs none, or one with a token, which recipe.py takes from a variable that --grant lets through",
            )
        path = self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}{_suffix(url)}"
        reason = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(self.pause * 2 ** (attempt - 1))
            try:
                return self._checked(_fetched(url, path, known))
            except _Same as same:
                return same.known
            except _Again as problem:
                reason = str(problem)
                tell(f"{_shown(url)}: {reason}")
        raise Failed("source", f"{_shown(url)} could not be fetched in {_ATTEMPTS} attempts: {reason}")

    def _checked(self, fetched: Fetched) -> Fetched:
        path, names = Path(fetched.path), self.folder / _NAMES
        _check_content(fetched.url, path)
        names.mkdir(exist_ok=True)
        (names / path.name).write_text(_shown(fetched.url), encoding="utf-8")
        return fetched

    @staticmethod
    def _there(url: str, path: Path) -> Fetched:
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
        except OSError as error:
            raise Failed("source", f"{url} cannot be read ({error.strerror}): check the path") from None
        _check_content(url, path)
        return Fetched(url, str(path), size, digest.hexdigest())


def shown(path: str) -> str:
    """What people know a file by: the address that it was fetched from, or its path."""
    try:
        return (Path(path).parent / _NAMES / Path(path).name).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return path


def _check_content(url: str, path: Path) -> None:
    """Raises `Failed` for what no library says anything useful of: nothing at all, and pages that stand for a file."""
    with path.open("rb") as file:
        head = file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not path.stat().st_size:
        raise Failed("source", f"{_shown(url)} is empty: ask its owner, or leave out its key")
    is_page = head.startswith(b"<") and (b"<html" in head or b"<!doctype html" in head)
    if is_page and _suffix(url).lower() not in (".html", ".htm"):
        raise Failed(
            "source", f"{_shown(url)} is a web page, not NetCDF: look at it in a browser, as it may ask for a login"
        )


def _fetched(url: str, path: Path, known: Fetched | None) -> Fetched:
    digest, size, start = hashlib.sha256(), 0, time.monotonic()
    partial = path.with_name(f"{path.name}.part")
    with _opened(url, known) as (stream, due, validator), partial.open("wb") as file:
        while True:
            try:
                piece = stream.read(_PIECE)
            except (OSError, ValueError) as error:  # http.client's errors are one or the other
                raise _Again(f"the connection broke after {size} bytes ({type(error).__name__})") from None
            if not piece:
                break
            digest.update(piece)
            size += len(piece)
            file.write(piece)
            took = time.monotonic() - start
            if took > _SILENT and size < took * _SLOWEST:
                raise _Again(f"only {size} bytes came in {took:.0f} s")
    if due is not None and size != due:
        raise _Again(f"{due} bytes were announced and {size} came")
    partial.replace(path)
    return Fetched(url, str(path), size, digest.hexdigest(), validator)


@contextmanager
def _opened(url: str, known: Fetched | None) -> Iterator[tuple[Any, int | None, str]]:
    """The bytes of an address, how many there are to be if that is known, and by what to ask whether they changed."""
    if urlsplit(url).scheme not in ("http", "https"):
        import fsspec  # not where conventions are checked

        try:
            with fsspec.open(url, "rb").open() as stream:
                yield stream, getattr(stream, "size", None), ""
        except FileNotFoundError:
            raise Failed("source", f"{_shown(url)} is not there: correct the address in recipe.py") from None
        except (ImportError, ValueError) as error:
            raise Failed("source", f"{_shown(url)} cannot be opened: {error}") from None
        return
    headers = {"User-Agent": "leap-recipe", "Accept-Encoding": "identity"}
    if known and known.validator:
        headers["If-None-Match" if known.validator.startswith('"') else "If-Modified-Since"] = known.validator
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http and https only
    try:
        answer = urllib.request.urlopen(request, timeout=_SILENT)  # noqa: S310 - http and https only
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 304 and known:
                raise _Same(known) from None
            if error.code in (408, 425, 429) or error.code >= 500:
                raise _Again(f"it was answered with {error.code}") from None
            raise Failed("source", f"{_shown(url)} {_refused(error.code)}") from None
    except OSError as error:
        raise _Again(f"it does not answer ({getattr(error, 'reason', error)})") from None
    with answer:
        length = answer.headers.get("Content-Length", "")
        tag, changed = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
        yield _Whole(answer), int(length) if length.isdecimal() else None, tag if tag.startswith('"') else changed


def _refused(code: int) -> str:
    """What an answer that will not change means, and what to do."""
    if code in (301, 302, 303, 307, 308):
        return "redirects without an end, or to nowhere: look at it in a browser, or ask its owner"
    if code in (401, 403, 407):
        return (
            f"was answered with {code}: it wants credentials. Use an address that needs none, or have recipe.py take a "
            "token from a variable that --grant lets through"
        )
    return f"was answered with {code}: correct the address in recipe.py, or ask its owner"


class _Whole:
    """Reads an answer in pieces as they come, so that a slow one is noticed; a piece that is cut short is no error."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401 - whatever urlopen returns
        self._answer = answer

    def read(self, size: int) -> bytes:
        """At most so many bytes; `b""` at the end."""
        data: bytes = self._answer.read1(size)
        return data


def _local(url: str) -> Path | None:
    if url.startswith("file://"):
        return Path(unquote(urlsplit(url).path))
    return Path(url) if url.startswith(os.sep) else None


def _suffix(url: str) -> str:
    ending = Path(urlsplit(url).path).suffix
    return ending if len(ending) <= 8 and ending[1:].isalnum() else ""


def _shown(url: str) -> str:
    """The address without what may be a secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else url
