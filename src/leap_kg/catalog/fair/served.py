"""What a server answered about a dataset, and what is in it: scripts and links of the page, headers, documents.

Hazard: pages and documents hold harvested texts. A document that cannot be read counts as one that is not there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

from pyoxigraph import RdfFormat, Triple, parse

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)\s*(?:,|\Z)')
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^",;\s]+))')


@dataclass(frozen=True, slots=True)
class Link:
    """A typed link of a header or a linkset."""

    relation: str
    target: str
    media_type: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer: `status` 0 stands for none; the names of headers are in lower case."""

    address: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def good(self) -> bool:
        """Whether there is a body to be read."""
        return self.status == 200

    @cached_property
    def links(self) -> list[Link]:
        """The links of the header, one for each relation of a link."""
        return _links(self.headers.get("link", ""))

    @cached_property
    def listed(self) -> list[Link]:
        """The links that it lists, if it is a list of links (RFC 6690)."""
        of_links = self.good and self.headers.get("content-type", "").startswith("application/link-format")
        return _links(self.body.decode("utf-8", "replace")) if of_links else []

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - whatever was answered
        """The JSON that it is, `None` if it is none."""
        return _json(self.body.decode("utf-8", "replace")) if self.good else None

    @cached_property
    def triples(self) -> list[Triple]:
        """The triples that it says in Turtle; none if it is no Turtle."""
        if not self.good or not self.headers.get("content-type", "").startswith("text/turtle"):
            return []
        try:
            return [Triple(s.subject, s.predicate, s.object) for s in parse(self.body, format=RdfFormat.TURTLE)]
        except SyntaxError:
            return []

    @cached_property
    def embedded(self) -> list[dict[str, Any]]:
        """The JSON-LD in the scripts of a page."""
        if not self.good or not self.headers.get("content-type", "").startswith("text/html"):
            return []
        scripts = _Scripts()
        scripts.feed(self.body.decode("utf-8", "replace"))
        found = (_json(text) for text in scripts.texts)
        return [document for document in found if isinstance(document, dict)]


NOTHING = Answer()


@dataclass(frozen=True)
class Served:
    """The answers about one dataset.

    `iri` is what it is called, `page` its web page, `turtle` what its address gives to who asks for RDF, `dcat`,
    `schema_org` and `croissant` its twins, `stac` its STAC collection, `linkset` its links, `timemap` the list of its
    past states, and `robots` what crawlers may read.
    """

    iri: str
    page: Answer = NOTHING
    turtle: Answer = NOTHING
    dcat: Answer = NOTHING
    schema_org: Answer = NOTHING
    croissant: Answer = NOTHING
    stac: Answer = NOTHING
    linkset: Answer = NOTHING
    timemap: Answer = NOTHING
    robots: Answer = NOTHING

    @cached_property
    def described(self) -> dict[str, Any]:
        """The dataset as schema.org has it, as the page embeds it; else its twin; empty if there is neither."""
        documents = (*self.page.embedded, self.schema_org.json)
        return next((document for document in documents if _is_dataset(document)), {})

    @cached_property
    def is_embedded(self) -> bool:
        """Whether the page itself embeds the dataset in the words of schema.org."""
        return any(map(_is_dataset, self.page.embedded))

    def said(self, name: str) -> list[Any]:
        """The values of a property of schema.org that are not empty."""
        value = self.described.get(name)
        values = value if isinstance(value, list) else [value]
        return [each for each in values if each not in (None, "", {}, [])]

    @property
    def downloads(self) -> list[dict[str, Any]]:
        """The data, where they lie."""
        return [each for each in self.said("distribution") if isinstance(each, dict)]

    @property
    def citation(self) -> str:
        """What the page's header says is to be cited."""
        return next((link.target for link in self.page.links if link.relation == "cite-as"), "")

    def targets(self, relation: str) -> list[str]:
        """Where the links of the page's header with this relation lead."""
        return [link.target for link in self.page.links if link.relation == relation]

    @cached_property
    def triples(self) -> list[Triple]:
        """Everything that is said in RDF to who asks for Turtle: the graph's own description, and DCAT."""
        return [*self.turtle.triples, *self.dcat.triples]

    def objects(self, predicate: str) -> Iterator[str]:
        """The values of a property anywhere in the RDF that is served."""
        return (getattr(t.object, "value", "") for t in self.triples if t.predicate.value == predicate)

    @cached_property
    def terms(self) -> set[str]:
        """The IRIs of the properties and classes that are used."""
        kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
        return {t.predicate.value for t in self.triples} | set(self.objects(kind))


class _Scripts(HTMLParser):
    """Collects the texts of the scripts that hold JSON-LD."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag == "script" and dict(attrs).get("type") == "application/ld+json"
        if self._within:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.texts[-1] += data


def _links(text: str) -> list[Link]:
    found = []
    for target, rest in _LINK.findall(text):
        parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
        found += [Link(relation, target, parameters.get("type", "")) for relation in parameters.get("rel", "").split()]
    return found


def _json(text: str) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_dataset(document: object) -> bool:
    """Whether the document is a dataset of schema.org: by its type, in the vocabulary that its context names."""
    if not isinstance(document, dict) or document.get("@type") != "Dataset":
        return False
    context = document.get("@context")
    vocabulary = context.get("@vocab") if isinstance(context, dict) else context
    return isinstance(vocabulary, str) and vocabulary.partition("://")[2].rstrip("/") == "schema.org"
