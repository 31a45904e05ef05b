"""Verdicts as a gold set: what curators decided, in the files that `leap-kg links evaluate --gold` reads.

A place in a file at a commit becomes a call site, labelled by what curators agreed to there: `reads`, `writes` or
`mentions` with the address, or `none` where they rejected all that was found. A paper that a file of a repository names
becomes a pair: `implements` or `archive`; `cites` where they rejected that the repository is its code; `named` where
they agreed that it is cited, which leaves open whose code the repository is.

Hazard: these rows are judged by people who saw what the miner found, and only where it found something. They measure
precision; for recall, and for numbers to quote, there is the set that was labelled blind.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.links.assertion import ACCEPTED
from leap_kg.links.evaluation.gold import NAMED
from leap_kg.links.judged import DISPUTED, Verdict, all_verdicts, status_of
from leap_kg.links.methods import CITATION, PUBLICATION
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.namespaces import CITO, OA, PROV, SCHEMA, ours

_SITES = {PROV("used").value: "reads", PROV("generated").value: "writes", SCHEMA("mentions").value: "mentions"}
_PAIRS = {PUBLICATION.value: "implements", CITATION.value: NAMED, SCHEMA("archivedAt").value: "archive"}
_RANK = ("reads", "writes", "mentions", "none")
_PAIR_RANK = ("implements", "archive", "cites", NAMED, "none")
_POINTER = re.compile(r"(?:cell (\d+), )?lines? (\d+)(?: to (\d+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in a file at a commit."""

    repository: str
    commit: str
    path: str
    cell: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class GoldRows:
    """The rows of a gold set by its files, and how many links have a verdict but no row."""

    files: Mapping[str, list[Row]]
    left: int

    @property
    def count(self) -> int:
        """The number of places and pairs."""
        return len(self.files["call_sites.csv"]) + len(self.files["papers.csv"])

    def write(self, folder: Path) -> None:
        """Write the files; raises `OSError`."""
        for name, rows in self.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("w", encoding="utf-8", newline="") as target:
                writer = csv.DictWriter(target, _COLUMNS[name].split(), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


_COLUMNS = {
    "call_sites.csv": "site repository commit path cell start end",
    "labels/settled/call_sites.csv": "site label address resolvable reason settled",
    "papers.csv": "pair repository commit path start end paper",
    "labels/settled/papers.csv": "pair label names_back reason settled",
    "whole_files.csv": "repository commit path",
    "seen.csv": "repository",
}


def gold_rows(store: Engine, base: str) -> GoldRows:
    """What curators agree on, as far as it is about places in files; what they dispute is left out."""
    by_link: dict[str, list[Verdict]] = {}
    for verdict in all_verdicts(store, base):
        by_link.setdefault(verdict.link, []).append(verdict)
    sites: dict[_Spot, list[tuple[str, str, str]]] = {}
    pairs: dict[tuple[str, str], list[tuple[str, _Spot, str]]] = {}
    left = 0
    for link, verdicts in by_link.items():
        one, status = verdicts[0], status_of(verdicts)
        spots = list(_spots(store, base, link)) if status != DISPUTED else []
        why = _reason(verdicts)
        if one.predicate in _SITES and spots:
            label = _SITES[one.predicate] if status == ACCEPTED else "none"
            address = _address(store, base, one.target) if status == ACCEPTED else ""
            for spot in spots:
                sites.setdefault(spot, []).append((label, address, why))
        elif one.predicate in _PAIRS and spots and (paper := _paper(one.target)):
            pairs.setdefault((spots[0].repository, paper), []).append((_pair_label(one, status), spots[0], why))
        else:
            left += 1
    return GoldRows({**_site_files(sites), **_pair_files(pairs), "whole_files.csv": [], "seen.csv": []}, left)


def _site_files(sites: Mapping[_Spot, list[tuple[str, str, str]]]) -> dict[str, list[Row]]:
    places: list[Row] = []
    labels: list[Row] = []
    for number, spot in enumerate(sorted(sites, key=_order), 1):
        said = sites[spot]
        label = min((each[0] for each in said), key=_RANK.index)
        addresses = sorted({address for each, address, _ in said if each == label and address})
        name = f"v{number:04}"
        places.append(
            {"site": name, "repository": spot.repository, "commit": spot.commit, "path": spot.path,
             "cell": spot.cell, "start": spot.start, "end": spot.end}
        )  # fmt: skip
        labels.append(
            {"site": name, "label": label, "address": " ".join(addresses),
             "resolvable": "exact" if addresses else "no", "reason": _joined(each[2] for each in said),
             "settled": "both"}
        )  # fmt: skip
    return {"call_sites.csv": places, "labels/settled/call_sites.csv": labels}


def _pair_files(pairs: Mapping[tuple[str, str], list[tuple[str, _Spot, str]]]) -> dict[str, list[Row]]:
    places: list[Row] = []
    labels: list[Row] = []
    for number, (repository, paper) in enumerate(sorted(pairs), 1):
        said = pairs[repository, paper]
        label, spot, _ = min(said, key=lambda each: _PAIR_RANK.index(each[0]))
        name = f"w{number:04}"
        places.append(
            {"pair": name, "repository": repository, "commit": spot.commit, "path": spot.path,
             "start": spot.start, "end": spot.end, "paper": paper}
        )  # fmt: skip
        reason = _joined(each[2] for each in said)
        labels.append({"pair": name, "label": label, "names_back": "unknown", "reason": reason, "settled": "both"})
    return {"papers.csv": places, "labels/settled/papers.csv": labels}


def _pair_label(verdict: Verdict, status: str) -> str:
    """A paper that is not a repository's own is still one that it names."""
    if status == ACCEPTED:
        return _PAIRS[verdict.predicate]
    return "cites" if verdict.predicate == PUBLICATION.value else "none"


def _spots(store: Engine, base: str, link: str) -> Iterator[_Spot]:
    """The places in files on GitHub at a commit that show a link, in order."""
    found: set[_Spot] = set()
    for quad in looked_up(store, NamedNode(link), CITO("citesAsEvidence"), None, None):
        if not isinstance(quad.object, NamedNode):
            continue
        source = _first(store, quad.object, OA("hasSource"))
        pointer = _POINTER.fullmatch(_first(store, quad.object, ours(base)("pointer")))
        file = github.parse_file(source) if source else Refusal("", "")
        if pointer and not isinstance(file, Refusal) and _COMMIT.fullmatch(file.ref):
            cell, start, end = pointer.groups()
            found.add(_Spot(file.repository.display, file.ref, file.path, cell or "", start, end or start))
    yield from sorted(found, key=_order)


def _order(spot: _Spot) -> tuple[str, str, str, int, int]:
    return (spot.repository, spot.commit, spot.path, int(spot.cell or 0), int(spot.start))


def _address(store: Engine, base: str, target: str) -> str:
    """The address by which code opens a target: that of the store, else what the file has."""
    known = _first(store, NamedNode(target), ours(base)("storageURI")) or target
    return "".join(known.split())


def _paper(target: str) -> str:
    """An identifier as the gold set writes it; `""` for what is none."""
    for start, named in (("https://doi.org/", ""), ("https://arxiv.org/abs/", "arXiv:")):
        if target.startswith(start):
            return named + (target.removeprefix(start) if named else target.removeprefix(start).lower())
    return ""


def _reason(verdicts: Iterable[Verdict]) -> str:
    return _joined(f"{each.curator.name} {each.word}{f': {each.why}' if each.why else ''}" for each in verdicts)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def _first(store: Engine, node: NamedNode, predicate: NamedNode) -> str:
    found = {quad.object for quad in looked_up(store, node, predicate, None, None)}
    return min((each.value for each in found if isinstance(each, NamedNode | Literal)), default="")
