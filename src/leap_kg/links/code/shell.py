"""Shell lines in notebooks and commands that code starts: what they fetch and what they upload.

Hazard: a line is a stranger's; it is split into words as a shell would, never run, and never longer than a cell.
"""

import ast
import re
import shlex
from itertools import pairwise
from typing import TYPE_CHECKING

from leap_kg.links.code import addresses, deposits
from leap_kg.links.code.bounds import LONGEST_TEXT
from leap_kg.links.code.parsing import Unparsed, parsed
from leap_kg.links.code.values import Alternative, Items, Values, as_text, joined, only
from leap_kg.links.signal import UNKNOWN, Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_FETCHING = {"wget", "curl", "aria2c", "axel"}
_COPYING = {"cp", "sync", "rsync", "mv", "copy", "copyto", "copyurl"}
_TOOLS = {"gsutil", "gcloud", "aws", "s5cmd", "azcopy", "s3cmd", "rclone", "mc"}
TOOLS = frozenset(_FETCHING | _TOOLS)
_OTHERS = (
    "huggingface-cli",
    "hf ",
    "zenodo_get",
    "gdown",
    "kaggle",
    "ncks",
    "ncdump",
    "ncr",
    "cdo",
    "gdal",
    "ogr",
    "rio ",
)
"""Programs whose words are looked at."""
_VALUED = {"--endpoint-url", "--region", "--profile", "--exclude", "--include"}
_ENDS = {";", "&&", "||", "|", "&"}
_HOLE = re.compile(r"\{([^{}\n]{1,200})\}|\$\{?(\w+)\}?")
_COUNTED = re.compile(r"\[\d+-\d+(?::\d+)?\]")
_OPENING = {
    "ncks", "ncdump", "ncrcat", "ncra", "ncea", "ncecat", "nccopy", "cdo", "gdal_translate", "gdalwarp", "gdalinfo",
    "ogr2ogr", "ogrinfo", "gdalbuildvrt", "rio", "cog",
}  # fmt: skip
"""Programs that open addresses as they open files; what they write is a file of this machine."""
_TABLE = re.compile(r"(?<!package)(?<!package-lock)(?<!config)(?<!settings)(?<!manifest)\.json$", re.IGNORECASE)
_DEPOSITS = {"zenodo_get", "gdown", "kaggle"}
_OUTPUT = {"-O", "-o", "--output", "--output-document", "-P", "--directory-prefix", "-d", "--header", "-H", "-A", "-u"}


def run(folder: "Folder", node: ast.Constant) -> None:
    """The shell line that stood where `node` stands; `{name}` and `$name` in it are names of the notebook."""
    line = folder.passage.shell[node.lineno]
    for text, _ in _filled(folder, line, node.lineno):
        _note(folder, as_text(text), node.lineno, None)


def _filled(folder: "Folder", line: str, number: int) -> Values:
    pieces: list[Values] = []
    end = 0
    for match in _HOLE.finditer(line[:LONGEST_TEXT]):
        told = _name(folder, match, number)
        if told is None:
            continue
        pieces += [(Alternative(line[end : match.start()]),), told]
        end = match.end()
    return joined([*pieces, (Alternative(line[end:LONGEST_TEXT]),)])


def _name(folder: "Folder", match: "re.Match[str]", number: int) -> Values | None:
    """What stands for `$name` or `{expression}` on that line; `None` for braces that are the shell's own."""
    name = match[2] or match[1].strip()
    if name.isidentifier():
        return folder.scope.get(name) or (Alternative(UNKNOWN),)
    try:
        tree = parsed(name)
    except Unparsed:
        return None
    inner = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(inner, ast.Expr) or isinstance(inner.value, ast.Tuple | ast.Constant):
        return None
    ast.increment_lineno(tree, number - 1)
    return folder.fold(inner.value)


def command(folder: "Folder", node: ast.Call, values: Values) -> None:
    """The command that a call such as `subprocess.run` starts: a text, or a list of words."""
    for value, _ in values:
        text = as_text(value)
        if isinstance(value, Items):
            text = " ".join(as_text(only(each)) for each in value.each[:200])
        _note(folder, text, node.lineno, node)


