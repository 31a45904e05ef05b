"""The list of publications as its page shows it."""

from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from leap_kg.outputs.output import Maker, Output, Thing
from leap_kg.outputs.selection import Access
from leap_kg.web.cells import Node
from leap_kg.web.listing import Chosen, FacetView, Pages, pages
from leap_kg.web.outputs.asked import Asked
from leap_kg.web.outputs.facets import PATH, chosen, facets
from leap_kg.web.outputs.kept import MOST, Held
from leap_kg.web.reading import Reading

PAGE = 25
_AUTHORS = 12
_THINGS = 8
# What a reader has to know before reading on; any other status is a note.
_FALLEN = frozenset(("retracted", "partly retracted", "withdrawn", "removed", "expression of concern"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication: `place` is what it appeared in, `where` the volume and pages there, `more` how many authors are
    not named; `status` gives words with a tone.
    """

    node: Node
    kind: str
    authors: list[Node]
    more: int
    place: str
    where: str
    date: str
    free: bool
    closed: bool
    status: list[tuple[str, str]]
    became: list[Node]
    before: list[Node]
    reasons: tuple[str, ...]
    doubtful: tuple[str, ...]
    code: list[Node]
    data: list[Node]


@dataclass(frozen=True, slots=True)
class PublicationsPage:
    """One page of the list; `fields` are what the form of words and dates carries along.

    `others` counts the works that the same filters choose among those without a sufficient reason to belong, `doubtful`
    those of them that a curator may take in; `most` is how many are listed at all, 0 where that is all there are.
    """

    asked: Asked
    total: int
    entries: list[Entry]
    facets: list[FacetView]
    chosen: list[Chosen]
    clear: str
    fields: list[tuple[str, str]]
    others: int
    doubtful: int
    most: int
    pages: Pages


def publications_page(
    reading: Reading, held: Held, asked: Asked, found: list[Output], number: int, whole: str
) -> PublicationsPage:
    """A page of what was found."""
    number = min(number, max(1, -(-len(found) // PAGE)))
    views = facets(held.outputs, asked, whole)
    others = next((value.count for view in views if view.name == "others" for value in view.values), 0)
    return PublicationsPage(
        asked=asked,
        total=len(found),
        entries=[entry(reading, held, each) for each in found[(number - 1) * PAGE : number * PAGE]],
        facets=views,
        chosen=chosen(asked, views),
        clear=PATH if asked.pairs else "",
        fields=asked.fields("from", "to", "year", "person", "award", "theme"),
        others=0 if asked.others else others - len(found),
        doubtful=sum(bool(each.doubtful) for each in replace(asked.selection, others=True).of(held.outputs)),
        most=0 if held.whole else MOST,
        pages=pages(len(found), number, PAGE, lambda n: asked.href(PATH, [("page", str(n))] if n > 1 else [])),
    )


def entry(reading: Reading, held: Held, output: Output) -> Entry:
    """One publication as the list shows it."""
    access = Access.of(output)
    return Entry(
        node=node_of(reading, output),
        kind=output.kind.names.singular,
        authors=[node_of(reading, maker) for maker in output.makers[:_AUTHORS]],
        more=max(0, len(output.makers) - _AUTHORS),
        place=output.container or output.publisher,
        where=_where(output) if output.container else "",
        date=output.issued.partition("T")[0],
        free=access is Access.OPEN,
        closed=access is Access.CLOSED,
        status=[(word, "error" if word in _FALLEN else "warning") for word in output.status],
        became=[node_of(reading, each) for each in output.later],
        before=[node_of(reading, each) for each in held.earlier.get(output.iri, ())],
        reasons=output.reasons,
        doubtful=output.doubtful,
        code=[node_of(reading, each) for each in output.code[:_THINGS]],
        data=[node_of(reading, each) for each in output.data[:_THINGS]],
    )


def node_of(reading: Reading, thing: Thing | Maker | Output) -> Node:
    """An output, or what it is linked to, with the address of its page."""
    if isinstance(thing, Output):
        return replace(reading.link(NamedNode(thing.iri)), label=thing.title)
    return reading.link(NamedNode(thing.iri)) if thing.iri else Node(thing.name, "", "")


def _where(output: Output) -> str:
    """The place in a journal or a book, as references say it: ` 7(2), 1-9`."""
    number = f" {output.volume}{f'({output.issue})' if output.issue else ''}" if output.volume else ""
    return f"{number}{f', {output.pages}' if output.pages else ''}"
