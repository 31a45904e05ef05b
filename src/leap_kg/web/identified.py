"""What an identifier or an address that somebody pastes into a search names: the nodes, and how the graph writes it.

An identifier has many spellings (`doi:10.…`, `https://doi.org/10.…`), and words of texts match the one that a text has.
So it is brought to its normal form, and its node is looked up beside the search for words.

Hazard: the text comes from an address. It is compared with what the graph has; nothing is fetched.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.identifiers import Location, Refusal, arxiv, doi, github, orcid, ror, storage
from leap_kg.ontology.iri import iri_of
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, XSD, ours

_MOST = 20
"""Nodes that one statement leads to."""

_Parser = Callable[[str], doi.Doi | orcid.Orcid | ror.Ror | arxiv.Arxiv | Refusal]
_SURE: tuple[_Parser, ...] = (doi.parse, orcid.parse, ror.parse, arxiv.parse)
"""What these take is written like nothing else."""


@dataclass(frozen=True, slots=True)
class Identified:
    """The IRIs that a text may stand for, best first, of which the graph need not have any.

    `words` are the text as other nodes write it, `""` where it stays as it is.
    """

    nodes: tuple[str, ...] = ()
    words: str = ""


NOTHING = Identified()


def identified(text: str, store: Engine, base: str, here: str = "") -> Identified:
    """The nodes that `text` names: by an identifier, an address of data, an IRI, or the address of a page.

    `here` is the address of the server, if there is one, with `/` at its end.
    """
    text = text.strip().removeprefix("<").removesuffix(">")
    if not text or not ({"/", ":", "-", "@"} & set(text) or any(map(str.isdecimal, text))):
        return NOTHING
    sure = [found for parse in _SURE if not isinstance(found := parse(text), Refusal)]
    if sure:
        return Identified(_known([found.iri for found in sure], store), sure[0].value)
    place = storage.parse(text)
    located = place if isinstance(place, Location) else None
    words = ""
    repository = github.parse_repository(text)
    if not isinstance(repository, Refusal):
        words = repository.display
    elif located is not None:
        words = located.uri
    candidates = [*_iris(text, base, here), *_on_github(text)]
    candidates += _lying(located, text, store, base) if located else ()
    candidates += _opened_at(text if located is None else located.https or text, store)
    return Identified(_known(candidates, store), words)


def _iris(text: str, base: str, here: str) -> Iterator[str]:
    """The text as an IRI, or the IRI of the node that a page of this server shows."""
    if here and text.startswith(here):
        text = "/" + text.removeprefix(here)
    if text.startswith("/"):
        path, _, query = text.partition("#")[0].partition("?")
        yield from parse_qs(query).get("iri", []) if path == "/node" else [iri_of(base, path)]
    elif ":" in text:
        yield text
        yield text.partition("#")[0]


def _on_github(text: str) -> Iterator[str]:
    """A file, its repository, or, where it is plain that no word is meant, a profile."""
    file, repository = github.parse_file(text), github.parse_repository(text)
    yield from (found.iri for found in (file, repository) if not isinstance(found, Refusal))
    login = github.parse_login(text) if {"@", "/"} & set(text) else None
    if isinstance(login, github.Login):
        yield login.iri


def _lying(located: Location, text: str, store: Engine, base: str) -> Iterator[str]:
    """What lies there: a store or a bucket."""
    yield from (located.iri, f"{base}store/{located.slug}", f"{base}bucket/{located.slug}")
    # A bucket behind an endpoint is written like one of Amazon's, and its node has another name.
    for said in () if text.lower().startswith("http") else dict.fromkeys((located.uri, text)):
        address = Literal(said, datatype=XSD("anyURI"))
        yield from _subjects(looked_up(store, None, ours(base)("storageURI"), address, most=_MOST))


def _opened_at(address: str, store: Engine) -> list[str]:
    """What says that it is read from this web address, which may have what no address of a store has."""
    node = _node(address) if address.startswith(("https://", "http://")) else None
    return _subjects(looked_up(store, None, DCAT("accessURL"), node, most=_MOST)) if node else []


def _known(candidates: list[str], store: Engine) -> tuple[str, ...]:
    """The same, with those whose account each is, and with what took its place."""
    found: dict[str, None] = {}
    for iri in candidates:
        found[iri] = None
        node = _node(iri)
        if node is not None:
            instead = [quad.object for quad in looked_up(store, node, DCT("isReplacedBy"), most=_MOST)]
            found |= dict.fromkeys(_subjects(looked_up(store, None, FOAF("account"), node, most=_MOST)))
            found |= dict.fromkeys(each.value for each in instead if isinstance(each, NamedNode))
    return tuple(found)


def _subjects(quads: Iterable[Quad]) -> list[str]:
    return [quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)]


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None
