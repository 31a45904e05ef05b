"""Writes the timeline: reads each new patch as a stream and works out what became of the entities it touches.

Whether an entity is new or gone depends on what all sources said before, so the file keeps, for each entity, how many
statements there are, its kinds and its names. None of that is taken from the store: following the log from its first
patch gives the same timeline, whenever it is done.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from leap_kg.graph.database import remove, transaction
from leap_kg.graph.history.feed import CHANGED, NEW, REMOVED
from leap_kg.graph.history.tally import Said, Tally
from leap_kg.graph.history.timeline import micros
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.log.patchfile import Header, LogError
from leap_kg.ontology.kinds import kinds

_LAYOUT = 1

_SCHEMA = """
CREATE TABLE about (shape TEXT NOT NULL);
CREATE TABLE kind (rank INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE revision (
    revision INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, run TEXT NOT NULL, at INTEGER NOT NULL,
    removed INTEGER NOT NULL, added INTEGER NOT NULL, reach INTEGER NOT NULL, size INTEGER NOT NULL);
CREATE INDEX revision_at ON revision (at, revision);
CREATE INDEX revision_source ON revision (source, revision);
CREATE TABLE node (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, statements INTEGER NOT NULL);
CREATE TABLE typed (
    node INTEGER NOT NULL, kind INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (node, kind)) WITHOUT ROWID;
CREATE TABLE named (
    node INTEGER NOT NULL, rank INTEGER NOT NULL, name TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (node, rank, name)) WITHOUT ROWID;
CREATE TABLE touched (
    revision INTEGER NOT NULL, place INTEGER NOT NULL, node INTEGER NOT NULL, how TEXT NOT NULL,
    removed INTEGER NOT NULL, added INTEGER NOT NULL, label TEXT, kind INTEGER,
    PRIMARY KEY (revision, place)) WITHOUT ROWID;
CREATE INDEX touched_node ON touched (node, revision);
CREATE TABLE revised_kind (
    kind INTEGER NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY (kind, revision)) WITHOUT ROWID;
"""
_TABLES = ("about", "kind", "revision", "node", "typed", "named", "touched", "revised_kind")

_SCRATCH = """
CREATE TEMP TABLE met (iri TEXT NOT NULL, removed INTEGER NOT NULL, added INTEGER NOT NULL);
CREATE TEMP TABLE met_type (iri TEXT NOT NULL, kind INTEGER NOT NULL, times INTEGER NOT NULL);
CREATE TEMP TABLE met_name (iri TEXT NOT NULL, rank INTEGER NOT NULL, name TEXT NOT NULL, times INTEGER NOT NULL);
CREATE TEMP TABLE moved (
    node INTEGER PRIMARY KEY, removed INTEGER NOT NULL, added INTEGER NOT NULL, statements INTEGER NOT NULL,
    kind INTEGER, label TEXT);
"""

_KIND_NOW = "(SELECT min(kind) FROM typed WHERE typed.node = node.id)"
_LABEL_NOW = "(SELECT name FROM named WHERE named.node = node.id ORDER BY rank, name LIMIT 1)"

_APPLY = (
    "INSERT INTO node (iri, statements) SELECT DISTINCT iri, 0 FROM met WHERE 1 ORDER BY iri ON CONFLICT DO NOTHING",
    "INSERT INTO moved SELECT node.id, sum(met.removed), sum(met.added), node.statements, "
    f"{_KIND_NOW}, {_LABEL_NOW} FROM met JOIN node USING (iri) GROUP BY node.id",
    "UPDATE node SET statements = node.statements + moved.added - moved.removed FROM moved WHERE moved.node = node.id",
    "INSERT INTO typed SELECT node.id, kind, sum(times) FROM met_type JOIN node USING (iri) GROUP BY node.id, kind "
    "ON CONFLICT DO UPDATE SET times = times + excluded.times",
    "INSERT INTO named SELECT node.id, rank, name, sum(times) FROM met_name JOIN node USING (iri) "
    "GROUP BY node.id, rank, name ON CONFLICT DO UPDATE SET times = times + excluded.times",
    "DELETE FROM typed WHERE times <= 0 AND node IN (SELECT node FROM moved)",
    "DELETE FROM named WHERE times <= 0 AND node IN (SELECT node FROM moved)",
)

# An entity is there if it has a kind other than that of a tombstone; one that never had a kind, if anything is said.
_TELL = f"""
INSERT INTO touched
SELECT :revision,
    row_number() OVER (ORDER BY how = '{REMOVED}', how = '{CHANGED}', ifnull(kind, 999), label COLLATE NOCASE, iri) - 1,
    node, how, removed, added, label, kind
FROM (
    SELECT node, how, removed, added, iri,
        CASE how WHEN '{REMOVED}' THEN ifnull(label, label_now) ELSE ifnull(label_now, label) END AS label,
        CASE how WHEN '{REMOVED}' THEN ifnull(kind, kind_now) ELSE ifnull(kind_now, kind) END AS kind
    FROM (
        SELECT *, CASE
            WHEN was AND NOT stays THEN '{REMOVED}' WHEN stays AND NOT was THEN '{NEW}'
            WHEN was OR stays THEN '{CHANGED}'
            WHEN statements = 0 THEN '{NEW}' WHEN statements_now = 0 THEN '{REMOVED}'
            ELSE '{CHANGED}' END AS how
        FROM (
            SELECT *, ifnull(kind <> :tombstone, 0) AS was, ifnull(kind_now <> :tombstone, 0) AS stays
            FROM (
                SELECT moved.*, node.iri, node.statements AS statements_now,
                    {_KIND_NOW} AS kind_now, {_LABEL_NOW} AS label_now
                FROM moved JOIN node ON node.id = moved.node
            )
        )
    )
)
"""


class TimelineWriter:
    """Keeps the timeline of a home in step with its log; one process, held by the graph's writer."""

    def __init__(self, home: Home, base: str) -> None:
        self._path = home.path / "history.sqlite"
        self._tally = Tally(base)
        self._names = [kind.name for kind in kinds(base)]
        self._shape = f"{_LAYOUT} {base} {' '.join(self._names)}"

    def follow(self, log: PatchLog) -> None:
        """Take in the patches that the timeline lacks.

        It starts again if it was damaged, or if the log is no longer the one it followed (a home was restored).
        Raises `LogError` at a patch that cannot be read, with those before it taken in, and `sqlite3.Error` when
        the file cannot be written.
        """
        try:
            self._follow(log)
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # its subclasses are about what was asked, not the file
                raise
            remove(self._path)
            self._follow(log)

    def _follow(self, log: PatchLog) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA cache_size = -65536")
            last = self._begin(database, log)
            if last < log.last():
                database.executescript(_SCRATCH)
            for revision in range(last + 1, log.last() + 1):
                with transaction(database):
                    if self._last(database) >= revision:
                        continue  # another process was faster
                    self._take(database, log.header(revision), log.blocks(revision))

    def _begin(self, database: sqlite3.Connection, log: PatchLog) -> int:
        """The revision to go on from; empties a timeline of another log or layout."""
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables >= set(_TABLES) and database.execute("SELECT shape FROM about").fetchall() == [(self._shape,)]:
            last = self._last(database)
            (known,) = database.execute("SELECT id FROM revision WHERE revision = ?", (last,)).fetchone() or ("",)
            if not last or (last <= log.last() and log.header(last).id == known):
                return last
        with transaction(database):
            for table in tables:
                database.execute(f'DROP TABLE "{table}"')
            for statement in filter(None, map(str.strip, _SCHEMA.split(";"))):
                database.execute(statement)
            database.execute("INSERT INTO about VALUES (?)", (self._shape,))
            database.executemany("INSERT INTO kind VALUES (?, ?)", enumerate(self._names))
        return 0

    @staticmethod
    def _last(database: sqlite3.Connection) -> int:
        return int(database.execute("SELECT ifnull(max(revision), 0) FROM revision").fetchone()[0])

    def _take(self, database: sqlite3.Connection, header: Header, blocks: Iterator[bytes]) -> None:
        try:
            counts = self._tally.read(blocks, lambda met: _put_aside(database, met))
        except ValueError as error:
            raise LogError(f"the patch of revision {header.revision} cannot be read: {error}") from None
        for statement in _APPLY:
            database.execute(statement)
        database.execute(_TELL, {"revision": header.revision, "tombstone": self._names.index("tombstone")})
        database.execute(
            "INSERT INTO revised_kind SELECT DISTINCT kind, revision FROM touched "
            "WHERE revision = ? AND kind IS NOT NULL",
            (header.revision,),
        )
        database.execute(
            "INSERT INTO revision SELECT :revision, :id, :source, :run, max(:at, ifnull(max(at), :at)), :removed, "
            ":added, ifnull(max(reach), 0) + :reach, "
            "ifnull((SELECT size FROM revision WHERE revision = :revision - 1), 0) + :size FROM revision",
            {
                "revision": header.revision, "id": header.id, "source": header.source, "run": header.run,
                "at": micros(header.at), "removed": counts.removed, "added": counts.added,
                "reach": counts.all_removed + counts.all_added, "size": counts.all_added - counts.all_removed,
            },
        )  # fmt: skip
        for table in ("met", "met_type", "met_name", "moved"):
            database.execute(f"DELETE FROM temp.{table}")


def _put_aside(database: sqlite3.Connection, met: dict[str, Said]) -> None:
    """Keep what was gathered in temporary tables."""
    database.executemany("INSERT INTO met VALUES (?, ?, ?)", [(i, s.removed, s.added) for i, s in met.items()])
    database.executemany("INSERT INTO met_type VALUES (?, ?, ?)", [(i, *t) for i, s in met.items() for t in s.types])
    database.executemany("INSERT INTO met_name VALUES (?, ?, ?, ?)", [(i, *n) for i, s in met.items() for n in s.names])
