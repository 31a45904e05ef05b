"""Where in a sources file a mistake is, in words: file, key, line and source."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from leap_kg.ingest.formats.yamltext import Document
from leap_kg.ingest.formats.yamltext import Path as Steps
from leap_kg.ingest.mistakes import mend

_ID = "give an id of 2 to 41 small letters, digits and hyphens that begins with a letter"


class Places:
    """Says of each mistake in one file where it is."""

    def __init__(self, path: Path, document: Document) -> None:
        self.path = path
        self._document = document

    def mistake(self, at: Steps, what: str) -> str:
        """The mistake in one line, with the id of the source."""
        lines, around = self._document.lines, at
        while around and around not in lines:
            around = around[:-1]
        where = [f"line {lines[around]}"] if around else []
        if (name := self._id(at)) and at[2:] != ("id",):
            where.append(f"source {name!r}")
        return f"{self.path}: {shown(at)}" + (f" ({', '.join(where)})" if where else "") + f": {what}"

    def mistakes(self, at: Steps, error: ValidationError, keys: Sequence[str] = ()) -> Iterator[str]:
        """All that a model found at the place, each value once: `keys` are those that there are.

        Of a value that may be of one type or another, pydantic tells what each type finds wrong; that of the first is
        what people mean.
        """
        tried: dict[Steps, object] = {}
        for each in error.errors():
            steps, kind = at, None
            for number, step in enumerate(each["loc"], 1):
                # What is not in the file is the key that is missing there, or the name of a type that was tried.
                missing = each["type"] == "missing" and number == len(each["loc"])
                if (*steps, step) in self._document.lines or missing:
                    steps = (*steps, step)
                elif kind is None:
                    kind = (steps, step)
            if kind is not None and tried.setdefault(kind[0], kind[1]) != kind[1]:
                continue
            yield self.mistake(steps, _ID if each["loc"] == ("id",) else mend(each, keys))

    def _id(self, at: Steps) -> str:
        """The id of the source that the place belongs to, `""` if it is another part of the file."""
        value = self._document.value
        entries = value.get("sources") if isinstance(value, dict) and at[:1] == ("sources",) else None
        number = at[1] if len(at) > 1 else None
        if not isinstance(entries, list) or not isinstance(number, int) or number >= len(entries):
            return ""
        entry = entries[number]
        name = entry.get("id") if isinstance(entry, dict) else None
        return name if isinstance(name, str) else ""


def shown(at: Steps) -> str:
    """A place as people write it: `sources.3.title`."""
    return ".".join(map(str, at))
