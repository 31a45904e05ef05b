"""What goes wrong, with the reason and what to do about it.

Hazard: reasons hold what servers and records say. Everything that does not print as one line of text is replaced, so
that no text moves the cursor of a terminal or turns a line around.
"""

_REASON = 600


class KgError(Exception):
    """Something that did not work: `reason` says why, `fix` what to do, `""` if there is nothing to do."""

    def __init__(self, reason: str, fix: str = "") -> None:
        self.reason = printable(reason, _REASON).rstrip(". ")
        self.fix = printable(fix, _REASON)
        super().__init__(f"{self.reason}. {self.fix}".strip())


class NotReachable(KgError):
    """The server does not answer, or not in time."""


class Busy(KgError):
    """The server asks to come back later (429 or 503), `seconds` from now if it says when."""

    def __init__(self, reason: str, fix: str = "", seconds: float | None = None) -> None:
        super().__init__(reason, fix)
        self.seconds = seconds


class Refused(KgError):
    """The server does not answer this question; `status` is that of HTTP."""

    def __init__(self, reason: str, fix: str = "", status: int = 400) -> None:
        super().__init__(reason, fix)
        self.status = status


class NotFound(KgError, LookupError):
    """There is no such thing in the graph."""


class Ambiguous(KgError, LookupError):
    """Several things are meant by a name; `candidates` are names that mean one each."""

    def __init__(self, reason: str, fix: str, candidates: tuple[str, ...]) -> None:
        super().__init__(reason, fix)
        self.candidates = candidates


class BadAnswer(KgError):
    """The server answered with something that cannot be an answer of this graph."""


class NotInstalled(KgError, ImportError):
    """A package is missing."""


class CannotOpen(KgError, OSError):
    """A store cannot be opened."""


class CutResult(UserWarning):
    """A result is the beginning of a larger one."""


class OtherWords(UserWarning):
    """A search was answered for other words than those that were given, since nothing has these."""


def printable(text: str, most: int = 300) -> str:
    """The text on one line, without what is invisible or moves the cursor, and no longer than `most` characters."""
    one_line = " ".join(text[: 4 * most].split())
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in one_line)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
