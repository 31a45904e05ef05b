"""The gold set: places in public repositories, and what people found there. `links/gold/README.md` has the rules.

A set is a folder of CSV files; a file without its columns raises `GoldError`, and so does a row that makes no sense.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HELD_OUT = "held-out"
SEEN = "seen"
NAMED = "named"
"""The label of a paper that a repository cites, of which nobody said whether it is the repository's own."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


class GoldError(ValueError):
    """The set cannot be read; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a repository at a commit."""

    repository: str
    commit: str
    path: str


@dataclass(frozen=True, slots=True)
class Site:
    """A place and its judgement: `label` is reads, writes, mentions or none, `addresses` what it uses."""

    id: str
    source: Source
    cell: int | None
    start: int
    end: int
    label: str
    addresses: tuple[str, ...]
    resolvable: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A paper that a repository names: `label` is implements, archive, dataset, cites, named or none."""

    id: str
    source: Source
    start: int
    end: int
    paper: str
    label: str
    names_back: str


@dataclass(frozen=True, slots=True)
class Gold:
    """The whole set. In the files `whole`, every place that is not among the sites was judged to be none."""

    sites: tuple[Site, ...]
    pairs: tuple[Pair, ...]
    whole: frozenset[Source]
    seen: frozenset[str]

    def part_of(self, repository: str) -> str:
        """The part of the split that a repository is in."""
        return SEEN if repository in self.seen else HELD_OUT

    @property
    def sources(self) -> set[Source]:
        """All files in which something was judged."""
        return {site.source for site in self.sites} | {pair.source for pair in self.pairs}


def read_gold(folder: Path) -> Gold:
    """The set in this folder; raises `GoldError`."""
    settled = folder / "labels" / "settled"
    labels = {row["site"]: row for row in _rows(settled / "call_sites.csv", "site label address resolvable")}
    judged = {row["pair"]: row for row in _rows(settled / "papers.csv", "pair label names_back")}
    sites, places = folder / "call_sites.csv", folder / "papers.csv"
    return Gold(
        tuple(_site(row, labels, sites) for row in _rows(sites, "site repository commit path cell start end")),
        tuple(_pair(row, judged, places) for row in _rows(places, "pair repository commit path start end paper")),
        frozenset(_source(row) for row in _rows(folder / "whole_files.csv", "repository commit path")),
        frozenset(row["repository"] for row in _rows(folder / "seen.csv", "repository")),
    )


def _rows(file: Path, columns: str) -> Iterator[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = set(columns.split()) - set(rows.fieldnames or ())
            if missing:
                raise GoldError(f"{file} lacks the columns {', '.join(sorted(missing))}")
            for row in rows:
                if None in row or None in row.values():
                    raise GoldError(f"{file}, line {rows.line_num}: the row has another number of columns")
                yield row
    except OSError as error:
        raise GoldError(f"{file} cannot be read ({error.strerror})") from None


def _source(row: dict[str, str]) -> Source:
    if not _COMMIT.fullmatch(row["commit"]):
        raise GoldError(f"{row['repository']}: {row['commit']!r} is no commit of 40 hexadecimal digits")
    return Source(row["repository"], row["commit"], row["path"])


def _site(row: dict[str, str], labels: dict[str, dict[str, str]], file: Path) -> Site:
    label = labels.get(row["site"])
    if label is None:
        raise GoldError(f"{file}: the site {row['site']} has no settled label")
    return Site(
        row["site"],
        _source(row),
        int(row["cell"]) if row["cell"] else None,
        int(row["start"]),
        int(row["end"]),
        label["label"],
        tuple(label["address"].split()),
        label["resolvable"],
    )


def _pair(row: dict[str, str], labels: dict[str, dict[str, str]], file: Path) -> Pair:
    label = labels.get(row["pair"])
    if label is None:
        raise GoldError(f"{file}: the pair {row['pair']} has no settled label")
    start, end = int(row["start"]), int(row["end"])
    return Pair(row["pair"], _source(row), start, end, row["paper"], label["label"], label["names_back"])
