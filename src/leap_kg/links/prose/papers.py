"""Works that a line names: DOIs, arXiv papers, and pages of publishers whose address holds a DOI.

Where a DOI ends on the page of a publisher is known by what publishers put behind it (`/full`, `.pdf`); these are cut
off. Two publishers' addresses spell the DOI in parts (Nature, Copernicus), from which it is put together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leap_kg.links.prose.addresses import Address
from leap_kg.ontology.identifiers import Refusal, arxiv, doi

_HOST = re.compile(r"(?:https?|ftp)://(?:[^/@\s]*@)?([^/:?#\s]+)[^/?#]*(.*)", re.IGNORECASE | re.DOTALL)
_BARE = re.compile(
    r"""(?<![\w.])10\.[0-9]{4,9}(?:\.[0-9]{1,9}){0,3}/
        (?:[0-9]{4}-[0-9]{3}[0-9X]\([0-9]{4}\)[0-9]{1,5}<[0-9A-Z:.]{1,30}>[0-9]\.[0-9]\.CO;2
         |[^\s"'<>\[\]{}|`\\^]{1,300})""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_INSIDE = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]{1,9}){0,3}(?:/|%2F)[^\s?#&]{1,300}", re.ASCII | re.IGNORECASE)
_PAGES = re.compile(
    r"""(?:\.(?:pdf|html?|xml|full|abstract|short|svg)|/(?:full|pdf|epdf|pdfdirect|abstract|meta|html|htm|xml|references
        |citation|cite|summary|suppl_file|status|fulltext|figures|tables|metrics|asset|download|v[0-9]{1,2}|print
        |full-text|fulltext-view))(?:[/.].{0,100})?$""",
    re.IGNORECASE | re.VERBOSE,
)
_BADGE = re.compile(r"shields\.io/badge/([^?#\s]{1,300})", re.IGNORECASE)
_NAMED = re.compile(
    r"\barxiv(?:\s{0,2}[:.]\s{0,2}|\s|-|\s{0,2}preprint\s{1,2}(?:arxiv\s{0,2}:\s{0,2})?)"
    r"((?:[0-9]{4}\.[0-9]{4,5}|[a-z]{2,8}(?:-[a-z]{2,4})?(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]{1,2})?)(?![0-9])",
    re.IGNORECASE | re.ASCII,
)
_NATURE = re.compile(r"/articles/((?:s4[0-9]{4}-[0-9]{3}-[0-9]{5}-[0-9a-z]|[a-z]{2,8}[0-9]{3,6}|sdata[0-9.]{4,12}))\b")
_COPERNICUS = re.compile(r"/(?:articles|preprints)/([0-9]{1,3})/([0-9]{1,5})/((?:19|20)[0-9]{2})\b", re.ASCII)
_ZENODO = re.compile(r"/(?:records?|deposit|doi/10\.5281/zenodo\.)/?([0-9]{3,12})\b", re.ASCII)
_HUGGING_FACE = re.compile(r"/papers/([0-9]{4}\.[0-9]{4,5})\b", re.ASCII)
_JOURNAL = re.compile(r"([a-z]{2,12})\.copernicus\.org")


@dataclass(frozen=True, slots=True)
class Work:
    """A work that is named from the character `start` on; `iri` is that of its DOI or its page at arXiv."""

    start: int
    iri: str


def work_of(address: Address) -> Work | None:
    """The work that an address names, if it names one."""
    iri = named(address.text)
    return Work(address.start, iri) if iri else None


def named(url: str) -> str:
    """The IRI of the work that an address on the web names, `""` if it names none."""
    split = _HOST.match(url)
    if split is None:
        return ""
    host, path = split[1].lower().removeprefix("www."), split[2]
    if host in ("doi.org", "dx.doi.org", "hdl.handle.net", "doi.pangaea.de"):
        return _doi(url)
    if host.endswith(("arxiv.org", "ar5iv.org")):
        return _arxiv(url)
    if host == "huggingface.co" and (page := _HUGGING_FACE.match(path)):
        return _arxiv(page[1])
    if host == "zenodo.org":
        record = _ZENODO.match(path)
        return f"https://doi.org/10.5281/zenodo.{record[1]}" if record else _inside(path)
    if host.endswith("shields.io"):
        return _label(url)
    if host == "nature.com" and (article := _NATURE.search(path)):
        return _doi(f"10.1038/{article[1]}")
    if (journal := _JOURNAL.fullmatch(host)) and (page := _COPERNICUS.search(path)):
        return _doi(f"10.5194/{journal[1]}-{page[1]}-{page[2]}-{page[3]}")
    return _inside(path) if host != "github.com" else ""


def bare_works(line: str) -> Iterator[Work]:
    """The DOIs and arXiv papers that a line names outside of its addresses."""
    if "10." in line:
        for found in _BARE.finditer(line):
            if iri := _doi(found[0].rstrip("*_~,;")):
                yield Work(found.start(), iri)
    if "arxiv" in line.lower():
        for found in _NAMED.finditer(line):
            if iri := _arxiv(found[1]):
                yield Work(found.start(), iri)


def _inside(path: str) -> str:
    """The DOI in the path of a page of a publisher."""
    found = _INSIDE.search(path)
    if found is None:
        return ""
    name = found[0]
    while end := _PAGES.search(name):
        name = name[: end.start()]
    return _doi(name.rstrip("/"))


def _label(url: str) -> str:
    """The work that is written on a badge of shields.io, whose parts are label, message and colour."""
    found = _BADGE.search(url)
    if found is None:
        return _inside(url)
    parts = re.split(r"(?<!-)-(?!-)", found[1].replace("%2F", "/").replace("%2f", "/"))
    words = [part.replace("--", "-") for part in parts[:-1]]
    for word in words:
        if work := next(bare_works(word), None):
            return work.iri
    return _arxiv(words[-1]) if len(words) > 1 and words[0].lower() == "arxiv" else ""


def _doi(text: str) -> str:
    known = doi.parse(text)
    return "" if isinstance(known, Refusal) else known.iri


def _arxiv(text: str) -> str:
    known = arxiv.parse(text)
    return "" if isinstance(known, Refusal) else known.iri
