"""Atom feeds of changes (RFC 4287), archived (RFC 5005, section 4): a reader that was away for a year misses nothing.

The archive of a feed is cut by revision numbers, some to a document, so a document never changes once a later one is
complete. Identifiers are IRIs below the base and hence the same on every server of the graph.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from leap_kg.graph.history.timeline import Revised, Timeline
from leap_kg.web.history.following import Filter, Following, revisions
from leap_kg.web.listing import kind_label

BLOCK = 50
MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_HISTORY = "http://purl.org/syndication/history/1.0"
_NAMED = 20
# What XML 1.0 cannot hold; harvested names do.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a feed: the current one, or (`block` from 1) one of its archive.

    `older` and `newer` are the blocks beside it that have entries, `None` if there is none; `final` says that the
    document will never change again.
    """

    following: Following
    entries: Sequence[Revised]
    block: int | None
    older: int | None
    newer: int | None
    final: bool


def current(timeline: Timeline, following: Following, filters: Sequence[Filter], newest: int) -> Document:
    """The document that readers subscribe to."""
    entries = revisions(timeline, filters, 0, newest + 1, BLOCK)
    return Document(following, entries, None, _older(timeline, filters, _complete(newest) * BLOCK), None, False)


def archived(
    timeline: Timeline, following: Following, filters: Sequence[Filter], newest: int, block: int
) -> Document | None:
    """One document of the archive; `None` if that block of revisions is not complete."""
    complete = _complete(newest)
    if not 1 <= block <= complete:
        return None
    first = (block - 1) * BLOCK
    later = next((n for n in range(block + 1, complete + 1) if _any(timeline, filters, n)), None)
    return Document(
        following=following,
        entries=revisions(timeline, filters, first, first + BLOCK + 1, BLOCK),
        block=block,
        older=_older(timeline, filters, first),
        newer=later,
        final=later is not None,
    )


class Feed:
    """Writes the documents of the feeds of one site: `base` makes identifiers, `start` (scheme and host) addresses."""

    def __init__(self, timeline: Timeline, name: str, base: str, start: str) -> None:
        self._timeline = timeline
        self._name = name
        self._base = base
        self._start = start

    def write(self, document: Document, filters: Sequence[Filter], title: str) -> bytes:
        """The document as XML; `title` says what is followed, `""` for everything."""
        ET.register_namespace("", _ATOM)
        ET.register_namespace("fh", _HISTORY)
        feed = ET.Element(_tag("feed"))
        following = document.following
        _text(feed, "id", self._base + following.href("changes.atom"))
        _text(feed, "title", f"{self._name}: changes{f' of {title}' if title else ''}")
        _text(feed, "updated", _time(document.entries[0].at if document.entries else self._begin()))
        author = ET.SubElement(feed, _tag("author"))
        _text(author, "name", self._name)
        self._link(feed, "self", self._document(following, document.block), MEDIA_TYPE)
        self._link(feed, "alternate", following.href("/changes"), "text/html")
        if document.block is not None:
            ET.SubElement(feed, f"{{{_HISTORY}}}archive")
            self._link(feed, "current", following.href("/changes.atom"), MEDIA_TYPE)
        for relation, block in (("prev-archive", document.older), ("next-archive", document.newer)):
            if block is not None:
                self._link(feed, relation, self._document(following, block), MEDIA_TYPE)
        for revised in document.entries:
            self._entry(feed, revised, filters)
        written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
        return written + b"\n"

    def _entry(self, feed: ET.Element, revised: Revised, filters: Sequence[Filter]) -> None:
        entry = ET.SubElement(feed, _tag("entry"))
        number, path = revised.revision, f"/changes/{revised.revision}"
        shown = {t.iri: t for one in filters for t in one.touched(self._timeline, number, _NAMED)}
        touched = list(shown.values())[:_NAMED]
        _text(entry, "id", f"{self._base}change/{number}")
        counts = f"{revised.added:,} added, {revised.removed:,} removed"
        _text(entry, "title", f"Revision {number}, {revised.source}: {counts}")
        _text(entry, "updated", _time(revised.at))
        _text(entry, "published", _time(revised.at))
        self._link(entry, "alternate", path, "text/html")
        self._link(entry, "enclosure", f"{path}.rdfp", "application/rdf-patch")
        ET.SubElement(entry, _tag("category"), term=revised.source, scheme=f"{self._base}graph/source")
        for kind in sorted({one.kind for one in touched} - {""}):
            label = kind_label(kind, self._base)
            ET.SubElement(entry, _tag("category"), term=kind, scheme=f"{self._base}kind", label=label)
        lines = [f"{one.how}: {one.label} <{one.iri}>" for one in touched]
        left = self._timeline.touched_count(number) - len(touched)
        lines += [f"and {left:,} more"] if left > 0 else []
        _text(entry, "summary", "\n".join(lines) or "Only the record of runs changed.")

    def _document(self, following: Following, block: int | None) -> str:
        path = following.href("/changes.atom")
        return path if block is None else f"{path}{'&' if '?' in path else '?'}archive={block}"

    def _link(self, parent: ET.Element, relation: str, path: str, media_type: str) -> None:
        ET.SubElement(parent, _tag("link"), rel=relation, href=self._start + path, type=media_type)

    def _begin(self) -> datetime:
        first = self._timeline.revision(1)
        return first.at if first else datetime(1970, 1, 1, tzinfo=UTC)


def _complete(newest: int) -> int:
    """The number of blocks of which every revision is there."""
    return newest // BLOCK


def _any(timeline: Timeline, filters: Sequence[Filter], block: int) -> bool:
    first = (block - 1) * BLOCK
    return bool(revisions(timeline, filters, first, first + BLOCK + 1, 1))


def _older(timeline: Timeline, filters: Sequence[Filter], last: int) -> int | None:
    """The newest block up to revision `last` that has an entry."""
    found = revisions(timeline, filters, 0, last + 1, 1)
    return -(-found[0].revision // BLOCK) if found else None


def _tag(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _tag(name)).text = _UNPRINTABLE.sub("\ufffd", text)


def _time(moment: datetime) -> str:
    """RFC 3339, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
