"""A list of objects that an API gives page by page, held to the number that it says there are.

Hazard: a short list looks like one from which the rest was deleted. So each list is held to its own number, whatever
the lists beside it say, and to the largest one where its pages differ: things are deleted while they are listed.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from leap_kg.ingest.fetch import Ask, Body
from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.stac.naming import resolved

_MOST_SHOWN = 5


@dataclass(slots=True)
class Pages:
    """One list by `address`, that of its first page without a query.

    `given` is how many of its members came, each counted once; `matched` how many there are said to be, if at all.
    """

    address: str
    given: int = 0
    matched: int | None = None
    _names: set[str] = field(default_factory=set)

    def count(self, name: str) -> None:
        """One member came."""
        if name not in self._names:
            self._names.add(name)
            self.given += 1

    def read(self, page: dict[str, Any]) -> None:
        """Take in how many members a page says there are."""
        matched = page.get("numberMatched")
        context = page.get("context")
        if matched is None and isinstance(context, dict):
            matched = context.get("matched")
        if isinstance(matched, int) and not isinstance(matched, bool) and matched >= 0:
            self.matched = max(matched, self.matched or 0)

    def end(self) -> None:
        """There are no more pages: forget the names."""
        self._names.clear()

    @property
    def missing(self) -> int:
        """How many members did not come; 0 if nobody knows."""
        return max(0, (self.matched or 0) - self.given)


def shortfall(lists: Iterable[Pages]) -> str:
    """Which lists gave fewer members than they say there are, in words; `""` if none did."""
    short = [f"{pages.address} gives {pages.given} of {pages.matched}" for pages in lists if pages.missing]
    if not short:
        return ""
    more = f", and {len(short) - _MOST_SHOWN} other lists are short too" if len(short) > _MOST_SHOWN else ""
    return f"fewer objects were listed than there are said to be: {', '.join(short[:_MOST_SHOWN])}{more}"


def following(value: dict[str, Any], body: Body, ask: Ask) -> Ask | None:
    """The question for the page after this one: a link of the page, or of the answer's headers."""
    listed = value.get("links")
    for link in listed if isinstance(listed, list) else ():
        if isinstance(link, dict) and link.get("rel") == "next":
            target = resolved(body.final_url, link.get("href"))
            if not target:
                return None
            if str(link.get("method", "GET")).upper() != "POST":
                return Ask(target, ask.accept)
            changes = link.get("body")
            wanted: dict[str, Any] = json.loads(ask.data) if link.get("merge") is True and ask.data else {}
            return Ask(target, ask.accept, canonical(wanted | (changes if isinstance(changes, dict) else {})).encode())
    further = body.link("next")
    return Ask(further, ask.accept) if further else None
