"""What an interrupted run has fetched, so that the next one need not fetch it again.

Each answer is noted in a file of its source as soon as its body is in the raw store, one line with one write: a process
that is killed in the middle of a line loses that line. When the run has been published the file goes. Notes that
nobody has added to for a day are too old to be one reading with what is fetched now.

Hazard: addresses may hold secrets, so a question is known by a hash of it with its secrets redacted.
"""

import copy
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leap_kg.graph.home import Home, HomeError, unwritable
from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.raw import BodyDamaged, BodyMissing, RawStore
from leap_kg.ingest.runs.taking import Taking
from leap_kg.ingest.source import Source
from leap_kg.redaction import redact

_LASTS = 24 * 3600.0
"""Seconds."""


class Unfinished(Fetcher):
    """Asks `inner` what neither this round nor the interrupted one before it has asked; bodies lie in `raw`.

    Of one question a round sees one answer, also if it is a failure; the next round asks again then. `begin` and
    `finish` say whose notes are taken.
    """

    def __init__(self, home: Home, inner: Fetcher, raw: RawStore) -> None:
        self._folder = home.path / "harvesting"
        self._inner = inner
        self._raw = raw
        self._answers: dict[str, dict[str, Any]] = {}
        self._failures: dict[str, FetchFailed] = {}
        self._noted: set[str] = set()
        self._file: int | None = None

    def begin(self, source: Source) -> int:
        """Take notes for this source; how many answers are there of the run before."""
        self._leave()
        path = self._path(source)
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _LASTS:
                path.unlink()
        lines = list(_lines(path))
        self._answers.update((line["ask"], line["body"]) for line in lines)
        self._noted = {line["ask"] for line in lines}
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            if lines or path.stat().st_size:
                os.write(self._file, b"\n")
        except OSError as error:
            raise unwritable(self._folder, error) from None
        return len(lines)

    def finish(self, taking: Taking) -> None:
        """Forget the notes of a source, but for one that was interrupted or asked to wait: it goes on from there."""
        self._leave()
        path = self._path(taking.source)
        if not taking.broken_off:
            path.unlink(missing_ok=True)
        elif taking.parked is not None:
            with suppress(FileNotFoundError):
                os.utime(path, (taking.parked.timestamp(), taking.parked.timestamp()))

    def fetch(self, ask: Ask | str) -> Body:
        """The body; raises `FetchFailed`, and `HomeError` if it cannot be kept."""
        wanted = Ask.of(ask)
        name = _name(wanted)
        noted = self._answers.get(name)
        if noted is not None:
            with suppress(BodyMissing, BodyDamaged):
                found = Body(data=self._raw.get(noted["sha256"]), **noted)
                self._note(name, noted)
                return found
        if name in self._failures:
            raise copy.copy(self._failures[name])
        try:
            body = self._inner.fetch(wanted)
        except FetchFailed as failure:
            self._failures[name] = copy.copy(failure)
            raise
        try:
            self._raw.put(body.data)
            noted = asdict(body)
            noted.pop("data")
            self._answers[name] = noted
            self._note(name, noted)
        except OSError as error:
            reason = f"cannot keep what was fetched ({error}); free some room, or set LEAP_KG_HOME"
            raise HomeError(f"{reason} to another folder") from None
        return body

    def close(self) -> None:
        """Close what is open; the inner fetcher is its owner's to close."""
        self._leave()

    def _note(self, name: str, noted: dict[str, Any]) -> None:
        if self._file is not None and name not in self._noted:
            os.write(self._file, json.dumps({"ask": name, "body": noted}).encode() + b"\n")
            self._noted.add(name)

    def _leave(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _path(self, source: Source) -> Path:
        return self._folder / f"{source.id}.jsonl"


def _name(ask: Ask) -> str:
    which = (*([str(ask.first)] if ask.first else ()), *([f"turn {ask.turn}"] if ask.turn else ()))
    question = "\x1f".join((redact(ask.url), ask.accept, *which))
    return hashlib.sha256(question.encode("utf-8", "surrogatepass") + b"\x1f" + (ask.data or b"")).hexdigest()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a file of notes."""
    with suppress(FileNotFoundError):
        for line in path.read_bytes().splitlines():
            with suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict) and {"ask", "body"} <= found.keys():
                    yield found
