"""Reading of what an API says of a work: as `ingest.reading` reads files, but nobody wrote it from our template."""

from leap_kg.ingest.formats.reading import File, Path, Reading, dotted
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import printable
from leap_kg.ingest.works.plaintext import plain

_LONGEST = 100_000


class WorkReading(Reading):
    """The findings on one record of an API; texts that only look like a template's gap are left alone."""

    def text(self, value: object, path: Path) -> str:
        """The value as one stripped text, `""` if there is none."""
        if isinstance(value, bool | int | float):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(value, "a text", path)
            return ""
        return printable(value)[:_LONGEST].strip()

    def plain(self, value: object, path: Path) -> str:
        """The value as text without markup, one space between words, paragraphs on lines of their own."""
        return plain(self.text(value, path))

    def words(self, value: object, path: Path) -> list[tuple[str, Path]]:
        """The texts of a list, each with its path; a lone text is a list of one, as these APIs have it."""
        if isinstance(value, str):
            value = [value]
        found = ((self.text(item, (*path, at)), (*path, at)) for at, item in enumerate(self.items(value, path)))
        return [(text, place) for text, place in found if text]

    def wrong(self, value: object, wanted: str, path: Path) -> None:
        """Report and keep a value of the wrong kind."""
        self.keep(path, value)
        hint = "Ask the register to correct its record."
        self.report("bad-value", Severity.WARNING, f"{dotted(path)} should be {wanted}", hint, path, value)


def reading_of(url: str) -> WorkReading:
    """The reading of one record that came from `url`."""
    return WorkReading(files={}, default=File(url))
