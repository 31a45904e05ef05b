"""`leap-kg query`: SPARQL on the graph as it is, as it was, or on what changed, in a process that can be stopped."""

import asyncio
import csv
import io
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from leap_kg.cli import context, moment
from leap_kg.cli.output import NOT_FOUND, console, fail, print_json, print_table
from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.snapshot import Snapshot
from leap_kg.ontology.namespaces import prefixes
from leap_kg.resources import declarations
from leap_kg.settings import Settings
from leap_kg.sparql.catalogue import load
from leap_kg.sparql.cut import has_more_rows
from leap_kg.sparql.formats import ROWS
from leap_kg.sparql.guard import QueryForm, Refused
from leap_kg.sparql.naming import meant
from leap_kg.sparql.parameters import ParameterError, Value
from leap_kg.sparql.pool import Pool
from leap_kg.sparql.query import Answer, QueryFailed, prepare
from leap_kg.sparql.template import declare, limit, limited
from leap_kg.sparql.tokens import LexicalError
from leap_kg.sparql.unknown import unknown

_LONG = 3600.0
_CUT = 4
"""Exit status where the limit of a named query cut its answer."""
_FOLDERS = ("questions/", "changes/", "links/")
_OF_CHANGES = "changes/"
"""Named queries of this folder are asked of the store of changes."""


