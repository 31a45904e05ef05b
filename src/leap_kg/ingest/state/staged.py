"""What a process has found of its sources so far, seen together with what is kept: the state as it will be.

Nothing here changes the file. Records have numbers: those that are kept as in the file, those staged negative ones.
Rows are handed to SQLite some hundred at a time and read page by page, so that no lock on the file outlives a call and
no source need fit into memory.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Triple

from leap_kg.ingest.mapping.finding import Place
from leap_kg.ingest.state.facts import Facts, node_number, said_hash
from leap_kg.ingest.state.rows import (
    KeptPart,
    KeptRecord,
    logins_of,
    logins_text,
    packed,
    parts_of,
    parts_text,
    triples_of,
    unpacked,
)

_AT_ONCE = 500
_PAGE = 5_000
_FRESH = "INSERT INTO temp.fresh VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(slots=True)
class Known:
    """What is remembered of a record that is kept.

    Its number, version, the hash of what it says, the digest of what was published of it, how many complete runs in a
    row missed it, and when its removal was approved: in seconds since 1970, 0 for never.
    """

    number: int
    version: str
    hash: bytes
    digest: str
    absences: int
    approved: int


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it will be, without what it says. `digest` is that of what was published of it, `""` if nothing."""

    number: int
    key: str
    hash: bytes
    people: Sequence[str]
    logins: Mapping[str, Place]
    digest: str


