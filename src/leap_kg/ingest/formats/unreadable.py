"""The one error of everything that reads bodies: why a text cannot be read, and where."""

_LONGEST_REASON = 300  # characters; a parser may quote what it stumbled over


class Unreadable(Exception):
    """`reason`, and where it is known, 1-based `line` and `column`; the text names the document too."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None, what: str = "") -> None:
        reason = " ".join(reason.split())
        self.reason = reason if len(reason) <= _LONGEST_REASON else reason[:_LONGEST_REASON] + "…"
        self.line = line
        self.column = column
        self.what = what
        super().__init__(self.reason, line, column, what)

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}"
        place += "" if self.line is None or self.column is None else f" column {self.column}"
        return ": ".join([", ".join(filter(None, [self.what, place])) or "YAML", self.reason])