def query(
    text: Annotated[str | None, typer.Argument(help="The query, or @FILE, or - for standard input.")] = None,
    named: Annotated[str | None, typer.Option(help="A named query, such as questions/exact-link.")] = None,
    values: Annotated[list[str] | None, typer.Option("--set", help="A parameter, as name=value.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="json, xml, csv, tsv; for graphs ttl, nt, jsonld, rdf.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    seconds: Annotated[float, typer.Option(min=0.1, max=_LONG, help="Give up after so long.")] = 60.0,
    at: moment.At = None,
    changes: Annotated[bool, typer.Option("--changes", help="Ask what changed, not what is.")] = False,
    most: Annotated[
        int | None, typer.Option("--limit", min=0, help="Rows of a named query, instead of its own limit; 0 for all.")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the named queries.")] = False,
) -> None:
    """Run a SPARQL query, or a named one, on the graph as it is, as it was, or on what changed."""
    settings = context.settings()
    if show_list:
        known = load(_folder(), settings.base).all()
        if as_json:
            print_json([{"name": q.name, "title": q.title, "parameters": list(q.parameters)} for q in known])
            return
        listed = [(q.name, q.title, ", ".join(q.parameters)) for q in known]
        print_table("Named queries", ("name", "title", "parameters"), listed)
        return
    given: dict[str, Value] = dict(_values(values or []))
    if text is not None and not named and text.startswith(_FOLDERS) and load(_folder(), settings.base).get(text):
        fail(f"{text} is a named query: ask it with --named {text}", status=2)
    if named and not named.startswith(_OF_CHANGES):
        given = _meant(named, given, settings, at)
    written = _named(named, given, settings) if named else _with_prefixes(_given(text), settings)
    if most is not None:
        written = _with_limit(written, most, named)
    requested = form or ("json" if as_json else None)
    of_changes = changes or (named or "").startswith(_OF_CHANGES)
    if of_changes:
        if at is not None:
            fail("changes hold all of the past; ask for a time in the query instead of with --at", status=2)
        snapshot = _changes(settings)
    else:
        snapshot = moment.snapshot_at(settings, at)
    answer = _run(settings, snapshot, written, requested, seconds)
    if requested is None and answer.format.name == "csv" and console.is_terminal:
        header, *lines = csv.reader(io.StringIO(answer.body.decode()))
        print_table(f"{len(lines)} rows", header, lines)
    else:
        sys.stdout.buffer.write(answer.body if answer.body.endswith(b"\n") else answer.body + b"\n")
        sys.stdout.buffer.flush()
    if named and most is None and (rows := limit(written)) is not None and _is_full(answer, rows):
        beyond = _run(settings, snapshot, limited(written, f"LIMIT 1 OFFSET {rows}"), "csv", seconds)
        if has_more_rows(beyond.body, "csv", 0):
            advice = "narrow it with --set, or give --limit N for more, --limit 0 for all"
            fail(f"the answer ends at {rows} rows, and there are more: {advice}", _CUT)
    if named:
        _tell_unknown(named, given, settings, snapshot, answer)


def _meant(name: str, given: dict[str, Value], settings: Settings, at: str | None) -> dict[str, Value]:
    """The values with IRIs where names of things were given for parameters that take IRIs."""
    query = load(_folder(), settings.base).get(name)
    texts = {key: value for key, value in given.items() if isinstance(value, str)}
    if query is None or not any(each.type == "iri" and key in texts for key, each in query.parameters.items()):
        return given
    try:
        return {**given, **meant(query, texts, moment.snapshot_at(settings, at).store, settings.base)}
    except ParameterError as error:
        fail(str(error), status=2)


def _tell_unknown(
    named: str, given: Mapping[str, Value], settings: Settings, snapshot: Snapshot, answer: Answer
) -> None:
    """End the command if the answer is empty because the graph does not have what a value names."""
    catalogue = load(_folder(), settings.base)
    query = catalogue.get(named)
    if query is None or query.form is not QueryForm.SELECT or has_more_rows(answer.body, answer.format.name, 0):
        return
    try:
        with closing(SearchIndex(Home(settings.home).index)) as index:
            missed = unknown(query, given, catalogue, snapshot.store, index)
    except sqlite3.Error:
        return  # what is alike is found there, and the answer is right without it
    if missed:
        fail(". ".join(f"--set {each.parameter}: {each}" for each in missed), NOT_FOUND)


def _is_full(answer: Answer, rows: int) -> bool:
    """Whether an answer has as many rows as its query allows."""
    return answer.format in ROWS and has_more_rows(answer.body, answer.format.name, rows - 1)


def _with_limit(text: str, most: int, named: str | None) -> str:
    if named is None or limit(text) is None:
        fail("--limit is for a named query that has a limit; write LIMIT into other queries", status=2)
    return limited(text, f"LIMIT {most}" if most else "")


def _changes(settings: Settings) -> Snapshot:
    """The store of changes, brought up to the log."""
    context.snapshot(settings)
    home = Home(settings.home)
    store = ChangeStore(home, settings.base)
    try:
        store.follow(PatchLog(home.log))
    except HomeError as error:
        fail(str(error))
    found = store.current()
    if found is None:
        fail(f"nothing is published in {settings.home}; run `leap-kg harvest --sources FILE`, or set LEAP_KG_HOME")
    return found


def _run(settings: Settings, snapshot: Snapshot, text: str, requested: str | None, seconds: float) -> Answer:
    pool = Pool(1, seconds, settings.query_memory, settings.query_bytes)

    async def ask() -> Answer:
        try:
            prepared = prepare(
                text, accept="text/csv, text/turtle", requested=requested, prefixes=prefixes(settings.base)
            )
            return await pool.run(snapshot.directory, prepared)
        finally:
            await pool.close()

    try:
        return asyncio.run(ask())
    except (Refused, QueryFailed) as error:
        fail(error.reason)


def _given(text: str | None) -> str:
    if text is None:
        fail("give a query, @FILE, or --named NAME; `leap-kg query --list` lists the named ones", status=2)
    try:
        if text == "-":
            return sys.stdin.read()
        return Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text
    except OSError as error:
        fail(f"cannot read {text[1:]}: {error.strerror}")
    except UnicodeError:
        fail(f"cannot read {text[1:]}: it is not UTF-8")


def _with_prefixes(text: str, settings: Settings) -> str:
    """The query with our own prefixes declared where it uses one without saying so."""
    try:
        return declare(text, prefixes(settings.base))
    except LexicalError:
        return text  # the guard says what is wrong, and where


def _values(values: list[str]) -> dict[str, str]:
    """The parameters as they are given on the command line."""
    given = {}
    for value in values:
        key, separator, content = value.partition("=")
        if not separator:
            fail(f"--set takes name=value, not {value!r}", status=2)
        given[key] = content
    return given


def _named(name: str, given: Mapping[str, Value], settings: Settings) -> str:
    found = load(_folder(), settings.base).get(name)
    if found is None:
        fail(f"no query is called {name!r}; `leap-kg query --list` lists them", status=2)
    try:
        return found.bind(**given)
    except ParameterError as error:
        fail(str(error), status=2)


def _folder() -> Path:
    return declarations() / "sparql"
