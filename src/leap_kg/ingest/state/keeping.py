"""Moves what is staged for one source into the tables that last; within a transaction of the caller's."""

import sqlite3
from collections.abc import Iterable

from leap_kg.ingest.state.facts import Facts
from leap_kg.ingest.state.rows import triples_of, unpacked

_COLUMNS = "source, key, version, hash, people, absences, approved, subject, logins, parts, said, digest"


def keep(database: sqlite3.Connection, source: str, forgotten: Iterable[str]) -> None:
    """Keep what is staged of the source; records `forgotten` go, too."""
    known = "SELECT id FROM main.record WHERE source = ? AND key = ?"
    gone = {row[0] for key in forgotten if (row := database.execute(known, (source, key)).fetchone())}
    gone |= {number for (number,) in database.execute("SELECT record FROM temp.out WHERE source = ?", (source,))}
    for number in gone:
        _drop(database, source, number)
    (offset,) = database.execute("SELECT coalesce(max(id), 0) FROM main.record").fetchone()
    mine = "record IN (SELECT id FROM temp.fresh WHERE source = ?)"
    new = "coalesce((SELECT d.digest FROM temp.digested AS d WHERE d.record = -id), digest)"
    for statement in (
        f"INSERT INTO main.record (id, {_COLUMNS}) SELECT id + ?, {_COLUMNS.replace('digest', new)} "  # noqa: S608
        "FROM temp.fresh WHERE source = ? ORDER BY key",
        f"INSERT INTO main.mention SELECT node, record + ? FROM temp.mention WHERE {mine} ORDER BY node",  # noqa: S608
        "INSERT INTO main.name SELECT source, record + ?, person, name, typed FROM temp.name WHERE source = ?",
        "INSERT INTO main.account SELECT source, record + ?, person, account FROM temp.account WHERE source = ?",
    ):
        database.execute(statement, (offset, source))
    for table, columns in (("touched", "version, parts"), ("digested", "digest"), ("absent", "absences, approved")):
        database.execute(
            f"UPDATE main.record SET ({columns}) = (SELECT {columns} FROM temp.{table} WHERE record = id) "  # noqa: S608
            f"WHERE id IN (SELECT record FROM temp.{table} WHERE source = ? AND record > 0)",
            (source,),
        )


def _drop(database: sqlite3.Connection, source: str, number: int) -> None:
    row = database.execute("SELECT said FROM main.record WHERE id = ?", (number,)).fetchone()
    if row is None:
        return
    nodes = Facts.of(triples_of(unpacked(row[0]))).nodes
    database.executemany("DELETE FROM main.mention WHERE node = ? AND record = ?", [(node, number) for node in nodes])
    for table in ("name", "account"):
        database.execute(f"DELETE FROM main.{table} WHERE source = ? AND record = ?", (source, number))  # noqa: S608
    database.execute("DELETE FROM main.record WHERE id = ?", (number,))
