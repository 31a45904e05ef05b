"""Reads `Artifacts.toml`: the data that a package of Julia is made to download, each with its checksum.

https://pkgdocs.julialang.org/v1/artifacts/. Nothing is guessed here: the address is exactly what is fetched. Hazard: a
file without end, or tables within tables; it is bounded as every file of settings.
"""

import re
import tomllib
from collections.abc import Iterator

from leap_kg.links.code import addresses
from leap_kg.links.code.bounds import MAX_SETTINGS, MOST_SIGNALS
from leap_kg.links.code.evidence import Passage, split_lines
from leap_kg.links.code.findings import cut, unread
from leap_kg.links.code.ledger import READ
from leap_kg.links.code.values import Entries, Items, Values, only
from leap_kg.links.mined import Mined
from leap_kg.links.signal import Role, Signal

_URL = re.compile(r"\burl\s*=\s*(?:\"([^\"]+)\"|'([^']+)')")


def reads(path: str) -> bool:
    """Whether the file lists artifacts."""
    return path.rpartition("/")[2] in {"Artifacts.toml", "JuliaArtifacts.toml"}


def read_artifacts(data: bytes, path: str) -> Mined:
    """What the artifacts are downloaded from; never raises."""
    if len(data) > MAX_SETTINGS:
        return Mined(findings=(unread(path, f"it is larger than {MAX_SETTINGS} bytes", "Split the file."),))
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        reason = "it is nested too deeply" if isinstance(problem, RecursionError) else f"it is no TOML: {problem}"
        return Mined(findings=(unread(path, reason[:200], "Mend the syntax."),))
    passage = Passage(path, split_lines(text))
    places: dict[str, list[int]] = {}
    for number, line in enumerate(passage.lines, start=1):
        for match in _URL.finditer(line):
            places.setdefault(match[1] or match[2], []).append(number)
    signals: dict[Signal, None] = {}
    for name, url in _listed(table):
        address = addresses.given(url)
        lines = places.get(url, [])
        if address is not None and lines:
            at = lines.pop(0) if len(lines) > 1 else lines[0]
            signals[Signal("D1", Role.READS, address, READ, passage.place(at, at), f"artifact {name}"[:100])] = None
        if len(signals) >= MOST_SIGNALS:
            return Mined(tuple(signals), (cut(path, "it lists more artifacts than are taken", "Split the file."),))
    return Mined(tuple(signals))


def _listed(table: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Each artifact with each address that it is downloaded from; on some platforms it is another one."""
    for name, entry in table.items():
        for each in entry if isinstance(entry, list) else [entry]:
            downloads = each.get("download") if isinstance(each, dict) else None
            for download in downloads if isinstance(downloads, list) else [downloads]:
                url = download.get("url") if isinstance(download, dict) else None
                if isinstance(url, str):
                    yield name, url


def downloads(entry: Values | None) -> list[str]:
    """The addresses of one artifact, in the order of the file."""
    found: list[str] = []
    for each in _several(entry):
        inner = each.each.get("download")
        for download in _several(inner):
            url = only(download.each.get("url"))
            if isinstance(url, str):
                found.append(url)
    return list(dict.fromkeys(found))[:20]


def _several(values: Values | None) -> list[Entries]:
    value = only(values)
    each = [only(inner) for inner in value.each] if isinstance(value, Items) else [value]
    return [inner for inner in each if isinstance(inner, Entries)]
