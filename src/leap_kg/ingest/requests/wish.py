"""What somebody asked for, whichever form it came by, and the triples that say it.

Hazard: all of it was typed by people. Texts are cut, addresses become links only if they are of a scheme that data are
had by, and a licence is a licence only if SPDX knows it; else the words are kept as they stand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.esm.instances import LONGEST, parsed
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.requests.forms import Section
from leap_kg.ontology.identifiers import Refusal, licence
from leap_kg.ontology.iri import iri_text
from leap_kg.ontology.namespaces import DCAT, DCT, SCHEMA
from leap_kg.redaction import hide, redact

LONGEST_TITLE = 300
LONGEST_LINE = 1000
LONGEST_TEXT = 10_000
MOST_EXAMPLES = 20
MOST_INSTANCES = 2000

_ADDRESS = re.compile(r"(?:https?|ftp|gs|s3|abfs|globus)://[^\s<>\"'`\])}]+", re.IGNORECASE)
_INSTANCE = re.compile(rf"CMIP6\.[^\s'\"`;]{{1,{LONGEST}}}")
_UNKNOWN = frozenset({"", "unknown", "none", "n/a", "na", "-", "?", "not known", "i do not know", "i don't know"})
_LETTERS = re.compile(r"[^a-z]+")
# Forms leave a mark of their own before a title, or all of it as it was.
_TEMPLATE = re.compile(r"\[(?:[A-Za-z -]{1,30}|dataset name)\]\s*:?|new (?:dataset|file request)\b:?", re.IGNORECASE)

FIELDS = {
    "title": ("dataset name", "name", "name of the dataset", "dataset", "title", "dataset title"),
    "url": ("dataset url", "url", "link", "dataset link", "source url", "where it is", "source"),
    "description": ("description", "what it is", "about the data"),
    "why": ("why", "purpose", "what it is for", "motivation", "what do you want to do with it"),
    "size": ("size", "dataset size"),
    "licence": ("license", "licence"),
    "format": ("data format", "format", "file format", "data format other"),
    "protocol": ("access protocol", "protocol", "access"),
    "access": ("authorization", "authorisation", "sign in"),
    "examples": ("example urls", "examples", "example files", "addresses of some files"),
    "instances": ("list of requested idds", "list of requested iids", "requested iids", "cmip6 instance ids"),
}
"""Headings of forms, as letters in lower case, by what they ask."""

_FIELD = {_LETTERS.sub("", heading): field for field, headings in FIELDS.items() for heading in headings}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for, `""` for what they did not say.

    `url` and `examples` are addresses, `instances` CMIP6 instance ids and patterns, `more` other questions of the form
    with their answers.
    """

    title: str
    url: str = ""
    description: str = ""
    why: str = ""
    size: str = ""
    licence: str = ""
    format: str = ""
    protocol: str = ""
    access: str = ""
    examples: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()


def wish_of(found: Iterable[Section]) -> Wish:
    """What the answers of a form ask for; its title is `""` if the form did not ask for one."""
    texts: dict[str, str] = {}
    more: list[tuple[str, str]] = []
    for section in found:
        field = _FIELD.get(_LETTERS.sub("", section.heading.lower()), "")
        answer = ", ".join(section.ticked) or section.answer
        if not answer:
            continue
        if field == "format" and field in texts and texts[field].lower().startswith("other"):
            texts[field] = answer
        elif not field or field in texts:
            more.append((section.heading, answer))
        else:
            texts[field] = answer
    url, examples, instances = (texts.pop(name, "") for name in ("url", "examples", "instances"))
    address = next(iter(addresses(url)), "")
    if url and not address:
        more.insert(0, ("Where it is", url))
    return Wish(
        title=" ".join(texts.get("title", "").split()),
        url=address,
        description=texts.get("description", ""),
        why=texts.get("why", ""),
        size=texts.get("size", ""),
        licence=texts.get("licence", ""),
        format=texts.get("format", ""),
        protocol=texts.get("protocol", ""),
        access=texts.get("access", ""),
        examples=tuple(addresses(examples))[:MOST_EXAMPLES],
        instances=tuple(instance_ids(instances)),
        more=tuple(more),
    )


def addresses(text: str) -> Iterator[str]:
    """The addresses of data that a text names, each once."""
    found = (redact(each.rstrip(".,;:")) for each in _ADDRESS.findall(text[:LONGEST_TEXT]))
    return (iri for iri in dict.fromkeys(map(iri_text, found)) if iri is not None)


def instance_ids(text: str) -> Iterator[str]:
    """The CMIP6 instance ids and patterns that a text lists, each once; a list of names stands in brackets."""
    found = (parsed(each.rstrip(",.]" if "[" not in each else ",.")) for each in _INSTANCE.findall(text))
    return iter([each for each in dict.fromkeys(found) if each is not None][:MOST_INSTANCES])


def bare_title(text: str) -> str:
    """The title of an issue without the marks that forms put before it; `""` if there is nothing else."""
    return " ".join(_TEMPLATE.sub(" ", text).split()).strip(" :-")


def describe(wish: Wish, node: NamedNode, say: Statements) -> None:
    """Say what was asked for."""
    say.type(node, SCHEMA("Demand"))
    say.text(node, DCT("title"), _cut(wish.title, LONGEST_TITLE))
    say.text(node, DCT("description"), _cut("\n\n".join(_paragraphs(wish)), LONGEST_TEXT))
    say.link(node, DCAT("landingPage"), iri_text(wish.url) if wish.url else None)
    say.text(node, DCT("extent"), _known(wish.size))
    say.text(node, SCHEMA("encodingFormat"), _known(wish.format))
    say.text(node, SCHEMA("availableDeliveryMethod"), _known(wish.protocol))
    say.text(node, DCT("accessRights"), _known(wish.access))
    for example in wish.examples:
        say.link(node, DCAT("downloadURL"), example)
    text = _known(wish.licence)
    known = licence.parse(text)
    if isinstance(known, Refusal):
        say.text(node, DCT("rights"), text)
    else:
        page = say.type(NamedNode(known.iri), DCT("LicenseDocument"))
        say.text(page, DCT("title"), known.name)
        say.text(page, DCT("identifier"), known.spdx_id)
        say.link(node, DCT("license"), page)


def _paragraphs(wish: Wish) -> Iterator[str]:
    yield from filter(None, (wish.description.strip(), f"What it is for: {wish.why.strip()}" if wish.why else ""))
    yield from (f"{heading}: {answer.strip()}" for heading, answer in wish.more)


def _known(text: str) -> str:
    """A line of a form; `""` for words that say that it is not known."""
    line = _cut(" ".join(text.split()), LONGEST_LINE)
    return "" if line.lower() in _UNKNOWN else line


def _cut(text: str, most: int) -> str:
    shown = hide(text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
