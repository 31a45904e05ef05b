"""Which addresses a page may link to: paths of this server, and http, https and mailto URLs.

Hazard: IRIs of the graph come from files that anybody can edit. `javascript:` and `data:` IRIs, and whatever
else a browser would run or open, never become an `href`; such nodes are shown on a page of ours.
"""

from urllib.parse import urlencode, urlsplit

_LONGEST_LABEL = 90


def external_href(iri: str) -> str:
    """The IRI if a browser may be sent there, else `""`."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        return iri if parts.netloc else ""
    return iri if parts.scheme == "mailto" and "@" in parts.path else ""


def address_label(iri: str) -> str:
    """An address as people read it: without its scheme, shortened in the middle."""
    text = iri.removeprefix("mailto:").removeprefix("https://").removeprefix("http://").rstrip("/") or iri
    if len(text) <= _LONGEST_LABEL:
        return text
    half = _LONGEST_LABEL // 2
    return f"{text[:half]}…{text[-half + 1 :]}"


def url(path: str, /, **parameters: str | int | None) -> str:
    """A path of ours with a query string; parameters that are `None` or empty are left out."""
    given = [(name, value) for name, value in parameters.items() if value not in (None, "")]
    return f"{path}?{urlencode(given)}" if given else path


def query_url(query: str, at: str = "", endpoint: str = "/sparql") -> str:
    """Where a visitor finds this SPARQL query in the editor, perhaps at a moment of the past."""
    return url(endpoint, query=query, at=at)


def at_moment(address: str, revision: int) -> str:
    """The address of the same page at a revision."""
    page, mark, fragment = without_moment(address).partition("#")
    return f"{page}{'&' if '?' in page else '?'}at={revision}{mark}{fragment}"


def without_moment(address: str) -> str:
    """The address of the same page without a moment, so at the newest revision."""
    page, mark, fragment = address.partition("#")
    path, _, query = page.partition("?")
    kept = "&".join(pair for pair in query.split("&") if pair and pair.partition("=")[0] != "at")
    return f"{path}{'?' if kept else ''}{kept}{mark}{fragment}"