def _note(folder: "Folder", line: str, number: int, node: ast.Call | None) -> None:
    for role, address, tool in uses(line):
        if not folder.concerned(address):
            continue
        end = number
        while folder.passage.shell.get(end + 1) == "":
            end += 1
        place = folder.place(node) if node is not None else folder.passage.place(number, end)
        folder.ledger.use(role, address, place, tool)


def uses(line: str) -> list[tuple[Role, str, str]]:
    """What a line of shell reads and writes, and with which tool."""
    if not any(tool in line for tool in (*_FETCHING, *_TOOLS, *_OTHERS)):
        return []
    try:
        splitter = shlex.shlex(line[:LONGEST_TEXT], posix=True, punctuation_chars=";&|")
        splitter.whitespace_split, splitter.commenters = True, "#"
        words = list(splitter)
    except ValueError:
        words = line.split()
    found: list[tuple[Role, str, str]] = []
    begun = 0
    for end in [*(place for place, word in enumerate(words) if word in _ENDS), len(words)]:
        found += commanded(words[begun:end])
        begun = end + 1
    return found


def commanded(words: list[str]) -> list[tuple[Role, str, str]]:
    """What one command reads and writes, given its words."""
    while words and (words[0] in {"sudo", "time", "then", "do", "xargs", "nohup"} or "=" in words[0].split("/")[0]):
        words = words[1:]
    if not words:
        return []
    tool = words[0].rpartition("/")[2]
    if tool in _FETCHING:
        outward = tool == "curl" and any(word in {"-T", "--upload-file"} for word in words)
        # To curl, -O says that the file keeps its name.
        named = _OUTPUT - {"-O"} if tool == "curl" else _OUTPUT
        plain = [_COUNTED.sub(UNKNOWN, word) for before, word in pairwise(words) if before not in named]
        copies = [word for before, word in pairwise(words) if before in named or before in {">", ">>"}]
        # A name that is one of data says so of what gets it, whatever the address looks like.
        is_data = addresses.given if any(map(addresses.suffixed, copies)) else _fetched
        found = [address for word in plain if "://" in word and (address := is_data(word)) is not None]
        return [(Role.WRITES if outward else Role.READS, address, tool) for address in found]
    if tool in _TOOLS:
        return _copied(tool, words[1:])
    if tool in _OPENING:
        every = [addresses.given(word) if "/vsi" in word else addresses.looking(word) for word in words[1:]]
        return [(Role.READS, address, tool) for address in every if address is not None]
    if tool in _DEPOSITS:
        return [(Role.READS, address, tool) for address in deposits.fetched(tool, words[1:])]
    if tool in {"huggingface-cli", "hf"} and len(words) > 2 and words[1] == "download":
        kind = words[words.index("--repo-type") + 1] if "--repo-type" in words[:-1] else "model"
        home = {"dataset": "hf://datasets/"}.get(kind, "hf://")
        address = addresses.given(f"{home}{words[2]}") if words[2].count("/") == 1 else None
        return [(Role.READS, address, tool)] if address is not None else []
    return []


def _fetched(word: str) -> str | None:
    """The address, if it looks like data; a table in JSON that is fetched is data, too, unless it settles a program."""
    found = addresses.looking(word)
    if found is None and _TABLE.search(word.partition("?")[0]):
        return addresses.given(word)
    return found


def _copied(tool: str, words: list[str]) -> list[tuple[Role, str, str]]:
    copying = next((place for place, word in enumerate(words) if word in _COPYING), None)
    if copying is None:
        return []
    endpoint = next((b for a, b in pairwise(words) if a == "--endpoint-url"), "")
    places = [word for before, word in pairwise(words[copying:]) if not word.startswith("-") and before not in _VALUED]
    if len(places) < 2:
        return []
    found = []
    for number, place in enumerate(places):
        if endpoint and place.startswith("s3://") and "amazonaws" not in endpoint:
            place = f"{endpoint.rstrip('/')}/{place[5:]}"
        address = addresses.given(place) if "://" in place else None
        if address is not None:
            found.append((Role.WRITES if number == len(places) - 1 else Role.READS, address, tool))
    return found
