"""Which outputs an address asks for: the parameters of lists, reports and downloads, and addresses made of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.period import between
from leap_kg.outputs.selection import Access, Selection, person_wanted

KINDS = {kind.value: kind for kind in Kind if kind.is_publication}
_YES = ("1", "true", "yes", "on")
_LONGEST = 300
_NAMES = {"since": "from", "until": "to", "kinds": "kind"}


class NotAsked(ValueError):
    """A parameter that means nothing; the text says what to give instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters as they were given, checked; `""` for what was not."""

    since: str = ""
    until: str = ""
    year: str = ""
    kinds: tuple[str, ...] = ()
    person: str = ""
    theme: str = ""
    award: str = ""
    access: str = ""
    others: str = ""

    @classmethod
    def read(cls, given: QueryParams) -> Self:
        """What a query string asks for; raises `NotAsked`."""
        texts = {name: given.get(_NAMES.get(name, name), "").strip() for name in _TEXTS}
        for name, text in texts.items():
            if len(text) > _LONGEST:
                raise NotAsked(f"{_NAMES.get(name, name)} is longer than {_LONGEST} characters: give fewer words")
        kinds = tuple(dict.fromkeys(kind for kind in given.getlist("kind") if kind))
        asked = cls(kinds=kinds, **texts)
        asked._check()
        return replace(asked, others="1" if asked.others.lower() in _YES else "")

    def _check(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise NotAsked(f"there is no kind {kind[:60]!r}: the kinds of publications are {', '.join(KINDS)}")
        if self.access and self.access not in _accesses():
            raise NotAsked(f"{self.access[:60]!r} says nothing of access: give {', '.join(_accesses())}")
        if self.others and self.others.lower() not in (*_YES, "0", "false", "no", "off"):
            raise NotAsked("others is 1 for works without a stated reason to belong too: give 1, or leave it out")
        if self.year and not re.fullmatch(r"[0-9]{4}", self.year):
            raise NotAsked(f"{self.year[:60]!r} is no year: give four digits, such as 2024, or from and to")
        if self.year and (self.since or self.until):
            raise NotAsked("year says what from and to say: give the year, or the two dates, not both")
        try:
            between(self.since or self.year, self.until or self.year)
            person_wanted(self.person)
        except ValueError as error:
            raise NotAsked(str(error)) from None

    @property
    def selection(self) -> Selection:
        """The same for choosing among outputs."""
        return Selection(
            period=between(self.since or self.year, self.until or self.year),
            kinds=frozenset(KINDS[kind] for kind in self.kinds),
            person=person_wanted(self.person),
            award=self.award,
            theme=self.theme,
            access=Access(self.access) if self.access else None,
            others=bool(self.others),
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters as an address has them."""
        found = [(_NAMES.get(name, name), text) for name in _TEXTS if (text := getattr(self, name))]
        return [*found, *(("kind", kind) for kind in self.kinds)]

    def fields(self, *shown: str) -> list[tuple[str, str]]:
        """The parameters that a form must carry along, without those that it shows."""
        return [(name, text) for name, text in self.pairs if name not in shown]

    def href(self, path: str, more: Iterable[tuple[str, str]] = ()) -> str:
        """The address of a page with these parameters, and more of its own."""
        pairs = [*self.pairs, *more]
        return f"{path}?{urlencode(pairs)}" if pairs else path


_TEXTS = tuple(field.name for field in fields(Asked) if field.name != "kinds")


def _accesses() -> tuple[str, ...]:
    return tuple(access.value for access in Access)
