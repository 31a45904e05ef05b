"""A page as a tree without namespaces, for tests that look at its elements."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib


class Page:
    """The elements of a page; scripts that hold data are left out of `scripts`."""

    def __init__(self, text: str) -> None:
        self.root: Element = html5lib.parse(text, namespaceHTMLElements=False)

    @property
    def text(self) -> str:
        """All text of the page, blanks as they stand."""
        return "".join(self.root.itertext())

    def all(self, path: str) -> list[Element]:
        """The elements at an ElementTree path."""
        return self.root.findall(path)

    def words(self, path: str) -> list[str]:
        """Their texts."""
        return ["".join(each.itertext()).strip() for each in self.all(path)]

    def named(self, name: str) -> Element:
        """The field of a form with this name."""
        (found,) = (each for each in self.root.iter() if each.get("name") == name and each.tag != "meta")
        return found

    def identified(self, name: str) -> Element:
        """The element with this id."""
        (found,) = (each for each in self.root.iter() if each.get("id") == name)
        return found

    def scripts(self) -> Iterator[str]:
        """The texts of scripts that run."""
        for each in self.root.iter("script"):
            if each.get("type") != "application/ld+json":
                yield "".join(each.itertext())
