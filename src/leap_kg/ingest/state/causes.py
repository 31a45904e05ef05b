"""Dead letters by what is wrong with them: a host that is down is one trouble, however many records it has.

Reasons are alike if they differ in addresses at the host of their records, in keys and numbers only: places in files,
moments, sizes. An address elsewhere, such as that of a context, is what is wrong.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from leap_kg.ingest.state.rows import DeadLetter

_ADDRESS = re.compile(r"(?:https?|ftp|gs|s3|file)://[^\s'\"<>]+[^\s'\"<>.,:;)]")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for `letters` of one source, at one stage, about things at one host (`""` for none)."""

    source: str
    stage: str
    host: str
    letters: tuple[DeadLetter, ...]

    @property
    def example(self) -> DeadLetter:
        """The first of the letters."""
        return self.letters[0]

    @property
    def reason(self) -> str:
        """What is wrong: of several records without the address that their host makes plain."""
        own = self.example.reason
        told = _ADDRESS.match(own)
        return own[told.end() + 2 :] if len(self.letters) > 1 and told and own[told.end() :][:2] == ": " else own

    @property
    def head(self) -> str:
        """How many records of what."""
        of = f" of {self.host}" if self.host else ""
        return f"{len(self.letters)} records{of}" if len(self.letters) > 1 else self.example.key


def causes(letters: Iterable[DeadLetter]) -> list[Cause]:
    """The letters by cause, each in the order of its first one."""
    found: dict[tuple[str, str, str, str], list[DeadLetter]] = {}
    for letter in letters:
        name = (letter.source, letter.stage, _host(letter), _alike(letter))
        found.setdefault(name, []).append(letter)
    return [Cause(source, stage, host, tuple(alike)) for (source, stage, host, _), alike in found.items()]


def _alike(letter: DeadLetter) -> str:
    """What all reasons have in common that say the same of other records."""
    own = _netloc(letter.url)
    text = _ADDRESS.sub(lambda found: "<>" if _netloc(found[0]) == own else found[0], letter.reason)
    return _NUMBER.sub("0", text.replace(letter.key, "<>") if letter.key else text)


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _host(letter: DeadLetter) -> str:
    """The host of what the letter is about; none for a local file, whose address is only its name in the graph."""
    try:
        parts = urlsplit(letter.url)
    except ValueError:
        return ""
    return "" if f"/file/{letter.source}/" in parts.path else parts.netloc.rpartition("@")[2]
