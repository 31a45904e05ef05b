"""Source `esm-requests`: the instances that somebody asked for, from lists such as LEAP's `iids.yaml`.

A list is a YAML list of instance ids and patterns. What is commented out was asked for once; the comments above say
who asked, often by the address of an issue. So the file is read twice: as YAML for what is in force, and line by line
for its comments.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pyoxigraph import NamedNode

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.esm.facets import CMIP6, concept
from leap_kg.ingest.esm.instances import expression, is_pattern, named_facets, parsed
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.formats.yamltext import read_yaml
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Repository, github
from leap_kg.ontology.iri import digest, iri_text, mint
from leap_kg.ontology.namespaces import DCT, FOAF, SCHEMA

_ITEM = re.compile(r"-\s+(?P<quote>[\"']?)(?P<text>CMIP6\..*?)(?P=quote)\s*(?:#.*)?")
_ISSUE = re.compile(r"https?://[^\s<>\"')\]]+")
_LONGEST_NOTE = 2000


@dataclass(slots=True)
class Request:
    """What was asked for, on which lines, whether it still is, and the comments above it."""

    text: str
    lines: list[int] = field(default_factory=list)
    active: bool = False
    notes: list[str] = field(default_factory=list)


class EsmRequests(Source):
    """The requests of the lists at `lists`; a record's key is the instance id or pattern."""

    def __init__(self, id: str, title: str, lists: tuple[str, ...], stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = lists[0]
        self.stale_after = stale_after
        self._lists = lists
        self._base = base

    def covers(self, repository: Repository) -> bool:
        """Whether one of the lists is in that repository."""
        return github.has_file(repository, *self._lists)

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """Each request of each list once, those commented out included."""
        seen: set[str] = set()
        for url in self._lists:
            for request in read_requests(listing.fetcher.fetch(url).data, url):
                content = {
                    "text": request.text,
                    "lines": request.lines,
                    "active": request.active,
                    "notes": request.notes,
                }
                part = Part.cut("request", url, canonical(content).encode())
                key = request.text if request.text not in seen else f"{request.text} in {url}"
                seen.add(request.text)
                yield Ref(key, url, version=part.sha256, found=(part,))

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What the listing brought; the network is not used."""
        return RawRecord(ref.key, ref.found)

    def map(self, record: RawRecord) -> Mapped:
        """The request, with the regular expression of a pattern."""
        part = record.part("request")
        if part is None:
            raise RecordUnusable("the stored record is empty; harvest it again", record.key)
        value = json.loads(part.data)
        wanted = parsed(value["text"])
        if wanted is None:
            raise RecordUnusable(f"{value['text'][:200]!r} is no instance id: write its ten parts with dots", part.url)
        say = Statements()
        node = say_instance(wanted, say, self._base)
        say.text(node, DCT("description"), "\n".join(value["notes"])[:_LONGEST_NOTE])
        say.link(
            node,
            SCHEMA("creativeWorkStatus"),
            mint(self._base, "state", "requested" if value["active"] else "suspended"),
        )
        say.link(node, DCT("source"), iri_text(part.url))
        for address in _ISSUE.findall(" ".join(value["notes"])):
            say.link(node, FOAF("page"), say.document(page, "issue") if (page := iri_text(address)) else None)
        return Mapped(record.key, node, say.triples(), [])


def say_instance(wanted: str, say: Statements, base: str) -> NamedNode:
    """The request for an instance, or for the instances of a pattern, as `parsed` gives them; the node of it."""
    name = digest(wanted) if is_pattern(wanted) else wanted
    node = say.type(mint(base, "request", "cmip6", name), SCHEMA("Demand"))
    say.text(node, DCT("identifier"), wanted)
    say.text(node, DCT("title"), wanted if len(wanted) <= 200 else f"{wanted[:200]}…")
    say.text(node, SCHEMA("valuePattern"), expression(wanted) if is_pattern(wanted) else "")
    for facet, value in named_facets(wanted):
        say.link(node, DCT("subject"), concept(base, CMIP6, facet, value))
    return node


class RequestsConfig(SourceConfig):
    """`lists`: the addresses of YAML lists of instance ids."""

    lists: Annotated[tuple[str, ...], Field(min_length=1, max_length=100)]

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return EsmRequests(self.id, self.title, self.lists, self.stale_after, base)


def read_requests(data: bytes, url: str) -> list[Request]:
    """The requests of a list, each text once; raises `Unreadable` or `RecordUnusable`."""
    document = read_yaml(data, what=url)
    listed = document.value if document.value is not None else []
    if not isinstance(listed, list):
        raise RecordUnusable("the document is no list of instance ids: write `- ` before each", url)
    active = {
        document.lines.get((number,), 0): item if isinstance(item, str) else canonical(item)
        for number, item in enumerate(listed)
    }
    found: dict[str, Request] = {}
    notes: list[str] = []
    begun = False
    for number, line in enumerate(data.decode("utf-8-sig").splitlines(), start=1):
        bare = line.strip()
        plain = bare.lstrip("# \t")
        item = _ITEM.fullmatch(plain) if bare.startswith("#") else None
        text = active.get(number) or (item["text"] if item else "")
        if text:
            bare_text = "".join(text.split())
            # What is no instance id is quoted as it was written.
            name = bare_text if parsed(bare_text) is not None else text
            request = found.setdefault(name, Request(name))
            request.lines.append(number)
            request.active |= number in active
            request.notes += [note for note in notes if note not in request.notes]
            begun = True
        elif bare.startswith("#") and plain:
            notes = [plain] if begun else [*notes, plain]
            begun = False
    return list(found.values())
