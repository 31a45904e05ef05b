"""IRIs of ours: how each kind of node is named below the base, and how any IRI maps to a path of the web server.

Two spellings of one thing must give one IRI, so callers pass normalised identifiers. A part of a node
(an attribution, a finding, a contact) is a fragment of its parent's IRI: it has no page of its own and
goes where its parent goes. There are no blank nodes.
"""

import hashlib
import re
import unicodedata
from urllib.parse import quote, unquote, unquote_to_bytes

from pyoxigraph import NamedNode

from leap_kg.redaction import hide

_KEEP = "/-._~!$&'()*+,;=:@"
# Most texts have nothing to encode.
_KEPT = re.compile(r"[A-Za-z0-9/\-._~!$&'()*+,;=:@]*")
_KEPT_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:/?#\[\]@!$&'()*+,;=\-._~]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LETTERS = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_NO_WORD = re.compile(r"[^a-z0-9]+")

# External namespaces whose nodes get a path of their own; all others are shown at /node?iri=.
_EXTERNAL = {
    "https://orcid.org/": "orcid/",
    "https://github.com/": "github/",
    "https://doi.org/": "doi/",
    "https://ror.org/": "ror/",
    "https://spdx.org/licenses/": "licence/",
    "https://arxiv.org/abs/": "arxiv/",
}


def slug(text: str) -> str:
    """A lower-case ASCII name for a path: words joined by `-`; never empty (falls back to a hash).

    Secrets of addresses are taken out, which nobody would know again in a name.
    """
    text = hide(text)
    ascii_text = text if text.isascii() else unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = _NO_WORD.sub("-", ascii_text.lower()).strip("-")[:80].strip("-")
    return words or digest(text)


def digest(*parts: str) -> str:
    """Twelve hexadecimal digits that stand for these texts, for names that must not collide."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:12]


def mint(base: str, kind: str, *path: str) -> NamedNode:
    """The IRI `base kind/path…`, each part percent-encoded where an IRI path needs it; without secrets."""
    joined = hide("/".join(path))
    return NamedNode(f"{base}{kind}/{joined if _KEPT.fullmatch(joined) else quote(joined, safe=_KEEP)}")


def part(parent: NamedNode, kind: str, *identity: str) -> NamedNode:
    """A node that belongs to `parent`: a fragment of its IRI, told apart by `identity`."""
    return NamedNode(f"{parent.value}#{kind}-{digest(*identity)}")


def path_of(base: str, iri: str) -> str:
    """Where this server shows the node: `/dataset/…` for ours, `/orcid/…` and the like, else `/node?iri=…`.

    A path is given only where `iri_of` leads back from it and no client resolves it to another: an IRI with
    `..`, an empty first segment or letters outside ASCII is shown at `/node?iri=…`, whosever it is.
    """
    document, _, fragment = iri.partition("#")
    path = _path(base, document)
    foreign_part = document != iri and not (fragment and fragment.isascii() and document.startswith(base))
    if path is None or iri_of(base, path) != document or _resolved_elsewhere(path) or foreign_part:
        return "/node?iri=" + quote(iri, safe="")
    return f"{path}#{fragment}" if fragment else path


def iri_of(base: str, path: str) -> str:
    """The IRI that a path of this server, as it stands in the request, stands for."""
    relative = path.removeprefix("/")
    for namespace, prefix in _EXTERNAL.items():
        if relative.startswith(prefix):
            return namespace + relative.removeprefix(prefix)
    return base + relative


def spelt_out(path: str) -> str:
    """A path with the letters outside ASCII that stand in it percent-encoded, as any client sends them."""
    return _LETTERS.sub(_letters, path)


def _letters(found: re.Match[str]) -> str:
    try:
        return unquote_to_bytes(found[0]).decode()
    except UnicodeDecodeError:
        return found[0]


def _path(base: str, document: str) -> str | None:
    if document.startswith(base) and len(document) > len(base):
        return "/" + quote(document.removeprefix(base), safe=_KEEP + "%")
    for namespace, prefix in _EXTERNAL.items():
        rest = document.removeprefix(namespace)
        if rest != document and rest:
            return f"/{prefix}" + quote(rest, safe=_KEEP + "%")
    return None


def _resolved_elsewhere(path: str) -> bool:
    segments = path.lower().replace("%2e", ".").split("/")
    return path.startswith("//") or "." in segments or ".." in segments


def iri_text(text: str) -> str | None:
    """The text as an absolute IRI with what an IRI cannot hold percent-encoded; `None` if it cannot be one."""
    if _KEPT_IRI.fullmatch(text):
        encoded = text
    elif _SCHEME.match(text):
        encoded = quote(text, safe=":/?#[]@!$&'()*+,;=%-._~", encoding="utf-8", errors="replace")
        encoded = _NO_ESCAPE.sub("%25", encoded)
    else:
        return None
    try:
        return NamedNode(encoded).value
    except ValueError:
        return None


def readable(iri: str) -> str:
    """The last words of an IRI, for a node that nobody labelled."""
    tail = re.split(r"[#/]", iri.rstrip("#/"))[-1]
    return unquote(tail) or iri
