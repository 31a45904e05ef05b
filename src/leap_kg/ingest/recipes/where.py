"""Where a finding is, as people say it: the file, the line, and the page of GitHub that shows both."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.ontology.identifiers import Refusal, github

_LINE = "(line "


class Where(NamedTuple):
    """A place: `file` by its path, after the repository if that is another one, `line` from 1, `key` what is there.

    `line` is None for what is missing in the file, `link` is `""` unless the commit is known.
    """

    file: str
    line: int | None = None
    key: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of the files of the feedstock `own`: the `commits` by repository key, the top `keys` by IRI."""

    own: github.Repository
    commits: Mapping[str, str]
    keys: Mapping[str, Set[str]]

    def of(self, finding: Finding) -> Where:
        """Where a finding is."""
        key, line = split(finding.pointer)
        known = self.keys.get(finding.file or "")
        if known is not None and not any(key == top or key.startswith((f"{top}.", f"{top}[")) for top in known):
            line = None
        file = github.parse_file(finding.file or "")
        if isinstance(file, Refusal):
            return Where(finding.file or "", line, key)
        commit = self.commits.get(file.repository.key)
        link = github.File(file.repository, commit, file.path, line).blob_url if commit else ""
        # Of what has no keys, such as a module, the pointer names the file.
        return Where(self.name(finding.file or ""), line, "" if key == file.path.rpartition("/")[2] else key, link)

    def name(self, address: str) -> str:
        """What the file at an address is called."""
        file = github.parse_file(address)
        if isinstance(file, Refusal):
            return address
        same = file.repository.key == self.own.key
        return file.path if same else f"{file.repository.display}: {file.path}"


def split(pointer: str) -> tuple[str, int | None]:
    """The key and the line of a pointer such as `stores[3].url (line 17)`."""
    key, found, line = pointer.rpartition(_LINE)
    number = line.removesuffix(")")
    if not found or number == line or not (number.isascii() and number.isdigit()):
        return pointer, None
    return key.removesuffix(" "), int(number)