class Staged:
    """The temporary tables of one connection, which outlives this; `damage` turns what a damaged file raises."""

    def __init__(self, database: sqlite3.Connection, damage: Callable[[], AbstractContextManager[None]]) -> None:
        self._database = database
        self._damage = damage
        self._waiting: dict[str, list[tuple[object, ...]]] = {}
        self._number = 0
        self._numbers: dict[tuple[str, str], int] = {}

    # --- what is found ------------------------------------------------------------------------------------

    def known(self, source: str) -> dict[str, Known]:
        """What is kept of the source, by key."""
        query = "SELECT key, id, version, hash, digest, absences, approved FROM main.record WHERE source = ?"
        with self._damage():
            rows = self._database.execute(query, (source,))
            return {row[0]: Known(*row[1:]) for row in rows}

    def put(self, source: str, record: KeptRecord, before: Known | None, text: bytes, approved: int = 0) -> None:
        """Stage a record, which says `text`, in place of the one that was kept `before`; `approved` as in `Known`."""
        facts, logins = Facts.of_record(text, record.said), logins_text(record.logins)
        if before is not None:
            self._wait("INSERT OR IGNORE INTO temp.out VALUES (?, ?)", (before.number, source))
        self._number += 1
        new = self._numbers[source, record.key] = self._number
        self._wait(
            _FRESH,
            (new, source, record.key, record.version, said_hash(text, logins), " ".join(facts.people), record.digest,
             record.absences, approved, record.subject.value, logins, parts_text(record.parts), packed(text)),
        )  # fmt: skip
        for node in facts.nodes:
            self._wait("INSERT INTO temp.mention VALUES (?, ?)", (node, new))
        for person, name, typed in facts.names:
            self._wait("INSERT INTO temp.name VALUES (?, ?, ?, ?, ?)", (source, new, person, name, typed))
        for person, account in facts.accounts:
            self._wait("INSERT INTO temp.account VALUES (?, ?, ?, ?)", (source, new, person, account))
        if len(self._waiting[_FRESH]) >= _AT_ONCE:
            self.flush()

    def touch(self, source: str, before: Known, version: str, parts: Iterable[KeptPart]) -> None:
        """Note that a kept record says the same in another version, or in other bodies."""
        self._wait("REPLACE INTO temp.touched VALUES (?, ?, ?, ?)", (before.number, source, version, parts_text(parts)))

    def miss(self, source: str, before: Known, absences: int, approved: int) -> None:
        """Note how many complete runs in a row have missed a kept record; `approved` as in `Known`."""
        self._wait("REPLACE INTO temp.absent VALUES (?, ?, ?, ?)", (before.number, source, absences, approved))

    def take_out(self, source: str, before: Known) -> None:
        """Let a kept record go."""
        self._wait("INSERT OR IGNORE INTO temp.out VALUES (?, ?)", (before.number, source))

    def take_back(self, source: str, key: str, before: Known | None) -> None:
        """Forget what was staged of a record; what was kept of it, if anything, stands in for it again."""
        self.flush()
        new = self._numbers.pop((source, key), None)
        execute = self._database.execute
        if new is not None:
            nodes = Facts.of(self.triples(-new)).nodes
            self._database.executemany(
                "DELETE FROM temp.mention WHERE node = ? AND record = ?", [(node, new) for node in nodes]
            )
            execute("DELETE FROM temp.fresh WHERE id = ?", (new,))
            execute("DELETE FROM temp.name WHERE source = ? AND record = ?", (source, new))
            execute("DELETE FROM temp.account WHERE source = ? AND record = ?", (source, new))
            execute("DELETE FROM temp.digested WHERE record = ?", (-new,))
        if before is not None:
            for table in ("out", "touched", "digested"):
                execute(f"DELETE FROM temp.{table} WHERE record = ?", (before.number,))  # noqa: S608

    def digest(self, source: str, number: int, digest: str) -> None:
        """Note what the digest of a record is to be when it is published."""
        self._wait("REPLACE INTO temp.digested VALUES (?, ?, ?)", (number, source, digest))

    def clear(self, source: str) -> None:
        """Forget all that is staged of the source."""
        self.flush()
        self._database.execute("BEGIN")
        mine = "record IN (SELECT id FROM temp.fresh WHERE source = ?)"
        self._database.execute(f"DELETE FROM temp.mention WHERE {mine}", (source,))  # noqa: S608
        for table in ("fresh", "touched", "digested", "out", "absent", "name", "account"):
            self._database.execute(f"DELETE FROM temp.{table} WHERE source = ?", (source,))  # noqa: S608
        self._database.execute("COMMIT")
        self._numbers = {name: number for name, number in self._numbers.items() if name[0] != source}

    def flush(self) -> None:
        """Hand to SQLite what waits."""
        if not self._waiting:
            return
        self._database.execute("BEGIN")
        try:
            for statement, rows in self._waiting.items():
                self._database.executemany(statement, rows)
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        finally:
            self._waiting.clear()
        self._database.execute("COMMIT")

    def _wait(self, statement: str, row: tuple[object, ...]) -> None:
        self._waiting.setdefault(statement, []).append(row)

    # --- the state as it will be --------------------------------------------------------------------------

    def rows(self, source: str) -> Iterator[Row]:
        """All records of the source as they will be."""
        for columns in self._pages("id, key, hash, people, logins, digest", source):
            number, key, hashed, people, logins, digest = columns
            yield Row(number, key, hashed, people.split(), logins_of(logins) if people else {}, digest)

    def bodies(self, source: str) -> Iterator[tuple[str, str, tuple[KeptPart, ...]]]:
        """Key, version and parts of all records of the source that are kept."""
        self.flush()
        for _, key, version, parts in self._paged("main.record", "id, key, version, parts", source):
            with self._damage():
                kept = parts_of(parts)
            yield key, version, kept

    def row(self, number: int) -> Row:
        """One record as it will be."""
        self.flush()
        found = self._one("id, key, hash, people, logins, digest", number)
        return Row(found[0], found[1], found[2], found[3].split(), logins_of(found[4]), found[5])

    def subject(self, number: int) -> str:
        """The node that the record is about."""
        return str(self._one("subject", number)[0])

    def version(self, number: int) -> str:
        """What the source called this version of the record."""
        return str(self._one("version", number)[0])

    def parts(self, number: int) -> tuple[KeptPart, ...]:
        """The bodies of a record."""
        self.flush()
        with self._damage():
            return parts_of(self._one("parts", number)[0])

    def text(self, number: int) -> bytes:
        """What a record says as N-Triples."""
        with self._damage():
            return unpacked(self._one("said", number)[0])

    def triples(self, number: int) -> list[Triple]:
        """What a record says."""
        with self._damage():
            return triples_of(self.text(number))

    def mentioning(self, source: str, iri: str) -> list[int]:
        """The records of the source, as it will be, that may speak of the node."""
        self.flush()
        node = node_number(iri)
        kept = self._database.execute(
            "SELECT r.id FROM main.mention AS m CROSS JOIN main.record AS r ON r.id = m.record "
            "WHERE m.node = ? AND r.source = ? AND r.id NOT IN (SELECT record FROM temp.out)", (node, source),
        )  # fmt: skip
        fresh = self._database.execute(
            "SELECT f.id FROM temp.mention AS m CROSS JOIN temp.fresh AS f ON f.id = m.record "
            "WHERE m.node = ? AND f.source = ?", (node, source),
        )  # fmt: skip
        return [number for (number,) in kept] + [-number for (number,) in fresh]

    def accounts(self, source: str) -> Iterator[tuple[str, str]]:
        """Each person and account that the source will state together."""
        yield from self._facts("account", "person, account", source)

    def names(self, source: str) -> Iterator[tuple[int, str, str, bool]]:
        """Record, person, name (`""` for none) and whether the record says that it is a person."""
        for number, person, name, typed in self._facts("name", "record, person, name, typed", source):
            yield number, person, name, bool(typed)

    def left(self, source: str) -> list[int]:
        """The numbers of kept records that are replaced or go."""
        self.flush()
        return [n for (n,) in self._database.execute("SELECT record FROM temp.out WHERE source = ?", (source,))]

    def renamed(self, source: str) -> list[tuple[str, str]]:
        """The nodes that records were about and will be about, where these differ."""
        self.flush()
        return self._database.execute(
            "SELECT old.subject, new.subject FROM temp.out JOIN main.record AS old ON old.id = temp.out.record "
            "JOIN temp.fresh AS new ON new.source = old.source AND new.key = old.key "
            "WHERE temp.out.source = ? AND new.subject != old.subject", (source,),
        ).fetchall()  # fmt: skip

    def changed(self, source: str) -> Iterator[int]:
        """The numbers of the records whose digest is noted to be another."""
        self.flush()
        rows = self._database.execute("SELECT record FROM temp.digested WHERE source = ?", (source,)).fetchall()
        return (number for (number,) in rows)

    def _facts(self, table: str, columns: str, source: str) -> list[tuple[Any, ...]]:
        self.flush()
        kept = f"SELECT {columns} FROM main.{table} WHERE source = ? AND record NOT IN (SELECT record FROM temp.out)"  # noqa: S608
        fresh = f"SELECT {columns.replace('record', '-record')} FROM temp.{table} WHERE source = ?"  # noqa: S608
        return [row for query in (kept, fresh) for row in self._database.execute(query, (source,)).fetchall()]

    def _pages(self, columns: str, source: str) -> Iterator[tuple[Any, ...]]:
        self.flush()
        out = set(self.left(source))
        for row in self._paged("main.record", columns, source):
            if row[0] not in out:
                yield row
        for number, *rest in self._paged("temp.fresh", columns, source):
            yield (-number, *rest)

    def _paged(self, table: str, columns: str, source: str) -> Iterator[tuple[Any, ...]]:
        """Columns of a table, of which the second is the key."""
        query = f"SELECT {columns} FROM {table} WHERE source = ? AND key > ? ORDER BY key LIMIT {_PAGE}"  # noqa: S608
        last = ""
        while page := self._database.execute(query, (source, last)).fetchall():
            yield from page
            last = page[-1][1]

    def _one(self, columns: str, number: int) -> tuple[Any, ...]:
        table = "main.record" if number > 0 else "temp.fresh"
        row = self._database.execute(f"SELECT {columns} FROM {table} WHERE id = ?", (abs(number),)).fetchone()  # noqa: S608
        if row is None:
            raise ValueError(f"there is no record {number}")
        return tuple(row)
