"""FAIR Signposting: typed links from a dataset's page to its identifier, authors, licence, data and descriptions.

https://signposting.org/FAIR/. The header of the page (level 1) has as many links as headers bear, the linkset (level 2,
RFC 9264) has all of them, and says which descriptions there are of what.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from leap_kg.catalog.page import DESCRIPTIONS, LINKSET, Place
from leap_kg.catalog.record import Record, web_address

MOST_IN_HEADER = 10
"""Links of one relation; proxies refuse headers of many kilobytes."""
_TYPES = ("https://schema.org/AboutPage", "https://schema.org/Dataset")


@dataclass(frozen=True, slots=True)
class Signpost:
    """A typed link; `media_type`, `profile` and `title` say what is there, `""` where that is not known.

    A title is one of ours, of letters that a header can hold.
    """

    relation: str
    target: str
    media_type: str = ""
    profile: str = ""
    title: str = ""


def signposts(record: Record, place: Place) -> list[Signpost]:
    """The links of the page of a dataset, all of them."""
    return [
        Signpost("cite-as", cite_as(record)),
        *(Signpost("type", address) for address in _TYPES),
        *(Signpost("author", address) for address in _authors(record)),
        *(Signpost("license", address) for address in (web_address(record.licence.iri),) if address),
        *(
            Signpost("describedby", place.twin(record.iri, twin.suffix), twin.media_type, twin.profile)
            for twin in DESCRIPTIONS
        ),
        *stac_of(place),
        *_items(record),
    ]


def stac_of(place: Place) -> list[Signpost]:
    """The way to the STAC collection, if there is one."""
    return [Signpost("describedby", place.stac, "application/json", title="STAC collection")] if place.stac else []


def cite_as(record: Record) -> str:
    """What is to be cited: the DOI, else the dataset's own IRI."""
    return record.doi or record.iri


def header(record: Record, place: Place) -> str:
    """The links as the header `Link` of the page has them, the first of each relation, and the way to all of them."""
    return header_of(record.iri, [*signposts(record, place), *beside(record, place, "", "text/html")], place)


def beside(record: Record, place: Place, suffix: str, media_type: str) -> list[Signpost]:
    """The links of a form of the page to those that have the stores before and after those that it has."""
    return [
        Signpost(
            relation,
            place.twin(record.iri, suffix, first),
            media_type,
            title=replace(record.span, first=first).words,
        )
        for relation, first in record.span.around.items()
    ]


def header_of(iri: str, posts: Iterable[Signpost], place: Place) -> str:
    """The same for the page of any node with these links."""
    found: dict[str, list[Signpost]] = {}
    for post in posts:
        found.setdefault(post.relation, []).append(post)
    kept = [post for posts in found.values() for post in posts[:MOST_IN_HEADER]]
    everything = Signpost("linkset", place.twin(iri, LINKSET.suffix), LINKSET.media_type)
    return ", ".join(map(written, (*kept, everything)))


def back(iri: str, place: Place) -> str:
    """The links of a description: to the page of what it describes, and to all links."""
    return ", ".join(
        map(
            written,
            (
                Signpost("describes", place.page(iri), "text/html"),
                Signpost("linkset", place.twin(iri, LINKSET.suffix), LINKSET.media_type),
            ),
        )
    )


def linkset(record: Record, place: Place, forms: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """All links as `application/linkset+json`: those of the page, and those back from descriptions and data.

    `forms` are the suffixes and media types of the other forms of the page that describe the dataset.
    """
    others = [Signpost("describedby", place.twin(record.iri, suffix), media) for suffix, media in forms]
    found = linked(place.page(record.iri), [*signposts(record, place), *others])
    if record.span.left_out:
        here = place.twin(record.iri, LINKSET.suffix, record.span.first)
        found["linkset"].append(_context(here, beside(record, place, LINKSET.suffix, LINKSET.media_type)))
    return found


def linked(page: str, posts: Sequence[Signpost]) -> dict[str, Any]:
    """The linkset of a page: its links, and those back from what describes it and from its data."""
    contexts = [_context(page, posts)]
    contexts += [
        _context(post.target, [Signpost("describes", page, "text/html")])
        for post in posts
        if post.relation == "describedby"
    ]
    items = (post for post in posts if post.relation == "item")
    contexts += [_context(item.target, [Signpost("collection", page, "text/html")]) for item in items]
    return {"linkset": contexts}


def written(post: Signpost) -> str:
    """A link as a header has it (RFC 8288)."""
    found = f'<{_ascii(post.target)}>; rel="{post.relation}"'
    if post.media_type:
        found += f'; type="{post.media_type}"'
    if post.title:
        found += f'; title="{post.title}"'
    return f'{found}; profile="{post.profile}"' if post.profile else found


def _authors(record: Record) -> Iterator[str]:
    for agent in record.creators:
        if address := web_address(agent.iri):
            yield address


def _items(record: Record) -> list[Signpost]:
    return [Signpost("item", store.address, store.media_type) for store in record.stores if store.address]


def _context(anchor: str, posts: Sequence[Signpost]) -> dict[str, Any]:
    found: dict[str, Any] = {"anchor": anchor}
    for post in posts:
        target = {"href": post.target, "type": post.media_type, "profile": post.profile, "title": post.title}
        found.setdefault(post.relation, []).append({key: value for key, value in target.items() if value})
    return found


def _ascii(iri: str) -> str:
    """The IRI as a URI, fit for a header."""
    return quote(iri, safe="/-._~!$&'()*+,;=:@?#%[]")
