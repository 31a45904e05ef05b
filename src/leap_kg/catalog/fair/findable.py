"""F: whether the dataset has an identifier, is described, and can be found."""

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from leap_kg.catalog.fair.metric import Metric, Tried, check, listed
from leap_kg.catalog.fair.served import Served

_SCHEMES = re.compile(r"(https?://[^\s/]+/\S+|urn:[a-z0-9-]+:\S+|doi:10\.\S+|ark:/?\S+|hdl:\S+)", re.IGNORECASE)
# Hosts whose identifiers are kept though what they lead to moves.
_PERSISTENT = frozenset(
    ("doi.org", "dx.doi.org", "hdl.handle.net", "w3id.org", "purl.org", "n2t.net", "arks.org", "identifiers.org")
)
_CITED = ("creator", "name", "identifier", "datePublished", "publisher")
_DESCRIBED = ("description", "keywords")
_WORDS = {
    "creator": "who made it",
    "name": "a title",
    "identifier": "an identifier",
    "datePublished": "a date of publication",
    "publisher": "who publishes it",
    "description": "a description",
    "keywords": "keywords",
}


def host(iri: str) -> str:
    """The host of an address, `""` for what is none."""
    try:
        return (urlsplit(iri).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@check("The identifier follows the syntax of a scheme that is globally unique", "Give the dataset an IRI or a DOI.")
def _unique(served: Served) -> str:
    named = str(served.described.get("@id", ""))
    return named if _SCHEMES.fullmatch(named) else ""


@check(
    "What is to be cited is an identifier of a system made to last",
    "Register a DOI for the dataset, or set the base of the graph to an address of w3id.org.",
    0.5,
)
def _persistent(served: Served) -> str:
    return served.citation if host(served.citation) in _PERSISTENT else ""


@check(
    "What is to be cited leads to this page",
    "Serve the graph below the base of its IRIs. An identifier of another host (w3id.org, doi.org) must lead here by a "
    "redirect that is registered there, which cannot be seen from here.",
    0.5,
)
def _leads_here(served: Served) -> str:
    here = served.page.good and served.citation and unquote(served.citation) == unquote(served.page.address)
    return f"{served.citation} answered with this page" if here else ""


def _all_said(name: str, wanted: tuple[str, ...]) -> Callable[[Served], Tried]:
    """A check that all of these properties are said; how to mend it names those that are not."""

    def tried(served: Served) -> Tried:
        there = [_WORDS[each] for each in wanted if served.said(each)]
        lacking = [_WORDS[each] for each in wanted if not served.said(each)]
        found = "" if lacking else listed(there, len(there))
        return Tried(name, 0.0 if lacking else 1.0, 1.0, found, f"Say {', '.join(lacking)}." if lacking else "")

    return tried


_core = _all_said("What a citation needs is said", _CITED)
_descriptive = _all_said("A summary and keywords are said", _DESCRIBED)


@check("The description says where the data are", "List the stores in the record, with their addresses.")
def _content(served: Served) -> str:
    return listed([str(each["contentUrl"]) for each in served.downloads if each.get("contentUrl")])


@check("The page embeds a description in schema.org, as search engines read it", "Embed it in the page.")
def _embedded(served: Served) -> str:
    return "JSON-LD in the page" if served.is_embedded else ""


@check("Crawlers may read the page, and are told of all pages", "Let robots.txt allow it, and name a site map there.")
def _crawled(served: Served) -> str:
    lines = served.robots.body.decode("utf-8", "replace").splitlines() if served.robots.good else []
    rules = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("disallow:")]
    maps = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("sitemap:")]
    hidden = "noindex" in served.page.headers.get("x-robots-tag", "")
    path = "/" + served.page.address.partition("://")[2].partition("/")[2]
    closed = any(rule and _matches(rule, path) for rule in rules)
    return listed(maps) if served.page.good and maps and not hidden and not closed else ""


def _matches(rule: str, path: str) -> bool:
    """Whether a rule of robots.txt is about the path: `*` stands for anything, `$` for its end (RFC 9309)."""
    pattern = ".*".join(map(re.escape, rule.removesuffix("$").split("*"))) + ("$" if rule.endswith("$") else "")
    return re.match(pattern, path) is not None


METRICS = (
    Metric("FsF-F1-01D", "Data is assigned a globally unique identifier", (_unique,)),
    Metric("FsF-F1-02D", "Data is assigned a persistent identifier", (_persistent, _leads_here)),
    Metric("FsF-F2-01M", "Metadata includes descriptive core elements", (_core, _descriptive)),
    Metric("FsF-F3-01M", "Metadata includes the identifier of the data it describes", (_content,)),
    Metric("FsF-F4-01M", "Metadata can be retrieved by search engines", (_embedded, _crawled)),
)
