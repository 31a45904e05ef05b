"""The layout of the state file, and of what one process stages beside it until a run is over.

What is staged lies in temporary tables: SQLite holds them in memory while they are small and in a file without a name
when they grow, and they are gone with the process. `out` are the records that are replaced, or let go.
"""

VERSION = 2

_RECORD = """
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL, hash BLOB NOT NULL,
    people TEXT NOT NULL, digest TEXT NOT NULL, absences INTEGER NOT NULL, approved INTEGER NOT NULL,
    subject TEXT NOT NULL, logins TEXT NOT NULL, parts TEXT NOT NULL, said BLOB NOT NULL, UNIQUE (source, key)
"""
_FACTS = """
CREATE TABLE IF NOT EXISTS {where}mention (
    node INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (node, record)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS {where}name (
    source TEXT NOT NULL, record INTEGER NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, typed INTEGER NOT NULL,
    PRIMARY KEY (source, record, person, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS {where}account (
    source TEXT NOT NULL, record INTEGER NOT NULL, person TEXT NOT NULL, account TEXT NOT NULL,
    PRIMARY KEY (source, record, person, account)) WITHOUT ROWID;
"""

# One transaction: a process killed in the middle leaves an empty file, not a half-made one.
LASTING = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS run (
    run TEXT PRIMARY KEY, source TEXT NOT NULL, title TEXT NOT NULL, started TEXT NOT NULL, ended TEXT NOT NULL,
    outcome TEXT NOT NULL, seen INTEGER NOT NULL, published INTEGER NOT NULL, unchanged INTEGER NOT NULL,
    dead INTEGER NOT NULL, tombstoned INTEGER NOT NULL, revision INTEGER NOT NULL, message TEXT NOT NULL,
    scope TEXT NOT NULL, until TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS run_source ON run (source, started);
CREATE TABLE IF NOT EXISTS record ({_RECORD});
{_FACTS.format(where="")}
CREATE TABLE IF NOT EXISTS dead (
    source TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL,
    attempts INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, version TEXT NOT NULL, parts TEXT NOT NULL,
    PRIMARY KEY (source, key));
CREATE TABLE IF NOT EXISTS mapping (source TEXT PRIMARY KEY, settings TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
COMMIT;
"""

STAGED = f"""
CREATE TEMP TABLE fresh ({_RECORD});
CREATE TEMP TABLE touched (
    record INTEGER PRIMARY KEY, source TEXT NOT NULL, version TEXT NOT NULL, parts TEXT NOT NULL);
CREATE TEMP TABLE digested (record INTEGER PRIMARY KEY, source TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TEMP TABLE out (record INTEGER PRIMARY KEY, source TEXT NOT NULL);

{_FACTS.format(where="temp.")}
CREATE TEMP TABLE absent (
    record INTEGER PRIMARY KEY, source TEXT NOT NULL, absences INTEGER NOT NULL, approved INTEGER NOT NULL);
"""
