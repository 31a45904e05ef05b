"""Reads the account that a recipe's process leaves: PROV in JSON-LD, of what it read and which stores it made.

Hazard: the process ran a stranger's code, which may have written the account itself. It is read within a size, only
terms that are due are looked at, and a store that it names must be a folder of the staging place. Addresses of inputs
may hold tokens and passwords; what is published and kept of them does not.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.recipes.process import JobFailed
from leap_kg.ontology.jsonld import parse_document
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA
from leap_kg.redaction import HIDDEN, may_hold_secrets, redact

_LARGEST = 64 * 2**20
_RUN = NamedNode("urn:leap-recipe:run")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIZE = re.compile(r"[0-9]{1,18}")

_Said = dict[str, dict[NamedNode, list[str]]]


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read; `sha256` is `""` and `size` `None` if it was only referred to."""

    url: str
    size: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Made:
    """A store below the staging place, the key of a dictionary of recipes that made it (`""` for none), and the
    addresses of its inputs, in the order of their names."""

    path: str
    key: str
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """What a run read and made, and when it began and ended."""

    started: datetime
    ended: datetime
    inputs: tuple[Input, ...]
    stores: tuple[Made, ...]


def read_account(path: Path, staging: Path, base: str) -> Account:
    """The account in a file, from which secrets of addresses are taken; raises `JobFailed` for one that cannot be."""
    try:
        said = _said(parse_document(_shown(path), base))
        run = said[_RUN.value]
        stores = (
            Made(
                _one(about, DCT("identifier")),
                _one(about, SCHEMA("alternateName")),
                tuple(sorted(_one(said[name], SCHEMA("contentUrl")) for name in about.get(PROV("wasDerivedFrom"), ()))),
            )
            for about in said.values()
            if PROV("wasGeneratedBy") in about
        )
        found = Account(
            _moment(_one(run, PROV("startedAtTime"))),
            _moment(_one(run, PROV("endedAtTime"))),
            tuple(sorted((_input(said[name]) for name in run.get(PROV("used"), ())), key=lambda each: each.url)),
            tuple(sorted(stores, key=lambda each: each.path)),
        )
    except (OSError, ValueError, KeyError, RecursionError) as error:
        raise JobFailed("outcome", f"the recipe's process left no account that can be read: {error}") from None
    root = staging.resolve()
    for each in found.stores:
        place = (staging / each.path).resolve()
        if not each.path or root not in place.parents or not place.is_dir():
            raise JobFailed("outcome", f"the account names the store {each.path!r}, which was not put where it belongs")
    if not found.stores:
        raise JobFailed("outcome", "the account names no store")
    return found


def _shown(path: Path) -> bytes:
    """What is in the file, which holds no secrets of addresses any more."""
    with path.open("rb") as file:
        data = file.read(_LARGEST)
    if not may_hold_secrets(data):
        return data
    shown = json.dumps(_redacted(json.loads(data))).encode()
    partial = path.with_suffix(".part")
    partial.write_bytes(shown)
    partial.replace(path)
    return shown


def _redacted(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        return {key: _redacted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_redacted(inner) for inner in value]
    return shown if isinstance(value, str) and "://" in value and HIDDEN in (shown := redact(value)) else value


def _said(triples: Iterable[Triple]) -> _Said:
    found: _Said = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            found[triple.subject.value][triple.predicate].append(triple.object.value)
    return dict(found)


def _one(about: dict[NamedNode, list[str]], predicate: NamedNode) -> str:
    return about[predicate][0] if predicate in about else ""


def _input(about: dict[NamedNode, list[str]]) -> Input:
    size, sha256 = _one(about, DCAT("byteSize")), _one(about, SCHEMA("sha256"))
    return Input(
        _one(about, SCHEMA("contentUrl")),
        int(size) if _SIZE.fullmatch(size) else None,
        sha256 if _SHA256.fullmatch(sha256) else "",
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return moment
