"""`%sparql` and `%%sparql`: queries in notebooks.

    %%sparql [URL] [--url URL] [--out NAME] [--at WHEN]
    SELECT ...

`-o` and `-qs` are short for `--out`. The address is by default that in `LEAP_KG_URL`.
"""

import re
import shlex
from dataclasses import dataclass
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class

from leap_kg.client.errors import KgError
from leap_kg.client.graph import Client

_OPTIONS = {"--url": "url", "--out": "out", "-o": "out", "-qs": "out", "--at": "at"}
_OPTION = re.compile(r"\s*(--url|--out|--at|-qs|-o)(?:\s+|=)(\"[^\"]*\"|'[^']*'|\S+)")
_HELP = "Write %%sparql [URL] [--out NAME] [--url URL] [--at WHEN], and the query below it."


@dataclass(slots=True)
class Line:
    """What stands on the line of a magic: options, and after them the rest."""

    url: str = ""
    out: str = ""
    at: str = ""
    rest: str = ""


def read_line(text: str) -> Line:
    """The options that a line begins with; raises `UsageError` for a name that is none."""
    line = Line()
    while found := _OPTION.match(text):
        setattr(line, _OPTIONS[found[1]], "".join(shlex.split(found[2])))
        text = text[found.end() :]
    line.rest = text.strip()
    if line.out and not line.out.isidentifier():
        raise UsageError(f"{line.out!r} is not the name of a variable. {_HELP}")
    return line


@magics_class
class SparqlMagics(Magics):
    """The magics of one shell; a client for each address is kept."""

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - an InteractiveShell
        super().__init__(shell)
        self._clients: dict[str, Client] = {}

    @line_cell_magic
    def sparql(self, line: str, cell: str | None = None) -> Any:  # noqa: ANN401 - what the query brings
        """Ask, and give or store the answer."""
        try:
            asked = read_line(line)
            if cell is not None and asked.rest:
                asked = self._addressed(asked)
            query = asked.rest if cell is None else cell
            if not query.strip():
                raise UsageError(f"There is no query. {_HELP}")
            answer = self._client(asked.url).sparql(query, at=asked.at or None)
        except (KgError, ValueError) as error:
            raise UsageError(str(error)) from None
        if not asked.out or self.shell is None:
            return answer
        self.shell.user_ns[asked.out] = answer
        return None

    def _addressed(self, line: Line) -> Line:
        """The line of a cell with an address that stands before its options."""
        url, _, options = line.rest.partition(" ")
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"{line.rest!r} is no option. {_HELP}")
        found = read_line(options)
        if found.rest:
            raise UsageError(f"{found.rest!r} is no option. {_HELP}")
        return Line(url=url, out=found.out or line.out, at=found.at or line.at)

    def _client(self, url: str) -> Client:
        if url not in self._clients or not url:
            self._clients[url] = Client(url or None)
        return self._clients[url]
